// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/cef.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "agent/formats/cef_line.h"
#include "tests/agent/formats/cut_line.h"
#include "tests/agent/formats/parsed_line.h"

namespace dims {
namespace {

constexpr absl::string_view kEvent =
    "CEF:0|Example|IDS|1.0|100|Port scan|7|rt=1768382430123 src=192.0.2.1 spt=5000 "
    "dst=198.51.100.2 dpt=80 proto=TCP act=blocked suser=EXAMPLE\\\\alice duser=bob "
    "request=http://www.example.net/a?b=c requestMethod=GET app=HTTP in=100 out=200 "
    "cs1Label=Rule Name cs1=scan rule cn1=3 cn1Label=Hit Count dvchost=ids1.example "
    "fileHash=44d88612fea8a8f36de82e1278abb02f msg=two words \\= one";

std::string Pairs(absl::string_view line) {
  CefReader cef(line);
  if (!cef.ReadHeader()) return "none";
  std::string pairs;
  absl::string_view key;
  absl::string_view value;
  while (cef.Next(&key, &value)) absl::StrAppend(&pairs, "[", key, "|", value, "]");
  return pairs;
}

TEST(CefReaderTest, SplitsPairsWhoseValuesHoldBlanksAndEqualsSigns) {
  EXPECT_EQ(Pairs("CEF:0|v|p|1|2|n|3|a=x y  b=http://h/?q=1&r=2 c=\\=d\\\\ e="),
            "[a|x y][b|http://h/?q=1&r=2][c|=d\\][e|]");
  EXPECT_EQ(Pairs("CEF: 0|v|p|1|2|n|3| msg=line\\none cs1Label=A B cs1= v "),
            "[msg|line\\none][cs1Label|A B][cs1|v]");
}

TEST(CefReaderTest, TakesEscapesOutOfTheHeader) {
  CefReader cef("CEF:1|A\\|B|C\\\\D|1|2|n \\| m|3|");
  ASSERT_TRUE(cef.ReadHeader());
  EXPECT_EQ(cef.part(CefReader::kVendor), "A|B");
  EXPECT_EQ(cef.part(CefReader::kProduct), "C\\D");
  EXPECT_EQ(cef.part(CefReader::kName), "n | m");
}

TEST(CefReaderTest, WantsSevenParts) {
  EXPECT_EQ(Pairs("CEF:0|v|p|1|2|n"), "none");
  EXPECT_EQ(Pairs("CEF:0"), "none");
  EXPECT_EQ(Pairs("CEF:x|v|p|1|2|n|3|"), "none");
}

TEST(CefTest, ReadsTheDictionary) {
  const ParsedLine line(kEvent);

  EXPECT_EQ(line["event.dataset"], "cef");
  EXPECT_EQ(line["@timestamp"], "2026-01-14T09:20:30.123Z");
  EXPECT_EQ(line["source.ip"], "192.0.2.1");
  EXPECT_EQ(line["destination.port"], "80");
  EXPECT_EQ(line["network.transport"], "tcp");
  EXPECT_EQ(line["network.protocol"], "http");
  EXPECT_EQ(line["user.name"], "alice");
  EXPECT_EQ(line["user.domain"], "EXAMPLE");
  EXPECT_EQ(line["user.target.name"], "bob");
  EXPECT_EQ(line["url.domain"], "www.example.net");
  EXPECT_EQ(line["http.request.method"], "GET");
  EXPECT_EQ(line["event.action"], "blocked");
  EXPECT_EQ(line["event.outcome"], "failure");
  EXPECT_EQ(line["event.code"], "100");
  EXPECT_EQ(line["event.severity"], "7");
  EXPECT_EQ(line["rule.name"], "scan rule");
  EXPECT_EQ(line["labels.cef.Hit_Count"], "3");
  EXPECT_EQ(line["labels.cef.name"], "Port scan");
  EXPECT_EQ(line["observer.vendor"], "Example");
  EXPECT_EQ(line["observer.name"], "ids1.example");
  EXPECT_EQ(line["file.hash.md5"], "44d88612fea8a8f36de82e1278abb02f");
  EXPECT_EQ(line["event.reason"], "two words = one");
  EXPECT_EQ(line["source.bytes"], "100");
}

TEST(CefTest, StandsBehindAnyHeader) {
  for (const char* header : {"Jan 14 10:20:30 fw1 ", "<134>Jan 14 10:20:30 fw1 CEF-Sender: ",
                             "<134>1 2026-01-14T10:20:30Z fw1 app - - - ",
                             "<134>Jan 14 10:20:30 192.0.2.9 ASM:", "some relay put this here: "}) {
    const ParsedLine line(absl::StrCat(header, kEvent));
    EXPECT_EQ(line["source.ip"], "192.0.2.1") << header;
    EXPECT_EQ(line["event.dataset"], "cef") << header;
  }
}

TEST(CefTest, ReadsTimesAsTheyAreWritten) {
  const auto time = [](absl::string_view pairs) {
    return ParsedLine(absl::StrCat("CEF:0|v|p|1|2|n|3|", pairs))["@timestamp"];
  };
  EXPECT_EQ(time("rt=Jan 14 2026 10:20:30.250 UTC"), "2026-01-14T10:20:30.25Z");
  EXPECT_EQ(time("rt=Jan 14 2026 10:20:30 dtz=+0100"), "2026-01-14T09:20:30Z");
  EXPECT_EQ(time("end=2026-01-14T10:20:30Z start=2026-01-14T10:20:00Z"), "2026-01-14T10:20:30Z");
  EXPECT_EQ(time("endTime=Wed Jan 14 10:20:30 2026"), "2026-01-14T10:20:30Z");
  EXPECT_EQ(time("rt=never"), "2026-01-15T12:00:00Z");
}

TEST(CefTest, ReadsFortiGateAsItsOwnFormat) {
  const ParsedLine line(
      "CEF:0|Fortinet|Fortigate|v7.2|00013|traffic:forward close|3|deviceExternalId=FG1 "
      "FTNTFGTlogid=0000000013 cat=traffic:forward FTNTFGTlevel=notice "
      "FTNTFGTeventtime=1768382430123456789 src=192.0.2.1 spt=5 dst=198.51.100.2 dpt=80 proto=6 "
      "act=close FTNTFGTpolicyid=7 app=HTTP out=48 in=144 deviceDirection=0");
  EXPECT_EQ(line["event.dataset"], "fortinet.fortigate");
  EXPECT_EQ(line["event.code"], "0000000013");
  EXPECT_EQ(line["rule.id"], "7");
  EXPECT_EQ(line["source.bytes"], "48");
  EXPECT_EQ(line["destination.bytes"], "144");
  EXPECT_EQ(line["network.direction"], "inbound");
  EXPECT_EQ(line["@timestamp"], "2026-01-14T09:20:30.123456789Z");
}

TEST(CefTest, ReadsPanOsAsItsOwnFormat) {
  const ParsedLine line(
      "CEF:0|Palo Alto Networks|PAN-OS|10.1|TRAFFIC|deny|3|rt=Jan 14 2026 10:20:30 dtz=UTC "
      "src=192.0.2.1 dst=198.51.100.2 act=deny cs1=block all cs1Label=Rule in=10 out=20");
  EXPECT_EQ(line["event.dataset"], "panw.panos");
  EXPECT_EQ(line["event.action"], "flow_denied");
  EXPECT_EQ(line["event.outcome"], "failure");
  EXPECT_EQ(line["rule.name"], "block all");
  EXPECT_EQ(line["source.bytes"], "20");
}

TEST(CefTest, SurvivesEveryCut) {
  ExpectEveryCutIsKept(kEvent);
  for (std::size_t length = 0; length < kEvent.size(); ++length) {
    const ParsedLine line(kEvent.substr(0, length));
    if (length > 70) {
      EXPECT_EQ(line["event.dataset"], "cef") << length;
    }
  }
  EXPECT_EQ(ParsedLine("CEF:0|a|b\\|c|d|e|f\\")["event.dataset"], "generic.raw");
}

TEST(LeefTest, ReadsTabsOfVersionOne) {
  const ParsedLine line(
      "LEEF:1.0|Example|FW|1.2|deny|src=192.0.2.1\tsrcPort=5\tdst=198.51.100.2\tdstPort=80\t"
      "proto=TCP\tusrName=alice\taction=Deny\tdevTime=1768382430123\tsev=5\tresource=x=y");
  EXPECT_EQ(line["event.dataset"], "leef");
  EXPECT_EQ(line["source.ip"], "192.0.2.1");
  EXPECT_EQ(line["destination.port"], "80");
  EXPECT_EQ(line["user.name"], "alice");
  EXPECT_EQ(line["event.outcome"], "failure");
  EXPECT_EQ(line["event.code"], "deny");
  EXPECT_EQ(line["@timestamp"], "2026-01-14T09:20:30.123Z");
  EXPECT_EQ(line["labels.leef.resource"], "x=y");
}

TEST(LeefTest, TakesTheDelimiterThatVersionTwoNames) {
  for (const char* delimiter : {"^", "x5E", "0x5e", "X5e"}) {
    const ParsedLine line(absl::StrCat("<13>Jan 14 10:20:30 fw1 LEEF:2.0|Example|FW|1.2|7|",
                                       delimiter,
                                       "|src=192.0.2.1^dst=198.51.100.2^msg=two words^policy=p 1"));
    EXPECT_EQ(line["destination.ip"], "198.51.100.2") << delimiter;
    EXPECT_EQ(line["rule.name"], "p 1") << delimiter;
    EXPECT_EQ(line["event.reason"], "two words") << delimiter;
  }
  EXPECT_EQ(ParsedLine("LEEF:2.0|Example|FW|1|7||src=192.0.2.1\tdst=192.0.2.2")["source.ip"],
            "192.0.2.1");
}

TEST(LeefTest, SurvivesWhatIsNoHeader) {
  EXPECT_EQ(ParsedLine("LEEF:2.0|")["event.dataset"], "generic.raw");
  EXPECT_EQ(ParsedLine("LEEF:1.0|a|b|c")["event.dataset"], "generic.raw");
  EXPECT_EQ(ParsedLine("LEEF:2.0|a|b|c|d|x|")["event.dataset"], "leef");
}

}  // namespace
}  // namespace dims
