// SPDX-License-Identifier: Apache-2.0
#include "agent/buffer/buffer_position.h"

#include "common/base/status_macros.h"

namespace dims {

BufferPosition PositionOf(const BufferMeta& meta) {
  return {meta.epoch,         meta.next,       meta.acked,
          meta.base + 1,      meta.refill_end, meta.number_from < meta.next_id,
          meta.want_new_epoch};
}

absl::StatusOr<Backlog> CountBacklog(Database& database, const BufferMeta& meta) {
  Backlog backlog;
  {
    ASSIGN_OR_RETURN(
        Statement count,
        database.Prepare(
            "SELECT count(*), coalesce(sum(rows), 0), coalesce(sum(payload_bytes), 0) "
            "FROM batch WHERE id >= ?1 OR (epoch = ?2 AND sequence > ?3 AND sequence > 0)"));
    count.BindInt64(1, meta.number_from);
    count.BindUint64(2, meta.epoch);
    count.BindUint64(3, meta.acked);
    RETURN_IF_ERROR(count.Step().status());
    backlog.batches = count.Uint64(0);
    backlog.rows = count.Uint64(1);
    backlog.bytes = count.Uint64(2);
  }
  ASSIGN_OR_RETURN(const std::int64_t all,
                   database.QueryInt64("SELECT coalesce(sum(payload_bytes), 0) FROM batch"));
  backlog.ring_bytes = static_cast<std::uint64_t>(all) - backlog.bytes;
  backlog.lost_rows = meta.lost_rows;
  RETURN_IF_ERROR(FindOldest(database, meta, backlog));
  return backlog;
}

absl::Status FindOldest(Database& database, const BufferMeta& meta, Backlog& backlog) {
  backlog.oldest_ns = 0;
  if (backlog.batches == 0) return absl::OkStatus();
  ASSIGN_OR_RETURN(Statement oldest,
                   database.Prepare("SELECT oldest_ns FROM batch WHERE id > ?1 AND (id >= ?2 OR "
                                    "epoch = ?3) ORDER BY id LIMIT 1"));
  oldest.BindInt64(1, meta.acked_id);
  oldest.BindInt64(2, meta.number_from);
  oldest.BindUint64(3, meta.epoch);
  ASSIGN_OR_RETURN(const bool found, oldest.Step());
  if (found) backlog.oldest_ns = oldest.Int64(0);
  return absl::OkStatus();
}

}  // namespace dims
