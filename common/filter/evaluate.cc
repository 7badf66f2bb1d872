// SPDX-License-Identifier: Apache-2.0
#include "common/filter/evaluate.h"

#include <algorithm>

#include "common/base/status_macros.h"
#include "common/event/fields.h"

namespace dims {
namespace {

bool IsSearchedByWord(const ColumnId& id) {
  switch (id.type) {
    case ColumnType::kKeyword:
    case ColumnType::kText:
    case ColumnType::kIp:
    case ColumnType::kKeywordList:
    case ColumnType::kIpList:
      return !IsInternal(id.name) && id.name != "event.id";
    case ColumnType::kInteger:
    case ColumnType::kTime:
    case ColumnType::kDouble:
    case ColumnType::kBool:
      return false;
  }
  return false;
}

absl::StatusOr<RowBitmap> EvaluateTest(const FilterNode& test, ColumnSource& source) {
  RowBitmap rows(source.rows());
  // A bare * asks for nothing in particular.
  if (test.field.empty() && test.predicate.kind() == PredicateKind::kExists) {
    return RowBitmap(source.rows(), true);
  }
  for (const ColumnId& id : BindField(test.field, source.columns())) {
    ASSIGN_OR_RETURN(const RowBitmap matches, source.Match(id, test.predicate), id.name);
    rows.Or(matches);
    if (rows.All()) break;
  }
  return rows;
}

}  // namespace

std::vector<ColumnId> BindField(absl::string_view field, const std::vector<ColumnId>& columns) {
  const std::span<const absl::string_view> group = GroupFields(field);
  std::vector<ColumnId> bound;
  for (const ColumnId& id : columns) {
    const bool address = id.type == ColumnType::kIp || id.type == ColumnType::kIpList;
    bool takes_part = false;
    if (field.empty()) {
      takes_part = IsSearchedByWord(id);
    } else if (field == "ip") {
      takes_part = address;
    } else if (!group.empty()) {
      takes_part = std::find(group.begin(), group.end(), id.name) != group.end();
    } else {
      takes_part = id.name == field;
    }
    if (takes_part) bound.push_back(id);
  }
  return bound;
}

absl::StatusOr<RowBitmap> EvaluateFilter(const FilterNode& filter, ColumnSource& source) {
  switch (filter.kind) {
    case FilterNode::Kind::kEverything:
      return RowBitmap(source.rows(), true);
    case FilterNode::Kind::kTest:
      return EvaluateTest(filter, source);
    case FilterNode::Kind::kNot: {
      ASSIGN_OR_RETURN(RowBitmap rows, EvaluateFilter(filter.children.front(), source));
      rows.Not();
      return rows;
    }
    case FilterNode::Kind::kAnd:
    case FilterNode::Kind::kOr:
      break;
  }
  const bool all = filter.kind == FilterNode::Kind::kAnd;
  RowBitmap rows(source.rows(), all);
  for (const FilterNode& child : filter.children) {
    ASSIGN_OR_RETURN(const RowBitmap matches, EvaluateFilter(child, source));
    if (all) {
      rows.And(matches);
    } else {
      rows.Or(matches);
    }
    // The rest cannot change the answer, and may not have to be loaded.
    if (all ? rows.None() : rows.All()) break;
  }
  return rows;
}

}  // namespace dims
