// SPDX-License-Identifier: Apache-2.0
#include "server/query/query_value.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/base/little_endian.h"
#include "common/event/operand.h"
#include "common/event/text_search.h"
#include "common/event/time_text.h"

namespace dims {
namespace {

int RankOf(ColumnType type) {
  switch (type) {
    case ColumnType::kInteger:
    case ColumnType::kTime:
    case ColumnType::kDouble:
    case ColumnType::kBool:
      return 0;
    case ColumnType::kKeyword:
    case ColumnType::kText:
    case ColumnType::kKeywordList:
      return 1;
    case ColumnType::kIp:
    case ColumnType::kIpList:
      return 2;
  }
  return 3;
}

template <typename T>  // numbers and addresses
int Order(const T& a, const T& b) {
  if (a < b) return -1;
  return b < a ? 1 : 0;
}

Number NumberOf(const QueryValue& value) {
  return value.type == ColumnType::kDouble ? Number{value.real} : Number(value.integer);
}

}  // namespace

std::string QueryValue::Encoded() const {
  std::string out(1, static_cast<char>(type));
  switch (RankOf(type)) {
    case 0:
      if (type == ColumnType::kDouble) {
        AppendLittleEndian(out, real);
      } else {
        AppendLittleEndian(out, integer);
      }
      break;
    case 1:
      out += text;
      break;
    default:
      out.append(reinterpret_cast<const char*>(address.bytes().data()), address.bytes().size());
  }
  return out;
}

std::string QueryValue::Printed() const {
  switch (type) {
    case ColumnType::kInteger:
      return absl::StrCat(integer);
    case ColumnType::kTime:
      return PrintTime(integer);
    case ColumnType::kDouble:
      return PrintDouble(real);
    case ColumnType::kBool:
      return integer != 0 ? "true" : "false";
    case ColumnType::kIp:
    case ColumnType::kIpList:
      return address.ToString();
    case ColumnType::kKeyword:
    case ColumnType::kText:
    case ColumnType::kKeywordList:
      return text;
  }
  return text;
}

int CompareValues(const QueryValue& a, const QueryValue& b) {
  const int rank = RankOf(a.type);
  if (rank != RankOf(b.type)) return rank < RankOf(b.type) ? -1 : 1;
  int order = 0;
  if (rank == 0) {
    order = a.type != ColumnType::kDouble && b.type != ColumnType::kDouble
                ? Order(a.integer, b.integer)
                : Order(NumberOf(a), NumberOf(b));
  } else if (rank == 1) {
    order = CompareFolded(a.text, b.text);
    if (order == 0) order = Order(a.text, b.text);
  } else {
    order = Order(a.address, b.address);
  }
  return order != 0 ? order : Order(a.type, b.type);
}

QueryValue DictionaryValue(const Column& column, std::uint32_t index) {
  QueryValue value;
  if (column.type() == ColumnType::kIp || column.type() == ColumnType::kIpList) {
    value.type = ColumnType::kIp;
    value.address = column.addresses()[index];
  } else {
    value.text = std::string(column.strings()[index]);
  }
  return value;
}

std::vector<QueryValue> ValuesAt(const Column& column, std::uint32_t row) {
  if (!column.Has(row)) return {};
  QueryValue value;
  value.type = column.type();
  switch (column.type()) {
    case ColumnType::kKeyword:
    case ColumnType::kIp:
      return {DictionaryValue(column, column.codes()[row])};
    case ColumnType::kText:
      value.text = std::string(column.strings()[row]);
      return {value};
    case ColumnType::kInteger:
    case ColumnType::kTime:
      value.integer = column.integers()[row];
      return {value};
    case ColumnType::kDouble:
      value.real = column.doubles()[row];
      return {value};
    case ColumnType::kBool:
      value.integer = column.bools()[row];
      return {value};
    case ColumnType::kKeywordList:
    case ColumnType::kIpList:
      break;
  }
  std::vector<QueryValue> elements;
  for (const std::uint32_t element : column.ListAt(column.codes()[row])) {
    elements.push_back(DictionaryValue(column, element));
  }
  return elements;
}

void SetValue(ColumnBuilder& builder, std::uint32_t row, const QueryValue& value) {
  switch (value.type) {
    case ColumnType::kKeyword:
    case ColumnType::kText:
    case ColumnType::kKeywordList:
      return builder.SetBytes(row, value.text);
    case ColumnType::kIp:
    case ColumnType::kIpList:
      return builder.SetIp(row, value.address);
    case ColumnType::kInteger:
    case ColumnType::kTime:
      return builder.SetInteger(row, value.integer);
    case ColumnType::kDouble:
      return builder.SetDouble(row, value.real);
    case ColumnType::kBool:
      return builder.SetBool(row, value.integer != 0);
  }
}

}  // namespace dims
