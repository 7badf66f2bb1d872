// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/parse/line_context.h"
#include "agent/site_formats/site_formats.h"
#include "common/base/clock.h"

namespace dims {

// Where lines to be tried come from, and how they are to be read.
struct TrialSource {
  std::string path;                       // "-": standard input
  std::string format = "auto";            // as in [[input.file]]
  std::string timezone = "local";         // as in [[input.file]]
  std::vector<std::string> parsers = {};  // files of parsers that the site made
};

// The lines of a file, for commands that show what an agent would make of them. Thread: one.
class TrialLines {
 public:
  // NotFound; InvalidArgument: format, zone or parsers. What is odd about the parsers is said on
  // standard error. A source without a path has no lines.
  static absl::StatusOr<std::unique_ptr<TrialLines>> Open(const TrialSource& source,
                                                          const Clock& clock);

  // The next line, cut and marked in context() as an input would do it; false at the end.
  bool Next(std::string& line);

  const LineContext& context() const { return context_; }

  const SiteFormats& site_formats() const { return *site_formats_; }

 private:
  TrialLines() = default;

  std::ifstream file_;
  bool standard_input_ = false;
  std::shared_ptr<const SiteFormats> site_formats_;
  LineContext context_;
};

}  // namespace dims
