// SPDX-License-Identifier: Apache-2.0
#include "server/query/order_rows.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "server/query/query_value.h"

namespace dims {
namespace {

// Ranks of the rows by one key: equal values, equal ranks; absent ones are highest, whatever the
// direction. Sorting by small numbers is what makes sorts of many rows quick.
std::vector<std::uint32_t> RanksOfDictionary(const Column& column, bool descending) {
  const std::uint32_t size = column.dictionary_size();
  std::vector<std::uint32_t> order(size);
  std::iota(order.begin(), order.end(), 0u);
  std::vector<QueryValue> values;
  for (std::uint32_t code = 0; code < size; ++code) values.push_back(DictionaryValue(column, code));
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const int compared = CompareValues(values[a], values[b]);
    return descending ? compared > 0 : compared < 0;
  });
  std::vector<std::uint32_t> rank_of_code(size);
  for (std::uint32_t i = 0; i < size; ++i) {
    const bool same = i > 0 && CompareValues(values[order[i]], values[order[i - 1]]) == 0;
    rank_of_code[order[i]] = same ? rank_of_code[order[i - 1]] : i;
  }
  std::vector<std::uint32_t> ranks(column.rows(), size);
  for (std::uint32_t row = 0; row < column.rows(); ++row) {
    if (column.Has(row)) ranks[row] = rank_of_code[column.codes()[row]];
  }
  return ranks;
}

std::vector<std::uint32_t> RanksOfIntegers(const Column& column, bool descending) {
  std::vector<std::int64_t> values;
  for (std::uint32_t row = 0; row < column.rows(); ++row) {
    if (column.Has(row)) values.push_back(column.integers()[row]);
  }
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  const auto size = static_cast<std::uint32_t>(values.size());
  std::vector<std::uint32_t> ranks(column.rows(), size);
  for (std::uint32_t row = 0; row < column.rows(); ++row) {
    if (!column.Has(row)) continue;
    const auto at = static_cast<std::uint32_t>(
        std::lower_bound(values.begin(), values.end(), column.integers()[row]) - values.begin());
    ranks[row] = descending ? size - 1 - at : at;
  }
  return ranks;
}

// Any types, several columns of one name.
std::vector<std::uint32_t> RanksOfValues(const std::vector<const Column*>& columns,
                                         std::uint32_t rows, bool descending) {
  std::vector<std::pair<QueryValue, std::uint32_t>> values;
  for (std::uint32_t row = 0; row < rows; ++row) {
    for (const Column* column : columns) {
      std::vector<QueryValue> of_row = ValuesAt(*column, row);
      if (of_row.empty()) continue;
      values.emplace_back(std::move(of_row.front()), row);
      break;
    }
  }
  std::sort(values.begin(), values.end(), [&](const auto& a, const auto& b) {
    const int compared = CompareValues(a.first, b.first);
    return descending ? compared > 0 : compared < 0;
  });
  const auto size = static_cast<std::uint32_t>(values.size());
  std::vector<std::uint32_t> ranks(rows, size);
  for (std::uint32_t i = 0; i < size; ++i) {
    const bool same = i > 0 && CompareValues(values[i].first, values[i - 1].first) == 0;
    ranks[values[i].second] = same ? ranks[values[i - 1].second] : i;
  }
  return ranks;
}

std::vector<std::uint32_t> RanksOf(const EventBatch& batch, const SortKey& key) {
  std::vector<const Column*> columns;
  for (const Column& column : batch.columns()) {
    if (column.name() == key.name) columns.push_back(&column);
  }
  std::sort(columns.begin(), columns.end(),
            [](const Column* a, const Column* b) { return a->type() < b->type(); });
  if (columns.empty()) return {};
  if (columns.size() == 1) {
    const ColumnType type = columns[0]->type();
    if (type == ColumnType::kKeyword || type == ColumnType::kIp) {
      return RanksOfDictionary(*columns[0], key.descending);
    }
    if (type == ColumnType::kInteger || type == ColumnType::kTime) {
      return RanksOfIntegers(*columns[0], key.descending);
    }
  }
  return RanksOfValues(columns, batch.rows(), key.descending);
}

}  // namespace

const std::vector<SortKey>& DefaultOrder() {
  static const auto& keys = *new std::vector<SortKey>{
      {"@timestamp", true}, {"event.stream", false}, {"event.ordinal", false}};
  return keys;
}

std::vector<std::uint32_t> OrderRows(const EventBatch& batch, std::span<const SortKey> keys,
                                     std::uint64_t rows_max) {
  std::vector<std::vector<std::uint32_t>> ranks;
  for (const std::span<const SortKey> part : {keys, std::span<const SortKey>(DefaultOrder())}) {
    for (const SortKey& key : part) {
      std::vector<std::uint32_t> of_key = RanksOf(batch, key);
      if (!of_key.empty()) ranks.push_back(std::move(of_key));
    }
  }
  std::vector<std::uint32_t> order(batch.rows());
  std::iota(order.begin(), order.end(), 0u);
  const auto before = [&](std::uint32_t a, std::uint32_t b) {
    for (const std::vector<std::uint32_t>& of_key : ranks) {
      if (of_key[a] != of_key[b]) return of_key[a] < of_key[b];
    }
    return a < b;
  };
  if (rows_max < order.size()) {
    const auto middle = order.begin() + static_cast<std::ptrdiff_t>(rows_max);
    std::partial_sort(order.begin(), middle, order.end(), before);
    order.erase(middle, order.end());
  } else {
    std::sort(order.begin(), order.end(), before);
  }
  return order;
}

}  // namespace dims
