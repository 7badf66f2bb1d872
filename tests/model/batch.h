// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace dims::model {

// Limits of the state; a successor beyond one of them is not explored and counted as `beyond
// bounds`.
inline constexpr int kItemsMax = 4;
inline constexpr int kEpochsMax = 8;     // names 1..7
inline constexpr int kSequencesMax = 8;  // 1..7 in each epoch
inline constexpr int kBatchesMax = 6;
inline constexpr int kNoncesMax = 8;
inline constexpr int kInFlightMax = 2;
inline constexpr int kNamesMax = 3;

using Byte = std::uint8_t;
using ItemSet = std::uint8_t;  // bit i = item i

constexpr Byte Narrow(int value) {
  return static_cast<Byte>(value);
}

// Bit of (epoch, sequence) in a set of sequences of all epochs.
constexpr std::uint64_t SequenceBit(int epoch, int sequence) {
  return std::uint64_t{1} << (epoch * kSequencesMax + sequence);
}

enum class Source : Byte { kNone, kFile, kCounter };

// One event as it came into the world. `position` is its line in the file, or its counter (from 1)
// under `nonce`.
struct Item {
  Source source;
  Byte position;
  Byte nonce;
};

// A sequence under which a batch was once acked, and how many rows it brought.
struct Name {
  Byte epoch;
  Byte sequence;
  Byte rows;
};

enum class Place : Byte {
  kQueued,  // has a sequence in the current epoch
  kAside,   // the server's bookmark covers all of its rows
  kHeld,    // waits for a hole of its file to be read again
};

struct Batch {
  std::uint32_t chain;  // after this batch, when queued
  ItemSet rows;
  ItemSet left_out;
  Byte sequence;
  Place place;
  Byte tagged;  // delivery.maybe_repeated
  Byte hollow;
  std::array<Name, kNamesMax> names;
  Byte reserved;
};

}  // namespace dims::model
