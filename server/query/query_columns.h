// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/event/column_source.h"
#include "common/event/event_batch.h"

namespace dims {

// Memory a column takes, roughly.
std::size_t MemoryBytes(const Column& column);
std::size_t MemoryBytes(const EventBatch& batch);

// A source with event.id made of event.stream and event.ordinal ("<agent>/<epoch>/<ordinal>"), and
// a count of what was read.
//
// Thread: one at a time. `source` must outlive it. Errors: those of the source, and of
// `may_go_on`.
class QueryColumns final : public ColumnSource {
 public:
  // Asked before each look at a column; what it says instead of OK is the answer.
  using MayGoOn = std::function<absl::Status()>;

  explicit QueryColumns(ColumnSource& source, MayGoOn may_go_on = nullptr);

  std::uint32_t rows() const override { return source_.rows(); }

  const std::vector<ColumnId>& columns() const override { return ids_; }

  absl::StatusOr<std::shared_ptr<const Column>> Load(const ColumnId& id) override;
  absl::StatusOr<RowBitmap> Match(const ColumnId& id, const Predicate& predicate) override;
  absl::StatusOr<std::shared_ptr<const Column>> LoadRows(const ColumnId& id,
                                                         const RowBitmap& rows) override;
  absl::StatusOr<std::shared_ptr<const Column>> TakeRows(
      const ColumnId& id, std::span<const std::uint32_t> rows) override;

  absl::StatusOr<std::optional<ValueCounts>> CountValues(const ColumnId& id) override;
  std::optional<ColumnBounds> BoundsOf(const ColumnId& id) override;

  // Bytes of the columns that were loaded.
  std::uint64_t bytes_loaded() const { return bytes_loaded_; }

 private:
  absl::Status GoOn() const { return may_go_on_ ? may_go_on_() : absl::OkStatus(); }

  bool IsMade(const ColumnId& id) const { return made_ && id == ids_.back(); }

  absl::StatusOr<RowBitmap> MatchId(absl::string_view id);
  absl::StatusOr<std::shared_ptr<const Column>> MakeIds(const RowBitmap& rows);
  absl::StatusOr<std::shared_ptr<const Column>> TakeIds(std::span<const std::uint32_t> rows);

  ColumnSource& source_;
  const MayGoOn may_go_on_;
  std::vector<ColumnId> ids_;
  bool made_ = false;  // event.id is ours, and the last of ids_
  std::uint64_t bytes_loaded_ = 0;
};

}  // namespace dims
