// SPDX-License-Identifier: Apache-2.0
#include "agent/trial_lines.h"

#include <cerrno>
#include <cstring>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "agent/config/line_keys.h"
#include "agent/inputs/input_chunk.h"
#include "common/base/status_macros.h"

namespace dims {

absl::StatusOr<std::unique_ptr<TrialLines>> TrialLines::Open(const TrialSource& source,
                                                             const Clock& clock) {
  LineSettings settings;
  RETURN_IF_ERROR(SetLineFormat(source.format, settings));
  RETURN_IF_ERROR(SetLineZone(source.timezone, settings));
  auto lines = std::unique_ptr<TrialLines>(new TrialLines);
  lines->standard_input_ = source.path == "-";
  if (!lines->standard_input_) {
    lines->file_.open(source.path, std::ios::binary);
    if (!lines->file_) {
      return absl::NotFoundError(absl::StrCat(source.path, ": ", std::strerror(errno)));
    }
  }
  lines->context_.origin = source.path;
  lines->context_.received_ns = absl::ToUnixNanos(clock.Now());
  lines->context_.zone = settings.zone;
  lines->context_.format = settings.format;
  lines->context_.text_format = settings.text_format;
  return lines;
}

bool TrialLines::Next(std::string& line) {
  std::istream& in = standard_input_ ? std::cin : file_;
  line.clear();
  bool any = false;
  context_.cut = false;
  std::streambuf& bytes = *in.rdbuf();
  for (int byte = bytes.sbumpc(); byte != EOF; byte = bytes.sbumpc()) {
    any = true;
    if (byte == '\n') break;
    context_.cut = line.size() >= kLineBytesMax;
    if (!context_.cut) line.push_back(static_cast<char>(byte));
  }
  return any;
}

}  // namespace dims
