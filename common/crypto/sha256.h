// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/strings/string_view.h"

struct evp_md_ctx_st;

namespace dims {

inline constexpr std::size_t kSha256Bytes = 32;

using Sha256Digest = std::array<std::uint8_t, kSha256Bytes>;

// The digest of `bytes`. Uses the processor's SHA instructions where it has them. Thread: any.
Sha256Digest Sha256(absl::string_view bytes);

// HMAC-SHA-256 of `bytes` under `key` (RFC 2104). Thread: any.
Sha256Digest HmacSha256(absl::string_view key, absl::string_view bytes);

// The digest's bytes as text view, for concatenation and columns of bytes. `digest` must outlive
// the view.
inline absl::string_view BytesOf(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// True when both hold the same bytes. Takes the same time wherever they differ; the length is not
// hidden.
bool ConstantTimeEqual(absl::string_view a, absl::string_view b);

// SHA-256 of bytes that arrive in pieces: the digest of what was handed to Update so far, in order.
//
// Thread: one at a time. Owns its state; copying is not offered.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(Sha256Stream&&) noexcept;
  Sha256Stream& operator=(Sha256Stream&&) noexcept;

  void Update(absl::string_view bytes);

  // The digest of everything since construction or the last Finish; the stream is empty afterwards.
  Sha256Digest Finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };

  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace dims
