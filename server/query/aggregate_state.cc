// SPDX-License-Identifier: Apache-2.0
#include "server/query/aggregate_state.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace dims {
namespace {

constexpr std::size_t kValueBytes = sizeof(QueryValue) + 16;

QueryValue IntegerValue(std::int64_t integer) {
  QueryValue value;
  value.type = ColumnType::kInteger;
  value.integer = integer;
  return value;
}

QueryValue RealValue(double real) {
  QueryValue value;
  value.type = ColumnType::kDouble;
  value.real = real;
  return value;
}

}  // namespace

void AggregateState::Add(const Aggregate& aggregate, const QueryValue& value,
                         const RowMoment& moment) {
  switch (aggregate.kind) {
    case Aggregate::Kind::kCount:
      ++count_;
      return;
    case Aggregate::Kind::kSum:
    case Aggregate::Kind::kAverage:
      if (!value.IsNumber()) return;
      ++count_;
      if (value.type == ColumnType::kInteger) {
        integer_sum_ += value.integer;
      } else {
        real_sum_ += value.real;
        has_reals_ = true;
      }
      return;
    case Aggregate::Kind::kMin:
    case Aggregate::Kind::kMax:
    case Aggregate::Kind::kFirst:
    case Aggregate::Kind::kLast:
      Keep(aggregate, value, moment);
      return;
    case Aggregate::Kind::kPercentile:
      if (!value.IsNumber()) return;
      if (value.type == ColumnType::kInteger) {
        integers_.push_back(value.integer);
      } else {
        reals_.push_back(value.real);
      }
      memory_bytes_ += sizeof(std::int64_t);
      return;
    case Aggregate::Kind::kDistinct:
    case Aggregate::Kind::kValues:
      break;
  }
  std::string encoded = value.Encoded();
  if (distinct_.contains(encoded)) return;
  memory_bytes_ += encoded.size() * 2 + kValueBytes;
  distinct_.insert(std::move(encoded));
  if (aggregate.kind == Aggregate::Kind::kValues) distinct_values_.push_back(value);
}

void AggregateState::Merge(const Aggregate& aggregate, AggregateState&& other) {
  count_ += other.count_;
  integer_sum_ += other.integer_sum_;
  real_sum_ += other.real_sum_;
  has_reals_ = has_reals_ || other.has_reals_;
  if (other.kept_) Keep(aggregate, *other.kept_, other.kept_at_);
  memory_bytes_ += sizeof(std::int64_t) * (other.integers_.size() + other.reals_.size());
  integers_.insert(integers_.end(), other.integers_.begin(), other.integers_.end());
  reals_.insert(reals_.end(), other.reals_.begin(), other.reals_.end());
  if (aggregate.kind == Aggregate::Kind::kValues) {
    for (const QueryValue& value : other.distinct_values_) Add(aggregate, value, {});
    return;
  }
  // What both saw is kept, and counted, once.
  for (const std::string& encoded : other.distinct_) {
    if (distinct_.insert(encoded).second) memory_bytes_ += encoded.size() * 2 + kValueBytes;
  }
}

void AggregateState::Keep(const Aggregate& aggregate, const QueryValue& value,
                          const RowMoment& moment) {
  bool better = !kept_.has_value();
  if (!better) {
    const int order = CompareValues(value, *kept_);
    // Between values of one moment the smaller decides, so that the order of rows does not.
    const bool same_moment = moment == kept_at_;
    better = (aggregate.kind == Aggregate::Kind::kMin && order < 0) ||
             (aggregate.kind == Aggregate::Kind::kMax && order > 0) ||
             (aggregate.kind == Aggregate::Kind::kFirst &&
              (moment < kept_at_ || (same_moment && order < 0))) ||
             (aggregate.kind == Aggregate::Kind::kLast &&
              (moment > kept_at_ || (same_moment && order < 0)));
  }
  if (!better) return;
  kept_ = value;
  kept_at_ = moment;
}

std::vector<QueryValue> AggregateState::Result(const Aggregate& aggregate) const {
  switch (aggregate.kind) {
    case Aggregate::Kind::kCount:
      return {IntegerValue(static_cast<std::int64_t>(count_))};
    case Aggregate::Kind::kSum: {
      if (count_ == 0) return {};
      const bool fits = integer_sum_ <= std::numeric_limits<std::int64_t>::max() &&
                        integer_sum_ >= std::numeric_limits<std::int64_t>::min();
      if (!has_reals_ && fits) return {IntegerValue(static_cast<std::int64_t>(integer_sum_))};
      return {RealValue(static_cast<double>(integer_sum_) + real_sum_)};
    }
    case Aggregate::Kind::kAverage:
      if (count_ == 0) return {};
      return {
          RealValue((static_cast<double>(integer_sum_) + real_sum_) / static_cast<double>(count_))};
    case Aggregate::Kind::kMin:
    case Aggregate::Kind::kMax:
    case Aggregate::Kind::kFirst:
    case Aggregate::Kind::kLast:
      if (!kept_) return {};
      return {*kept_};
    case Aggregate::Kind::kDistinct:
      return {IntegerValue(static_cast<std::int64_t>(distinct_.size()))};
    case Aggregate::Kind::kPercentile:
      if (integers_.empty() && reals_.empty()) return {};
      return {Percentile(aggregate.size)};
    case Aggregate::Kind::kValues:
      return SmallestValues(aggregate.size);
  }
  return {};
}

// Nearest rank: a value that occurs, so integers stay integers.
QueryValue AggregateState::Percentile(std::uint32_t percent) const {
  const std::size_t count = integers_.size() + reals_.size();
  const auto rank = static_cast<std::ptrdiff_t>((count * percent + 99) / 100 - 1);
  if (reals_.empty()) {
    std::vector<std::int64_t> integers = integers_;
    std::nth_element(integers.begin(), integers.begin() + rank, integers.end());
    return IntegerValue(integers[static_cast<std::size_t>(rank)]);
  }
  std::vector<double> reals = reals_;
  for (const std::int64_t integer : integers_) reals.push_back(static_cast<double>(integer));
  std::nth_element(reals.begin(), reals.begin() + rank, reals.end());
  return RealValue(reals[static_cast<std::size_t>(rank)]);
}

std::vector<QueryValue> AggregateState::SmallestValues(std::uint32_t size) const {
  std::vector<QueryValue> values = distinct_values_;
  std::sort(values.begin(), values.end(),
            [](const QueryValue& a, const QueryValue& b) { return CompareValues(a, b) < 0; });
  if (values.size() > size) values.resize(size);
  return values;
}

}  // namespace dims
