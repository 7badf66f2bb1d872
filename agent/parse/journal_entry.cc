// SPDX-License-Identifier: Apache-2.0
#include "agent/parse/journal_entry.h"

#include <algorithm>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/little_endian.h"

namespace dims {
namespace {

constexpr std::size_t kLengthBytes = 8;

struct ExportedField {
  absl::string_view name;
  absl::string_view value;
};

// The next field of `text`, which moves on; none at the end or where the rest is malformed.
std::optional<ExportedField> TakeField(absl::string_view& text) {
  const std::size_t end = text.find('\n');
  const absl::string_view line = text.substr(0, end);
  if (line.empty()) return std::nullopt;
  const std::size_t equals = line.find('=');
  if (equals != line.npos) {
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    return ExportedField{line.substr(0, equals), line.substr(equals + 1)};
  }
  if (end == text.npos || text.size() - end - 1 < kLengthBytes) return std::nullopt;
  const absl::string_view rest = text.substr(end + 1);
  const auto length = ReadLittleEndian<std::uint64_t>(rest);
  const absl::string_view bytes = rest.substr(kLengthBytes);
  const ExportedField field{line, bytes.substr(0, std::min<std::uint64_t>(length, bytes.size()))};
  text = bytes.substr(field.value.size());
  if (!text.empty()) text.remove_prefix(1);
  return field;
}

std::int32_t Number(absl::string_view value, std::int32_t most) {
  std::int32_t number = -1;
  return absl::SimpleAtoi(value, &number) && number >= 0 && number <= most ? number : -1;
}

// Fields that ReadJournalEntry has a member for. False: it is one of the others.
bool TakeKnown(const ExportedField& field, JournalEntry& entry, bool* has_source_time) {
  const auto& [name, value] = field;
  if (name == "MESSAGE") {
    if (entry.message.empty()) entry.message = value;
  } else if (name == "_HOSTNAME") {
    entry.host = value;
  } else if (name == "SYSLOG_IDENTIFIER") {
    entry.identifier = value;
  } else if (name == "PRIORITY") {
    entry.severity = Number(value, 7);
  } else if (name == "SYSLOG_FACILITY") {
    entry.facility = Number(value, 23);
  } else if (name == "_PID" || (name == "SYSLOG_PID" && entry.pid < 0)) {
    if (!absl::SimpleAtoi(value, &entry.pid) || entry.pid < 0) entry.pid = -1;
  } else if (name == "_SOURCE_REALTIME_TIMESTAMP" || name == "__REALTIME_TIMESTAMP") {
    const bool of_source = name.front() == '_' && name[1] != '_';
    std::int64_t time = 0;
    if ((of_source || !*has_source_time) && absl::SimpleAtoi(value, &time)) entry.time_us = time;
    *has_source_time = *has_source_time || of_source;
  } else {
    return false;
  }
  return true;
}

}  // namespace

JournalEntry ReadJournalEntry(absl::string_view exported) {
  JournalEntry entry;
  bool has_source_time = false;
  absl::string_view command;
  while (const auto field = TakeField(exported)) {
    if (field->name.empty() || TakeKnown(*field, entry, &has_source_time)) continue;
    if (field->name == "_COMM") command = field->value;
    if (entry.others.size() < JournalEntry::kFieldsMax) {
      entry.others.emplace_back(field->name, field->value);
    }
  }
  if (entry.identifier.empty()) entry.identifier = command;
  return entry;
}

void AppendJournalField(absl::string_view name, absl::string_view value, std::string& out) {
  if (value.find('\n') == value.npos) {
    absl::StrAppend(&out, name, "=", value, "\n");
    return;
  }
  absl::StrAppend(&out, name, "\n");
  AppendLittleEndian<std::uint64_t>(out, value.size());
  absl::StrAppend(&out, value, "\n");
}

}  // namespace dims
