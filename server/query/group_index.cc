// SPDX-License-Identifier: Apache-2.0
#include "server/query/group_index.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/filter/evaluate.h"

namespace dims {
namespace {

// The start of the bucket a time or number lies in.
std::int64_t BucketOf(std::int64_t value, std::int64_t length) {
  const std::int64_t remainder = value % length;
  return value - (remainder < 0 ? remainder + length : remainder);
}

// `value` is `first`, or lies in the bucket that begins there.
bool StandsFor(std::int64_t first, std::int64_t value, const GroupKey& key) {
  if (key.kind != GroupKey::Kind::kBucket) return value == first;
  const auto distance = static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(first);
  return value >= first && distance < static_cast<std::uint64_t>(key.bucket_ns);
}

// The value as the key groups it; empty: it has no place there.
std::optional<QueryValue> Mapped(QueryValue value, const GroupKey& key) {
  switch (key.kind) {
    case GroupKey::Kind::kValue:
      if (value.type == ColumnType::kText) value.type = ColumnType::kKeyword;
      return value;
    case GroupKey::Kind::kBucket:
      if (value.type != ColumnType::kTime) return std::nullopt;
      value.integer = BucketOf(value.integer, key.bucket_ns);
      return value;
    case GroupKey::Kind::kNetwork: {
      if (value.type != ColumnType::kIp) return std::nullopt;
      const std::uint32_t bits =
          value.address.IsV4() ? std::min(key.prefix, 32u) : std::min(key.prefix + 32, 128u);
      QueryValue network;
      network.text = Cidr::Parse(absl::StrCat(value.address.ToString(), "/", bits))
                         .value_or(Cidr())
                         .ToString();
      return network;
    }
  }
  return value;
}

}  // namespace

absl::StatusOr<FieldValues> FieldValues::Make(ColumnSource& source, const GroupKey& key,
                                              const RowBitmap& rows) {
  FieldValues out;
  out.set_of_row_.assign(source.rows(), 0);
  for (const ColumnId& id : BindField(key.field, source.columns())) {
    ASSIGN_OR_RETURN(const std::shared_ptr<const Column> column, source.LoadRows(id, rows),
                     id.name);
    out.AddColumn(*column, key, rows);
  }
  return out;
}

void FieldValues::AddColumn(const Column& column, const GroupKey& key, const RowBitmap& rows) {
  const std::vector<std::uint32_t> set_of_code = SetsOfDictionary(column, key);
  const bool integers = column.type() == ColumnType::kInteger || column.type() == ColumnType::kTime;
  absl::flat_hash_map<std::int64_t, std::uint32_t> set_of_integer;
  const bool bucket = key.kind == GroupKey::Kind::kBucket;
  std::optional<std::int64_t> last;  // neighbours mostly share a bucket
  std::uint32_t last_set = 0;
  rows.ForEach([&](std::uint32_t row) {
    if (!column.Has(row)) return;
    if (!set_of_code.empty()) {
      Join(row, set_of_code[column.codes()[row]]);
    } else if (integers) {
      // Of a bucket one value stands for all.
      const std::int64_t value = column.integers()[row];
      if (!last || !StandsFor(*last, value, key)) {
        last = bucket ? BucketOf(value, key.bucket_ns) : value;
        const auto [found, added] = set_of_integer.try_emplace(*last, 0);
        if (added) found->second = SetOfRow(column, row, key);
        last_set = found->second;
      }
      Join(row, last_set);
    } else {
      Join(row, SetOfRow(column, row, key));
    }
  });
}

std::uint32_t FieldValues::SetOfRow(const Column& column, std::uint32_t row, const GroupKey& key) {
  const std::optional<std::uint32_t> id = IdOf(ValuesAt(column, row).front(), key);
  return id ? SetOf({*id}) : 0;
}

void FieldValues::Join(std::uint32_t row, std::uint32_t set) {
  if (set == 0) return;
  std::uint32_t& of_row = set_of_row_[row];
  if (of_row != 0) {
    // A second column of the name: the row has the values of both.
    std::vector<std::uint32_t> both = sets_[of_row];
    both.insert(both.end(), sets_[set].begin(), sets_[set].end());
    set = SetOf(std::move(both));
  }
  of_row = set;
}

// Per code of a dictionary or list column the set of its ids; empty for other types.
std::vector<std::uint32_t> FieldValues::SetsOfDictionary(const Column& column,
                                                         const GroupKey& key) {
  const bool list =
      column.type() == ColumnType::kKeywordList || column.type() == ColumnType::kIpList;
  std::vector<std::uint32_t> sets(column.dictionary_size());
  for (std::uint32_t code = 0; code < sets.size(); ++code) {
    std::vector<std::uint32_t> elements = {code};
    if (list) elements.assign(column.ListAt(code).begin(), column.ListAt(code).end());
    std::vector<std::uint32_t> ids;
    for (const std::uint32_t element : elements) {
      const std::optional<std::uint32_t> id = IdOf(DictionaryValue(column, element), key);
      if (id) ids.push_back(*id);
    }
    sets[code] = SetOf(std::move(ids));
  }
  return sets;
}

std::optional<std::uint32_t> FieldValues::IdOf(QueryValue value, const GroupKey& key) {
  std::optional<QueryValue> mapped = Mapped(std::move(value), key);
  if (!mapped) return std::nullopt;
  std::string encoded = mapped->Encoded();
  const std::uint32_t id = value_table_.FindOrInsert(
      InternHash(encoded), [&](std::uint32_t at) { return encoded_[at] == encoded; });
  if (id == values_.size()) {
    values_.push_back(*std::move(mapped));
    encoded_.push_back(std::move(encoded));
  }
  return id;
}

std::uint32_t FieldValues::SetOf(std::vector<std::uint32_t> ids) {
  if (ids.empty()) return 0;
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  const absl::string_view bytes(reinterpret_cast<const char*>(ids.data()), ids.size() * 4);
  const std::uint32_t set = 1 + set_table_.FindOrInsert(InternHash(bytes), [&](std::uint32_t at) {
    return sets_[at + 1] == ids;
  });
  if (set == sets_.size()) sets_.push_back(std::move(ids));
  return set;
}

}  // namespace dims
