// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/commands.h"

namespace dims {
namespace {

// Standard output is no terminal here; tests/system/search_test.py looks at a real one.
TEST(TerminalTest, HasNoColoursWhereThereIsNoTerminal) {
  const Terminal terminal;
  if (terminal.is_terminal()) GTEST_SKIP() << "standard output is a terminal";
  EXPECT_EQ(terminal.Bold("x"), "x");
  EXPECT_EQ(terminal.Dim("x"), "x");
}

TEST(TerminalTest, AlignsColumnsByWhatIsSeen) {
  const Terminal terminal;
  EXPECT_EQ(AlignedTable(terminal, {"a", "b"}, {{"é", "1"}, {"漢字", "2"}, {"xyz", "3"}}),
            "a     b\n"
            "é     1\n"
            "漢字  2\n"
            "xyz   3\n");
}

TEST(TerminalTest, EscapesControlCharactersInCellsAndHeadings) {
  const Terminal terminal;
  EXPECT_EQ(AlignedTable(terminal, {"a\x1b[31m"}, {{"x\ny\x07"}}), "a\\x1b[31m\nx\\ny\\x07\n");
}

TEST(TerminalTest, FillsAbsentCells) {
  const Terminal terminal;
  EXPECT_EQ(AlignedTable(terminal, {"a", "b"}, {{"1"}}), "a  b\n1  \n");
}

TEST(TerminalTest, KeepsTheLinesOfAMessageAndNothingElseThatControls) {
  EXPECT_EQ(EscapeMessage("query\n  ^\nno field \x1b]0;x\x07"),
            "query\n  ^\nno field \\x1b]0;x\\x07");
}

TEST(TerminalTest, CountsWideCharactersTwice) {
  EXPECT_EQ(DisplayWidth("abc"), 3);
  EXPECT_EQ(DisplayWidth("é"), 1);
  EXPECT_EQ(DisplayWidth("漢字"), 4);
  EXPECT_EQ(DisplayWidth(""), 0);
}

TEST(CliTextTest, CountsInWords) {
  EXPECT_EQ(Counted(0, "row"), "0 rows");
  EXPECT_EQ(Counted(1, "row"), "1 row");
  EXPECT_EQ(Counted(2, "row"), "2 rows");
}

TEST(CliTextTest, SaysNeverForNoMoment) {
  EXPECT_EQ(MomentText(0), "never");
  EXPECT_EQ(MomentText(1'795'000'000'000'000'000), "2026-11-18 11:06:40Z");
}

}  // namespace
}  // namespace dims
