// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gtest/gtest.h"
#include "tests/agent/formats/parsed_line.h"

namespace dims {

// A line cut at any byte, or with garbage behind any byte, is still an event that gives its bytes
// back.
inline void ExpectEveryCutIsKept(absl::string_view line,
                                 const LineContext& context = FileContext()) {
  for (std::size_t length = 1; length <= line.size(); ++length) {
    const std::string cut(line.substr(0, length));
    EXPECT_EQ(ParsedLine(cut, context).Original(), cut);
    const std::string spoilt = cut + "\"[]'=,: \\ \x01\xff(";
    EXPECT_EQ(ParsedLine(spoilt, context).Original(), spoilt);
  }
}

}  // namespace dims
