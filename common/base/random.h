// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace dims {

// The only source of randomness in the product: epochs, nonces, secrets, jitter.
//
// Thread: SystemRandom is safe from any thread; test doubles belong to one thread.
class Random {
 public:
  virtual ~Random() = default;

  // 64 uniformly random bits.
  virtual std::uint64_t Uint64() = 0;

  // `bytes_count` random bytes.
  std::string Bytes(std::size_t bytes_count);

  // A random version-4 UUID in its usual text form.
  std::string Uuid();
};

// The kernel's generator (getrandom). A kernel without entropy blocks at boot, never returns weak
// bytes.
class SystemRandom final : public Random {
 public:
  std::uint64_t Uint64() override;
};

}  // namespace dims
