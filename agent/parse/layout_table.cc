// SPDX-License-Identifier: Apache-2.0
#include "agent/parse/layout_table.h"

#include "absl/strings/str_cat.h"

namespace dims {
namespace {

// Pushes `bits` low bits of a value into a key.
void Push(std::uint64_t& key, std::uint64_t value, unsigned bits) {
  key = key << bits | (value & ((std::uint64_t{1} << bits) - 1));
}

absl::string_view ZoneLetter(ZoneStyle style) {
  switch (style) {
    case ZoneStyle::kNone:
      return "n";
    case ZoneStyle::kZulu:
      return "Z";
    case ZoneStyle::kColon:
      return "c";
    case ZoneStyle::kBasic:
      return "b";
    case ZoneStyle::kHours:
      return "h";
  }
  return "n";
}

std::string ClockPlaceholder(const HeaderShape& shape) {
  const std::string offset = absl::StrCat(shape.offset_s < 0 ? "" : "+", shape.offset_s);
  if (shape.clock_style == ClockStyle::kIso) {
    return absl::StrCat("{iso", shape.fraction_digits, shape.blank_in_date ? "_" : "T",
                        shape.comma_fraction ? "," : ".", ZoneLetter(shape.zone_style), offset,
                        "}");
  }
  return absl::StrCat(shape.clock_style == ClockStyle::kBsdZeros ? "{bsd0" : "{bsd", offset, "}");
}

absl::string_view SuffixPlaceholder(LineSuffix suffix) {
  switch (suffix) {
    case LineSuffix::kNone:
      return "";
    case LineSuffix::kCr:
      return "{cr}";
    case LineSuffix::kLf:
      return "{lf}";
    case LineSuffix::kCrLf:
      return "{cr}{lf}";
    case LineSuffix::kNul:
      return "{nul}";
  }
  return "";
}

// "{host} {app}[{pid}]: " as far as they are there.
std::string TraditionalHeader(const HeaderShape& shape) {
  std::string out;
  if (shape.has_clock) absl::StrAppend(&out, ClockPlaceholder(shape), " ");
  if (shape.has_host) absl::StrAppend(&out, "{host} ");
  if (shape.has_app) absl::StrAppend(&out, "{app}");
  if (shape.has_pid) absl::StrAppend(&out, "[{pid}]");
  switch (shape.tag_end) {
    case TagEnd::kNothing:
      break;
    case TagEnd::kBlank:
      absl::StrAppend(&out, " ");
      break;
    case TagEnd::kColon:
      absl::StrAppend(&out, ":");
      break;
    case TagEnd::kColonBlank:
      absl::StrAppend(&out, ": ");
      break;
  }
  return out;
}

// RFC 5424; structured data of such a shape is always "-".
std::string VersionedHeader(const HeaderShape& shape) {
  return absl::StrCat(shape.has_clock ? ClockPlaceholder(shape) : "-",
                      shape.has_host ? " {host}" : " -", shape.has_app ? " {app}" : " -",
                      shape.has_pid ? " {pid}" : " -", shape.has_msgid ? " {msgid}" : " -", " -",
                      shape.tag_end == TagEnd::kBlank ? " " : "");
}

}  // namespace

std::uint64_t HeaderShape::Key() const {
  std::uint64_t key = 0;
  Push(key, static_cast<std::uint64_t>(pri), 2);
  Push(key, bom_before_line, 1);
  Push(key, bom_before_message, 1);
  Push(key, has_clock, 1);
  Push(key, static_cast<std::uint64_t>(clock_style), 2);
  Push(key, static_cast<std::uint64_t>(zone_style), 3);
  Push(key, fraction_digits, 4);
  Push(key, blank_in_date, 1);
  Push(key, comma_fraction, 1);
  Push(key, static_cast<std::uint64_t>(offset_s), 18);
  Push(key, has_host, 1);
  Push(key, has_app, 1);
  Push(key, has_pid, 1);
  Push(key, has_msgid, 1);
  Push(key, static_cast<std::uint64_t>(tag_end), 2);
  Push(key, static_cast<std::uint64_t>(suffix), 3);
  return key;
}

std::string HeaderShape::ToLayout() const {
  std::string out = bom_before_line ? "{bom}" : "";
  switch (pri) {
    case PriStyle::kNone:
      absl::StrAppend(&out, TraditionalHeader(*this));
      break;
    case PriStyle::kPlain:
      absl::StrAppend(&out, "<{pri}>", TraditionalHeader(*this));
      break;
    case PriStyle::kVersioned:
      absl::StrAppend(&out, "<{pri}>1 ", VersionedHeader(*this));
      break;
  }
  absl::StrAppend(&out, bom_before_message ? "{bom}" : "", "{message}", SuffixPlaceholder(suffix));
  return out;
}

absl::string_view LayoutTable::LayoutOf(const HeaderShape& shape) {
  const std::uint64_t key = shape.Key();
  if (key == last_key_) return last_;
  if (layouts_.size() >= kLayoutsMax) layouts_.clear();
  const auto [found, inserted] = layouts_.try_emplace(key);
  if (inserted) found->second = shape.ToLayout();
  last_key_ = key;
  last_ = found->second;
  return last_;
}

}  // namespace dims
