// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "tests/model/batch.h"

namespace dims::model {

enum class MessageKind : Byte { kDeliver, kRefillDone };

struct UpMessage {
  std::uint32_t chain;
  MessageKind kind;
  Byte epoch;
  Byte sequence;
  ItemSet rows;
  ItemSet left_out;
  Byte tagged;
  Byte hollow;
  std::array<Name, kNamesMax> names;
};

struct Position {
  std::uint32_t chain;
  Byte epoch;
  Byte watermark;
  Byte file_offset;
  Byte file_hash;
  std::array<Byte, kNoncesMax> counter;
  std::array<Byte, kEpochsMax> watermarks;
  std::array<Byte, kEpochsMax> ordinals;
  ItemSet stored;  // ghost
  std::array<Byte, 3> reserved;
};

struct Ack {
  Byte epoch;
  Byte committed;
  ItemSet stored;  // ghost
  Byte reserved;
};

// Streams in flight. Hello travels at once with its answer's computation: a lost Hello equals a
// lost Position.
struct Network {
  Position position;
  std::array<UpMessage, kInFlightMax> up;
  std::array<UpMessage, kInFlightMax> old;  // of the stream before, may still arrive
  std::array<Ack, kInFlightMax> acks;
  Byte has_position;
  Byte up_count;
  Byte old_count;
  Byte ack_count;
};

}  // namespace dims::model
