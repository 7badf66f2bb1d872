// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace dims {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarning, kError };

// Writes one line to stderr: "<3>dims-agent: text" under journald (JOURNAL_STREAM is set), else
// "2026-11-21T10:00:00Z error dims-agent: text". Control characters in `text` are written as \x1b,
// so that a log line quoted in a message can never drive a terminal.
//
// At most 20 lines a second; what is above is counted and the count is said in the next line
// written, so that an attacker cannot fill the disk through our own log. Thread: any; one write(2)
// a line.
void Log(LogLevel level, absl::string_view text);

// The program's name at the start of each line and the lowest level written. Call once from main,
// before threads.
void SetLog(absl::string_view program, LogLevel lowest);

// `text` with every C0, C1 and bidirectional control character as a visible escape (\n, \x1b,
// \u202e), for terminals.
std::string EscapeControls(absl::string_view text);

template <typename... Args>
void LogInfo(const Args&... args) {
  Log(LogLevel::kInfo, absl::StrCat(args...));
}

template <typename... Args>
void LogWarning(const Args&... args) {
  Log(LogLevel::kWarning, absl::StrCat(args...));
}

template <typename... Args>
void LogError(const Args&... args) {
  Log(LogLevel::kError, absl::StrCat(args...));
}

}  // namespace dims
