// SPDX-License-Identifier: Apache-2.0
#include "agent/parse/journal_entry.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "tests/agent/formats/parsed_line.h"

namespace dims {
namespace {

std::string Exported(
    std::initializer_list<std::pair<absl::string_view, absl::string_view>> fields) {
  std::string out;
  for (const auto& [name, value] : fields) AppendJournalField(name, value, out);
  return out;
}

LineContext JournalContext() {
  LineContext context = FileContext();
  context.source = SourceKind::kJournal;
  return context;
}

TEST(JournalEntryTest, ReadsWhatTheFormatWrites) {
  const std::string bytes = Exported({{"__REALTIME_TIMESTAMP", "1768478400123456"},
                                      {"MESSAGE", "two\nlines = one"},
                                      {"_HOSTNAME", "gw1"},
                                      {"PRIORITY", "4"},
                                      {"SYSLOG_FACILITY", "10"},
                                      {"_PID", "812"},
                                      {"_UID", "0"}});
  const JournalEntry entry = ReadJournalEntry(bytes);
  EXPECT_EQ(entry.message, "two\nlines = one");
  EXPECT_EQ(entry.host, "gw1");
  EXPECT_EQ(entry.severity, 4);
  EXPECT_EQ(entry.facility, 10);
  EXPECT_EQ(entry.pid, 812);
  EXPECT_EQ(entry.time_us, 1768478400123456);
  ASSERT_EQ(entry.others.size(), 1u);
  EXPECT_EQ(entry.others[0].first, "_UID");
}

TEST(JournalEntryTest, PrefersTheSendersTimeAndFallsBackToTheCommandsName) {
  const std::string bytes = Exported(
      {{"_SOURCE_REALTIME_TIMESTAMP", "5"}, {"__REALTIME_TIMESTAMP", "7"}, {"_COMM", "cron"}});
  EXPECT_EQ(ReadJournalEntry(bytes).time_us, 5);
  EXPECT_EQ(ReadJournalEntry(bytes).identifier, "cron");
}

TEST(JournalEntryTest, EndsWhereTheBytesDo) {
  const std::string whole = Exported({{"MESSAGE", "a\nb"}, {"_HOSTNAME", "gw1"}});
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    const JournalEntry entry = ReadJournalEntry(absl::string_view(whole).substr(0, cut));
    EXPECT_TRUE(absl::StartsWith("a\nb", entry.message)) << cut;
    EXPECT_TRUE(absl::StartsWith("gw1", entry.host)) << cut;
  }
  EXPECT_TRUE(ReadJournalEntry("MESSAGE\n\xff\xff\xff\xff\xff\xff\xff\xffshort").message ==
              "short");
}

TEST(JournalEntryTest, RefusesNumbersOutOfRange) {
  const std::string bytes = Exported({{"PRIORITY", "8"}, {"SYSLOG_FACILITY", "-1"}, {"_PID", "x"}});
  const JournalEntry entry = ReadJournalEntry(bytes);
  EXPECT_EQ(entry.severity, -1);
  EXPECT_EQ(entry.facility, -1);
  EXPECT_EQ(entry.pid, -1);
}

TEST(JournalLineTest, GivesTheMessageToTheProgramsParser) {
  const ParsedLine line(
      Exported({{"__REALTIME_TIMESTAMP", "1768478400123456"},
                {"MESSAGE", "Failed password for root from 203.0.113.66 port 50122 ssh2"},
                {"_HOSTNAME", "gw1"},
                {"SYSLOG_IDENTIFIER", "sshd"},
                {"_PID", "812"},
                {"PRIORITY", "6"},
                {"_EXE", "/usr/sbin/sshd"},
                {"_SYSTEMD_UNIT", "ssh.service"},
                {"_BOOT_ID", "c0ffee"},
                {"__CURSOR", "s=1"}}),
      JournalContext());
  EXPECT_EQ(line["@timestamp"], "2026-01-15T12:00:00.123456Z");
  EXPECT_EQ(line["source.ip"], "203.0.113.66");
  EXPECT_EQ(line["event.dataset"], "system.auth");
  EXPECT_EQ(line["event.outcome"], "failure");
  EXPECT_EQ(line["host.name"], "gw1");
  EXPECT_EQ(line["process.pid"], "812");
  EXPECT_EQ(line["process.executable"], "/usr/sbin/sshd");
  EXPECT_EQ(line["service.name"], "ssh.service");
  EXPECT_EQ(line["labels.journald.boot_id"], "c0ffee");
  EXPECT_EQ(line["labels.journald.cursor"], "");
  EXPECT_EQ(line["log.syslog.severity.code"], "6");
  EXPECT_EQ(line.Original(), "Failed password for root from 203.0.113.66 port 50122 ssh2");
}

TEST(JournalLineTest, KeepsAMessageOfSeveralLinesToTheByte) {
  const ParsedLine line(Exported({{"MESSAGE", "first\nsecond"}}), JournalContext());
  EXPECT_EQ(line["message"], "first\\x0asecond");
  EXPECT_EQ(line.Original(), "first\nsecond");
  EXPECT_EQ(line["tags"], "bytes_escaped");
}

}  // namespace
}  // namespace dims
