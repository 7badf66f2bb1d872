// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

struct evp_cipher_ctx_st;

namespace dims {

inline constexpr std::size_t kAesBlockBytes = 16;

using AesBlock = std::array<std::uint8_t, kAesBlockBytes>;

// AES-128 on single blocks: the pseudo-random function that Crypto-PAn is built on. No mode of
// operation and no padding, so it is not for encrypting texts.
//
// Thread: one at a time. Owns the expanded key; copying is not offered.
class Aes128 {
 public:
  explicit Aes128(const AesBlock& key);
  ~Aes128();

  // Each block is encrypted on its own, in place.
  void Encrypt(std::span<AesBlock> blocks);

 private:
  struct Free {
    void operator()(evp_cipher_ctx_st* context) const;
  };

  std::unique_ptr<evp_cipher_ctx_st, Free> context_;
};

}  // namespace dims
