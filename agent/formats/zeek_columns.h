// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "absl/strings/string_view.h"

namespace dims {

// The columns Zeek gives a log by default, for files whose head nobody saw: of the versions that
// write `count` columns. Empty: not known. Thread: any.
std::vector<absl::string_view> DefaultZeekColumns(absl::string_view log, std::size_t count);

// A line that says something about a file of Zeek's: "#separator \x09", "#fields ...", "#close
// ...".
bool IsZeekHeader(absl::string_view line);

}  // namespace dims
