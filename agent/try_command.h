// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/base/clock.h"

namespace dims {

struct TryOptions {
  std::string path;                       // "-": standard input; empty: no lines, only parsers
  std::string format = "auto";            // as in [[input.file]]
  std::string timezone = "local";         // as in [[input.file]]
  std::vector<std::string> parsers = {};  // as [agent] parsers: their tests are run
  std::uint64_t rows_max = 20;            // lines shown; all are read for the summary
  bool json = false;
};

// Prints what an agent would make of the lines of a file: the fields of the first lines (the lines
// nobody can read first of all stand out), then a summary by dataset. Nothing is stored or sent.
//
// Colours only on a terminal; control characters of the lines never reach it. A line above
// kLineBytesMax is cut, as an input would. Errors: NotFound, InvalidArgument (format, zone, parsers
// with their problems).
absl::Status TryFile(const TryOptions& options, const Clock& clock);

}  // namespace dims
