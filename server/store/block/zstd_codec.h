// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace dims {

// Reused zstd contexts: making one costs more than a small column takes. Thread: one.
class ZstdCodec {
 public:
  ZstdCodec() = default;
  ZstdCodec(ZstdCodec&&) noexcept = default;
  ZstdCodec& operator=(ZstdCodec&&) noexcept = default;

  // One frame, in a buffer that the next call overwrites.
  absl::string_view Compress(absl::string_view bytes, int level);

  // False unless `frame` is one whole frame of exactly `size` bytes, which are written to `out`.
  // Nothing is written beyond; the caller has bounded `size`.
  bool Decompress(absl::string_view frame, std::size_t size, char* out);

  // True when `frame` says it holds `size` bytes: to be asked before memory is taken for them.
  static bool Declares(absl::string_view frame, std::size_t size);

 private:
  struct Free {
    void operator()(ZSTD_CCtx_s* context) const;
    void operator()(ZSTD_DCtx_s* context) const;
  };

  std::unique_ptr<ZSTD_CCtx_s, Free> compress_;
  std::unique_ptr<ZSTD_DCtx_s, Free> decompress_;
  std::string buffer_;
};

}  // namespace dims
