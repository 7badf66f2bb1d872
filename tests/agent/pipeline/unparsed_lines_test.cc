// SPDX-License-Identifier: Apache-2.0
#include "agent/pipeline/unparsed_lines.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace dims {
namespace {

TEST(UnparsedLinesTest, AddsUpByOrigin) {
  UnparsedLines lines;
  lines.Add("a", 2);
  lines.Add("b", 1);
  lines.Add("a", 3);
  EXPECT_EQ(lines.by_origin(), (std::map<std::string, std::uint64_t>{{"a", 5}, {"b", 1}}));
}

TEST(UnparsedLinesTest, CountsMoreOriginsThanItRemembersTogether) {
  UnparsedLines lines;
  for (std::size_t n = 0; n < UnparsedLines::kOriginsMax + 7; ++n) lines.Add(absl::StrCat(n), 1);
  lines.Add("3", 1);
  const auto counts = lines.by_origin();
  EXPECT_EQ(counts.size(), UnparsedLines::kOriginsMax + 1);
  EXPECT_EQ(counts.at("(others)"), 7u);
  EXPECT_EQ(counts.at("3"), 2u);
}

}  // namespace
}  // namespace dims
