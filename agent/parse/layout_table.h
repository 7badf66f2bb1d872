// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "agent/fields/clock_text.h"

namespace dims {

enum class PriStyle : std::uint8_t { kNone, kPlain, kVersioned };  // "", "<34>", "<34>1 "
enum class TagEnd : std::uint8_t { kNothing, kBlank, kColon, kColonBlank };
enum class LineSuffix : std::uint8_t { kNone, kCr, kLf, kCrLf, kNul };

// The shape of a header that columns can render: what line_layout.h writes as text. A value. A
// header of any other shape is not described here; its line is stored as it came.
struct HeaderShape {
  PriStyle pri = PriStyle::kNone;
  bool bom_before_line = false;
  bool bom_before_message = false;
  bool has_clock = false;  // false: "-" where a version is given, else nothing
  ClockStyle clock_style = ClockStyle::kBsd;
  ZoneStyle zone_style = ZoneStyle::kNone;
  std::uint8_t fraction_digits = 0;
  bool blank_in_date = false;   // "2026-01-02 03:04:05"
  bool comma_fraction = false;  // "03:04:05,123"
  std::int32_t offset_s = 0;
  bool has_host = false;
  bool has_app = false;
  bool has_pid = false;
  bool has_msgid = false;
  TagEnd tag_end = TagEnd::kNothing;
  LineSuffix suffix = LineSuffix::kNone;

  // Every shape has its own number.
  std::uint64_t Key() const;
  // The layout of line_layout.h.
  std::string ToLayout() const;
};

// Layout texts by shape, made once each. Limit: kLayoutsMax shapes, then it starts anew (offsets
// come from the wire). Thread: one. The view holds until the next call.
class LayoutTable {
 public:
  static constexpr std::size_t kLayoutsMax = 4096;

  absl::string_view LayoutOf(const HeaderShape& shape);

 private:
  std::uint64_t last_key_ = ~std::uint64_t{0};
  absl::string_view last_;
  absl::flat_hash_map<std::uint64_t, std::string> layouts_;
};

}  // namespace dims
