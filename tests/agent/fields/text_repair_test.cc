// SPDX-License-Identifier: Apache-2.0
#include "agent/fields/text_repair.h"

#include "gtest/gtest.h"
#include "tests/agent/formats/parsed_line.h"

namespace dims {
namespace {

using namespace std::string_literals;

std::string Repaired(absl::string_view text) {
  std::string out;
  RepairText(text, &out);
  EXPECT_TRUE(IsPlainText(out)) << out;
  return out;
}

TEST(TextRepairTest, LeavesPlainTextAlone) {
  for (const char* text : {"", "plain", "tab\there", "grüße 日本 🦊",
                           "a long line of many words, so "
                           "that eight bytes at once are looked at more than once"}) {
    EXPECT_TRUE(IsPlainText(text)) << text;
    EXPECT_EQ(Repaired(text), text);
  }
}

TEST(TextRepairTest, ReplacesEachIllFormedPartOnce) {
  EXPECT_EQ(Repaired("caf\xe9 bar"), "caf\xef\xbf\xbd bar");                    // Latin-1
  EXPECT_EQ(Repaired("\xe2\x82"), "\xef\xbf\xbd");                              // cut short
  EXPECT_EQ(Repaired("\xc0\xaf"), "\xef\xbf\xbd\xef\xbf\xbd");                  // overlong
  EXPECT_EQ(Repaired("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");  // surrogate
  EXPECT_EQ(Repaired("\xf5\x80"), "\xef\xbf\xbd\xef\xbf\xbd");                  // beyond U+10FFFF
}

TEST(TextRepairTest, ShowsControlCharactersAsEscapes) {
  EXPECT_EQ(Repaired("\x1b[31mred"), "\\x1b[31mred");
  EXPECT_EQ(Repaired("a\0b"s), "a\\x00b");
  EXPECT_EQ(Repaired("\x7f"), "\\x7f");
  EXPECT_EQ(Repaired("\xc2\x9b"), "\\u009b");  // CSI of terminals, in UTF-8
}

// F-40: whatever the bytes, the record is kept, its original is exact, and the message can be
// shown.
TEST(TextRepairTest, F40KeepsEveryKindOfBytesExactly) {
  const std::string head = "Jan 15 11:59:58 gate app[1]: ";
  for (const std::string& body :
       {"caf\xe9"s, "nul\0inside"s, "esc\x1b[2Jape"s, "bell\a"s, "\xff\xfe"s, "two\rlines"s}) {
    const ParsedLine line(head + body);
    EXPECT_EQ(line.Original(), head + body);
    EXPECT_TRUE(IsPlainText(line["message"])) << line["message"];
    EXPECT_EQ(line["host.name"], "gate");
    EXPECT_NE(line["tags"].find("bytes_escaped"), std::string::npos);
  }
}

TEST(TextRepairTest, F40RendersLineEndsAndByteOrderMarksWithoutStoringTheLine) {
  const std::string text = "Jan 15 11:59:58 gate app[1]: hello";
  for (const std::string& bytes : {text + "\r", text + "\n", text + "\r\n", text + "\0"s,
                                   "\xef\xbb\xbf" + text, "\xef\xbb\xbf" + text + "\r"}) {
    const ParsedLine line(bytes);
    EXPECT_EQ(line["message"], "hello");
    EXPECT_EQ(line.Original(), bytes);
    EXPECT_FALSE(line.Stores("event.original"));
  }
  EXPECT_EQ(ParsedLine("raw\r").Original(), "raw\r");
  EXPECT_EQ(ParsedLine("raw\r")["message"], "raw");
}

}  // namespace
}  // namespace dims
