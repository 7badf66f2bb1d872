// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/format_memory.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "tests/agent/formats/parsed_line.h"
#include "tests/support/seeded_random.h"

namespace dims {
namespace {

using Fields = std::map<std::string, std::string>;

// Everything that the next line gives a parser that has seen others.
Fields FieldsOf(absl::string_view line, LineParser& parser, BatchBuilder& builder) {
  parser.Parse(line, FileContext(), builder);
  builder.FinishRow();
  const EventBatch batch = builder.Finish();
  Fields fields;
  for (const Column& column : batch.columns()) {
    if (column.Has(0)) fields[column.name()] = ParsedLine::TextOf(column);
  }
  return fields;
}

Fields FreshFieldsOf(absl::string_view line) {
  LineParser parser;
  BatchBuilder builder;
  return FieldsOf(line, parser, builder);
}

constexpr absl::string_view kHeads[] = {
    "CEF:0|Example|IDS|1.0|100|Port scan|7|",
    "date=2026-01-14 time=10:20:30 devid=FG1 logid=\"13\" type=\"traffic\" ",
    "id=firewall sn=18B1 fw=203.0.113.1 pri=6 m=537 ",
    "level=info component=gateway ",
    "LEEF:1.0|Example|FW|1.2|deny|",
};

constexpr absl::string_view kPairs[] = {
    "src=192.0.2.1", "dst=198.51.100.2", "spt=5000",     "dpt=443",           "proto=TCP",
    "user=alice",    "srcip=192.0.2.3",  "srcport=1",    "level=notice",      "cs1Label=Rule",
    "cs1=strict",    "msg=hello",        "type=event",   "subtype=user",      "action=deny",
    "duration=12",   "sentbyte=100",     "site=seattle", "colour=light blue", "count=7",
};

// The pairs in an order of their own, some left out, behind one of the heads.
std::string SomeLine(SeededRandom& random) {
  std::vector<absl::string_view> pairs;
  for (const absl::string_view pair : kPairs) {
    if (random.Below(4) != 0) pairs.push_back(pair);
  }
  if (random.Below(2) == 0) {
    for (std::size_t at = pairs.size(); at > 1; --at) {
      std::swap(pairs[at - 1], pairs[random.Below(at)]);
    }
  }
  return absl::StrCat(kHeads[random.Below(std::size(kHeads))], absl::StrJoin(pairs, " "));
}

TEST(FormatMemoryTest, NeverChangesWhatALineGives) {
  SeededRandom random(7);
  LineParser parser;
  BatchBuilder builder;
  for (int lines = 0; lines < 500; ++lines) {
    const std::string line = SomeLine(random);
    EXPECT_EQ(FieldsOf(line, parser, builder), FreshFieldsOf(line)) << line;
  }
}

TEST(FormatMemoryTest, ReadsLinesWhoseKeysAreNeverTheSame) {
  LineParser parser;
  BatchBuilder builder;
  for (std::size_t lines = 0; lines < 2 * KeySequence::kKeysMax / 3; ++lines) {
    const std::string line = absl::StrCat(kHeads[0], "src=192.0.2.1 a", lines, "=1 b", lines,
                                          "=x c", lines, "=y dpt=80");
    EXPECT_EQ(FieldsOf(line, parser, builder), FreshFieldsOf(line)) << line;
  }
}

}  // namespace
}  // namespace dims
