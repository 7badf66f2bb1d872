// SPDX-License-Identifier: Apache-2.0
#include "common/event/column_builder.h"

#include <algorithm>

#include "common/base/check.h"

namespace dims {
namespace {

absl::string_view BytesOf(const IpAddress& address) {
  return {reinterpret_cast<const char*>(address.bytes().data()), address.bytes().size()};
}

absl::string_view BytesOf(const std::vector<std::uint32_t>& codes) {
  return {reinterpret_cast<const char*>(codes.data()), codes.size() * sizeof(std::uint32_t)};
}

}  // namespace

void ColumnBuilder::SetBytes(std::uint32_t row, absl::string_view value) {
  BeginRow(row);
  if (type_ == ColumnType::kText) {
    while (parts_.strings.size() < row) parts_.strings.Add({});
    parts_.strings.Add(value);
    return;
  }
  DIMS_CHECK(type_ == ColumnType::kKeyword);
  PushCode(row, InternBytes(value));
}

void ColumnBuilder::SetIp(std::uint32_t row, const IpAddress& value) {
  DIMS_CHECK(type_ == ColumnType::kIp);
  BeginRow(row);
  PushCode(row, InternIp(value));
}

void ColumnBuilder::SetInteger(std::uint32_t row, std::int64_t value) {
  DIMS_CHECK(type_ == ColumnType::kInteger || type_ == ColumnType::kTime);
  BeginRow(row);
  if (parts_.integers.size() < row) parts_.integers.resize(row);
  parts_.integers.push_back(value);
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

bool ColumnBuilder::AddBytes(std::uint32_t row, absl::string_view value) {
  DIMS_CHECK(type_ == ColumnType::kKeywordList);
  return BeginElement(row) && AddElement(InternBytes(value));
}

bool ColumnBuilder::AddIp(std::uint32_t row, const IpAddress& value) {
  DIMS_CHECK(type_ == ColumnType::kIpList);
  return BeginElement(row) && AddElement(InternIp(value));
}

void ColumnBuilder::SetEmptyList(std::uint32_t row) {
  DIMS_CHECK(type_ == ColumnType::kKeywordList || type_ == ColumnType::kIpList);
  BeginElement(row);
}

void ColumnBuilder::Forget(std::uint32_t row) {
  DIMS_CHECK(Has(row));
  last_ = 0;
  --present_count_;
  presence_[row / 64] &= ~(std::uint64_t{1} << (row % 64));
  switch (type_) {
    case ColumnType::kText:
      parts_.strings.RemoveLast();
      break;
    case ColumnType::kInteger:
    case ColumnType::kTime:
      parts_.integers.pop_back();
      break;
    case ColumnType::kDouble:
      parts_.doubles.pop_back();
      break;
    case ColumnType::kBool:
      parts_.bools.pop_back();
      break;
    case ColumnType::kKeyword:
    case ColumnType::kIp:
      parts_.codes.pop_back();
      TrimDictionary(dictionary_mark_);
      break;
    case ColumnType::kKeywordList:
    case ColumnType::kIpList:
      pending_.clear();
      list_open_ = false;
      TrimDictionary(dictionary_mark_);
      break;
  }
}

std::size_t ColumnBuilder::ValueBytes(std::uint32_t row) const {
  DIMS_CHECK(Has(row));
  switch (type_) {
    case ColumnType::kText:
      return parts_.strings[row].size();
    case ColumnType::kKeyword:
      return parts_.strings[parts_.codes[row]].size();
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
  const std::size_t strings_count = out.strings.size();
  const std::size_t bytes_count = out.strings.bytes().size();
  parts_ = ColumnParts{};
  parts_.strings.Reserve(strings_count, bytes_count + bytes_count / 8);
  parts_.codes.reserve(out.codes.size());
  parts_.integers.reserve(out.integers.size());
  out.name = name_;
  out.type = type_;
  out.rows = rows;
  if (type_ == ColumnType::kText) {
    while (out.strings.size() < rows) out.strings.Add({});
  } else if (type_ == ColumnType::kInteger || type_ == ColumnType::kTime) {
    out.integers.resize(rows);
  } else if (type_ == ColumnType::kDouble) {
    out.doubles.resize(rows);
  } else if (type_ == ColumnType::kBool) {
    out.bools.resize(rows);
  } else {
    out.codes.resize(rows);
  }
  if (present_count_ != rows) {
    RowBitmap presence(rows);
    presence_.resize(presence.words().size());
    presence.mutable_words() = presence_;
    out.presence = std::move(presence);
  }
  presence_.clear();
  present_count_ = last_ = dictionary_mark_ = 0;
  values_.Clear();
  lists_.Clear();
  return Column(std::move(out));
}

void ColumnBuilder::BeginRow(std::uint32_t row) {
  if (Has(row)) Forget(row);
  DIMS_CHECK(row >= last_);
  dictionary_mark_ = values_.size();
  last_ = row + 1;
  ++present_count_;
  if (presence_.size() <= row / 64) presence_.resize(row / 64 + 1);
  presence_[row / 64] |= std::uint64_t{1} << (row % 64);
}

// Opens the row's list if it is not open; false when it is full.
bool ColumnBuilder::BeginElement(std::uint32_t row) {
  if (!Has(row)) {
    CloseList();
    BeginRow(row);
    list_open_ = true;
  }
  return pending_.size() < kListElementsMax;
}

std::uint32_t ColumnBuilder::InternBytes(absl::string_view value) {
  if (!parts_.codes.empty() && type_ == ColumnType::kKeyword) {
    // Sorted logs repeat: the value of the row before costs a comparison, no hash.
    const std::uint32_t last = parts_.codes.back();
    if (last < parts_.strings.size() && parts_.strings[last] == value) return last;
  }
  const std::uint32_t code = values_.FindOrInsert(
      InternHash(value), [&](std::uint32_t at) { return parts_.strings[at] == value; });
  if (code == parts_.strings.size()) parts_.strings.Add(value);
  return code;
}

std::uint32_t ColumnBuilder::InternIp(const IpAddress& value) {
  if (!parts_.codes.empty() && type_ == ColumnType::kIp) {
    const std::uint32_t last = parts_.codes.back();
    if (last < parts_.addresses.size() && parts_.addresses[last] == value) return last;
  }
  const std::uint32_t code = values_.FindOrInsert(
      InternHash(BytesOf(value)), [&](std::uint32_t at) { return parts_.addresses[at] == value; });
  if (code == parts_.addresses.size()) parts_.addresses.push_back(value);
  return code;
}

bool ColumnBuilder::AddElement(std::uint32_t element) {
  if (std::find(pending_.begin(), pending_.end(), element) != pending_.end()) return false;
  pending_.push_back(element);
  return true;
}

void ColumnBuilder::CloseList() {
  if (!list_open_) return;
  list_open_ = false;
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
  pending_.clear();
  PushCode(last_ - 1, code);  // an open list belongs to the last row set
}

void ColumnBuilder::PushCode(std::uint32_t row, std::uint32_t code) {
  if (parts_.codes.size() < row) parts_.codes.resize(row);
  parts_.codes.push_back(code);
}

void ColumnBuilder::TrimDictionary(std::uint32_t size) {
  while (values_.size() > size) {
    values_.RemoveLast();
    if (type_ == ColumnType::kKeyword || type_ == ColumnType::kKeywordList) {
      parts_.strings.RemoveLast();
    } else {
      parts_.addresses.pop_back();
    }
  }
}

}  // namespace dims
