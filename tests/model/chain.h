// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>

#include "tests/model/state.h"

namespace dims::model {

constexpr std::uint32_t Mix(std::uint32_t value) {
  value ^= value >> 16U;
  value *= 0x7feb352dU;
  value ^= value >> 15U;
  value *= 0x846ca68bU;
  return value ^ (value >> 16U);
}

constexpr std::uint32_t FirstChain(int epoch) {
  return Mix(0x9e3779b9U + Narrow(epoch));
}

// Stands for SHA-256(chain before | epoch | sequence | payload digest); 32 bits are plenty for a
// handful of items.
constexpr std::uint32_t NextChain(std::uint32_t before, int epoch, int sequence, ItemSet payload) {
  return Mix(before ^ Mix(static_cast<std::uint32_t>(epoch << 16 | sequence << 8 | payload) + 1U));
}

constexpr int RowsOf(ItemSet rows) {
  return std::popcount(rows);
}

constexpr bool Holds(ItemSet rows, int item) {
  return ((rows >> item) & 1) != 0;
}

constexpr ItemSet Without(ItemSet rows, ItemSet removed) {
  return static_cast<ItemSet>(rows & ~removed);
}

}  // namespace dims::model
