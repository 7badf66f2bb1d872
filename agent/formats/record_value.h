// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace dims {

// One value of a record as its producer typed it. A value; text is a view of the record. Absent
// when value-initialised (RecordValue{}).
struct RecordValue {
  enum class Kind : std::uint8_t { kNone, kText, kInteger, kDouble, kBool };

  Kind kind;

  union {
    bool flag;             // kBool
    std::int64_t integer;  // kInteger
    double number;         // kDouble
    std::size_t size;      // kText
  };

  const char* data;  // kText

  static RecordValue Text(absl::string_view text);
  static RecordValue Integer(std::int64_t integer);
  static RecordValue Double(double number);
  static RecordValue Bool(bool flag);

  bool has_value() const { return kind != Kind::kNone; }

  // "" when it is no text.
  absl::string_view AsText() const {
    return kind == Kind::kText ? absl::string_view(data, size) : absl::string_view();
  }

  // A whole number, or text of digits.
  std::optional<std::int64_t> AsInteger() const;

  // Any number, or text of one.
  std::optional<double> AsNumber() const;

  // True; or text "true", "T".
  bool IsTrue() const;

  // A complete time: seconds and their parts since 1970, or ISO 8601 with a zone.
  std::optional<std::int64_t> AsTime() const;
};

}  // namespace dims
