// SPDX-License-Identifier: Apache-2.0
#include "common/config/config_report.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/log.h"

namespace dims {
namespace {

constexpr std::size_t kShownBytesMax = 160;  // of a source line

}  // namespace

std::string ConfigPlace::Text() const {
  if (line == 0) return file;
  return absl::StrCat(file, ":", line, ":", column);
}

std::string ConfigProblem::Text() const {
  std::string text =
      absl::StrCat(place.Text(), ": ", severity == Severity::kError ? "error" : "warning", ": ",
                   EscapeControls(message), "\n");
  if (source_line.empty()) {
    if (!hint.empty()) absl::StrAppend(&text, "  ", hint, "\n");
    return text;
  }
  const std::string number = absl::StrCat(place.line);
  const std::string margin(std::max<std::size_t>(5, number.size()), ' ');
  const std::size_t column = place.column > 0 ? place.column - 1 : 0;
  std::string shown = source_line.substr(0, kShownBytesMax);
  std::replace(shown.begin(), shown.end(), '\t', ' ');
  absl::StrAppend(&text, margin.substr(number.size()), number, " | ", EscapeControls(shown), "\n");
  if (column >= shown.size() + 1) return text;
  std::string marks(column, ' ');
  marks += '^';
  marks.append(std::min<std::size_t>(marked > 0 ? marked - 1 : 0, kShownBytesMax), '~');
  absl::StrAppend(&text, margin, " | ", marks, hint.empty() ? "" : " ", hint, "\n");
  return text;
}

void ConfigReport::Add(ConfigProblem problem) {
  ++(problem.severity == ConfigProblem::Severity::kError ? errors_ : warnings_);
  if (problems_.size() < kProblemsMax) problems_.push_back(std::move(problem));
}

std::string ConfigReport::Text() const {
  std::string text;
  for (const ConfigProblem& problem : problems_) text += problem.Text();
  const std::size_t kept_back = errors_ + warnings_ - problems_.size();
  if (kept_back > 0) absl::StrAppend(&text, "and ", kept_back, " more\n");
  return text;
}

}  // namespace dims
