// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/record_value.h"

#include <cmath>

#include "absl/strings/numbers.h"
#include "agent/fields/time_value.h"

namespace dims {

RecordValue RecordValue::Text(absl::string_view text) {
  RecordValue value{};
  value.kind = Kind::kText;
  value.data = text.data();
  value.size = text.size();
  return value;
}

RecordValue RecordValue::Integer(std::int64_t integer) {
  RecordValue value{};
  value.kind = Kind::kInteger;
  value.integer = integer;
  return value;
}

RecordValue RecordValue::Double(double number) {
  RecordValue value{};
  value.kind = Kind::kDouble;
  value.number = number;
  return value;
}

RecordValue RecordValue::Bool(bool flag) {
  RecordValue value{};
  value.kind = Kind::kBool;
  value.flag = flag;
  return value;
}

std::optional<std::int64_t> RecordValue::AsInteger() const {
  std::int64_t read = 0;
  if (kind == Kind::kInteger) return integer;
  if (kind == Kind::kText && absl::SimpleAtoi(AsText(), &read)) return read;
  return std::nullopt;
}

std::optional<double> RecordValue::AsNumber() const {
  double read = 0;
  switch (kind) {
    case Kind::kInteger:
      return static_cast<double>(integer);
    case Kind::kDouble:
      return number;
    case Kind::kText:
      if (absl::SimpleAtod(AsText(), &read) && std::isfinite(read)) return read;
      return std::nullopt;
    case Kind::kNone:
    case Kind::kBool:
      return std::nullopt;
  }
  return std::nullopt;
}

bool RecordValue::IsTrue() const {
  return (kind == Kind::kBool && flag) || AsText() == "true" || AsText() == "T";
}

std::optional<std::int64_t> RecordValue::AsTime() const {
  switch (kind) {
    case Kind::kInteger:
      return EpochNanos(integer);
    case Kind::kDouble:
      return EpochNanos(number);
    case Kind::kText:
      return ReadTimeValue(AsText());
    case Kind::kNone:
    case Kind::kBool:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace dims
