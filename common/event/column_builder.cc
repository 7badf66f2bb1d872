// SPDX-License-Identifier: Apache-2.0
#include "common/event/column_builder.h"

#include <algorithm>

#include "common/base/check.h"

namespace dims {
namespace {

absl::string_view BytesOf(const IpAddress& address) {
  return {reinterpret_cast<const char*>(address.bytes().data()), address.bytes().size()};
}

// In place: the comparison of arrays calls memcmp.
bool Same(const IpAddress& a, const IpAddress& b) {
  return SameBytes(BytesOf(a), BytesOf(b));
}

absl::string_view BytesOf(const std::vector<std::uint32_t>& codes) {
  return {reinterpret_cast<const char*>(codes.data()), codes.size() * sizeof(std::uint32_t)};
}

// Gives the rows after the last value their place: 0, code 0 or empty text.
void FillAbsent(ColumnParts& parts) {
  switch (parts.type) {
    case ColumnType::kText:
      while (parts.strings.size() < parts.rows) parts.strings.Add({});
      break;
    case ColumnType::kInteger:
    case ColumnType::kTime:
      parts.integers.resize(parts.rows);
      break;
    case ColumnType::kDouble:
      parts.doubles.resize(parts.rows);
      break;
    case ColumnType::kBool:
      parts.bools.resize(parts.rows);
      break;
    case ColumnType::kKeyword:
    case ColumnType::kIp:
    case ColumnType::kKeywordList:
    case ColumnType::kIpList:
      parts.codes.resize(parts.rows);
      break;
  }
}

}  // namespace

void ColumnBuilder::SetText(std::uint32_t row, absl::string_view value) {
  DIMS_CHECK(type_ == ColumnType::kText);
  BeginRow(row);
  while (parts_.strings.size() < row) parts_.strings.Add({});
  parts_.strings.Add(value);
}

void ColumnBuilder::SetIp(std::uint32_t row, const IpAddress& value) {
  DIMS_CHECK(type_ == ColumnType::kIp);
  BeginRow(row);
  PushCode(row, InternIp(value));
}

void ColumnBuilder::SetDouble(std::uint32_t row, double value) {
  DIMS_CHECK(type_ == ColumnType::kDouble);
  BeginRow(row);
  if (parts_.doubles.size() < row) parts_.doubles.resize(row);
  parts_.doubles.push_back(value);
}

void ColumnBuilder::SetBool(std::uint32_t row, bool value) {
  DIMS_CHECK(type_ == ColumnType::kBool);
  BeginRow(row);
  if (parts_.bools.size() < row) parts_.bools.resize(row);
  parts_.bools.push_back(value ? 1 : 0);
}

bool ColumnBuilder::AddIp(std::uint32_t row, const IpAddress& value) {
  DIMS_CHECK(type_ == ColumnType::kIpList);
  if (!BeginElement(row)) return false;
  const std::uint32_t* before = ElementBefore();
  if (before != nullptr && Same(parts_.addresses[*before], value)) {
    pending_.push_back(*before);
    ++repeated_count_;
    return true;
  }
  return AddElement(InternIp(value));
}

void ColumnBuilder::SetEmptyList(std::uint32_t row) {
  DIMS_CHECK(type_ == ColumnType::kKeywordList || type_ == ColumnType::kIpList);
  BeginElement(row);
}

void ColumnBuilder::Forget(std::uint32_t row) {
  DIMS_CHECK(Has(row));
  last_ = 0;
  --present_count_;
  if (!presence_.empty()) presence_[row / 64] &= ~(std::uint64_t{1} << (row % 64));
  switch (type_) {
    case ColumnType::kText:
      parts_.strings.RemoveLast();
      break;
    case ColumnType::kInteger:
    case ColumnType::kTime:
      integers_[row] = 0;
      break;
    case ColumnType::kDouble:
      parts_.doubles.pop_back();
      break;
    case ColumnType::kBool:
      parts_.bools.pop_back();
      break;
    case ColumnType::kKeyword:
    case ColumnType::kIp:
      codes_[row] = 0;
      TrimDictionary(added_count_);
      break;
    case ColumnType::kKeywordList:
    case ColumnType::kIpList:
      pending_.clear();
      repeated_count_ = 0;
      list_open_ = false;
      TrimDictionary(added_count_);
      break;
  }
}

std::size_t ColumnBuilder::ValueBytes(std::uint32_t row) const {
  DIMS_CHECK(Has(row));
  switch (type_) {
    case ColumnType::kText:
      return parts_.strings[row].size();
    case ColumnType::kKeyword:
      return parts_.strings[codes_[row]].size();
    case ColumnType::kIp:
      return sizeof(IpAddress);
    case ColumnType::kInteger:
    case ColumnType::kTime:
    case ColumnType::kDouble:
      return 8;
    case ColumnType::kBool:
      return 1;
    case ColumnType::kIpList:
      return pending_.size() * sizeof(IpAddress);
    case ColumnType::kKeywordList:
      break;
  }
  std::size_t bytes = 0;
  for (const std::uint32_t element : pending_) bytes += parts_.strings[element].size();
  return bytes;
}

Column ColumnBuilder::Take(std::uint32_t rows) {
  CloseList();
  ColumnParts out = std::move(parts_);
  out.codes = std::move(codes_);
  out.integers = std::move(integers_);
  const std::size_t strings_count = out.strings.size();
  const std::size_t bytes_count = out.strings.bytes().size();
  parts_ = ColumnParts{};
  parts_.strings.Reserve(strings_count, bytes_count + bytes_count / 8);
  codes_.assign(std::min<std::size_t>(out.codes.size(), rows), 0);
  integers_.assign(std::min<std::size_t>(out.integers.size(), rows), 0);
  out.name = name_;
  out.type = type_;
  out.rows = rows;
  FillAbsent(out);
  if (present_count_ != rows) {
    if (presence_.empty()) StartPresence();
    RowBitmap presence(rows);
    presence_.resize(presence.words().size());
    presence.mutable_words() = presence_;
    out.presence = std::move(presence);
  }
  presence_.clear();
  present_count_ = last_ = added_count_ = 0;
  ForgetRecent();
  list_before_ = list_before_begin_ = list_before_end_ = 0;
  list_of_single_.clear();
  values_.Clear();
  lists_.Clear();
  return Column(std::move(out));
}

void ColumnBuilder::StartPresence() {
  presence_.assign(present_count_ / 64 + 1, 0);
  for (std::uint32_t row = 0; row < present_count_; ++row) {
    presence_[row / 64] |= std::uint64_t{1} << (row % 64);
  }
}

void ColumnBuilder::GrowPresence(std::uint32_t row) {
  if (presence_.empty()) StartPresence();
  presence_.resize(std::max<std::size_t>(presence_.size(), row / 64 + 1));
}

RecentValue ColumnBuilder::InternBytes(absl::string_view value) {
  const std::uint32_t code = values_.FindOrInsert(
      InternHash(value), [&](std::uint32_t at) { return parts_.strings[at] == value; });
  if (code == parts_.strings.size()) {
    parts_.strings.Add(value);
    ++added_count_;
  }
  return {code, code == 0 ? 0 : parts_.strings.ends()[code - 1], value.size()};
}

std::uint32_t ColumnBuilder::InternIp(const IpAddress& value) {
  if (last_value_.code < parts_.addresses.size() &&
      Same(parts_.addresses[last_value_.code], value)) {
    return last_value_.code;
  }
  const std::uint32_t code =
      values_.FindOrInsert(InternHash(BytesOf(value)),
                           [&](std::uint32_t at) { return Same(parts_.addresses[at], value); });
  if (code == parts_.addresses.size()) {
    parts_.addresses.push_back(value);
    ++added_count_;
  }
  last_value_.code = code;
  return code;
}

void ColumnBuilder::OpenList(std::uint32_t row) {
  CloseList();
  BeginRow(row);
  list_open_ = true;
}

void ColumnBuilder::CloseList() {
  if (!list_open_) return;
  list_open_ = false;
  const bool repeats = repeated_count_ == pending_.size() && !parts_.list_ends.empty() &&
                       list_before_end_ - list_before_begin_ == repeated_count_;
  if (!repeats) {
    list_before_ = InternList();
    list_before_begin_ = list_before_ == 0 ? 0 : parts_.list_ends[list_before_ - 1];
    list_before_end_ = parts_.list_ends[list_before_];
  }
  pending_.clear();
  repeated_count_ = 0;
  PushCode(last_ - 1, list_before_);  // an open list belongs to the last row set
}

std::uint32_t ColumnBuilder::InternList() {
  // Most lists have one element: found by it, without a hash.
  const bool single = pending_.size() == 1;
  if (single) {
    if (list_of_single_.size() <= pending_[0]) list_of_single_.resize(pending_[0] + 1);
    if (const std::uint32_t known = list_of_single_[pending_[0]]) return known - 1;
  }
  const auto equals = [&](std::uint32_t at) {
    const std::uint32_t begin = at == 0 ? 0 : parts_.list_ends[at - 1];
    return std::equal(pending_.begin(), pending_.end(), parts_.list_elements.begin() + begin,
                      parts_.list_elements.begin() + parts_.list_ends[at]);
  };
  const std::uint32_t code = lists_.FindOrInsert(InternHash(BytesOf(pending_)), equals);
  if (code == parts_.list_ends.size()) {
    parts_.list_elements.insert(parts_.list_elements.end(), pending_.begin(), pending_.end());
    parts_.list_ends.push_back(static_cast<std::uint32_t>(parts_.list_elements.size()));
  }
  if (single) list_of_single_[pending_[0]] = code + 1;
  return code;
}

void ColumnBuilder::ForgetRecent() {
  last_value_ = RecentValue{};
  recent_.Forget();
}

// Takes back the last `count` values; those used of late may be among them.
void ColumnBuilder::TrimDictionary(std::uint32_t count) {
  if (count > 0) ForgetRecent();
  for (; count > 0; --count) {
    values_.RemoveLast();
    if (type_ == ColumnType::kKeyword || type_ == ColumnType::kKeywordList) {
      parts_.strings.RemoveLast();
    } else {
      parts_.addresses.pop_back();
    }
  }
}

}  // namespace dims
