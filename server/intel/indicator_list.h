// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/match/indicator_set.h"

namespace dims {

inline constexpr std::size_t kIndicatorsMax = 2'000'000;    // of one list
inline constexpr std::size_t kFindingsMax = 20;             // refused lines that are named
inline constexpr std::size_t kIndicatorNameBytesMax = 256;  //
inline constexpr std::size_t kProviderBytesMax = 64;        // letters, digits, ".", "-", "_"

// What a provider's file says, line by line: docs/intel_csv.md. A value.
struct IndicatorList {
  std::vector<Indicator> indicators;  // in the order of the file
  std::uint64_t refused = 0;
  std::vector<std::string> findings;  // "line 7: ...", the first kFindingsMax
};

// Reads a list. A line that cannot be read is refused, counted and named; the rest counts.
// InvalidArgument: no provider's name, no header, no line that can be read though there are lines,
// or more than kIndicatorsMax of them.
absl::StatusOr<IndicatorList> ParseIndicatorList(absl::string_view provider, absl::string_view csv);

}  // namespace dims
