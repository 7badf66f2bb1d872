// SPDX-License-Identifier: Apache-2.0
// Headers against the cases of three syslog implementations, read where they lie.
#include <filesystem>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/parse/syslog_header.h"
#include "gtest/gtest.h"
#include "tests/agent/formats/agreement.h"
#include "tests/agent/formats/parsed_line.h"
#include "tests/support/shared_data.h"

namespace dims {
namespace {

using simdjson::dom::element;

std::string Procid(const SyslogHeader& header) {
  return header.pid >= 0 ? absl::StrCat(header.pid) : std::string(header.procid);
}

std::string Bytes(const element& row, const char* pointer) {
  std::string bytes;
  EXPECT_TRUE(absl::Base64Unescape(JsonText(row, pointer), &bytes));
  return bytes;
}

// Compares one valid row of go-syslog.
void CompareGoSyslog(const element& row, Agreement& agreement) {
  const std::string name = JsonText(row, "/case");
  const std::string input = Bytes(row, "/input/b64");
  const auto header = ReadSyslogHeader(input);
  if (!header) {
    agreement.Compare(name, "a header", "none");
    return;
  }
  agreement.Compare(name + " pri", JsonText(row, "/value/Priority"), absl::StrCat(header->pri));
  agreement.Compare(name + " host", JsonText(row, "/value/Hostname"), header->host);
  agreement.Compare(name + " app", JsonText(row, "/value/Appname"), header->app);
  agreement.Compare(name + " procid", JsonText(row, "/value/ProcID"), Procid(*header));
  agreement.Compare(name + " msgid", JsonText(row, "/value/MsgID"), header->msgid);
  agreement.Compare(name + " message", JsonText(row, "/value/Message"), header->body);
  const std::string want = JsonText(row, "/value/Timestamp");
  const std::string got = header->clock
                              ? absl::StrCat(absl::Dec(header->clock->month, absl::kZeroPad2), "-",
                                             absl::Dec(header->clock->day, absl::kZeroPad2), "T",
                                             absl::Dec(header->clock->hour, absl::kZeroPad2), ":",
                                             absl::Dec(header->clock->minute, absl::kZeroPad2), ":",
                                             absl::Dec(header->clock->second, absl::kZeroPad2))
                              : "";
  agreement.Compare(name + " time", want.empty() ? "" : want.substr(5, 14), got);
}

void CompareGoSyslogFile(const std::string& path, Agreement& agreement) {
  simdjson::dom::parser parser;
  for (const std::string& line : ReadLines(path)) {
    element row;
    ASSERT_FALSE(parser.parse(line).get(row)) << line;
    if (JsonText(row, "/valid") == "true") CompareGoSyslog(row, agreement);
  }
}

TEST(SyslogAgreementTest, ReadsRfc5424AsGoSyslogDoes) {
  DIMS_REQUIRE_SHARED_DATA(data);
  Agreement agreement("go-syslog rfc5424");
  CompareGoSyslogFile(data + "/syslog/go-syslog/rfc5424.jsonl", agreement);
  EXPECT_GE(agreement.Percent(), 99);
}

TEST(SyslogAgreementTest, ReadsRfc3164AsGoSyslogDoes) {
  DIMS_REQUIRE_SHARED_DATA(data);
  Agreement agreement("go-syslog rfc3164");
  CompareGoSyslogFile(data + "/syslog/go-syslog/rfc3164.jsonl", agreement);
  EXPECT_GE(agreement.Percent(), 100);
}

TEST(SyslogAgreementTest, ReadsMessagesAsSyslogNgDoes) {
  DIMS_REQUIRE_SHARED_DATA(data);
  Agreement agreement("syslog-ng");
  LineContext context = FileContext();
  ASSERT_TRUE(absl::LoadTimeZone("MET", &context.zone));
  context.received_ns = 1'549'615'069'000'000'000;
  simdjson::dom::parser parser;
  for (const std::string& text : ReadLines(data + "/syslog/syslog-ng/msgparse.jsonl")) {
    element row;
    ASSERT_FALSE(parser.parse(text).get(row));
    const std::string name = JsonText(row, "/case");
    const std::string input = Bytes(row, "/input_b64");
    const ParsedLine line(input, context);
    EXPECT_EQ(line.Original(), input);
    agreement.Compare(name + " host", JsonText(row, "/host"), line["host.name"]);
    agreement.Compare(name + " program", JsonText(row, "/program"), line["log.syslog.appname"]);
    agreement.Compare(name + " pid", JsonText(row, "/pid"), line["process.pid"]);
    agreement.Compare(name + " msg", JsonText(row, "/msg"), line["message"]);
    const std::string stamp = JsonText(row, "/stamp_sec");
    if (stamp == "0" || stamp == "1") continue;
    std::int64_t seconds = 0;
    ASSERT_TRUE(absl::SimpleAtoi(stamp, &seconds));
    const std::string want =
        absl::FormatTime("%Y-%m-%dT%H:%M:%S", absl::FromUnixSeconds(seconds), absl::UTCTimeZone());
    agreement.Compare(name + " time", want, line["@timestamp"].substr(0, 19));
  }
  EXPECT_GE(agreement.Percent(), 83);
}

// parse1: "PRI,facility,severity,timestamp,hostname,programname,syslogtag,msg" follows its message.
TEST(SyslogAgreementTest, ReadsMessagesAsRsyslogDoes) {
  DIMS_REQUIRE_SHARED_DATA(data);
  Agreement agreement("rsyslog parse1");
  for (const auto& entry : std::filesystem::directory_iterator(data + "/syslog/rsyslog")) {
    if (entry.path().extension() != ".parse1") continue;
    std::string message;
    for (const std::string& text : ReadLines(entry.path())) {
      if (text.empty() || text.front() == '#') continue;
      if (message.empty()) {
        message = text;
        continue;
      }
      const std::vector<std::string> want = absl::StrSplit(text, absl::MaxSplits(',', 7));
      const std::string name = entry.path().filename();
      const ParsedLine line(message);
      EXPECT_EQ(line.Original(), message);
      message.clear();
      if (want.size() != 8) continue;
      const bool versioned = !line["log.syslog.version"].empty();
      agreement.Compare(name + " host", want[4], line["host.name"]);
      agreement.Compare(name + " program", versioned ? want[6] : want[5],
                        line["log.syslog.appname"]);
      agreement.Compare(name + " msg", absl::StripPrefix(want[7], " "), line["message"]);
    }
  }
  EXPECT_GE(agreement.Percent(), 77);
}

// What must only be taken without loss: Windows events as Snare sends them, framing samples.
TEST(SyslogAgreementTest, TakesSnareAndFramingSamplesWithoutLoss) {
  DIMS_REQUIRE_SHARED_DATA(data);
  for (const char* folder :
       {"/syslog/rsyslog-snare", "/syslog/rsyslog-framing", "/syslog/rsyslog"}) {
    for (const auto& entry : std::filesystem::directory_iterator(data + folder)) {
      for (const std::string& text : ReadLines(entry.path())) {
        EXPECT_EQ(ParsedLine(text).Original(), text) << entry.path();
      }
    }
  }
}

}  // namespace
}  // namespace dims
