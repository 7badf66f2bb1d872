// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/log.h"

namespace dims {
namespace {

constexpr int kDefaultWidth = 100;
constexpr int kCellWidthMax = 400;  // where the output is no terminal

bool WriteAll(int fd, absl::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::size_t SequenceLength(unsigned char lead) {
  if (lead >= 0xf0) return 4;
  if (lead >= 0xe0) return 3;
  if (lead >= 0xc0) return 2;
  return 1;
}

bool IsWide(absl::string_view sequence) {
  if (sequence.size() < 3) return false;
  std::uint32_t code = sequence.size() == 3 ? (static_cast<unsigned char>(sequence[0]) & 0x0fu)
                                            : (static_cast<unsigned char>(sequence[0]) & 0x07u);
  for (const char c : sequence.substr(1))
    code = code << 6 | (static_cast<unsigned char>(c) & 0x3fu);
  return (code >= 0x1100 && code <= 0x115f) || (code >= 0x2e80 && code <= 0xa4cf) ||
         (code >= 0xac00 && code <= 0xd7a3) || (code >= 0xf900 && code <= 0xfaff) ||
         (code >= 0xfe30 && code <= 0xfe6f) || (code >= 0xff00 && code <= 0xff60) ||
         code >= 0x1f300;
}

// `text` cut to `width` columns with an ellipsis.
std::string Fit(absl::string_view text, int width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  std::string out;
  int used = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length =
        std::min(SequenceLength(static_cast<unsigned char>(text[i])), text.size() - i);
    const absl::string_view sequence = text.substr(i, length);
    const int columns = IsWide(sequence) ? 2 : 1;
    if (used + columns > width - 1) break;
    out.append(sequence.data(), sequence.size());
    used += columns;
    i += length;
  }
  return out + "…";
}

}  // namespace

int DisplayWidth(absl::string_view text) {
  int width = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length =
        std::min(SequenceLength(static_cast<unsigned char>(text[i])), text.size() - i);
    width += IsWide(text.substr(i, length)) ? 2 : 1;
    i += length;
  }
  return width;
}

Terminal::Terminal()
    : is_terminal_(isatty(STDOUT_FILENO) == 1),
      colours_(is_terminal_ && std::getenv("NO_COLOR") == nullptr),
      width_(kDefaultWidth),
      progress_(isatty(STDERR_FILENO) == 1) {
  winsize size{};
  if (is_terminal_ && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    width_ = size.ws_col;
}

bool Terminal::Write(absl::string_view text) {
  progress_.Clear();
  return WriteAll(STDOUT_FILENO, text);
}

std::string Terminal::Bold(absl::string_view text) const {
  return colours_ ? absl::StrCat("\x1b[1m", text, "\x1b[0m") : std::string(text);
}

std::string Terminal::Dim(absl::string_view text) const {
  return colours_ ? absl::StrCat("\x1b[2m", text, "\x1b[0m") : std::string(text);
}

std::string EscapeMessage(absl::string_view text) {
  std::vector<std::string> lines;
  for (const absl::string_view line : absl::StrSplit(text, '\n'))
    lines.push_back(EscapeControls(line));
  return absl::StrJoin(lines, "\n");
}

std::string AlignedTable(const Terminal& terminal, const std::vector<std::string>& heading,
                         const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::vector<std::string>> cells;
  std::vector<int> widths(heading.size(), 0);
  const auto add = [&](const std::vector<std::string>& row) {
    std::vector<std::string> escaped;
    for (std::size_t i = 0; i < heading.size(); ++i) {
      escaped.push_back(i < row.size() ? EscapeControls(row[i]) : "");
      widths[i] = std::min(kCellWidthMax, std::max(widths[i], DisplayWidth(escaped.back())));
    }
    cells.push_back(std::move(escaped));
  };
  add(heading);
  for (const auto& row : rows) add(row);
  std::string out;
  for (std::size_t r = 0; r < cells.size(); ++r) {
    std::string line;
    int used = 0;
    for (std::size_t i = 0; i < heading.size(); ++i) {
      const bool last = i + 1 == heading.size();
      const int room =
          terminal.is_terminal() && last ? std::max(8, terminal.width() - used) : kCellWidthMax;
      const std::string cell = Fit(cells[r][i], std::min(room, kCellWidthMax));
      absl::StrAppend(&line, cell);
      if (!last)
        line.append(static_cast<std::size_t>(std::max(0, widths[i] - DisplayWidth(cell)) + 2), ' ');
      used += widths[i] + 2;
    }
    absl::StrAppend(&out, r == 0 ? terminal.Bold(line) : line, "\n");
  }
  return out;
}

}  // namespace dims
