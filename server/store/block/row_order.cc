// SPDX-License-Identifier: Apache-2.0
#include "server/store/block/row_order.h"

#include <algorithm>
#include <numeric>

#include "common/event/fields.h"

namespace dims {
namespace {

constexpr absl::string_view kStream = "event.stream";
constexpr absl::string_view kOrdinal = "event.ordinal";

// What stands for a row's value while sorting: its rank in the dictionary, 0 when absent.
std::vector<std::uint32_t> Ranks(const Column* column, std::uint32_t rows) {
  std::vector<std::uint32_t> ranks(rows, 0);
  if (column == nullptr) return ranks;
  std::vector<std::uint32_t> order(column->strings().size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](auto a, auto b) { return column->strings()[a] < column->strings()[b]; });
  std::vector<std::uint32_t> rank_of(order.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) rank_of[order[i]] = i + 1;
  for (std::uint32_t row = 0; row < rows; ++row) {
    if (column->Has(row)) ranks[row] = rank_of[column->codes()[row]];
  }
  return ranks;
}

std::vector<std::int64_t> Numbers(const Column* column, std::uint32_t rows) {
  if (column == nullptr) return std::vector<std::int64_t>(rows, 0);
  return {column->integers().begin(), column->integers().end()};
}

struct SortKey {
  std::uint64_t place;  // site and dataset
  std::int64_t time;
  std::int64_t ordinal;
  std::uint32_t stream;
  std::uint32_t row;

  friend bool operator<(const SortKey& a, const SortKey& b) {
    if (a.place != b.place) return a.place < b.place;
    if (a.time != b.time) return a.time < b.time;
    if (a.stream != b.stream) return a.stream < b.stream;
    if (a.ordinal != b.ordinal) return a.ordinal < b.ordinal;
    return a.row < b.row;
  }
};

std::vector<SortKey> SortKeys(const EventBatch& batch) {
  const std::uint32_t rows = batch.rows();
  const auto keyword = [&](absl::string_view name) {
    return Ranks(batch.Find(name, ColumnType::kKeyword), rows);
  };
  const std::vector<std::uint32_t> sites = keyword(NameOf(Field::kOrganizationId));
  const std::vector<std::uint32_t> datasets = keyword(NameOf(Field::kEventDataset));
  const std::vector<std::uint32_t> streams = keyword(kStream);
  const auto times = Numbers(batch.Find(NameOf(Field::kTimestamp), ColumnType::kTime), rows);
  const auto ordinals = Numbers(batch.Find(kOrdinal, ColumnType::kInteger), rows);
  std::vector<SortKey> keys(rows);
  for (std::uint32_t row = 0; row < rows; ++row) {
    keys[row] = SortKey{std::uint64_t{sites[row]} << 32 | datasets[row], times[row], ordinals[row],
                        streams[row], row};
  }
  return keys;
}

}  // namespace

std::vector<std::uint32_t> BlockOrder(const EventBatch& batch) {
  std::vector<SortKey> keys = SortKeys(batch);
  // One site and dataset that arrives in order is common, and costs one look.
  if (!std::is_sorted(keys.begin(), keys.end())) std::sort(keys.begin(), keys.end());
  std::vector<std::uint32_t> order;
  order.reserve(keys.size());
  for (const SortKey& key : keys) order.push_back(key.row);
  return order;
}

}  // namespace dims
