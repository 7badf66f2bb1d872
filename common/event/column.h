// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/base/check.h"
#include "common/event/ip_address.h"
#include "common/event/row_bitmap.h"
#include "common/event/string_pool.h"

namespace dims {

// Kinds of columns, the same on the wire and in blocks; the numbers are part of both formats.
enum class ColumnType : std::uint8_t {
  kKeyword = 1,      // dictionary of byte strings, one code a row
  kText = 2,         // one byte string a row, no dictionary
  kIp = 3,           // dictionary of addresses, one code a row
  kInteger = 4,      // int64
  kTime = 5,         // int64, nanoseconds since 1970 UTC
  kDouble = 6,       //
  kBool = 7,         // 0 or 1
  kKeywordList = 8,  // dictionary of lists over a dictionary of byte strings, one list code a row
  kIpList = 9,       // the same over addresses
};

// "keyword", "text", ...
absl::string_view ColumnTypeName(ColumnType type);

// What a column is made of; which members count depends on the type, the others stay empty.
struct ColumnParts {
  std::string name;
  ColumnType type = ColumnType::kKeyword;
  std::uint32_t rows = 0;
  std::optional<RowBitmap> presence;         // none: every row has a value
  StringPool strings;                        // keyword dictionary, list elements, or one text a row
  std::vector<IpAddress> addresses;          // ip dictionary or list elements
  std::vector<std::uint32_t> list_ends;      // per list code: end in list_elements
  std::vector<std::uint32_t> list_elements;  // element codes
  std::vector<std::uint32_t> codes;          // per row, 0 where absent
  std::vector<std::int64_t> integers;        // integer and time: per row, 0 where absent
  std::vector<double> doubles;               // per row
  std::vector<std::uint8_t> bools;           // per row

  friend bool operator==(const ColumnParts&, const ColumnParts&) = default;
};

// OK when the parts fit together: lengths agree with rows, every code is inside its dictionary,
// ends ascend, lists hold known elements. InvalidArgument names the column and what is wrong. To be
// asked before a Column is made of bytes from outside.
absl::Status ValidateParts(const ColumnParts& parts);

// One field of up to 64k events: (name, type), a presence and values. Absent is not empty.
//
// Immutable, so it is shared between threads freely. A row that is absent has code 0 / value 0 /
// empty text: ask Has first. Distinct values are where the product does its thinking: loop over the
// dictionary, then over codes.
class Column {
 public:
  // REQUIRES: ValidateParts(parts).ok(), which callers with bytes from outside must have asked.
  explicit Column(ColumnParts parts) : parts_(std::move(parts)) {}

  const std::string& name() const { return parts_.name; }

  ColumnType type() const { return parts_.type; }

  std::uint32_t rows() const { return parts_.rows; }

  bool all_present() const { return !parts_.presence.has_value(); }

  bool Has(std::uint32_t row) const { return !parts_.presence || parts_.presence->Test(row); }

  // The rows that have a value.
  RowBitmap Presence() const {
    return parts_.presence ? *parts_.presence : RowBitmap(rows(), true);
  }

  // Keyword, ip and both lists: number of distinct values (of lists for list columns).
  std::uint32_t dictionary_size() const;

  std::span<const std::uint32_t> codes() const { return parts_.codes; }

  // Keyword: the dictionary. Keyword list: the elements. Text: one string a row.
  const StringPool& strings() const { return parts_.strings; }

  // Ip: the dictionary. Ip list: the elements.
  const std::vector<IpAddress>& addresses() const { return parts_.addresses; }

  // List columns: the element codes of list `code`.
  std::span<const std::uint32_t> ListAt(std::uint32_t code) const {
    const std::uint32_t begin = code == 0 ? 0 : parts_.list_ends[code - 1];
    return std::span(parts_.list_elements).subspan(begin, parts_.list_ends[code] - begin);
  }

  // Integer and time.
  std::span<const std::int64_t> integers() const { return parts_.integers; }

  std::span<const double> doubles() const { return parts_.doubles; }

  std::span<const std::uint8_t> bools() const { return parts_.bools; }

  // Text and keyword alike. REQUIRES: Has(row).
  absl::string_view TextAt(std::uint32_t row) const {
    return type() == ColumnType::kText ? parts_.strings[row] : parts_.strings[parts_.codes[row]];
  }

  const ColumnParts& parts() const { return parts_; }

 private:
  ColumnParts parts_;
};

}  // namespace dims
