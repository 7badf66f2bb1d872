// SPDX-License-Identifier: Apache-2.0
#include "agent/trial_lines.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "agent/config/line_keys.h"
#include "agent/inputs/input_chunk.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

absl::StatusOr<std::shared_ptr<const SiteFormats>> LoadTrialParsers(
    const std::vector<std::string>& files) {
  ConfigReport report;
  std::shared_ptr<const SiteFormats> formats = LoadSiteFormats(files, report);
  if (report.errors() > 0) return absl::InvalidArgumentError(absl::StrCat("\n", report.Text()));
  std::fputs(report.Text().c_str(), stderr);
  return formats;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TrialLines>> TrialLines::Open(const TrialSource& source,
                                                             const Clock& clock) {
  LineSettings settings;
  ASSIGN_OR_RETURN(const std::shared_ptr<const SiteFormats> site_formats,
                   LoadTrialParsers(source.parsers));
  RETURN_IF_ERROR(SetLineFormat(source.format, site_formats.get(), settings));
  RETURN_IF_ERROR(SetLineZone(source.timezone, settings));
  auto lines = std::unique_ptr<TrialLines>(new TrialLines);
  lines->standard_input_ = source.path == "-";
  lines->site_formats_ = site_formats;
  if (!lines->standard_input_ && !source.path.empty()) {
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
  lines->context_.site_format = settings.site_format;
  lines->context_.site_formats = site_formats.get();
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
