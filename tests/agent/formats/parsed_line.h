// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "agent/parse/line_parser.h"
#include "common/event/line_layout.h"

namespace dims {

// 2026-01-15T12:00:00Z, when the tests' lines arrive.
inline constexpr std::int64_t kTestReceivedNs = 1'768'478'400'000'000'000;

inline LineContext FileContext() {
  LineContext context;
  context.origin = "/var/log/auth.log";
  context.received_ns = kTestReceivedNs;
  return context;
}

// One line as the parser sees it, to be asked field by field: absent is "".
class ParsedLine {
 public:
  explicit ParsedLine(absl::string_view line, const LineContext& context = FileContext()) {
    LineParser parser;
    BatchBuilder builder;
    parser.Parse(line, context, builder);
    builder.FinishRow();
    batch_ = builder.Finish();
  }

  std::string operator[](absl::string_view name) const {
    for (const Column& column : batch_.columns()) {
      if (column.name() == name && column.Has(0)) return TextOf(column);
    }
    return "";
  }

  std::optional<std::string> Original() const { return OriginalLine(batch_, 0); }

  bool Stores(absl::string_view name) const { return !(*this)[name].empty(); }

  const EventBatch& batch() const { return batch_; }

  // The first row's value.
  static std::string TextOf(const Column& column) {
    switch (column.type()) {
      case ColumnType::kKeyword:
      case ColumnType::kText:
        return std::string(column.TextAt(0));
      case ColumnType::kIp:
        return column.addresses()[column.codes()[0]].ToString();
      case ColumnType::kInteger:
        return absl::StrCat(column.integers()[0]);
      case ColumnType::kTime:
        return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", absl::FromUnixNanos(column.integers()[0]),
                                absl::UTCTimeZone());
      case ColumnType::kDouble:
        return absl::StrCat(column.doubles()[0]);
      case ColumnType::kBool:
        return column.bools()[0] != 0 ? "true" : "false";
      case ColumnType::kKeywordList:
      case ColumnType::kIpList:
        return ListText(column);
    }
    return "";
  }

 private:
  static std::string ListText(const Column& column) {
    std::vector<std::string> elements;
    for (const std::uint32_t element : column.ListAt(column.codes()[0])) {
      elements.push_back(column.type() == ColumnType::kIpList
                             ? column.addresses()[element].ToString()
                             : std::string(column.strings()[element]));
    }
    return absl::StrJoin(elements, ",");
  }

  EventBatch batch_;
};

}  // namespace dims
