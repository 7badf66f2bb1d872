// SPDX-License-Identifier: Apache-2.0
#include "server/query/row_collector.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/event/concatenate.h"
#include "common/event/fields.h"
#include "common/event/gather_rows.h"
#include "server/query/order_rows.h"
#include "server/query/query_columns.h"

namespace dims {
namespace {

// Sorting is worth while from here on.
constexpr std::uint64_t kRowsToCompact = 65'536;

const Column* TimesOf(const EventBatch& batch) {
  return batch.Find(NameOf(Field::kTimestamp), ColumnType::kTime);
}

bool IsNewer(const Column* times, std::uint32_t row, std::int64_t time_ns) {
  return times != nullptr && times->Has(row) && times->integers()[row] > time_ns;
}

}  // namespace

absl::Status RowCollector::Add(EventBatch rows) {
  if (rows.rows() == 0) return absl::OkStatus();
  rows_ += rows.rows();
  memory_bytes_ += MemoryBytes(rows);
  pieces_.push_back(std::move(rows));
  if (limited() && rows_ > kRowsToCompact && (rows_ - kRowsToCompact) / 2 > wanted_) {
    RETURN_IF_ERROR(Compact());
  }
  if (memory_bytes_ > memory_bytes_max_ && limited()) RETURN_IF_ERROR(Compact());
  if (memory_bytes_ > memory_bytes_max_) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the rows of this answer need more than ", memory_bytes_max_ >> 20,
                     " MiB: narrow the time range, choose fields, or add | head N"));
  }
  return absl::OkStatus();
}

absl::Status RowCollector::NothingNewerThan(std::int64_t time_ns) {
  if (!plan_.order.empty()) return absl::OkStatus();
  const std::uint64_t ready = std::min(wanted_, RowsNewerThan(time_ns));
  if (ready < kBatchRowsMax || ready * 2 < rows_) return absl::OkStatus();
  const EventBatch ordered = Ordered();
  RETURN_IF_ERROR(Emit(ordered, 0, static_cast<std::uint32_t>(ready)));
  std::vector<std::uint32_t> left(ordered.rows() - ready);
  std::iota(left.begin(), left.end(), static_cast<std::uint32_t>(ready));
  return Add(GatherRows(ordered, left));
}

bool RowCollector::IsSettledAt(std::int64_t time_ns) const {
  return limited() && plan_.order.empty() && RowsNewerThan(time_ns) >= wanted_;
}

std::uint64_t RowCollector::RowsNewerThan(std::int64_t time_ns) const {
  std::uint64_t newer = 0;
  for (const EventBatch& piece : pieces_) {
    const Column* times = TimesOf(piece);
    for (std::uint32_t row = 0; row < piece.rows(); ++row) newer += IsNewer(times, row, time_ns);
  }
  return newer;
}

absl::Status RowCollector::Finish() {
  if (rows_ == 0) return absl::OkStatus();
  const EventBatch ordered = Ordered();
  return Emit(ordered, 0, ordered.rows());
}

// Keeps the rows that are wanted, of those held so far.
absl::Status RowCollector::Compact() {
  EventBatch ordered = Ordered();
  rows_ = ordered.rows();
  memory_bytes_ = MemoryBytes(ordered);
  pieces_.push_back(std::move(ordered));
  return absl::OkStatus();
}

absl::Status RowCollector::Emit(const EventBatch& ordered, std::uint32_t from, std::uint32_t to) {
  for (std::uint32_t begin = from; begin < to; begin += kBatchRowsMax) {
    std::vector<std::uint32_t> rows(std::min(kBatchRowsMax, to - begin));
    std::iota(rows.begin(), rows.end(), begin);
    RETURN_IF_ERROR(sink_(GatherRows(ordered, rows)));
    if (limited()) wanted_ -= rows.size();
  }
  return absl::OkStatus();
}

// All rows held, in order, no more than are wanted; nothing is held afterwards.
EventBatch RowCollector::Ordered() {
  std::vector<const EventBatch*> pieces;
  for (const EventBatch& piece : pieces_) pieces.push_back(&piece);
  const EventBatch all = Concatenate(pieces);
  pieces_.clear();
  rows_ = 0;
  memory_bytes_ = 0;
  return GatherRows(all, OrderRows(all, plan_.order, wanted_));
}

}  // namespace dims
