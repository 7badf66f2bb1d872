// SPDX-License-Identifier: Apache-2.0
#include "server/query/value_counter.h"

#include <algorithm>
#include <functional>
#include <optional>

#include "common/base/status_macros.h"
#include "common/filter/evaluate.h"
#include "server/query/group_index.h"

namespace dims {
namespace {

constexpr std::size_t kEntryBytes = 64;  // of a table: key, count, room to grow

// How often each code of `column` stands in `rows`.
std::vector<std::uint32_t> CountCodes(const Column& column, const RowBitmap& rows) {
  std::vector<std::uint32_t> counts(column.dictionary_size());
  const std::span<const std::uint32_t> codes = column.codes();
  const bool all_present = column.all_present();
  rows.ForEach([&](std::uint32_t row) {
    if (all_present || column.Has(row)) ++counts[codes[row]];
  });
  return counts;
}

}  // namespace

absl::Status ValueCounter::Add(ColumnSource& source, const RowBitmap& rows) {
  const std::vector<ColumnId> bound = BindField(key_->field, source.columns());
  if (bound.empty()) {
    absent_rows_ += rows.Count();
    return absl::OkStatus();
  }
  return CountsByCode(bound) ? AddCodes(source, bound[0], rows) : AddValues(source, rows);
}

// One column, one value a row at most, taken as it is.
bool ValueCounter::CountsByCode(const std::vector<ColumnId>& bound) const {
  return bound.size() == 1 && key_->kind == GroupKey::Kind::kValue &&
         (bound[0].type == ColumnType::kKeyword || bound[0].type == ColumnType::kIp);
}

absl::Status ValueCounter::AddCodes(ColumnSource& source, const ColumnId& id,
                                    const RowBitmap& rows) {
  std::optional<ValueCounts> stored;
  const std::uint32_t rows_count = rows.Count();
  if (rows_count == rows.size()) {
    ASSIGN_OR_RETURN(stored, source.CountValues(id), id.name);
  }
  if (!stored) {
    ASSIGN_OR_RETURN(stored.emplace().values, source.LoadRows(id, rows), id.name);
    stored->counts = CountCodes(*stored->values, rows);
  }
  AddDictionary(*stored->values, stored->counts);
  std::uint64_t present = 0;
  for (const std::uint32_t count : stored->counts) present += count;
  absent_rows_ += rows_count - present;
  return absl::OkStatus();
}

void ValueCounter::AddDictionary(const Column& values, const std::vector<std::uint32_t>& counts) {
  const bool addresses = values.type() == ColumnType::kIp;
  for (std::uint32_t code = 0; code < counts.size(); ++code) {
    if (counts[code] == 0) continue;
    if (addresses) {
      addresses_[values.addresses()[code]] += counts[code];
      continue;
    }
    const absl::string_view text = values.strings()[code];
    const auto [found, added] = keywords_.try_emplace(text, 0);
    if (added) text_bytes_ += text.size();
    found->second += counts[code];
  }
}

// Values of any type, several columns of a name, and lists.
absl::Status ValueCounter::AddValues(ColumnSource& source, const RowBitmap& rows) {
  ASSIGN_OR_RETURN(const FieldValues values, FieldValues::Make(source, *key_, rows));
  std::vector<std::uint64_t> counts(values.values().size());
  rows.ForEach([&](std::uint32_t row) {
    const std::span<const std::uint32_t> ids = values.IdsAt(row);
    if (ids.empty()) ++absent_rows_;
    for (const std::uint32_t id : ids) ++counts[id];
  });
  for (std::size_t id = 0; id < counts.size(); ++id) {
    if (counts[id] == 0) continue;  // its rows are not among `rows`
    const QueryValue& value = values.values()[id];
    if (value.type == ColumnType::kIp) {
      addresses_[value.address] += counts[id];
    } else if (value.type == ColumnType::kKeyword) {
      const auto [found, added] = keywords_.try_emplace(value.text, 0);
      if (added) text_bytes_ += value.text.size();
      found->second += counts[id];
    } else {
      Counted& counted = others_[value.Encoded()];
      counted.value = value;
      counted.rows += counts[id];
    }
  }
  return absl::OkStatus();
}

void ValueCounter::Merge(ValueCounter&& other) {
  if (other.addresses_.size() > addresses_.size()) std::swap(addresses_, other.addresses_);
  for (const auto& [address, rows] : other.addresses_) addresses_[address] += rows;
  for (const auto& [text, rows] : other.keywords_) {
    const auto [found, added] = keywords_.try_emplace(text, 0);
    if (added) text_bytes_ += text.size();
    found->second += rows;
  }
  for (auto& [encoded, counted] : other.others_) {
    Counted& own = others_[encoded];
    own.value = std::move(counted.value);
    own.rows += counted.rows;
  }
  absent_rows_ += other.absent_rows_;
}

std::vector<ValueCounter::Counted> ValueCounter::Leaders(std::uint64_t size, bool most) const {
  std::vector<std::uint64_t> counts;
  counts.reserve(addresses_.size() + keywords_.size() + others_.size());
  for (const auto& [address, rows] : addresses_) counts.push_back(rows);
  for (const auto& [text, rows] : keywords_) counts.push_back(rows);
  for (const auto& [encoded, counted] : others_) counts.push_back(counted.rows);
  std::uint64_t limit = most ? 0 : ~std::uint64_t{0};
  if (size == 0) return {};
  if (counts.size() > size) {
    const auto last = counts.begin() + static_cast<std::ptrdiff_t>(size) - 1;
    if (most) {
      std::nth_element(counts.begin(), last, counts.end(), std::greater<>());
    } else {
      std::nth_element(counts.begin(), last, counts.end());
    }
    limit = *last;
  }
  const auto leads = [&](std::uint64_t rows) { return most ? rows >= limit : rows <= limit; };
  std::vector<Counted> out;
  for (const auto& [address, rows] : addresses_) {
    if (!leads(rows)) continue;
    out.push_back({{}, rows});
    out.back().value.type = ColumnType::kIp;
    out.back().value.address = address;
  }
  for (const auto& [text, rows] : keywords_) {
    if (!leads(rows)) continue;
    out.push_back({{}, rows});
    out.back().value.text = text;
  }
  for (const auto& [encoded, counted] : others_) {
    if (leads(counted.rows)) out.push_back(counted);
  }
  return out;
}

std::size_t ValueCounter::memory_bytes() const {
  return kEntryBytes * (addresses_.size() + keywords_.size()) +
         (kEntryBytes + sizeof(Counted)) * others_.size() + text_bytes_;
}

}  // namespace dims
