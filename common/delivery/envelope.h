// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/crypto/sha256.h"
#include "common/delivery/bookmark.h"

namespace dims {

using Epoch = std::uint64_t;     // random, drawn when a buffer is made or by the server; 0 = none
using Sequence = std::uint64_t;  // dense from 1 within an epoch
using Ordinal = std::uint64_t;   // of an event within an epoch, from 0

// Rows [first, first + count) of a batch.
struct RowRange {
  std::uint32_t first = 0;
  std::uint32_t count = 0;

  friend bool operator==(const RowRange&, const RowRange&) = default;
};

// Rows that will never arrive, counted; becomes a gap at the server.
struct Loss {
  std::string source;
  std::int64_t from_ns = 0;  // wall time of the first and the last lost row, as well as it is known
  std::int64_t to_ns = 0;
  std::uint64_t count = 0;
  std::string reason;  // "buffer_full", "damaged", "kernel_drop", ...

  friend bool operator==(const Loss&, const Loss&) = default;
};

// What surrounds a payload from the buffer to the tail. A value.
//
// Hollow: the payload was dropped or damaged; the digest stays so that the chain still verifies,
// hollow_reason says why.
struct Envelope {
  Epoch epoch = 0;
  Sequence sequence = 0;
  Ordinal first_ordinal = 0;
  std::uint32_t rows = 0;  // of the payload, left-out rows included; ordinals count them too
  Sha256Digest payload_digest{};
  Sha256Digest chain{};
  std::vector<Bookmark> bookmarks;
  std::vector<RowRange> leave_out;       // ascending, not overlapping: rows the server already has
  std::vector<RowRange> maybe_repeated;  // likewise: rows the server may have, nobody can tell
  std::vector<Loss> losses;
  std::string payload;
  std::string hollow_reason;
  Epoch replaces_epoch = 0;
  Sequence replaces_sequence = 0;

  bool hollow() const { return !hollow_reason.empty(); }

  friend bool operator==(const Envelope&, const Envelope&) = default;
};

}  // namespace dims
