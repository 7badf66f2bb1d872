// SPDX-License-Identifier: Apache-2.0
#include "server/query/query_plan.h"

#include <algorithm>

namespace dims {
namespace {

bool ChoosesColumns(const Pipe& pipe) {
  return pipe.kind == Pipe::Kind::kFields || pipe.kind == Pipe::Kind::kDrop;
}

bool Aggregates(const Pipe& pipe) {
  return pipe.kind == Pipe::Kind::kStats || pipe.kind == Pipe::Kind::kTop ||
         pipe.kind == Pipe::Kind::kRare;
}

std::optional<absl::flat_hash_set<std::string>> SitesOf(const QueryRequest& request) {
  const std::vector<std::string>& visible = request.visibility.sites;
  if (request.sites.empty() && visible.empty()) return std::nullopt;
  absl::flat_hash_set<std::string> sites;
  for (const std::string& site : request.sites.empty() ? visible : request.sites) {
    const bool may_see =
        visible.empty() || std::find(visible.begin(), visible.end(), site) != visible.end();
    if (may_see) sites.insert(site);
  }
  return sites;
}

}  // namespace

QueryPlan MakePlan(const QueryRequest& request) {
  QueryPlan plan;
  plan.range = request.range;
  plan.sites = SitesOf(request);
  plan.tlp_ceiling = request.visibility.tlp_ceiling;
  plan.filters = {&request.query.filter};

  const std::vector<Pipe>& pipes = request.query.pipes;
  std::size_t next = 0;
  for (; next < pipes.size() && pipes[next].kind == Pipe::Kind::kWhere; ++next) {
    plan.filters.push_back(&pipes[next].filter);
  }
  if (next < pipes.size() && Aggregates(pipes[next])) {
    plan.aggregation = &pipes[next++];
  } else if (next < pipes.size() && pipes[next].kind == Pipe::Kind::kSort) {
    plan.order = pipes[next++].sort;
  }
  // "fields a, b | head 5" needs five rows only: choosing columns and rows may change places.
  std::size_t head = next;
  while (head < pipes.size() && ChoosesColumns(pipes[head])) ++head;
  const bool has_head =
      plan.aggregation == nullptr && head < pipes.size() && pipes[head].kind == Pipe::Kind::kHead;
  if (has_head) plan.rows_wanted = pipes[head].rows;
  for (std::size_t i = next; i < pipes.size(); ++i) {
    if (has_head && i == head) continue;
    plan.rest.push_back(&pipes[i]);
    plan.streams = plan.streams && ChoosesColumns(pipes[i]);
  }
  if (plan.aggregation == nullptr && !plan.rest.empty() &&
      plan.rest.front()->kind == Pipe::Kind::kFields) {
    plan.columns = plan.rest.front()->names;
  }
  return plan;
}

}  // namespace dims
