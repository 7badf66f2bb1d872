// SPDX-License-Identifier: Apache-2.0
#include "common/privacy/crypto_pan.h"

#include <algorithm>
#include <span>

namespace dims {
namespace {

constexpr std::size_t kAddressBits = 128;

AesBlock HalfOf(const PrivacyKey& key, std::size_t begin) {
  AesBlock half;
  std::copy_n(key.begin() + static_cast<std::ptrdiff_t>(begin), half.size(), half.begin());
  return half;
}

// The first `bits` bits of `address`, then those of `pad`.
AesBlock Mix(std::span<const std::uint8_t> address, const AesBlock& pad, std::size_t bits) {
  AesBlock block = pad;
  const std::size_t whole = bits / 8;
  std::copy_n(address.begin(), whole, block.begin());
  if (bits % 8 != 0) {
    const auto mask = static_cast<std::uint8_t>(0xff << (8 - bits % 8));
    block[whole] = static_cast<std::uint8_t>((address[whole] & mask) | (pad[whole] & ~mask));
  }
  return block;
}

}  // namespace

CryptoPan::CryptoPan(const PrivacyKey& key) : cipher_(HalfOf(key, 0)), pad_(HalfOf(key, 16)) {
  MutexLock lock(mutex_);
  cipher_.Encrypt(std::span(&pad_, 1));
}

IpAddress CryptoPan::Replace(const IpAddress& address) {
  MutexLock lock(mutex_);
  const auto known = memo_.find(address);
  if (known != memo_.end()) return known->second;
  const IpAddress replaced = Compute(address);
  if (memo_.size() >= kMemoMax) memo_.clear();
  memo_.emplace(address, replaced);
  return replaced;
}

// Bit n is flipped by a bit of the cipher over the n bits before it.
IpAddress CryptoPan::Compute(const IpAddress& address) {
  std::array<std::uint8_t, 16> out = address.bytes();
  const std::size_t first = address.IsV4() ? 12 : 0;
  const std::span<const std::uint8_t> own = std::span(address.bytes()).subspan(first);
  std::array<AesBlock, kAddressBits> blocks;
  const std::size_t bits = own.size() * 8;
  for (std::size_t n = 0; n < bits; ++n) blocks[n] = Mix(own, pad_, n);
  cipher_.Encrypt(std::span(blocks).first(bits));
  for (std::size_t n = 0; n < bits; ++n) {
    const auto flip = static_cast<std::uint8_t>((blocks[n][0] >> 7) << (7 - n % 8));
    out[first + n / 8] = static_cast<std::uint8_t>(out[first + n / 8] ^ flip);
  }
  return IpAddress(out);
}

}  // namespace dims
