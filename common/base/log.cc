// SPDX-License-Identifier: Apache-2.0
#include "common/base/log.h"

#include <unistd.h>

#include <cstdlib>

#include "absl/strings/escaping.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/base/mutex.h"

namespace dims {
namespace {

constexpr int kLinesPerSecondMax = 20;

// Process-wide by nature: there is one stderr. Set once by main; the rate limit is its only moving
// part.
struct LogState {
  std::string program = "dims";
  LogLevel lowest = LogLevel::kInfo;
  bool journald = std::getenv("JOURNAL_STREAM") != nullptr;
  Mutex mutex;
  std::int64_t second ABSL_GUARDED_BY(mutex) = 0;
  int lines_in_second ABSL_GUARDED_BY(mutex) = 0;
  std::uint64_t suppressed ABSL_GUARDED_BY(mutex) = 0;
};

LogState& State() {
  static LogState& state = *new LogState;
  return state;
}

absl::string_view NameOf(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "?";
}

int SyslogSeverityOf(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return 7;
    case LogLevel::kInfo:
      return 6;
    case LogLevel::kWarning:
      return 4;
    case LogLevel::kError:
      return 3;
  }
  return 3;
}

// Length of a UTF-8 encoded C1 control or bidirectional control at `text`, 0 if there is none.
std::size_t HiddenControlAt(absl::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (text.size() >= 2 && byte(0) == 0xc2 && byte(1) >= 0x80 && byte(1) <= 0x9f) return 2;
  if (text.size() < 3 || byte(0) != 0xe2) return 0;
  const bool marks = byte(1) == 0x80 &&
                     ((byte(2) >= 0x8b && byte(2) <= 0x8f) || (byte(2) >= 0xa8 && byte(2) <= 0xae));
  const bool isolates = byte(1) == 0x81 && byte(2) >= 0xa0 && byte(2) <= 0xaf;
  return marks || isolates ? 3 : 0;
}

void AppendEscape(std::string& out, absl::string_view bytes) {
  for (const char c : bytes) absl::StrAppendFormat(&out, "\\x%02x", static_cast<unsigned char>(c));
}

}  // namespace

std::string EscapeControls(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    const std::size_t hidden = HiddenControlAt(text.substr(i));
    if (hidden > 0) {
      AppendEscape(out, text.substr(i, hidden));
      i += hidden;
      continue;
    }
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c < 0x20 || c == 0x7f) {
      AppendEscape(out, text.substr(i, 1));
    } else {
      out += text[i];
    }
    ++i;
  }
  return out;
}

void SetLog(absl::string_view program, LogLevel lowest) {
  State().program = std::string(program);
  State().lowest = lowest;
}

void Log(LogLevel level, absl::string_view text) {
  LogState& state = State();
  if (level < state.lowest) return;
  const absl::Time now = absl::Now();
  std::string line;
  {
    MutexLock lock(state.mutex);
    if (const std::int64_t second = absl::ToUnixSeconds(now); second != state.second) {
      state.second = second;
      state.lines_in_second = 0;
    }
    if (++state.lines_in_second > kLinesPerSecondMax) {
      ++state.suppressed;
      return;
    }
    if (state.journald) {
      line = absl::StrCat("<", SyslogSeverityOf(level), ">", state.program, ": ");
    } else {
      line = absl::StrCat(absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", now, absl::UTCTimeZone()), " ",
                          NameOf(level), " ", state.program, ": ");
    }
    if (state.suppressed > 0) {
      absl::StrAppend(&line, "(", state.suppressed, " lines left out) ");
      state.suppressed = 0;
    }
  }
  absl::StrAppend(&line, EscapeControls(text), "\n");
  // stderr gone is no reason to stop; there is nowhere left to say it.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace dims
