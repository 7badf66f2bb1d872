// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gtest/gtest.h"
#include "tests/agent/formats/parsed_line.h"

namespace dims {

// A line cut at any byte, or with garbage behind any byte, is still an event that has a time and
// gives its bytes back.
inline void ExpectEveryCutIsKept(absl::string_view line,
                                 const LineContext& context = FileContext()) {
  for (std::size_t length = 1; length <= line.size(); ++length) {
    const std::string cut(line.substr(0, length));
    const std::string spoilt = cut + "\"[]'=,: \\ \x01\xff(";
    for (const std::string& text : {cut, spoilt}) {
      const ParsedLine parsed(text, context);
      EXPECT_EQ(parsed.Original(), text);
      EXPECT_TRUE(parsed.Stores("@timestamp")) << text;
    }
  }
}

}  // namespace dims
