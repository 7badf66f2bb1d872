// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/conformance/samples.h"

namespace dims {

// What of an expected document we are judged by: addresses, ports, names, actions, outcomes, times
// and the like. Names that others give the same thing ("client.ip", "host.hostname") become ours.
Document JudgedPart(const Document& expected);

// Whether two values of a field say the same: numbers as numbers, addresses however written,
// moments as moments, a set in any order.
bool SameValues(absl::string_view field, std::vector<std::string> want,
                std::vector<std::string> got);

}  // namespace dims
