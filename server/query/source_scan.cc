// SPDX-License-Identifier: Apache-2.0
#include "server/query/source_scan.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/event/fields.h"
#include "common/event/gather_rows.h"
#include "common/filter/evaluate.h"
#include "server/query/order_rows.h"
#include "server/query/query_columns.h"

namespace dims {
namespace {

bool Has(const ColumnSource& source, const ColumnId& id) {
  return std::find(source.columns().begin(), source.columns().end(), id) != source.columns().end();
}

ColumnId CoreColumn(Field field) {
  return {std::string(NameOf(field)), DefinitionOf(field).type};
}

// Takes the rows out that are not `allowed`, by dictionary entry; `absent` says what becomes of
// rows without a value. A template over the question asked of each entry.
template <typename Allowed>
absl::Status KeepAllowed(ColumnSource& source, Field field, bool absent, const Allowed& allowed,
                         RowBitmap& rows) {
  const ColumnId id = CoreColumn(field);
  if (!Has(source, id)) {
    if (!absent) rows = RowBitmap(rows.size());
    return absl::OkStatus();
  }
  // Mostly every value of a block is allowed, and no row has to be read to know it.
  ASSIGN_OR_RETURN(const std::optional<ValueCounts> counted, source.CountValues(id), id.name);
  if (counted) {
    std::uint64_t kept_rows = 0;
    for (std::uint32_t code = 0; code < counted->counts.size(); ++code) {
      if (allowed(counted->values->strings()[code])) kept_rows += counted->counts[code];
    }
    const std::uint64_t counted_rows =
        std::accumulate(counted->counts.begin(), counted->counts.end(), std::uint64_t{0});
    if (kept_rows == counted_rows && (absent || counted_rows == rows.size())) {
      return absl::OkStatus();
    }
  }
  ASSIGN_OR_RETURN(const std::shared_ptr<const Column> column, source.Load(id), id.name);
  std::vector<bool> may(column->dictionary_size());
  for (std::uint32_t code = 0; code < may.size(); ++code)
    may[code] = allowed(column->strings()[code]);
  RowBitmap kept(rows.size());
  rows.ForEach([&](std::uint32_t row) {
    if (column->Has(row) ? may[column->codes()[row]] : absent) kept.Set(row);
  });
  rows = std::move(kept);
  return absl::OkStatus();
}

// Labels nobody knows are taken for the most restrictive, missing ones for AMBER.
absl::Status KeepVisible(const QueryPlan& plan, ColumnSource& source, RowBitmap& rows) {
  if (plan.sites) {
    RETURN_IF_ERROR(KeepAllowed(
        source, Field::kOrganizationId, false,
        [&](absl::string_view site) { return plan.sites->contains(site); }, rows));
  }
  if (plan.tlp_ceiling == Tlp::kRed) return absl::OkStatus();
  return KeepAllowed(
      source, Field::kTlp, Tlp::kAmber <= plan.tlp_ceiling,
      [&](absl::string_view label) {
        return ParseTlp(label).value_or(Tlp::kRed) <= plan.tlp_ceiling;
      },
      rows);
}

absl::Status KeepInRange(const QueryPlan& plan, const ManifestSource& described,
                         ColumnSource& source, RowBitmap& rows) {
  const bool inside =
      plan.range.from_ns <= described.min_time_ns && described.max_time_ns <= plan.range.to_ns;
  if (inside) return absl::OkStatus();
  const ColumnId id = CoreColumn(Field::kTimestamp);
  if (!Has(source, id)) {
    rows = RowBitmap(rows.size());
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const std::shared_ptr<const Column> times, source.Load(id), id.name);
  RowBitmap kept(rows.size());
  rows.ForEach([&](std::uint32_t row) {
    const std::int64_t time = times->integers()[row];
    if (times->Has(row) && plan.range.from_ns <= time && time <= plan.range.to_ns) kept.Set(row);
  });
  rows = std::move(kept);
  return absl::OkStatus();
}

std::vector<std::uint32_t> Numbers(const RowBitmap& rows) {
  std::vector<std::uint32_t> numbers;
  rows.ForEach([&](std::uint32_t row) { numbers.push_back(row); });
  return numbers;
}

absl::StatusOr<EventBatch> GatherColumns(ColumnSource& source, const RowBitmap& rows,
                                         const std::vector<ColumnId>& ids) {
  const std::vector<std::uint32_t> numbers = Numbers(rows);
  std::vector<Column> columns;
  for (const ColumnId& id : ids) {
    ASSIGN_OR_RETURN(const std::shared_ptr<const Column> column, source.TakeRows(id, numbers),
                     id.name);
    columns.push_back(*column);
  }
  return EventBatch(static_cast<std::uint32_t>(numbers.size()), std::move(columns));
}

bool IsOrderedBy(const QueryPlan& plan, const std::string& name) {
  const auto named = [&](const SortKey& key) { return key.name == name; };
  return std::any_of(plan.order.begin(), plan.order.end(), named) ||
         std::any_of(DefaultOrder().begin(), DefaultOrder().end(), named);
}

std::vector<ColumnId> OrderColumns(const QueryPlan& plan, const ColumnSource& source) {
  std::vector<ColumnId> ids;
  for (const ColumnId& id : source.columns()) {
    if (IsOrderedBy(plan, id.name)) ids.push_back(id);
  }
  return ids;
}

// Those of the answer, and those that order it.
std::vector<ColumnId> AnswerColumns(const QueryPlan& plan, const ColumnSource& source) {
  std::vector<ColumnId> ids;
  for (const ColumnId& id : source.columns()) {
    const bool source_position =
        id.name == NameOf(Field::kDeliverySource) || id.name == NameOf(Field::kDeliveryPosition);
    const bool chosen = !plan.columns || std::any_of(plan.columns->begin(), plan.columns->end(),
                                                     [&](const std::string& name) {
                                                       return !BindField(name, {id}).empty();
                                                     });
    if ((chosen && !source_position) || IsOrderedBy(plan, id.name)) ids.push_back(id);
  }
  return ids;
}

// Of the rows that match the first of the order, so that only their columns are read.
absl::StatusOr<RowBitmap> FirstRows(const QueryPlan& plan, ColumnSource& source,
                                    const RowBitmap& rows) {
  ASSIGN_OR_RETURN(const EventBatch keys, GatherColumns(source, rows, OrderColumns(plan, source)));
  const std::vector<std::uint32_t> numbers = Numbers(rows);
  RowBitmap first(rows.size());
  for (const std::uint32_t row : OrderRows(keys, plan.order, plan.rows_wanted)) {
    first.Set(numbers[row]);
  }
  return first;
}

}  // namespace

bool MayHoldRows(const QueryPlan& plan, const ManifestSource& source) {
  if (source.min_time_ns > plan.range.to_ns || source.max_time_ns < plan.range.from_ns) {
    return false;
  }
  if (!plan.sites) return true;
  return std::any_of(source.sites.begin(), source.sites.end(),
                     [&](const std::string& site) { return plan.sites->contains(site); });
}

absl::StatusOr<ScanResult> ScanSource(const QueryPlan& plan, const ManifestSource& described,
                                      std::size_t memory_bytes_max, Aggregation* groups,
                                      QueryColumns::MayGoOn may_go_on) {
  QueryColumns source(*described.columns, std::move(may_go_on));
  RowBitmap rows(source.rows(), true);
  RETURN_IF_ERROR(KeepInRange(plan, described, source, rows));
  RETURN_IF_ERROR(KeepVisible(plan, source, rows));
  for (const FilterNode* filter : plan.filters) {
    if (rows.None()) break;
    ASSIGN_OR_RETURN(const RowBitmap matches, EvaluateFilter(*filter, source));
    rows.And(matches);
  }

  ScanResult result;
  result.rows_matched = rows.Count();
  if (groups != nullptr) {
    RETURN_IF_ERROR(groups->Add(source, rows, memory_bytes_max));
    result.groups_bytes = groups->memory_bytes();
  } else if (result.rows_matched > 0) {
    if (result.rows_matched > plan.rows_wanted) {
      ASSIGN_OR_RETURN(rows, FirstRows(plan, source, rows));
    }
    ASSIGN_OR_RETURN(result.rows, GatherColumns(source, rows, AnswerColumns(plan, source)));
  }
  result.bytes_read = source.bytes_loaded();
  return result;
}

}  // namespace dims
