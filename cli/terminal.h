// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "cli/progress_line.h"

namespace dims {

// What the command's output goes to. Colours only on a terminal, and progress only when standard
// error is one; whatever comes from logs is escaped before it gets there. Owns the progress line,
// and takes it away before it writes. Thread: one.
class Terminal {
 public:
  Terminal();

  bool is_terminal() const { return is_terminal_; }

  // Characters in a line; 100 when it is no terminal.
  int width() const { return width_; }

  // Writes to standard output. False once nobody reads it any more (a closed pipe): stop quietly.
  bool Write(absl::string_view text);

  // What the command waits for; shown when it waits longer than a second.
  void Progress(absl::string_view text) { progress_.Set(text); }

  // Waiting is the purpose from here on, or there is nothing left to wait for.
  void EndProgress() { progress_.End(); }

  std::string Bold(absl::string_view text) const;
  std::string Dim(absl::string_view text) const;

 private:
  bool is_terminal_;
  bool colours_;
  int width_;
  ProgressLine progress_;
};

// Rows under a heading, columns aligned, control characters escaped; cells longer than the line
// allows are cut with an ellipsis on a terminal only.
std::string AlignedTable(const Terminal& terminal, const std::vector<std::string>& heading,
                         const std::vector<std::vector<std::string>>& rows);

// A message of our own that may name what came from outside: its lines stay lines, every other
// control character is escaped.
std::string EscapeMessage(absl::string_view text);

// Columns on the screen that `text` takes: UTF-8 code points, wide East Asian ones counted twice.
int DisplayWidth(absl::string_view text);

}  // namespace dims
