// SPDX-License-Identifier: Apache-2.0
#include "agent/parse/line_parser.h"

#include "gtest/gtest.h"
#include "tests/agent/formats/parsed_line.h"

namespace dims {
namespace {

constexpr absl::string_view kFailed =
    "Jan 15 11:59:58 gate sshd[4711]: Failed password for root from 192.0.2.7 port 50522 ssh2";

TEST(LineParserTest, FindsWhoFailedToLogInFromWhere) {
  const ParsedLine line(kFailed);
  EXPECT_EQ(line["@timestamp"], "2026-01-15T11:59:58Z");
  EXPECT_EQ(line["event.created"], "2026-01-15T12:00:00Z");
  EXPECT_EQ(line["host.name"], "gate");
  EXPECT_EQ(line["process.name"], "sshd");
  EXPECT_EQ(line["process.pid"], "4711");
  EXPECT_EQ(line["event.category"], "authentication");
  EXPECT_EQ(line["event.outcome"], "failure");
  EXPECT_EQ(line["user.name"], "root");
  EXPECT_EQ(line["source.ip"], "192.0.2.7");
  EXPECT_EQ(line["source.port"], "50522");
  EXPECT_EQ(line["related.ip"], "192.0.2.7");
  EXPECT_EQ(line["related.user"], "root");
  EXPECT_EQ(line["tags"], "time_inferred");
  EXPECT_EQ(line["message"], "Failed password for root from 192.0.2.7 port 50522 ssh2");
  EXPECT_EQ(line["log.file.path"], "/var/log/auth.log");
}

TEST(LineParserTest, RendersTheOriginalFromColumnsInsteadOfStoringIt) {
  const ParsedLine line(kFailed);
  EXPECT_FALSE(line.Stores("event.original"));
  EXPECT_EQ(line.Original(), std::string(kFailed));
}

TEST(LineParserTest, KeepsAnyOtherLineAsItsMessage) {
  const ParsedLine line("the quick brown fox");
  EXPECT_EQ(line["message"], "the quick brown fox");
  EXPECT_EQ(line["@timestamp"], line["event.created"]);
  EXPECT_FALSE(line.Stores("event.original"));
  EXPECT_EQ(line.Original(), "the quick brown fox");
}

TEST(LineParserTest, TellsWhenTheInputCutTheLine) {
  LineContext context = FileContext();
  context.cut = true;
  EXPECT_EQ(ParsedLine("half a li", context)["tags"], "line_cut");
}

TEST(LineParserTest, NamesThePeerOfASyslogLine) {
  LineContext context = FileContext();
  context.source = SourceKind::kSyslogUdp;
  context.origin = "192.0.2.9";
  const ParsedLine line("<38>Jan 15 11:59:58 gate su: hello", context);
  EXPECT_EQ(line["log.source.address"], "192.0.2.9");
  EXPECT_EQ(line["log.file.path"], "");
  EXPECT_EQ(line["log.syslog.facility.code"], "4");
  EXPECT_EQ(line["log.syslog.severity.code"], "6");
}

}  // namespace
}  // namespace dims
