// SPDX-License-Identifier: Apache-2.0
#include "server/query/aggregation.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/little_endian.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

constexpr std::uint32_t kAbsent = std::numeric_limits<std::uint32_t>::max();

// The columns of an answer, one per name and type, as values turn up.
class TableBuilder {
 public:
  void Set(const std::string& name, std::uint32_t row, const std::vector<QueryValue>& values,
           bool list) {
    if (values.empty()) return;
    if (!list) {
      SetValue(BuilderOf(name, values[0].type), row, values[0]);
      return;
    }
    for (const QueryValue& value : values) {
      BuilderOf(name, ColumnType::kKeywordList).AddBytes(row, value.Printed());
    }
  }

  EventBatch Finish(std::uint32_t rows) {
    std::vector<Column> columns;
    for (ColumnBuilder& builder : builders_) columns.push_back(builder.Take(rows));
    return EventBatch(rows, std::move(columns));
  }

 private:
  ColumnBuilder& BuilderOf(const std::string& name, ColumnType type) {
    if (type == ColumnType::kText) type = ColumnType::kKeyword;
    const auto [found, added] = at_.try_emplace({name, type}, builders_.size());
    if (added) builders_.emplace_back(name, type);
    return builders_[found->second];
  }

  std::map<std::pair<std::string, ColumnType>, std::size_t> at_;
  std::vector<ColumnBuilder> builders_;
};

// Absent values last.
int CompareKeys(const std::vector<std::vector<QueryValue>>& a,
                const std::vector<std::vector<QueryValue>>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].empty() != b[i].empty()) return a[i].empty() ? 1 : -1;
    if (a[i].empty()) continue;
    const int order = CompareValues(a[i][0], b[i][0]);
    if (order != 0) return order;
  }
  return 0;
}

absl::Status TooMany(std::size_t memory_bytes_max) {
  return absl::ResourceExhaustedError(
      absl::StrCat("the groups of this query need more than ", memory_bytes_max >> 20,
                   " MiB: narrow the time range or group by fewer values"));
}

}  // namespace

Aggregation::Aggregation(const Pipe& pipe)
    : pipe_(&pipe), keys_(pipe.by), aggregates_(pipe.aggregates) {
  if (pipe.kind != Pipe::Kind::kStats) {
    for (const std::string& name : pipe.names) {
      GroupKey key;
      key.field = key.label = name;
      keys_.push_back(std::move(key));
    }
    Aggregate count;
    count.label = "count";
    aggregates_.push_back(std::move(count));
    skips_absent_ = true;
  }
  if (keys_.empty()) {
    // Without keys there is one row, even over nothing.
    groups_.push_back({{}, std::vector<AggregateState>(aggregates_.size())});
    by_key_.emplace("", 0);
  }
  counts_only_ =
      std::all_of(aggregates_.begin(), aggregates_.end(), [](const Aggregate& aggregate) {
        return aggregate.kind == Aggregate::Kind::kCount && aggregate.field.empty();
      });
  if (keys_.size() == 1 && counts_only_) counter_.emplace(keys_[0]);
}

absl::Status Aggregation::Add(ColumnSource& source, const RowBitmap& rows,
                              std::size_t memory_bytes_max) {
  if (rows.None()) return absl::OkStatus();
  if (counter_) {
    RETURN_IF_ERROR(counter_->Add(source, rows));
    return memory_bytes() <= memory_bytes_max ? absl::OkStatus() : TooMany(memory_bytes_max);
  }
  if (keys_.empty() && counts_only_) {
    for (AggregateState& state : groups_[0].states) state.AddRows(rows.Count());
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const Part part, Open(source, rows));
  by_ids_.clear();
  last_group_ = kAbsent;
  group_of_id_.clear();
  seen_.assign(aggregates_.size(), {});
  if (keys_.size() == 1) group_of_id_.assign(part.keys[0].values().size(), kAbsent);
  absl::Status status;
  rows.ForEach([&](std::uint32_t row) {
    if (status.ok()) status = AddRow(part, row);
    if (status.ok() && memory_bytes_ > memory_bytes_max) {
      status = TooMany(memory_bytes_max);
    }
  });
  return status;
}

absl::StatusOr<Aggregation::Part> Aggregation::Open(ColumnSource& source,
                                                    const RowBitmap& rows) const {
  Part part;
  for (const GroupKey& key : keys_) {
    ASSIGN_OR_RETURN(FieldValues values, FieldValues::Make(source, key, rows));
    part.keys.push_back(std::move(values));
  }
  bool needs_moment = false;
  std::map<std::string, std::size_t> opened;
  for (const Aggregate& aggregate : aggregates_) {
    part.field_of.push_back(0);
    if (aggregate.field.empty()) continue;
    const auto [found, added] = opened.try_emplace(aggregate.field, part.fields.size());
    part.field_of.back() = found->second;
    needs_moment = needs_moment || aggregate.kind == Aggregate::Kind::kFirst ||
                   aggregate.kind == Aggregate::Kind::kLast;
    if (!added) continue;
    GroupKey key;
    key.field = aggregate.field;
    ASSIGN_OR_RETURN(FieldValues values, FieldValues::Make(source, key, rows));
    part.fields.push_back(std::move(values));
  }
  if (!needs_moment) return part;
  auto times = source.Load({"@timestamp", ColumnType::kTime});
  auto ordinals = source.Load({"event.ordinal", ColumnType::kInteger});
  for (const absl::Status& status : {times.status(), ordinals.status()}) {
    if (!status.ok() && !absl::IsNotFound(status)) return status;
  }
  if (times.ok()) part.times = *std::move(times);
  if (ordinals.ok()) part.ordinals = *std::move(ordinals);
  return part;
}

// Each combination of the row's key values is a group it belongs to.
absl::Status Aggregation::AddRow(const Part& part, std::uint32_t row) {
  ids_.assign(keys_.size(), kAbsent);
  std::size_t combinations = 1;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    const std::span<const std::uint32_t> ids = part.keys[i].IdsAt(row);
    if (ids.empty() && skips_absent_) return absl::OkStatus();
    combinations *= std::max<std::size_t>(1, ids.size());
    if (combinations > kGroupsPerRowMax) {
      return absl::ResourceExhaustedError(
          "one event belongs to more than 4,096 groups: group by fewer lists");
    }
  }
  for (std::size_t combination = 0; combination < combinations; ++combination) {
    std::size_t rest = combination;
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      const std::span<const std::uint32_t> ids = part.keys[i].IdsAt(row);
      if (ids.empty()) continue;
      ids_[i] = ids[rest % ids.size()];
      rest /= ids.size();
    }
    AddToGroup(part, row, GroupOf(part, ids_));
  }
  return absl::OkStatus();
}

std::uint32_t Aggregation::GroupOf(const Part& part, const std::vector<std::uint32_t>& ids) {
  if (last_group_ != kAbsent && ids == last_ids_) return last_group_;
  last_ids_ = ids;
  return last_group_ = FindGroup(part, ids);
}

std::uint32_t Aggregation::FindGroup(const Part& part, const std::vector<std::uint32_t>& ids) {
  const bool one_key = ids.size() == 1 && ids[0] != kAbsent;
  if (one_key && group_of_id_[ids[0]] != kAbsent) return group_of_id_[ids[0]];
  const auto known = one_key ? by_ids_.end() : by_ids_.find(ids);
  if (known != by_ids_.end()) return known->second;
  std::string encoded;
  std::vector<std::vector<QueryValue>> keys(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] == kAbsent) {
      encoded += '\0';
      continue;
    }
    keys[i] = {part.keys[i].values()[ids[i]]};
    const std::string value = keys[i][0].Encoded();
    encoded += '\1';
    AppendLittleEndian(encoded, static_cast<std::uint32_t>(value.size()));
    encoded += value;
  }
  const auto [found, added] =
      by_key_.try_emplace(encoded, static_cast<std::uint32_t>(groups_.size()));
  if (added) {
    groups_.push_back({std::move(keys), std::vector<AggregateState>(aggregates_.size())});
    memory_bytes_ += GroupBytes(encoded.size());
  }
  if (one_key) {
    group_of_id_[ids[0]] = found->second;
  } else {
    by_ids_.emplace(ids, found->second);
  }
  return found->second;
}

std::size_t Aggregation::GroupBytes(std::size_t encoded_bytes) const {
  return 3 * encoded_bytes + keys_.size() * sizeof(QueryValue) +
         aggregates_.size() * sizeof(AggregateState) + 128;
}

void Aggregation::AddToGroup(const Part& part, std::uint32_t row, std::uint32_t group) {
  RowMoment moment;
  if (part.times != nullptr && part.times->Has(row)) moment.time_ns = part.times->integers()[row];
  if (part.ordinals != nullptr && part.ordinals->Has(row)) {
    moment.ordinal = part.ordinals->integers()[row];
  }
  for (std::size_t i = 0; i < aggregates_.size(); ++i) {
    AggregateState& state = groups_[group].states[i];
    if (aggregates_[i].field.empty()) {
      state.AddRow();
      continue;
    }
    const std::size_t before = state.memory_bytes();
    const FieldValues& field = part.fields[part.field_of[i]];
    for (const std::uint32_t id : field.IdsAt(row)) {
      if (AggregateState::CountsOnce(aggregates_[i]) && !IsNew(i, group, id)) continue;
      state.Add(aggregates_[i], field.values()[id], moment);
    }
    memory_bytes_ += state.memory_bytes() - before;
  }
}

// The first time that this source gives this value to this group.
bool Aggregation::IsNew(std::size_t aggregate, std::uint32_t group, std::uint32_t id) {
  return seen_[aggregate].insert(std::uint64_t{group} << 32 | id).second;
}

void Aggregation::Merge(Aggregation&& other) {
  if (counter_) return counter_->Merge(std::move(*other.counter_));
  std::vector<const std::string*> encoded_of(other.groups_.size());
  for (const auto& [encoded, group] : other.by_key_) encoded_of[group] = &encoded;
  for (std::uint32_t i = 0; i < other.groups_.size(); ++i) {
    const auto [found, added] =
        by_key_.try_emplace(*encoded_of[i], static_cast<std::uint32_t>(groups_.size()));
    if (added) {
      memory_bytes_ += GroupBytes(encoded_of[i]->size());
      for (const AggregateState& state : other.groups_[i].states) {
        memory_bytes_ += state.memory_bytes();
      }
      groups_.push_back(std::move(other.groups_[i]));
      continue;
    }
    for (std::size_t k = 0; k < aggregates_.size(); ++k) {
      AggregateState& state = groups_[found->second].states[k];
      const std::size_t before = state.memory_bytes();
      state.Merge(aggregates_[k], std::move(other.groups_[i].states[k]));
      memory_bytes_ += state.memory_bytes() - before;
    }
  }
}

// The groups of counter_, as far as they can be in the answer.
std::vector<Aggregation::Group> Aggregation::CountedGroups() const {
  const bool all = pipe_->kind == Pipe::Kind::kStats;
  std::vector<Group> groups;
  const auto add = [&](std::vector<QueryValue> key, std::uint64_t rows) {
    std::vector<AggregateState> states(aggregates_.size());
    for (AggregateState& state : states) state.AddRows(rows);
    groups.push_back({{std::move(key)}, std::move(states)});
  };
  const std::uint64_t size = all ? std::numeric_limits<std::uint64_t>::max() : pipe_->rows;
  for (ValueCounter::Counted& counted : counter_->Leaders(size, pipe_->kind != Pipe::Kind::kRare)) {
    add({std::move(counted.value)}, counted.rows);
  }
  if (!skips_absent_ && counter_->absent_rows() > 0) add({}, counter_->absent_rows());
  return groups;
}

std::vector<std::uint32_t> Aggregation::OrderedGroups(const std::vector<Group>& groups) const {
  std::vector<std::uint32_t> order(groups.size());
  std::iota(order.begin(), order.end(), 0u);
  const auto count_of = [&](std::uint32_t group) {
    return groups[group].states.back().Result(aggregates_.back())[0].integer;
  };
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    if (pipe_->kind != Pipe::Kind::kStats && count_of(a) != count_of(b)) {
      return pipe_->kind == Pipe::Kind::kTop ? count_of(a) > count_of(b)
                                             : count_of(a) < count_of(b);
    }
    return CompareKeys(groups[a].keys, groups[b].keys) < 0;
  });
  if (pipe_->kind != Pipe::Kind::kStats && order.size() > pipe_->rows) order.resize(pipe_->rows);
  return order;
}

EventBatch Aggregation::Finish() const {
  const std::vector<Group> counted = counter_ ? CountedGroups() : std::vector<Group>();
  const std::vector<Group>& groups = counter_ ? counted : groups_;
  TableBuilder table;
  std::uint32_t row = 0;
  for (const std::uint32_t group : OrderedGroups(groups)) {
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      table.Set(keys_[i].label, row, groups[group].keys[i], false);
    }
    for (std::size_t i = 0; i < aggregates_.size(); ++i) {
      table.Set(aggregates_[i].label, row, groups[group].states[i].Result(aggregates_[i]),
                aggregates_[i].kind == Aggregate::Kind::kValues);
    }
    ++row;
  }
  return table.Finish(row);
}

std::vector<std::string> Aggregation::ColumnOrder() const {
  std::vector<std::string> names;
  for (const GroupKey& key : keys_) names.push_back(key.label);
  for (const Aggregate& aggregate : aggregates_) names.push_back(aggregate.label);
  return names;
}

}  // namespace dims
