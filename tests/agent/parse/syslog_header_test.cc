// SPDX-License-Identifier: Apache-2.0
#include "agent/parse/syslog_header.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/agent/formats/parsed_line.h"

namespace dims {
namespace {

// "host|app|pid|body", or "none".
std::string Split(absl::string_view line) {
  const auto header = ReadSyslogHeader(line);
  if (!header) return "none";
  return absl::StrCat(header->host, "|", header->app, "|",
                      header->pid >= 0 ? absl::StrCat(header->pid) : header->procid, "|",
                      header->body);
}

TEST(SyslogHeaderTest, ReadsFilesWithoutPriority) {
  EXPECT_EQ(Split("Jan  2 03:04:05 gate sshd[42]: hello"), "gate|sshd|42|hello");
  EXPECT_EQ(Split("Jan  2 03:04:05 gate kernel: [1.2] x"), "gate|kernel||[1.2] x");
  EXPECT_EQ(Split("Jan  2 03:04:05 gate sshd(pam_unix)[9]: x"), "gate|sshd(pam_unix)|9|x");
  EXPECT_EQ(Split("Jan  2 03:04:05 gate last message repeated 2 times"),
            "gate|||last message repeated 2 times");
  EXPECT_EQ(Split("Jan  2 03:04:05 gate com.apple.xpc.launchd[1] (x): y"),
            "gate|com.apple.xpc.launchd|1|(x): y");
}

TEST(SyslogHeaderTest, ReadsRsyslogsFileFormat) {
  EXPECT_EQ(Split("2026-01-02T03:04:05.123456+01:00 gate sshd[42]: hello"), "gate|sshd|42|hello");
  EXPECT_EQ(Split("2026-01-02T03:04:05Z INFO main: hello"), "none");
  EXPECT_EQ(Split("2026-01-02T03:04:05.9 gate sudo: hello"), "gate|sudo||hello");
  EXPECT_EQ(Split("2026-01-02 03:04:05 gate sshd[42]: hello"), "none");
}

TEST(SyslogHeaderTest, ReadsWhatArrivesWithAPriority) {
  EXPECT_EQ(Split("<34>Oct 11 22:14:15 mymachine su: 'su root' failed"),
            "mymachine|su||'su root' failed");
  EXPECT_EQ(Split("<13>Oct 11 22:14:15 su: no host"), "|su||no host");
  EXPECT_EQ(Split("<13>Oct 11 22:14:15 192.0.2.1: %SYS-5: x"), "192.0.2.1|%SYS-5||x");
  EXPECT_EQ(Split("<13>no time at all"), "|||no time at all");
  EXPECT_EQ(Split("<13>app[7]: no time"), "|app|7|no time");
  EXPECT_EQ(Split("<13>2026-01-02T03:04:05Z gate app: iso"), "gate|app||iso");
}

TEST(SyslogHeaderTest, ReadsWhatAixForwards) {
  EXPECT_EQ(Split("<38>Jan  2 03:04:05 Message forwarded from gate: sshd[42]: hello"),
            "gate|sshd|42|hello");
}

TEST(SyslogHeaderTest, ReadsCiscosVariants) {
  EXPECT_EQ(Split("<189>123: *Mar  1 18:46:11.123 UTC: %SYS-5-CONFIG_I: Configured"),
            "|%SYS-5-CONFIG_I||Configured");
  EXPECT_EQ(Split("<187>29: core1: *Mar  1 18:46:11: %LINK-3-UPDOWN: down"),
            "core1|%LINK-3-UPDOWN||down");
  EXPECT_EQ(Split("<166>Jan 02 2026 03:04:05: %ASA-6-302013: Built"), "|%ASA-6-302013||Built");
}

TEST(SyslogHeaderTest, ReadsRfc5424) {
  const auto header = ReadSyslogHeader(
      R"(<165>1 2003-10-11T22:14:15.003Z gate.example evntslog 4711 ID47 [a@1 k="v\"]"] hello)");
  ASSERT_TRUE(header);
  EXPECT_EQ(header->version, 1);
  EXPECT_EQ(header->pri, 165);
  EXPECT_EQ(header->host, "gate.example");
  EXPECT_EQ(header->app, "evntslog");
  EXPECT_EQ(header->pid, 4711);
  EXPECT_EQ(header->msgid, "ID47");
  EXPECT_EQ(header->structured_data, R"([a@1 k="v\"]"])");
  EXPECT_EQ(header->body, "hello");
  EXPECT_EQ(Split("<34>1 - - - - - -"), "|||");
}

TEST(SyslogHeaderTest, DoesNotTakeOtherLinesForSyslog) {
  for (const char* line : {"", "hello", "<", "<>x", "<192>Oct 11 22:14:15 h a: b", "<1a>x",
                           "Oct 11", "Jan  2 03:04:05x", "{\"a\":1}"}) {
    EXPECT_EQ(Split(line), "none") << line;
  }
}

TEST(SyslogHeaderTest, DoesNotTakeTextForATag) {
  EXPECT_EQ(Split("Jan  2 03:04:05 gate http://x/ y"), "gate|||http://x/ y");
  EXPECT_EQ(Split("Jan  2 03:04:05 gate a::b c"), "gate|||a::b c");
  EXPECT_EQ(Split("Jan  2 03:04:05 gate [x] y: z"), "gate|||[x] y: z");
}

// Every header either renders to its own bytes, or the line is kept beside.
TEST(SyslogHeaderTest, OriginalBytesComeBackWhateverTheHeader) {
  for (const char* line : {"Jan  2 03:04:05 gate sshd[42]: hello",
                           "Jan 02 03:04:05 gate sshd[42]: hello",
                           "Jan 2 03:04:05 gate sshd[42]: hello",
                           "Jan 12 03:04:05 gate sshd[042]: hello",
                           "Jan 12 03:04:05 gate sshd: ",
                           "Jan 12 03:04:05 gate sshd:",
                           "Jan 12 03:04:05 gate",
                           "Jan 12 03:04:05 gate ",
                           "Jan 12 03:04:05  gate x",
                           "Jan 12 03:04:05: x: y",
                           "Jan 12 03:04:05.500 gate x: y",
                           "Jan 12 2026 03:04:05 gate x: y",
                           "Jan 12 03:04:05",
                           "Jan 12 03:04:05:",
                           "<013>Jan 12 03:04:05 gate x: y",
                           "<13>x",
                           "<0>",
                           "<13>su:x",
                           "<13>1 2026-01-02T03:04:05Z h a 1 m - x",
                           "<13>1 2026-01-02T03:04:05.1-00:00 h a 1 m - x",
                           "<13>1 - - - - - -",
                           "<13>1 - - - - - - ",
                           "<13>1 - - - - - - \xef\xbb\xbfx",
                           "<13>1 - h a p m [x y=\"z\"] t",
                           "<13>2 - h a p m - t",
                           "<13>1 - h a p m t",
                           "2026-01-02T03:04:05.123456+01:00 gate sshd[42]: x",
                           "<5>[x{y}]{{: {message}",
                           "Jan 12 03:04:05 ga{te s{sh}d[1]: {x}",
                           "<187>29: core1: *Mar  1 18:46:11: %L: down"}) {
    EXPECT_EQ(ParsedLine(line).Original(), line);
  }
}

TEST(SyslogHeaderTest, StructuredDataEndsWhereItsBracketsDo) {
  EXPECT_EQ(StructuredDataLength("- x"), 1u);
  EXPECT_EQ(StructuredDataLength("[a b=\"]\"][c] x"), 12u);
  EXPECT_EQ(StructuredDataLength("[a b=\"\\\"]\"]"), 11u);
  EXPECT_EQ(StructuredDataLength("[a"), 0u);
  EXPECT_EQ(StructuredDataLength("[a]x"), 0u);
  EXPECT_EQ(StructuredDataLength("-x"), 0u);
  EXPECT_EQ(StructuredDataLength(""), 0u);
}

}  // namespace
}  // namespace dims
