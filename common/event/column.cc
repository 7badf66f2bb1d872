// SPDX-License-Identifier: Apache-2.0
#include "common/event/column.h"

#include "absl/strings/str_cat.h"

namespace dims {
namespace {

absl::Status Wrong(const ColumnParts& parts, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("column ", parts.name, " (", ColumnTypeName(parts.type), "): ", what));
}

bool Ascends(const std::vector<std::uint32_t>& ends) {
  std::uint32_t last = 0;
  for (const std::uint32_t end : ends) {
    if (end < last) return false;
    last = end;
  }
  return true;
}

absl::Status ValidateCodes(const ColumnParts& parts, std::size_t dictionary_size) {
  if (parts.codes.size() != parts.rows) return Wrong(parts, "as many codes as rows are needed");
  if (dictionary_size == 0) {
    const bool none_present = parts.rows == 0 || (parts.presence && parts.presence->None());
    return none_present ? absl::OkStatus() : Wrong(parts, "values but an empty dictionary");
  }
  for (const std::uint32_t code : parts.codes) {
    if (code >= dictionary_size) return Wrong(parts, "a code beyond the dictionary");
  }
  return absl::OkStatus();
}

absl::Status ValidateLists(const ColumnParts& parts, std::size_t elements_count) {
  if (!Ascends(parts.list_ends)) return Wrong(parts, "list ends that do not ascend");
  const std::size_t end = parts.list_ends.empty() ? 0 : parts.list_ends.back();
  if (end != parts.list_elements.size()) return Wrong(parts, "list ends and elements disagree");
  for (const std::uint32_t element : parts.list_elements) {
    if (element >= elements_count) return Wrong(parts, "an element beyond the dictionary");
  }
  return ValidateCodes(parts, parts.list_ends.size());
}

absl::Status ValidatePool(const ColumnParts& parts) {
  const std::vector<std::uint32_t>& ends = parts.strings.ends();
  if (!Ascends(ends)) return Wrong(parts, "string ends that do not ascend");
  if ((ends.empty() ? 0 : ends.back()) != parts.strings.bytes().size()) {
    return Wrong(parts, "string ends and bytes disagree");
  }
  return absl::OkStatus();
}

absl::Status SizeIs(const ColumnParts& parts, std::size_t size) {
  return size == parts.rows ? absl::OkStatus() : Wrong(parts, "as many values as rows are needed");
}

}  // namespace

absl::string_view ColumnTypeName(ColumnType type) {
  switch (type) {
    case ColumnType::kKeyword:
      return "keyword";
    case ColumnType::kText:
      return "text";
    case ColumnType::kIp:
      return "ip";
    case ColumnType::kInteger:
      return "integer";
    case ColumnType::kTime:
      return "time";
    case ColumnType::kDouble:
      return "double";
    case ColumnType::kBool:
      return "bool";
    case ColumnType::kKeywordList:
      return "keyword list";
    case ColumnType::kIpList:
      return "ip list";
  }
  return "unknown type";
}

absl::Status ValidateParts(const ColumnParts& parts) {
  if (parts.presence && parts.presence->size() != parts.rows) {
    return Wrong(parts, "a presence of another length");
  }
  if (absl::Status pool = ValidatePool(parts); !pool.ok()) return pool;
  switch (parts.type) {
    case ColumnType::kKeyword:
      return ValidateCodes(parts, parts.strings.size());
    case ColumnType::kText:
      return SizeIs(parts, parts.strings.size());
    case ColumnType::kIp:
      return ValidateCodes(parts, parts.addresses.size());
    case ColumnType::kInteger:
    case ColumnType::kTime:
      return SizeIs(parts, parts.integers.size());
    case ColumnType::kDouble:
      return SizeIs(parts, parts.doubles.size());
    case ColumnType::kBool:
      return SizeIs(parts, parts.bools.size());
    case ColumnType::kKeywordList:
      return ValidateLists(parts, parts.strings.size());
    case ColumnType::kIpList:
      return ValidateLists(parts, parts.addresses.size());
  }
  return Wrong(parts, "no such type");
}

std::uint32_t Column::dictionary_size() const {
  switch (parts_.type) {
    case ColumnType::kKeyword:
      return parts_.strings.size();
    case ColumnType::kIp:
      return static_cast<std::uint32_t>(parts_.addresses.size());
    case ColumnType::kKeywordList:
    case ColumnType::kIpList:
      return static_cast<std::uint32_t>(parts_.list_ends.size());
    case ColumnType::kText:
    case ColumnType::kInteger:
    case ColumnType::kTime:
    case ColumnType::kDouble:
    case ColumnType::kBool:
      return 0;
  }
  return 0;
}

}  // namespace dims
