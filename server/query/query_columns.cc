// SPDX-License-Identifier: Apache-2.0
#include "server/query/query_columns.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/event/column_builder.h"

namespace dims {
namespace {

const ColumnId& IdColumn() {
  static const auto& id = *new ColumnId{"event.id", ColumnType::kKeyword};
  return id;
}

const ColumnId& StreamColumn() {
  static const auto& id = *new ColumnId{"event.stream", ColumnType::kKeyword};
  return id;
}

const ColumnId& OrdinalColumn() {
  static const auto& id = *new ColumnId{"event.ordinal", ColumnType::kInteger};
  return id;
}

void SetId(const Column& streams, const Column& ordinals, std::uint32_t row,
           ColumnBuilder& builder) {
  if (!streams.Has(row) || !ordinals.Has(row)) return;
  builder.SetBytes(row, absl::StrCat(streams.TextAt(row), "/", ordinals.integers()[row]));
}

}  // namespace

std::size_t MemoryBytes(const Column& column) {
  const ColumnParts& parts = column.parts();
  return parts.strings.bytes().size() + parts.strings.ends().size() * 4 +
         parts.addresses.size() * sizeof(IpAddress) + parts.list_ends.size() * 4 +
         parts.list_elements.size() * 4 + parts.codes.size() * 4 + parts.integers.size() * 8 +
         parts.doubles.size() * 8 + parts.bools.size() + parts.rows / 8;
}

std::size_t MemoryBytes(const EventBatch& batch) {
  std::size_t bytes = 0;
  for (const Column& column : batch.columns()) bytes += MemoryBytes(column);
  return bytes;
}

QueryColumns::QueryColumns(ColumnSource& source, MayGoOn may_go_on)
    : source_(source), may_go_on_(std::move(may_go_on)), ids_(source.columns()) {
  const auto has = [&](const ColumnId& id) {
    return std::find(ids_.begin(), ids_.end(), id) != ids_.end();
  };
  made_ = !has(IdColumn()) && has(StreamColumn()) && has(OrdinalColumn());
  if (made_) ids_.push_back(IdColumn());
}

absl::StatusOr<std::shared_ptr<const Column>> QueryColumns::Load(const ColumnId& id) {
  RETURN_IF_ERROR(GoOn());
  if (IsMade(id)) return MakeIds(RowBitmap(rows(), true));
  ASSIGN_OR_RETURN(std::shared_ptr<const Column> column, source_.Load(id));
  bytes_loaded_ += MemoryBytes(*column);
  return column;
}

absl::StatusOr<RowBitmap> QueryColumns::Match(const ColumnId& id, const Predicate& predicate) {
  RETURN_IF_ERROR(GoOn());
  if (!IsMade(id)) return source_.Match(id, predicate);
  if (predicate.kind() == PredicateKind::kEquals) return MatchId(predicate.text());
  ASSIGN_OR_RETURN(const std::shared_ptr<const Column> ids, Load(id));
  return EvaluatePredicate(predicate, *ids);
}

absl::StatusOr<std::shared_ptr<const Column>> QueryColumns::LoadRows(const ColumnId& id,
                                                                     const RowBitmap& rows) {
  RETURN_IF_ERROR(GoOn());
  if (IsMade(id)) return MakeIds(rows);
  ASSIGN_OR_RETURN(std::shared_ptr<const Column> column, source_.LoadRows(id, rows));
  bytes_loaded_ += MemoryBytes(*column);
  return column;
}

absl::StatusOr<std::shared_ptr<const Column>> QueryColumns::TakeRows(
    const ColumnId& id, std::span<const std::uint32_t> rows) {
  RETURN_IF_ERROR(GoOn());
  if (IsMade(id)) return TakeIds(rows);
  ASSIGN_OR_RETURN(std::shared_ptr<const Column> column, source_.TakeRows(id, rows));
  bytes_loaded_ += MemoryBytes(*column);
  return column;
}

absl::StatusOr<std::optional<ValueCounts>> QueryColumns::CountValues(const ColumnId& id) {
  if (IsMade(id)) return std::nullopt;
  ASSIGN_OR_RETURN(std::optional<ValueCounts> counts, source_.CountValues(id));
  if (counts) bytes_loaded_ += MemoryBytes(*counts->values) + counts->counts.size() * 4;
  return counts;
}

std::optional<ColumnBounds> QueryColumns::BoundsOf(const ColumnId& id) {
  if (IsMade(id)) return std::nullopt;
  return source_.BoundsOf(id);
}

// The one event with this id, without making the ids of all.
absl::StatusOr<RowBitmap> QueryColumns::MatchId(absl::string_view id) {
  const std::size_t slash = id.rfind('/');
  std::int64_t ordinal = 0;
  // Digits as they print: "007" and "+7" are no ordinals.
  if (slash == id.npos || !absl::SimpleAtoi(id.substr(slash + 1), &ordinal) ||
      absl::StrCat(ordinal) != id.substr(slash + 1)) {
    return RowBitmap(rows());
  }
  ASSIGN_OR_RETURN(RowBitmap matches,
                   source_.Match(OrdinalColumn(), Predicate::Equals(id.substr(slash + 1))));
  if (matches.None()) return matches;
  ASSIGN_OR_RETURN(const RowBitmap of_stream,
                   source_.Match(StreamColumn(), Predicate::Equals(id.substr(0, slash))));
  matches.And(of_stream);
  return matches;
}

absl::StatusOr<std::shared_ptr<const Column>> QueryColumns::MakeIds(const RowBitmap& rows) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const Column> streams, source_.Load(StreamColumn()));
  ASSIGN_OR_RETURN(const std::shared_ptr<const Column> ordinals, source_.Load(OrdinalColumn()));
  ColumnBuilder builder(IdColumn().name, IdColumn().type);
  rows.ForEach([&](std::uint32_t row) { SetId(*streams, *ordinals, row, builder); });
  return std::make_shared<const Column>(builder.Take(rows.size()));
}

absl::StatusOr<std::shared_ptr<const Column>> QueryColumns::TakeIds(
    std::span<const std::uint32_t> rows) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const Column> streams,
                   source_.TakeRows(StreamColumn(), rows));
  ASSIGN_OR_RETURN(const std::shared_ptr<const Column> ordinals,
                   source_.TakeRows(OrdinalColumn(), rows));
  ColumnBuilder builder(IdColumn().name, IdColumn().type);
  const auto count = static_cast<std::uint32_t>(rows.size());
  for (std::uint32_t i = 0; i < count; ++i) SetId(*streams, *ordinals, i, builder);
  return std::make_shared<const Column>(builder.Take(count));
}

}  // namespace dims
