// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/buffer/buffer_rows.h"
#include "common/delivery/envelope.h"
#include "common/delivery/file_hole.h"
#include "common/event/batch_codec.h"

namespace dims {

// What the pipeline hands to the buffer: one encoded batch of one loss class and what it covers.
struct NewBatch {
  EncodedBatch encoded;
  LossClass loss_class = LossClass::kCanWait;
  std::vector<Bookmark>
      bookmarks;               // one for each source with a row in it: where the source was read to
  std::vector<Loss> losses;    // counted since the batch before; they travel in its envelope
  std::int64_t oldest_ns = 0;  // @timestamp of its oldest row
  std::optional<ReadAgain> again;  // its rows, of one file, were read again to fill a hole
};

// What a new epoch needs to know beside the server's bookmarks.
struct EpochStart {
  std::vector<Bookmark> doubtful;  // of the server, contradicted by their file: see Envelope
  bool reads_again = false;        // somebody will read holes of files again
};

// Which rows of a batch the server's bookmarks cover, ascending and not overlapping. `through_id`
// of a cursor's entry tells whether the cursor covers this batch.
using CoveredRowsFunction = std::function<std::vector<RowRange>(
    const BatchRow& row, const Envelope& envelope, std::span<const ServerBookmark> server)>;

struct BufferOptions {
  std::string directory;  // holds buffer.db, its WAL and lock, and buffer.next; made by the caller,
                          // mode 0700
  std::string agent;      // the agent's id, which starts the hash chain

  // Everything in buffer.db together; 0: 4 GiB or a tenth of the volume, whichever is less.
  std::uint64_t bytes_max = 0;

  // Acked batches stay this long or until they are this many, so that a server restored from a
  // backup refills itself.
  absl::Duration keep_acked = absl::Hours(24);
  std::uint64_t keep_acked_bytes = 256u << 20;

  // Below this much free space on the volume nothing is accepted: in a full volume SQLite cannot
  // even delete.
  std::uint64_t volume_free_bytes_min = 64u << 20;

  std::string vfs;                             // see DatabaseOptions
  std::function<std::uint64_t()> volume_free;  // empty: asks the operating system
  CoveredRowsFunction covered_rows;            // empty: CoveredRows, which decodes the payload
};

}  // namespace dims
