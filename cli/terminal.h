// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace dims {

// What the command's output goes to. Colours and progress only on a terminal; whatever comes from
// logs is escaped before it gets there.
class Terminal {
 public:
  Terminal();

  bool is_terminal() const { return is_terminal_; }

  // Characters in a line; 100 when it is no terminal.
  int width() const { return width_; }

  // Writes to standard output. False once nobody reads it any more (a closed pipe): stop quietly.
  bool Write(absl::string_view text);

  // One line on standard error that the next one replaces; nothing when standard error is no
  // terminal.
  void Progress(absl::string_view text);
  void EndProgress();

  std::string Bold(absl::string_view text) const;
  std::string Dim(absl::string_view text) const;

 private:
  bool is_terminal_;
  bool errors_are_terminal_;
  bool colours_;
  int width_;
  bool progress_shown_ = false;
};

// Rows under a heading, columns aligned, control characters escaped; cells longer than the line
// allows are cut with an ellipsis on a terminal only.
std::string AlignedTable(const Terminal& terminal, const std::vector<std::string>& heading,
                         const std::vector<std::vector<std::string>>& rows);

// Columns on the screen that `text` takes: UTF-8 code points, wide East Asian ones counted twice.
int DisplayWidth(absl::string_view text);

}  // namespace dims
