// SPDX-License-Identifier: Apache-2.0
#include "agent/site_formats/site_formats.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/agent/site_formats/site_parser_line.h"

namespace dims {
namespace {

constexpr char kEntered[] =
    "<86>Jan  5 10:11:12 gate1 doord[7]: alice entered north-2 from 192.0.2.7:5022 to "
    "198.51.100.4:443 badge 0042";

std::string NamedParser(absl::string_view name, absl::string_view keys, absl::string_view match) {
  return absl::StrCat("[parser]\nname = \"", name, "\"\n", keys, "\n[[pattern]]\nmatch = '", match,
                      "'\n");
}

TEST(SiteFormatsTest, AnEventOfASiteMadeParserLooksLikeAnyOther) {
  const SiteFormats formats = SiteFormatsOf({kDoorLog});
  const ParsedLine event = ReadWith(formats, kEntered);
  EXPECT_EQ(event["event.dataset"], "city.doorlog");
  EXPECT_EQ(event["user.name"], "alice");
  EXPECT_EQ(event["source.ip"], "192.0.2.7");
  EXPECT_EQ(event["source.port"], "5022");
  EXPECT_EQ(event["related.ip"], "192.0.2.7,198.51.100.4");
  EXPECT_EQ(event["related.user"], "alice");
  EXPECT_EQ(event["network.iana_number"], "6");
  EXPECT_FALSE(event["network.community_id"].empty());
  EXPECT_EQ(event["event.category"], "authentication");
  EXPECT_EQ(event["event.type"], "start,access");
  EXPECT_EQ(event["event.outcome"], "success");
  EXPECT_EQ(event["host.name"], "gate1");
  EXPECT_EQ(event["@timestamp"], "2026-01-05T10:11:12Z");
}

TEST(SiteFormatsTest, ALineIsRenderedFromItsColumnsAndNotStoredTwice) {
  const SiteFormats formats = SiteFormatsOf({kDoorLog});
  const ParsedLine event = ReadWith(formats, kEntered);
  EXPECT_EQ(event.Original(), kEntered);
  EXPECT_FALSE(event.Stores("event.original"));
}

TEST(SiteFormatsTest, WhatNoFieldIsNamedForGoesToLabels) {
  const SiteFormats formats = SiteFormatsOf({kDoorLog});
  const ParsedLine event = ReadWith(formats, kEntered);
  EXPECT_EQ(event["labels.door"], "north-2");
  EXPECT_EQ(event["labels.city.doorlog.badge"], "0042");
}

TEST(SiteFormatsTest, AValueThatDoesNotFitItsFieldIsKeptAsALabel) {
  const SiteFormats formats = SiteFormatsOf(
      {"[parser]\nname = \"a\"\nbegins = [\"peer \"]\n[[pattern]]\nmatch = '^peer (?P<ip>\\S+)$'\n"
       "fields = { ip = \"source.ip\" }\n"});
  const ParsedLine event = ReadWith(formats, "peer 300.1.2.3");
  EXPECT_EQ(event["labels.source.ip"], "300.1.2.3");
  EXPECT_EQ(event["tags"], "type_conflict");
}

TEST(SiteFormatsTest, TheHeaderWinsOverACapture) {
  const SiteFormats formats = SiteFormatsOf(
      {"[parser]\nname = \"a\"\nprograms = [\"app\"]\n[[pattern]]\nmatch = '^on (?P<h>\\S+)$'\n"
       "fields = { h = \"host.name\" }\n"});
  const std::string line = "Jan  5 10:11:12 gate1 app: on other";
  const ParsedLine event = ReadWith(formats, line);
  EXPECT_EQ(event["host.name"], "gate1");
  EXPECT_EQ(event["labels.host.name"], "other");
  EXPECT_EQ(event.Original(), line);
}

TEST(SiteFormatsTest, AFormatThatNamesTheProgramIsAskedBeforeTheAgentsOwn) {
  const std::string line =
      "Jan  5 10:11:12 gate1 sshd[7]: Accepted password for bob from "
      "192.0.2.7 port 5 ssh2";
  const SiteFormats named = SiteFormatsOf({NamedParser("a", "programs = [\"SSHD\"]", "^Accepted")});
  const SiteFormats open = SiteFormatsOf({NamedParser("a", "", "^Accepted")});
  EXPECT_EQ(ReadWith(named, line)["event.dataset"], "a");
  EXPECT_EQ(ReadWith(open, line)["event.dataset"], "system.auth");
}

TEST(SiteFormatsTest, ABeginningThatAFormatNamesIsAskedBeforeJsonAndTheOthers) {
  const SiteFormats formats = SiteFormatsOf({NamedParser("a", "begins = ['{\"door\"']", "door")});
  EXPECT_EQ(ReadWith(formats, R"({"door":"7"})")["event.dataset"], "a");
  EXPECT_EQ(ReadWith(formats, R"({"gate":"7 door"})")["event.dataset"], "generic.json");
}

TEST(SiteFormatsTest, AFormatThatNamesNothingIsAskedBeforeKeyValueAndAfterAllOthers) {
  const SiteFormats formats = SiteFormatsOf({NamedParser("a", "", "door=")});
  EXPECT_EQ(ReadWith(formats, "door=7 user=alice state=open")["event.dataset"], "a");
  EXPECT_EQ(ReadWith(formats, R"({"text":"door=7"})")["event.dataset"], "generic.json");
  EXPECT_EQ(ReadWith(formats, "gate=7 user=alice state=open")["event.dataset"], "generic.keyvalue");
}

TEST(SiteFormatsTest, OfSeveralPatternsThatMatchTheFirstOneCounts) {
  const SiteFormats formats = SiteFormatsOf(
      {"[parser]\nname = \"a\"\n[[pattern]]\nmatch = 'never'\n[[pattern]]\nmatch = 'gate'\n"
       "set = { \"event.action\" = \"first\" }\n[[pattern]]\nmatch = 'gate open'\n"
       "set = { \"event.action\" = \"second\" }\n"});
  EXPECT_EQ(ReadWith(formats, "the gate open now")["event.action"], "first");
}

TEST(SiteFormatsTest, ATimeWithALayoutIsTheEventsTime) {
  const SiteFormats formats =
      SiteFormatsOf({"[parser]\nname = \"a\"\n[[pattern]]\nmatch = '^\\[(?P<at>[^\\]]+)\\]'\n"
                     "fields = { at = \"@timestamp\" }\ntime = '%d.%m.%Y %H:%M:%S %z'\n"});
  EXPECT_EQ(ReadWith(formats, "[03.01.2026 04:05:06 +0100] x")["@timestamp"],
            "2026-01-03T03:05:06Z");
  const ParsedLine wrong = ReadWith(formats, "[33.01.2026 04:05:06 +0100] x");
  EXPECT_EQ(wrong["@timestamp"], "2026-01-15T12:00:00Z");
  EXPECT_EQ(wrong["labels.time"], "33.01.2026 04:05:06 +0100");
}

TEST(SiteFormatsTest, ACaptureMayBeTheMessageAndTheLineIsKept) {
  const SiteFormats formats = SiteFormatsOf(
      {"[parser]\nname = \"a\"\nbegins = [\"note \"]\n[[pattern]]\nmatch = '^note (?P<m>.*)$'\n"
       "fields = { m = \"message\" }\n"});
  const ParsedLine event = ReadWith(formats, "note all is well\n");
  EXPECT_EQ(event["message"], "all is well");
  EXPECT_EQ(event.Original(), "note all is well\n");
}

TEST(SiteFormatsTest, AHundredPatternsAreOneSearch) {
  std::string text = "[parser]\nname = \"a\"\n";
  for (int n = 0; n < 100; ++n) {
    absl::StrAppend(&text, "[[pattern]]\nmatch = '^unit ", n,
                    " (?P<state>\\w+) by (?P<user>\\w+)$'\n");
  }
  const SiteFormats formats = SiteFormatsOf({text});
  EXPECT_EQ(ReadWith(formats, "unit 99 open by alice")["labels.a.user"], "alice");
  EXPECT_EQ(ReadWith(formats, "unit 100 open by alice")["event.dataset"], "generic.raw");
}

TEST(SiteFormatsTest, PatternsThatAreTooMuchForTheirMemoryStillMatch) {
  // Each alone is small; searched for at once they need more states than memory holds.
  std::string text = "[parser]\nname = \"a\"\n";
  for (int n = 0; n < 40; ++n) {
    absl::StrAppend(&text, "[[pattern]]\nmatch = 'a.{", 40 + n, "}b.{30}c", n, "$'\n");
  }
  const SiteFormats formats = SiteFormatsOf({text});
  std::string line(2000, 'a');
  for (std::size_t n = 0; n < line.size(); n += 3) line[n] = 'b';
  absl::StrAppend(&line, "a", std::string(41, 'x'), "b", std::string(30, 'y'), "c1");
  EXPECT_EQ(ReadWith(formats, line)["event.dataset"], "a");
}

TEST(SiteFormatsTest, ATextThatIsTooLongIsNotSearched) {
  const SiteFormats formats = SiteFormatsOf({NamedParser("a", "", "x$")});
  EXPECT_EQ(ReadWith(formats, std::string(16'384, 'x'))["event.dataset"], "a");
  EXPECT_EQ(ReadWith(formats, std::string(16'385, 'x'))["event.dataset"], "generic.raw");
}

}  // namespace
}  // namespace dims
