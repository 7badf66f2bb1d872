// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/crypto/sha256.h"
#include "common/delivery/bookmark.h"
#include "common/delivery/envelope.h"
#include "dims/v1/tail.pb.h"

namespace dims {

// How far the server has one epoch of one agent. Epochs of an agent are ordered by `rank`; the
// highest is current.
struct Watermark {
  std::string agent;
  Epoch epoch = 0;
  std::int64_t rank = 0;
  Sequence sequence = 0;
  Sha256Digest chain{};
  Ordinal next_ordinal = 0;
  std::uint64_t generation = 0;  // of the store that drew the epoch: it is valid in no other
};

enum class GapState : std::uint8_t {
  kRefilling = 1,  // the site may still have the rows
  kFinal = 2,      // lost, for the reason given
};

// Events that are not in the store, counted: never silence.
struct Gap {
  std::int64_t id = 0;
  std::string agent;
  std::string site;
  std::string source;  // empty: not known which
  Epoch epoch = 0;
  std::int64_t from_ns = 0;
  std::int64_t to_ns = 0;
  std::uint64_t count = 0;
  std::string reason;
  GapState state = GapState::kFinal;
  Sequence first_sequence = 0;  // refilling: the acked batches of `epoch` that the store lacks
  Sequence last_sequence = 0;
  // Names come in their order within an epoch: what is not beyond this one came before.
  Sequence refilled_through = 0;
};

// What was taken from an agent but will never be stored as events.
struct Quarantine {
  std::string agent;
  std::string site;
  Epoch epoch = 0;
  Sequence sequence = 0;
  std::uint32_t rows = 0;
  std::string reason;
  Sha256Digest digest{};
  std::string payload;  // empty once the agent's share (64 MiB) is used up
};

struct AgentBookmark {
  std::string agent;
  Bookmark bookmark;
};

// Everything one transaction makes durable besides alerts and window state.
struct CommitGroup {
  std::vector<v1::TailGroup> tails;      // each becomes one row of the tail, in order
  std::vector<Watermark> watermarks;     // new or moved
  std::vector<AgentBookmark> bookmarks;  // already merged: written as they are
  std::vector<Gap> new_gaps;
  std::vector<Gap> changed_gaps;  // by id; a count of 0 removes the gap
  std::vector<Quarantine> quarantines;
};

}  // namespace dims
