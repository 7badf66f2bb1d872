// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/journal_reader.h"

#include <systemd/sd-journal.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "agent/parse/journal_entry.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

absl::Status JournalError(int result, absl::string_view doing) {
  const std::string message = absl::StrCat("journal: ", doing, ": ", std::strerror(-result));
  switch (-result) {
    case EACCES:
    case EPERM:
      return absl::PermissionDeniedError(
          absl::StrCat(message, ": let the agent be in the group systemd-journal"));
    case ENOENT:
      return absl::NotFoundError(message);
    case EINVAL:
      return absl::InvalidArgumentError(message);
    default:
      return absl::UnavailableError(message);
  }
}

absl::Status Check(int result, absl::string_view doing) {
  return result < 0 ? JournalError(result, doing) : absl::OkStatus();
}

// "s=...;i=1f;b=...": the value of `key`, "" where there is none.
absl::string_view PartOf(absl::string_view cursor, absl::string_view key) {
  for (const absl::string_view part : absl::StrSplit(cursor, ';')) {
    if (absl::StartsWith(part, key)) return part.substr(key.size());
  }
  return "";
}

}  // namespace

std::uint64_t EntriesBetween(absl::string_view before, absl::string_view after) {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  const absl::string_view journal = PartOf(before, "s=");
  const bool known = !journal.empty() && journal == PartOf(after, "s=") &&
                     absl::SimpleHexAtoi(PartOf(before, "i="), &first) &&
                     absl::SimpleHexAtoi(PartOf(after, "i="), &last);
  return known && last > first + 1 ? last - first - 1 : 0;
}

std::int64_t TimeOfCursor(absl::string_view cursor) {
  std::int64_t microseconds = 0;
  if (!absl::SimpleHexAtoi(PartOf(cursor, "t="), &microseconds)) return 0;
  return absl::ToUnixNanos(absl::FromUnixMicros(microseconds));
}

void JournalReader::Close::operator()(sd_journal* journal) const {
  ::sd_journal_close(journal);
}

absl::StatusOr<std::unique_ptr<JournalReader>> JournalReader::Open(const std::string& directory) {
  sd_journal* opened = nullptr;
  const int result = directory.empty() ? ::sd_journal_open(&opened, SD_JOURNAL_LOCAL_ONLY)
                                       : ::sd_journal_open_directory(&opened, directory.c_str(), 0);
  RETURN_IF_ERROR(
      Check(result, directory.empty() ? "opening" : absl::StrCat("opening ", directory)));
  std::unique_ptr<JournalReader> reader(new JournalReader(opened));
  RETURN_IF_ERROR(Check(::sd_journal_set_data_threshold(opened, kFieldBytesMax), "limiting"));
  return reader;
}

absl::Status JournalReader::SeekStart() {
  return Check(::sd_journal_seek_head(journal_.get()), "seeking the start");
}

absl::Status JournalReader::SeekEnd() {
  RETURN_IF_ERROR(Check(::sd_journal_seek_tail(journal_.get()), "seeking the end"));
  // The last entry becomes the current one, so that Next gives what follows it.
  return Check(::sd_journal_previous(journal_.get()), "seeking the end");
}

absl::StatusOr<bool> JournalReader::SeekAfter(const std::string& cursor) {
  RETURN_IF_ERROR(
      Check(::sd_journal_seek_cursor(journal_.get(), cursor.c_str()), "seeking a cursor"));
  const int found = ::sd_journal_next(journal_.get());
  RETURN_IF_ERROR(Check(found, "seeking a cursor"));
  if (found == 0) return false;
  const int same = ::sd_journal_test_cursor(journal_.get(), cursor.c_str());
  RETURN_IF_ERROR(Check(same, "testing a cursor"));
  if (same > 0) return true;
  // The entry itself is gone: what was found follows it, and Next is to give that. No step back
  // from here: the first entry of a journal has none before it, and would be stepped over.
  RETURN_IF_ERROR(
      Check(::sd_journal_seek_cursor(journal_.get(), cursor.c_str()), "seeking a cursor"));
  return false;
}

absl::StatusOr<bool> JournalReader::Next() {
  const int result = ::sd_journal_next(journal_.get());
  RETURN_IF_ERROR(Check(result, "reading on"));
  return result > 0;
}

bool JournalReader::IsOf(const std::string& executable) {
  const void* data = nullptr;
  std::size_t length = 0;
  if (::sd_journal_get_data(journal_.get(), "_EXE", &data, &length) != 0) return false;
  absl::string_view field(static_cast<const char*>(data), length);
  return absl::ConsumePrefix(&field, "_EXE=") && field == executable;
}

absl::StatusOr<std::string> JournalReader::Cursor() {
  char* text = nullptr;
  RETURN_IF_ERROR(Check(::sd_journal_get_cursor(journal_.get(), &text), "asking for a cursor"));
  std::string cursor(text);
  std::free(text);
  return cursor;
}

absl::StatusOr<bool> JournalReader::AppendEntry(std::string& out) {
  std::uint64_t time_us = 0;
  RETURN_IF_ERROR(
      Check(::sd_journal_get_realtime_usec(journal_.get(), &time_us), "reading a time"));
  const std::size_t begin = out.size();
  AppendJournalField("__REALTIME_TIMESTAMP", absl::StrCat(time_us), out);
  bool cut = false;
  const auto append = [&](const void* data, std::size_t length) {
    const absl::string_view field(static_cast<const char*>(data), length);
    const std::size_t equals = field.find('=');
    if (equals == field.npos || out.size() - begin + length > kEntryBytesMax) {
      cut = true;
      return;
    }
    cut = cut || length >= kFieldBytesMax;
    AppendJournalField(field.substr(0, equals), field.substr(equals + 1), out);
  };
  const void* data = nullptr;
  std::size_t length = 0;
  if (::sd_journal_get_data(journal_.get(), "MESSAGE", &data, &length) == 0) append(data, length);
  ::sd_journal_restart_data(journal_.get());
  int more = 0;
  while ((more = ::sd_journal_enumerate_available_data(journal_.get(), &data, &length)) > 0) {
    const absl::string_view field(static_cast<const char*>(data), length);
    if (!absl::StartsWith(field, "MESSAGE=")) append(data, length);
  }
  return cut;
}

bool JournalReader::Wait(absl::Duration timeout) {
  return ::sd_journal_wait(journal_.get(),
                           static_cast<std::uint64_t>(absl::ToInt64Microseconds(timeout))) ==
         SD_JOURNAL_INVALIDATE;
}

}  // namespace dims
