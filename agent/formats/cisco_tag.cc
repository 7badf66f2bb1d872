// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/cisco_tag.h"

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"
#include "agent/fields/text_cursor.h"

namespace dims {
namespace {

// How far before the tag host names, sequence numbers and times of the device may reach.
constexpr std::size_t kBeforeBytesMax = 120;
constexpr std::size_t kTagBytesMax = 96;

constexpr absl::string_view kLevels[] = {"emergency", "alert",        "critical",      "error",
                                         "warning",   "notification", "informational", "debug"};

bool IsNameCharacter(char c) {
  return IsAsciiLetter(c) || IsDigit(c) || c == '_' || c == '/' || c == '.';
}

// `text` starts behind the percent sign. The severity is the one digit between two hyphens.
std::optional<CiscoTag> ReadTag(absl::string_view text) {
  CiscoTag tag;
  std::size_t length = 0;
  while (length < text.size() && length < kTagBytesMax &&
         (IsNameCharacter(text[length]) || text[length] == '-')) {
    ++length;
  }
  const absl::string_view name = text.substr(0, length);
  if (name.empty() || !(IsAsciiLetter(name.front()) || name.front() == '-')) return std::nullopt;
  // "%-6-852002": a device that lost its facility.
  for (std::size_t at = FindByte(name, '-', 0); at != name.npos; at = FindByte(name, '-', at + 1)) {
    if (at + 3 >= name.size() || !IsDigit(name[at + 1]) || name[at + 2] != '-') continue;
    const std::size_t first = FindByte(name, '-');
    tag.facility = name.substr(0, first);
    if (first < at) tag.subfacility = name.substr(first + 1, at - first - 1);
    tag.severity = name[at + 1] - '0';
    tag.mnemonic = name.substr(at + 3);
    break;
  }
  if (tag.severity < 0 || tag.mnemonic.front() == '-') return std::nullopt;
  text.remove_prefix(length);
  if (text.empty() || (text.front() != ':' && text.front() != ' ')) return std::nullopt;
  tag.text = absl::StripLeadingAsciiWhitespace(text.substr(1));
  return tag;
}

}  // namespace

std::optional<CiscoTag> FindCiscoTag(const TextInput& input) {
  const absl::string_view near = input.tagged.substr(0, kBeforeBytesMax);
  for (std::size_t at = FindByte(near, '%'); at != near.npos; at = FindByte(near, '%', at + 1)) {
    if (at > 0 && near[at - 1] != ' ' && near[at - 1] != ':') continue;
    auto tag = ReadTag(input.tagged.substr(at + 1));
    if (!tag) continue;
    tag->before = absl::StripAsciiWhitespace(near.substr(0, at));
    return tag;
  }
  return std::nullopt;
}

void SetCiscoTag(const CiscoTag& tag, absl::string_view observer_type, EventRow& row) {
  row.Keyword(Field::kObserverVendor, "Cisco");
  row.Keyword(Field::kObserverType, observer_type);
  // "<166>fw1.example %ASA-...": a host that no header told.
  const absl::string_view host = absl::StripSuffix(tag.before, ":");
  if (!row.Has(Field::kHostName) && !host.empty() && host.find_first_of(" :[(") == host.npos) {
    row.Keyword(Field::kHostName, host);
    row.Keyword(Field::kObserverName, host);
  }
  row.Keyword(Field::kEventCode, tag.mnemonic);
  row.Integer(Field::kEventSeverity, tag.severity);
  if (tag.severity < 8) {
    row.Keyword(Field::kLogLevel, kLevels[static_cast<std::size_t>(tag.severity)]);
  }
}

}  // namespace dims
