// SPDX-License-Identifier: Apache-2.0
// Log-ins, sessions and real system logs against what other programs found in them.
#include <filesystem>
#include <map>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"
#include "tests/agent/formats/agreement.h"
#include "tests/agent/formats/parsed_line.h"
#include "tests/support/shared_data.h"

namespace dims {
namespace {

using simdjson::dom::element;

std::string SourceOf(const ParsedLine& line) {
  return line["source.ip"].empty() ? line["source.domain"] : line["source.ip"];
}

// Addresses have several spellings.
std::string Canonical(const std::string& text) {
  const auto address = IpAddress::Parse(text);
  return address ? address->ToString() : text;
}

// Each "# failJSON: {...}" judges the log line after it.
TEST(AuthAgreementTest, FindsTheAttackersFail2banFinds) {
  DIMS_REQUIRE_SHARED_DATA(data);
  Agreement hosts("fail2ban sshd host");
  Agreement times("fail2ban sshd time");
  Agreement users("fail2ban sshd user");
  LineContext context = FileContext();
  context.received_ns = 1'124'013'600'000'000'000;  // 2005-08-14T10:00:00Z, that project's today
  simdjson::dom::parser parser;
  std::string judgement;
  for (const std::string& text : ReadLines(data + "/parse/fail2ban/sshd.log")) {
    if (absl::StartsWith(text, "# failJSON: ")) judgement = text.substr(12);
    if (text.empty() || text.front() == '#' || judgement.empty()) continue;
    element want;
    ASSERT_FALSE(parser.parse(judgement).get(want)) << judgement;
    const std::string host = JsonText(want, "/host");
    const std::string time = JsonText(want, "/time");
    const ParsedLine line(text, context);
    if (JsonText(want, "/match") == "true" && absl::StrContains(text, host)) {
      hosts.Compare(text, Canonical(host), SourceOf(line));
    }
    const bool has_zone = absl::StartsWith(text, "<") || absl::StrContains(text, "+00:00");
    if (!time.empty() && !has_zone) times.Compare(text, time, line["@timestamp"].substr(0, 19));
    const std::string user = JsonText(want, "/user");
    if (!user.empty()) users.Compare(text, user, line["user.name"]);
    judgement.clear();
  }
  EXPECT_GE(hosts.Percent(), 93);
  EXPECT_GE(times.Percent(), 100);
  EXPECT_GE(users.Percent(), 100);
}

// Messages without header.
TEST(AuthAgreementTest, ReadsSshdAsSekoiaDoes) {
  DIMS_REQUIRE_SHARED_DATA(data);
  Agreement agreement("sekoia openssh");
  simdjson::dom::parser parser;
  for (const std::string& text : ReadLines(data + "/parse/sekoia/OpenSSH_openssh.jsonl")) {
    element row;
    ASSERT_FALSE(parser.parse(text).get(row));
    const std::string message(absl::StripAsciiWhitespace(JsonText(row, "/input/message")));
    const ParsedLine line("Jan  1 00:00:00 gate sshd[1]: " + message);
    const std::string address = JsonText(row, "/expected/source/address");
    agreement.Compare(message + " source", address, SourceOf(line));
    agreement.Compare(message + " port", JsonText(row, "/expected/source/port"),
                      line["source.port"]);
    agreement.Compare(message + " user", JsonText(row, "/expected/user/name"), line["user.name"]);
    const std::string outcome = JsonText(row, "/expected/event/outcome");
    const std::string category = JsonText(row, "/expected/event/category/0");
    if (category == "authentication") {
      agreement.Compare(message + " outcome", outcome, line["event.outcome"]);
    }
  }
  EXPECT_GE(agreement.Percent(), 94);
}

// Elastic's expected events, dotted (beats) or nested (integrations).
std::string Expected(const element& event, const std::string& dotted) {
  const std::string flat = JsonText(event, "/" + dotted);
  if (!flat.empty()) return flat;
  const std::string list = JsonText(event, "/" + dotted + "/0");
  if (!list.empty()) return list;
  const std::string nested = absl::StrReplaceAll(dotted, {{".", "/"}});
  const std::string text = JsonText(event, "/" + nested);
  return text.empty() ? JsonText(event, "/" + nested + "/0") : text;
}

void CompareEvent(const std::string& text, const element& event, Agreement& agreement) {
  const ParsedLine line(text);
  EXPECT_EQ(line.Original(), text);
  for (const auto& [theirs, ours] :
       std::map<std::string, std::string>{{"host.hostname", "host.name"},
                                          {"process.name", "process.name"},
                                          {"process.pid", "process.pid"},
                                          {"source.ip", "source.ip"},
                                          {"source.port", "source.port"},
                                          {"user.name", "user.name"},
                                          {"user.effective.name", "user.effective.name"}}) {
    const std::string want = Expected(event, theirs);
    if (!want.empty()) agreement.Compare(ours + " of " + text, want, line[ours]);
  }
}

void CompareElastic(const std::string& log, Agreement& agreement) {
  simdjson::dom::parser parser;
  element document;
  ASSERT_FALSE(parser.load(log + "-expected.json").get(document)) << log;
  simdjson::dom::array events;
  if (document.get(events) != simdjson::SUCCESS) {
    ASSERT_FALSE(document.at_key("expected").get(events)) << log;
  }
  const std::vector<std::string> lines = ReadLines(log);
  std::size_t row = 0;
  for (const element event : events) {
    if (row < lines.size() && !event.is_null()) CompareEvent(lines[row], event, agreement);
    ++row;
  }
}

TEST(AuthAgreementTest, ReadsSystemLogsAsBeatsAndIntegrationsDo) {
  DIMS_REQUIRE_SHARED_DATA(data);
  Agreement agreement("beats and integrations system");
  for (const char* folder :
       {"/parse/beats/system/auth", "/parse/beats/system/syslog", "/parse/integrations/system/auth",
        "/parse/integrations/system/syslog"}) {
    for (const auto& entry : std::filesystem::directory_iterator(data + folder)) {
      const std::string path = entry.path();
      if (!absl::EndsWith(path, ".log") || absl::StrContains(path, "multiline")) continue;
      CompareElastic(path, agreement);
    }
  }
  EXPECT_GE(agreement.Percent(), 98);
}

// The columns of a CSV line; quotes as RFC 4180.
std::vector<std::string> CsvColumns(const std::string& line) {
  std::vector<std::string> columns(1);
  bool quoted = false;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] == '"') {
      if (quoted && at + 1 < line.size() && line[at + 1] == '"') {
        columns.back().push_back(line[at++]);
      } else {
        quoted = !quoted;
      }
    } else if (line[at] == ',' && !quoted) {
      columns.emplace_back();
    } else {
      columns.back().push_back(line[at]);
    }
  }
  return columns;
}

// Compares the columns of a loghub sample that have a name in `names` (theirs to ours).
void CompareLoghub(const std::string& log, const std::map<std::string, std::string>& names,
                   Agreement& agreement) {
  const std::vector<std::string> lines = ReadLines(log);
  const std::vector<std::string> rows = ReadLines(log + "_structured.csv");
  ASSERT_EQ(rows.size(), lines.size() + 1);
  const std::vector<std::string> header = CsvColumns(std::string(absl::StripSuffix(rows[0], "\r")));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::vector<std::string> want =
        CsvColumns(std::string(absl::StripSuffix(rows[i + 1], "\r")));
    const ParsedLine line(lines[i]);
    EXPECT_EQ(line.Original(), lines[i]);
    for (std::size_t column = 0; column < header.size() && column < want.size(); ++column) {
      const auto ours = names.find(header[column]);
      if (ours == names.end()) continue;
      const std::string trimmed(absl::StripTrailingAsciiWhitespace(line[ours->second]));
      agreement.Compare(lines[i], want[column], trimmed);
    }
  }
}

TEST(AuthAgreementTest, SplitsLoghubsSyslogSamplesAsTheirTablesDo) {
  DIMS_REQUIRE_SHARED_DATA(data);
  Agreement openssh("loghub OpenSSH");
  CompareLoghub(data + "/logs/loghub/OpenSSH_2k.log",
                {{"Component", "host.name"}, {"Pid", "process.pid"}, {"Content", "message"}},
                openssh);
  EXPECT_GE(openssh.Percent(), 100);
  Agreement mac("loghub Mac");
  CompareLoghub(
      data + "/logs/loghub/Mac_2k.log",
      {{"User", "host.name"}, {"PID", "process.pid"}, {"Component", "log.syslog.appname"}}, mac);
  EXPECT_GE(mac.Percent(), 97);
}

// Logs that are not syslog lose nothing.
TEST(AuthAgreementTest, KeepsEveryByteOfOtherLogs) {
  DIMS_REQUIRE_SHARED_DATA(data);
  for (const auto& entry : std::filesystem::directory_iterator(data + "/logs/loghub")) {
    if (entry.path().extension() != ".log") continue;
    for (const std::string& text : ReadLines(entry.path())) {
      ASSERT_EQ(ParsedLine(text).Original(), text) << entry.path();
    }
  }
}

TEST(AuthAgreementTest, ReadsPairsAsVrlDoes) {
  DIMS_REQUIRE_SHARED_DATA(data);
  Agreement agreement("vrl key=value");
  simdjson::dom::parser parser;
  for (const std::string& text : ReadLines(data + "/parse/vrl/parse_key_value.jsonl")) {
    element row;
    ASSERT_FALSE(parser.parse(text).get(row));
    simdjson::dom::object want;
    if (row.at_pointer("/want/$ok").get(want) != simdjson::SUCCESS) continue;
    if (JsonText(row, "/args/field_delimiter") != "") continue;
    LineContext context = FileContext();
    context.format = LineFormat::kKeyValue;
    const ParsedLine line(JsonText(row, "/args/value"), context);
    for (const auto& [key, value] : want) {
      std::string_view expected;
      if (value.get(expected) != simdjson::SUCCESS) continue;
      const std::string name(key);
      const std::string label = line["labels." + name];
      if (!label.empty() || expected.empty()) agreement.Compare(name, std::string(expected), label);
    }
  }
  EXPECT_GE(agreement.Percent(), 100);
}

}  // namespace
}  // namespace dims
