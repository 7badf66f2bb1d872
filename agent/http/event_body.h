// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace dims {

// The events of a request's body, one line each: the elements of a JSON array, one JSON object
// written over several lines, or else the body's own lines (NDJSON, or text of any format) without
// empty ones. Never fails: what is no JSON is lines. Thread: any.
std::vector<std::string> EventsOfBody(absl::string_view body);

}  // namespace dims
