// SPDX-License-Identifier: Apache-2.0
// Lines that name their values themselves: JSON, key=value, structured data.
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/agent/formats/parsed_line.h"

namespace dims {
namespace {

TEST(JsonLineTest, FlattensNamesAndKeepsTypes) {
  const ParsedLine line(R"({"a":{"b":1,"c":"x","d":true,"e":1.5,"f":null},"g":["p","q"]})");
  EXPECT_EQ(line["labels.a.b"], "1");
  EXPECT_EQ(line["labels.a.c"], "x");
  EXPECT_EQ(line["labels.a.d"], "true");
  EXPECT_EQ(line["labels.a.e"], "1.5");
  EXPECT_EQ(line["labels.a.f"], "");
  EXPECT_EQ(line["labels.g"], "p,q");
  EXPECT_EQ(line["event.dataset"], "generic.json");
  EXPECT_EQ(line.batch().Find("labels.a.b")->type(), ColumnType::kInteger);
}

TEST(JsonLineTest, SetsEcsFieldsWhoseTypeFits) {
  const ParsedLine line(
      R"({"source":{"ip":"192.0.2.7","port":99},"user.name":"root","event":{"category":["web"]},)"
      R"("http":{"response":{"status_code":"404"}},"related":{"ip":["192.0.2.8"]}})");
  EXPECT_EQ(line["source.ip"], "192.0.2.7");
  EXPECT_EQ(line["source.port"], "99");
  EXPECT_EQ(line["user.name"], "root");
  EXPECT_EQ(line["related.user"], "root");
  EXPECT_EQ(line["event.category"], "web");
  EXPECT_EQ(line["http.response.status_code"], "404");
  EXPECT_EQ(line["related.ip"], "192.0.2.7,192.0.2.8");
  EXPECT_EQ(line["tags"], "");
}

TEST(JsonLineTest, KeepsAValueOfTheWrongTypeAsALabel) {
  const ParsedLine line(R"({"source":{"ip":"nowhere","port":70000}})");
  EXPECT_EQ(line["source.ip"], "");
  EXPECT_EQ(line["labels.source.ip"], "nowhere");
  EXPECT_EQ(line["labels.source.port"], "70000");
  EXPECT_EQ(line["tags"], "type_conflict");
}

TEST(JsonLineTest, DoesNotLetALineNameWhatTheServerOwns) {
  const ParsedLine line(
      R"({"organization":{"id":"harbour"},"agent.id":"x","event.id":"1","threat":{"indicator":)"
      R"({"ip":"192.0.2.1"}},"source":{"iff":"friend","owner":"y"},"dims":{"tlp":"clear"},)"
      R"("event":{"ingested":"2026-01-01T00:00:00Z"}})");
  for (const Column& column : line.batch().columns()) {
    EXPECT_FALSE(IsServerOwned(column.name())) << column.name();
  }
  EXPECT_EQ(line["labels.organization.id"], "harbour");
  EXPECT_EQ(line["labels.source.iff"], "friend");
  EXPECT_EQ(line["dims.tlp"], "");
  EXPECT_EQ(line["labels.dims.tlp"], "clear");
}

TEST(JsonLineTest, TakesTimeAndMessageFromTheirUsualNames) {
  const std::string text = R"({"ts":1767322985.5,"msg":"hello\nthere","level":"WARN"})";
  const ParsedLine line(text);
  EXPECT_EQ(line["@timestamp"], "2026-01-02T03:03:05.5Z");
  EXPECT_EQ(line["message"], "hello\\x0athere");
  EXPECT_EQ(line["log.level"], "WARN");
  EXPECT_EQ(line["event.original"], text);
  EXPECT_EQ(ParsedLine(R"({"@timestamp":"2026-01-02T03:04:05+01:00"})")["@timestamp"],
            "2026-01-02T02:04:05Z");
  EXPECT_EQ(ParsedLine(R"({"time":1767322985123})")["@timestamp"], "2026-01-02T03:03:05.123Z");
  EXPECT_EQ(ParsedLine(R"({"timestamp":"1767322985123456789"})")["@timestamp"],
            "2026-01-02T03:03:05.123456789Z");
}

TEST(JsonLineTest, InfersAMissingZone) {
  LineContext context = FileContext();
  ASSERT_TRUE(absl::LoadTimeZone("Europe/Berlin", &context.zone));
  const ParsedLine line(R"({"time":"2026-01-02 03:04:05"})", context);
  EXPECT_EQ(line["@timestamp"], "2026-01-02T02:04:05Z");
  EXPECT_EQ(line["tags"], "time_inferred");
}

TEST(JsonLineTest, KeepsTheLineAsItsMessageWhereNoMemberIs) {
  const std::string text = R"({"a":1})";
  const ParsedLine line(text);
  EXPECT_EQ(line["message"], text);
  EXPECT_FALSE(line.Stores("event.original"));
}

TEST(JsonLineTest, MakesOneListOfEachLeafOfAnArrayOfObjects) {
  const ParsedLine line(R"({"answers":[{"name":"a","ttl":1},{"name":"b","ttl":2},{"name":"a"}]})");
  EXPECT_EQ(line["labels.answers.name"], "a,b");
  EXPECT_EQ(line["labels.answers.ttl"], "1,2");
}

TEST(JsonLineTest, KeepsWhatLiesTooDeepAsText) {
  std::string text = "1";
  for (int depth = 0; depth < 12; ++depth) text = absl::StrCat("{\"k\":", text, "}");
  EXPECT_EQ(ParsedLine(text)["labels.k.k.k.k.k.k.k.k"], "{\"k\":{\"k\":{\"k\":{\"k\":1}}}}");
}

TEST(JsonLineTest, BoundsTheNumberOfValues) {
  std::string text = "{\"a0\":0";
  for (int i = 1; i < 2000; ++i) absl::StrAppend(&text, ",\"a", i, "\":", i);
  const ParsedLine line(text + "}");
  EXPECT_EQ(line["tags"], "fields_dropped");
  EXPECT_LE(line.batch().columns().size(), 512u);
  EXPECT_EQ(line.Original(), text + "}");
}

TEST(JsonLineTest, ShortensNamesThatAreTooLong) {
  const std::string name(300, 'n');
  const ParsedLine line("{\"" + name + "\":{\"source.ip\":\"192.0.2.1\"}}");
  EXPECT_EQ(line["labels." + name.substr(0, 200)], "192.0.2.1");
}

TEST(JsonLineTest, TreatsBrokenJsonAsText) {
  for (const char* text :
       {"{", "{\"a\":}", "{\"a\":1}x", "{a:1}", "[1,2]", "{\"a\":\"\\ud800\"}"}) {
    const ParsedLine line(text);
    EXPECT_EQ(line["message"], text);
    EXPECT_EQ(line["event.dataset"], "generic.raw") << text;
  }
}

TEST(JsonLineTest, ReadsJsonBehindASyslogHeader) {
  const std::string text =
      R"(<13>1 2026-01-02T03:04:05Z gate app - - - @cee: {"msg":"hi","host":"liar","pid":7})";
  const ParsedLine line(text);
  EXPECT_EQ(line["message"], "hi");
  EXPECT_EQ(line["host.name"], "gate");
  EXPECT_EQ(line["labels.host"], "liar");
  EXPECT_EQ(line["process.pid"], "7");
  EXPECT_EQ(line.Original(), text);
}

TEST(JsonLineTest, KnowsSuricatasRecords) {
  const ParsedLine line(
      R"({"timestamp":"2026-01-02T03:04:05.000001+0000","flow_id":1,"event_type":"alert",)"
      R"("src_ip":"192.0.2.7","src_port":5,"dest_ip":"192.0.2.1","dest_port":22,"proto":"TCP",)"
      R"("alert":{"signature":"ET SCAN","signature_id":2001219}})");
  EXPECT_EQ(line["event.dataset"], "suricata.eve");
  EXPECT_EQ(line["event.kind"], "alert");
  EXPECT_EQ(line["rule.name"], "ET SCAN");
  EXPECT_EQ(line["rule.id"], "2001219");
  EXPECT_EQ(line["network.transport"], "tcp");
  EXPECT_TRUE(line.Stores("network.community_id"));
}

TEST(JsonLineTest, KnowsZeeksLogs) {
  const ParsedLine line(
      R"({"_path":"conn","ts":"2018-03-24T17:15:24.699488Z","id.orig_h":"192.0.2.7","id.orig_p":5,)"
      R"("id.resp_h":"192.0.2.1","id.resp_p":22,"proto":"udp"})");
  EXPECT_EQ(line["event.dataset"], "zeek.conn");
  EXPECT_EQ(line["@timestamp"], "2018-03-24T17:15:24.699488Z");
  EXPECT_EQ(line["destination.port"], "22");
  EXPECT_TRUE(line.Stores("network.community_id"));
}

TEST(KeyValueTest, TakesTheTimeOfAuditRecords) {
  const ParsedLine line(
      "type=SYSCALL msg=audit(1364481363.243:24287): arch=c000003e syscall=2 success=no pid=3538");
  EXPECT_EQ(line["@timestamp"], "2013-03-28T14:36:03.243Z");
  EXPECT_EQ(line["event.dataset"], "auditd.log");
  EXPECT_EQ(line["process.pid"], "3538");
  EXPECT_EQ(ParsedLine("type=X msg=audit(x): a=1 b=2 c=3")["event.dataset"], "generic.keyvalue");
}

TEST(KeyValueTest, ReadsQuotesEscapesAndBrackets) {
  const ParsedLine line(R"(a="x \"y\" z" b='p q' c=[1, 2] d={k v} e.f=7 g=,h=3;i=last)");
  EXPECT_EQ(line["labels.a"], "x \"y\" z");
  EXPECT_EQ(line["labels.b"], "p q");
  EXPECT_EQ(line["labels.c"], "1, 2");
  EXPECT_EQ(line["labels.d"], "{k v}");
  EXPECT_EQ(line["labels.e.f"], "7");
  EXPECT_EQ(line["labels.g"], "");
  EXPECT_EQ(line["labels.h"], "3");
  EXPECT_EQ(line["labels.i"], "last");
  EXPECT_EQ(line["event.dataset"], "generic.keyvalue");
  EXPECT_FALSE(line.Stores("event.original"));
}

TEST(KeyValueTest, FindsTheFlowOfAFirewallLine) {
  const ParsedLine line(
      "Jan 15 11:59:58 gate kernel: [UFW BLOCK] IN=eth0 OUT= MAC=00:11 SRC=192.0.2.7 "
      "DST=192.0.2.1 LEN=40 TTL=245 PROTO=TCP SPT=51413 DPT=23 SYN");
  EXPECT_EQ(line["source.ip"], "192.0.2.7");
  EXPECT_EQ(line["destination.ip"], "192.0.2.1");
  EXPECT_EQ(line["destination.port"], "23");
  EXPECT_EQ(line["network.transport"], "tcp");
  EXPECT_EQ(line["event.category"], "network");
  EXPECT_TRUE(line.Stores("network.community_id"));
  EXPECT_EQ(line["source.bytes"], "40");
}

TEST(KeyValueTest, LeavesTextWithAnEqualsSignAlone) {
  for (const char* text : {"x = 1 and y = 2 and z = 3", "a=1 is set", "if (a==b && c==d && e==f)",
                           "the words before a=1 b=2 c=3 are many more than pairs"}) {
    EXPECT_EQ(ParsedLine(text)["event.dataset"], "generic.raw") << text;
  }
}

// Each opened bracket is looked for near by only: the whole line would be read for each of 65,000.
TEST(KeyValueTest, BoundsTheWorkOnALineOfOpenedBrackets) {
  for (const char* piece : {"a=[ ", "b=\" ", "c={ ", "d='x "}) {
    std::string text;
    while (text.size() < 256u << 10) text += piece;
    EXPECT_EQ(ParsedLine(text)["event.dataset"], "generic.keyvalue") << piece;
  }
}

TEST(KeyValueTest, ObeysTheInputsFormat) {
  LineContext context = FileContext();
  context.format = LineFormat::kKeyValue;
  EXPECT_EQ(ParsedLine("a=1 is set", context)["labels.a"], "1");
  context.format = LineFormat::kRaw;
  EXPECT_EQ(ParsedLine(R"({"a":1})", context)["labels.a"], "");
  context.format = LineFormat::kJson;
  EXPECT_EQ(ParsedLine("a=1 b=2 c=3", context)["labels.a"], "");
}

TEST(StructuredDataTest, BecomesLabels) {
  const std::string text =
      R"(<13>1 2026-01-02T03:04:05Z gate app - - [x@1 a="1" b="q\"\]\\"][y] hi)";
  const ParsedLine line(text);
  EXPECT_EQ(line["labels.sd.x@1.a"], "1");
  EXPECT_EQ(line["labels.sd.x@1.b"], "q\"]\\");
  EXPECT_EQ(line["message"], "hi");
  EXPECT_EQ(line.Original(), text);
}

TEST(LeadingTimeTest, ReadsApplicationsTimesAndLevels) {
  const ParsedLine log("2026-01-02 03:04:05,123 INFO [main] started");
  EXPECT_EQ(log["@timestamp"], "2026-01-02T03:04:05.123Z");
  EXPECT_EQ(log["log.level"], "info");
  EXPECT_EQ(log["message"], "2026-01-02 03:04:05,123 INFO [main] started");
  const ParsedLine apache("[Sun Dec 04 04:47:44 2005] [error] mod_jk child in error state 6");
  EXPECT_EQ(apache["@timestamp"], "2005-12-04T04:47:44Z");
  EXPECT_EQ(apache["log.level"], "error");
  EXPECT_EQ(
      ParsedLine(
          "192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.0\" 200 5")["@timestamp"],
      "2000-10-10T20:55:36Z");
}

}  // namespace
}  // namespace dims
