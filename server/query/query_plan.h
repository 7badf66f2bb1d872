// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "common/filter/query.h"
#include "server/query/query_executor.h"

namespace dims {

inline constexpr std::uint64_t kNoRowLimit = std::numeric_limits<std::uint64_t>::max();

// A query made ready to run: what every source is asked, what is collected over all of them, and
// what is done with the table that gives. Points into the request, which must outlive it.
struct QueryPlan {
  // Each source.
  TimeRange range;
  std::optional<absl::flat_hash_set<std::string>> sites;  // of organization.id; none: every site
  Tlp tlp_ceiling = Tlp::kClear;
  std::vector<const FilterNode*> filters;  // the query's own, and those of leading where pipes

  // Over all sources: either groups ...
  const Pipe* aggregation = nullptr;
  // ... or rows, the first of an order.
  std::vector<SortKey> order;  // in front of the default one
  std::uint64_t rows_wanted = kNoRowLimit;
  std::optional<std::vector<std::string>> columns;  // the only ones that are needed; none: all

  // On the table, in order.
  std::vector<const Pipe*> rest;
  // Every pipe of `rest` works batch by batch: no table is needed.
  bool streams = true;
};

// Visibility first: the plan of a caller who sees no site that was asked for matches nothing.
QueryPlan MakePlan(const QueryRequest& request);

}  // namespace dims
