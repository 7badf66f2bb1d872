// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "agent/buffer/buffer_rows.h"
#include "agent/buffer/event_buffer.h"
#include "common/delivery/chain.h"

namespace dims {

// The buffer's state in memory as it will be when the transaction at hand has committed: calls that
// write change a copy, so a transaction that fails leaves nothing behind.
struct EventBuffer::Change {
  BufferMeta meta;
  std::vector<EpochPosition> ack_log;
  Backlog backlog;
  std::vector<FileHole> holes;
  std::uint64_t trimmed = 0;  // batches

  bool numbering() const { return meta.number_from < meta.next_id; }

  // Batches from here on wait for a hole to be read; the end where there is none.
  BatchId number_until() const { return holes.empty() ? meta.next_id : meta.again_next; }

  // The ids that nothing was read into are passed once no hole is left.
  void PassReservedIds() {
    const bool reserved = meta.again_next <= meta.number_from && meta.number_from < meta.held_from;
    if (holes.empty() && reserved) meta.number_from = meta.held_from;
  }

  // At the server or covered by its bookmarks: free to leave once the ring's limits say so.
  bool Settled(const BatchRow& row) const {
    return row.id <= meta.acked_id || (row.id < meta.number_from && row.epoch != meta.epoch);
  }

  // The batch's payload leaves the queue.
  void Settle(const BatchRow& row) {
    --backlog.batches;
    backlog.rows -= row.rows;
    backlog.bytes -= row.payload_bytes;
    backlog.ring_bytes += row.payload_bytes;
  }

  // Gives the batch its place in the present epoch.
  void Number(BatchRow& row) {
    row.epoch = meta.epoch;
    row.sequence = meta.next++;
    row.first_ordinal = meta.next_ordinal;
    meta.next_ordinal += row.rows;
    row.chain = meta.chain = ChainNext(meta.chain, row.epoch, row.sequence, row.digest);
  }
};

}  // namespace dims
