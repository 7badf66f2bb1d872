// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>

#include "common/base/random.h"

namespace dims {

// Same seed, same values. Thread: one.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t Uint64() override { return engine_(); }

  // Uniform in [0, bound). REQUIRES: bound > 0.
  std::uint64_t Below(std::uint64_t bound) { return engine_() % bound; }

  bool OneIn(std::uint64_t n) { return Below(n) == 0; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace dims
