// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace dims {

// How a series of numbers is written. Part of the format: never renumbered.
enum class IntegerEncoding : std::uint8_t {
  kConstant = 0,
  kFrame = 1,         // value - base, bit-packed with exceptions
  kDelta = 2,         // difference to the one before - base, likewise
  kDeltaOfDelta = 3,  // difference of differences - base, likewise
  kFrameZstd = 4,     // the same three in 1, 2, 4 or 8 bytes each, under zstd
  kDeltaZstd = 5,
  kDeltaOfDeltaZstd = 6,
  kDictionary = 7,  // the distinct values, ascending, then a code for each
};

enum class Prediction : std::uint8_t { kFrame = 0, kDelta = 1, kDeltaOfDelta = 2 };

// Values that the prediction leaves as they are, at the front of the series.
constexpr std::size_t Leading(Prediction prediction) {
  return static_cast<std::size_t>(prediction);
}

}  // namespace dims
