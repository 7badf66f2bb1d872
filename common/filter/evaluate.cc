// SPDX-License-Identifier: Apache-2.0
#include "common/filter/evaluate.h"

#include <algorithm>
#include <utility>
#include <vector>

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
    if (matches.None()) continue;  // as in most columns: nothing to count
    rows.Or(matches);
    if (rows.All()) break;
  }
  return rows;
}

// What it costs about to evaluate: bounds and numbers, then dictionaries, then texts.
int CostOf(const FilterNode& filter, ColumnSource& source) {
  if (filter.kind == FilterNode::Kind::kEverything) return 0;
  int cost = 0;
  for (const FilterNode& child : filter.children) cost = std::max(cost, CostOf(child, source));
  if (filter.kind != FilterNode::Kind::kTest) return cost;
  for (const ColumnId& id : BindField(filter.field, source.columns())) {
    const bool number = id.type == ColumnType::kInteger || id.type == ColumnType::kTime ||
                        id.type == ColumnType::kDouble || id.type == ColumnType::kBool;
    cost = std::max(cost, id.type == ColumnType::kText ? 2 : number ? 0 : 1);
  }
  return cost;
}

// The cheapest first: it may spare the others. The answer does not depend on the order.
std::vector<const FilterNode*> InOrderOfCost(const std::vector<FilterNode>& filters,
                                             ColumnSource& source) {
  std::vector<std::pair<int, const FilterNode*>> costs;
  for (const FilterNode& filter : filters) costs.emplace_back(CostOf(filter, source), &filter);
  std::stable_sort(costs.begin(), costs.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<const FilterNode*> ordered;
  for (const auto& [cost, filter] : costs) ordered.push_back(filter);
  return ordered;
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
  for (const FilterNode* child : InOrderOfCost(filter.children, source)) {
    ASSIGN_OR_RETURN(const RowBitmap matches, EvaluateFilter(*child, source));
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
