// SPDX-License-Identifier: Apache-2.0
#include "server/store/block/row_order.h"

#include <algorithm>
#include <numeric>
#include <span>

#include "common/event/fields.h"

namespace dims {
namespace {

constexpr absl::string_view kStream = "event.stream";
constexpr absl::string_view kOrdinal = "event.ordinal";

// With more places (site and dataset) than so many times the rows, rows are not put to their places
// first but compared.
constexpr std::uint64_t kPlacesPerRowMax = 4;

// A keyword column as numbers that sort as its values do: ranks in the dictionary, 0 when absent.
struct Ranks {
  std::vector<std::uint32_t> of_row;  // empty: all rows have the rank 0
  std::uint32_t count = 1;            // every rank is below it
};

Ranks RanksOf(const Column* column) {
  Ranks ranks;
  // One value everywhere orders nothing.
  if (column == nullptr || (column->strings().size() == 1 && column->all_present())) return ranks;
  std::vector<std::uint32_t> order(column->strings().size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](auto a, auto b) { return column->strings()[a] < column->strings()[b]; });
  std::vector<std::uint32_t> rank_of(order.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) rank_of[order[i]] = i + 1;
  ranks.count = static_cast<std::uint32_t>(order.size()) + 1;
  ranks.of_row.resize(column->rows(), 0);
  for (std::uint32_t row = 0; row < column->rows(); ++row) {
    if (column->Has(row)) ranks.of_row[row] = rank_of[column->codes()[row]];
  }
  return ranks;
}

std::uint32_t RankAt(const Ranks& ranks, std::uint32_t row) {
  return ranks.of_row.empty() ? 0 : ranks.of_row[row];
}

std::int64_t NumberAt(std::span<const std::int64_t> numbers, std::uint32_t row) {
  return numbers.empty() ? 0 : numbers[row];
}

std::span<const std::int64_t> NumbersOf(const Column* column) {
  return column == nullptr ? std::span<const std::int64_t>() : column->integers();
}

// Rows by place (site, then dataset), each place's in the order they came. `begins` gets where
// each place begins.
std::vector<std::uint32_t> ByPlace(const Ranks& sites, const Ranks& datasets, std::uint32_t rows,
                                   std::vector<std::uint32_t>& begins) {
  const std::size_t places = std::size_t{sites.count} * datasets.count;
  const auto place_of = [&](std::uint32_t row) {
    return std::size_t{RankAt(sites, row)} * datasets.count + RankAt(datasets, row);
  };
  begins.assign(places + 1, 0);
  for (std::uint32_t row = 0; row < rows; ++row) ++begins[place_of(row) + 1];
  for (std::size_t place = 0; place < places; ++place) begins[place + 1] += begins[place];
  std::vector<std::uint32_t> next(begins.begin(), begins.end() - 1);
  std::vector<std::uint32_t> order(rows);
  for (std::uint32_t row = 0; row < rows; ++row) order[next[place_of(row)]++] = row;
  return order;
}

}  // namespace

std::vector<std::uint32_t> BlockOrder(const EventBatch& batch) {
  const std::uint32_t rows = batch.rows();
  const auto keyword = [&](absl::string_view name) {
    return RanksOf(batch.Find(name, ColumnType::kKeyword));
  };
  const Ranks sites = keyword(NameOf(Field::kOrganizationId));
  const Ranks datasets = keyword(NameOf(Field::kEventDataset));
  const Ranks streams = keyword(kStream);
  const auto times = NumbersOf(batch.Find(NameOf(Field::kTimestamp), ColumnType::kTime));
  const auto ordinals = NumbersOf(batch.Find(kOrdinal, ColumnType::kInteger));
  const auto before = [&](std::uint32_t a, std::uint32_t b) {
    if (NumberAt(times, a) != NumberAt(times, b)) return NumberAt(times, a) < NumberAt(times, b);
    if (RankAt(streams, a) != RankAt(streams, b)) return RankAt(streams, a) < RankAt(streams, b);
    if (NumberAt(ordinals, a) != NumberAt(ordinals, b))
      return NumberAt(ordinals, a) < NumberAt(ordinals, b);
    return a < b;
  };
  if (std::uint64_t{sites.count} * datasets.count > kPlacesPerRowMax * rows) {
    std::vector<std::uint32_t> compared(rows);
    std::iota(compared.begin(), compared.end(), 0);
    std::sort(compared.begin(), compared.end(), [&](std::uint32_t a, std::uint32_t b) {
      if (RankAt(sites, a) != RankAt(sites, b)) return RankAt(sites, a) < RankAt(sites, b);
      if (RankAt(datasets, a) != RankAt(datasets, b))
        return RankAt(datasets, a) < RankAt(datasets, b);
      return before(a, b);
    });
    return compared;
  }
  std::vector<std::uint32_t> begins;
  std::vector<std::uint32_t> order = ByPlace(sites, datasets, rows, begins);
  // What one site sends of one dataset mostly arrives in order, and costs one look.
  for (std::size_t place = 0; place + 1 < begins.size(); ++place) {
    const auto begin = order.begin() + begins[place];
    const auto end = order.begin() + begins[place + 1];
    if (!std::is_sorted(begin, end, before)) std::sort(begin, end, before);
  }
  return order;
}

}  // namespace dims
