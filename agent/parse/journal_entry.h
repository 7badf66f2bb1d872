// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace dims {

// One entry of the systemd journal. Views of the bytes it was read from. A value.
struct JournalEntry {
  static constexpr std::size_t kFieldsMax = 256;

  absl::string_view message;
  absl::string_view host;
  absl::string_view identifier;  // SYSLOG_IDENTIFIER, else _COMM
  std::int64_t pid = -1;
  std::int32_t severity = -1;  // 0..7
  std::int32_t facility = -1;  // 0..23
  // When the sender says it happened, else when the journal took it; microseconds since 1970.
  std::optional<std::int64_t> time_us;
  std::vector<std::pair<absl::string_view, absl::string_view>> others;  // as they came
};

// Reads the Journal Export Format (systemd.io/JOURNAL_EXPORT_FORMATS): "NAME=value" and a line
// feed, or "NAME", a line feed, the length as 64 bits little endian, the bytes, a line feed. Fields
// that occur again after the first, empty names and all beyond kFieldsMax are left out; bytes that
// end early end the entry. Never fails: what is not there is empty. Thread: any.
JournalEntry ReadJournalEntry(absl::string_view exported);

// Appends one field in that format.
void AppendJournalField(absl::string_view name, absl::string_view value, std::string& out);

}  // namespace dims
