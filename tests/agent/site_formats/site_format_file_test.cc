// SPDX-License-Identifier: Apache-2.0
#include "agent/site_formats/site_format_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "agent/site_formats/site_formats.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// What is said about a file; "" when it is right.
std::string Complaints(const std::string& text) {
  ConfigReport report;
  const SiteFormatFile file = ParseSiteFormatFile("door.toml", text, report);
  EXPECT_EQ(file.format == nullptr, report.errors() > 0);
  return report.Text();
}

constexpr char kHead[] = "[parser]\nname = \"city.door\"\n";

// A file with one pattern and `more` behind it.
std::string WithPattern(absl::string_view more) {
  return absl::StrCat(kHead, "[[pattern]]\nmatch = '^(?P<user>\\S+) at (?P<door>\\d+)$'\n", more);
}

std::string WithTest(absl::string_view test) {
  return WithPattern(absl::StrCat("fields = { user = \"user.name\" }\n[[test]]\n", test, "\n"));
}

TEST(SiteFormatFileTest, AFileWhoseTestsPassIsTaken) {
  ConfigReport report;
  const SiteFormatFile file = ParseSiteFormatFile(
      "door.toml",
      WithTest("line = 'alice at 7'\nexpect = { \"user.name\" = \"alice\", labels.city.door.door = "
               "7 }\n[[test]]\nline = 'alice was there'\nmatches = false"),
      report);
  EXPECT_THAT(report.Text(), IsEmpty());
  ASSERT_NE(file.format, nullptr);
  EXPECT_EQ(file.name, "city.door");
  EXPECT_EQ(file.format->tests(), 2u);
}

TEST(SiteFormatFileTest, ATestThatFailsRefusesTheFileAndSaysWhatDiffers) {
  EXPECT_EQ(Complaints(WithTest("line = 'alice at 7'\nexpect = { \"user.name\" = \"bob\" }")),
            "door.toml:8:26: error: the test expects user.name = \"bob\"\n"
            "    8 | expect = { \"user.name\" = \"bob\" }\n"
            "      |                          ^~~~~ it is \"alice\"\n");
  EXPECT_THAT(Complaints(WithTest("line = 'alice at 7'\nexpect = { \"source.ip\" = \"bob\" }")),
              HasSubstr("the event has no source.ip"));
}

TEST(SiteFormatFileTest, ATestMustReachItsPatternOrMustNot) {
  EXPECT_THAT(Complaints(WithTest("line = 'alice was there'")),
              HasSubstr("door.toml:6:1: error: no pattern matches the line of this test"));
  EXPECT_THAT(Complaints(WithTest("line = 'alice at 7'\nmatches = false")),
              HasSubstr("a pattern matches the line of this test"));
}

TEST(SiteFormatFileTest, ATestSeesTheLineAsAnInputDoes) {
  EXPECT_THAT(
      Complaints(WithTest("line = '<86>Jan  1 10:11:12 gate1 doord[7]: alice at 7'\n"
                          "expect = { \"host.name\" = \"gate1\", \"process.pid\" = 7, \"tags\" = "
                          "[\"time_inferred\"], \"@timestamp\" = \"2026-01-01T10:11:12Z\" }")),
      IsEmpty());
}

TEST(SiteFormatFileTest, APatternThatNoTestReachesIsAWarning) {
  EXPECT_THAT(Complaints(WithPattern("")),
              HasSubstr("door.toml:3:1: warning: no test reaches this pattern"));
}

TEST(SiteFormatFileTest, AnUnknownFieldIsRefusedWithTheNearestOne) {
  EXPECT_EQ(Complaints(WithPattern("fields = { user = \"user.nam\" }")),
            "door.toml:5:19: error: \"user.nam\" is no field\n"
            "    5 | fields = { user = \"user.nam\" }\n"
            "      |                   ^~~~~~~~~~ did you mean \"user.name\"?\n");
  EXPECT_THAT(Complaints(WithPattern("fields = { user = \"src_ip\" }")),
              HasSubstr("did you mean \"source.ip\"?"));
  EXPECT_THAT(Complaints(WithPattern("fields = { user = \"badge\" }")), HasSubstr("labels.NAME"));
}

TEST(SiteFormatFileTest, FieldsOfOthersAreRefused) {
  for (const char* const field :
       {"organization.id", "event.ingested", "event.dataset", "related.ip", "event.original",
        "log.file.path", "dims.tlp", "dims.layout", "threat.indicator.ip"}) {
    EXPECT_THAT(Complaints(WithPattern(absl::StrCat("fields = { user = \"", field, "\" }"))),
                HasSubstr("is not for a parser to set"))
        << field;
  }
}

TEST(SiteFormatFileTest, ACaptureThatIsNotThereIsRefusedWithTheNearestOne) {
  EXPECT_THAT(Complaints(WithPattern("fields = { usr = \"user.name\" }")),
              HasSubstr("door.toml:5:12: error: \"match\" has no capture \"usr\""));
  EXPECT_THAT(Complaints(WithPattern("fields = { usr = \"user.name\" }")),
              HasSubstr("did you mean \"user\"?"));
}

TEST(SiteFormatFileTest, AConstantMustFitItsField) {
  EXPECT_THAT(Complaints(WithPattern("set = { \"source.port\" = \"ssh\" }")),
              HasSubstr("\"ssh\" does not fit \"source.port\", which is a whole number"));
  EXPECT_THAT(Complaints(WithPattern("set = { \"source.ip\" = \"gate\" }")),
              HasSubstr("which is an address"));
  EXPECT_THAT(Complaints(WithPattern("set = { \"event.action\" = [\"a\", \"b\"] }")),
              HasSubstr("has one value, not a list"));
  EXPECT_THAT(Complaints(WithPattern("set = { \"event.action\" = 1.5 }")),
              HasSubstr("\"event.action\" is neither text"));
  EXPECT_THAT(Complaints(WithPattern("set = { \"@timestamp\" = \"2026\" }")),
              HasSubstr("is not for a parser to set"));
}

TEST(SiteFormatFileTest, WhereEcsNamesTheWordsOthersAreRefused) {
  EXPECT_THAT(Complaints(WithPattern("set = { \"event.outcome\" = \"sucess\" }")),
              HasSubstr("did you mean \"success\"?"));
  EXPECT_THAT(Complaints(WithPattern("set = { \"event.category\" = \"door\" }")),
              HasSubstr("\"door\" is no event.category of ECS"));
}

TEST(SiteFormatFileTest, APatternMustBeARegularExpressionInItsLimits) {
  const auto complaints = [](absl::string_view match) {
    return Complaints(absl::StrCat(kHead, "[[pattern]]\nmatch = '", match, "'\n"));
  };
  EXPECT_THAT(complaints("(?P<a>x"), HasSubstr("door.toml:4:9: error: no regular expression"));
  EXPECT_THAT(complaints("(?P<a>x)(?=y)"), HasSubstr("no regular expression"));
  EXPECT_THAT(complaints("(x)"), HasSubstr("a capture has no name"));
  EXPECT_THAT(complaints("(?P<a>x)(?P<a>y)"), HasSubstr("error: "));
  EXPECT_THAT(complaints("(?P<a>(?P<a>y))"), HasSubstr("error: "));
  EXPECT_THAT(complaints(""), HasSubstr("an empty pattern"));
  EXPECT_THAT(complaints(std::string(4097, 'x')), HasSubstr("up to 4096 bytes"));
  EXPECT_THAT(complaints("((a{100}){100}){100}"), HasSubstr("no regular expression"));
  std::string captures;
  for (int n = 0; n < 33; ++n) absl::StrAppend(&captures, "(?P<c", n, ">.)");
  EXPECT_THAT(complaints(captures), HasSubstr("more than 32 captures"));
}

TEST(SiteFormatFileTest, WhatIsMissingOrUnknownIsNamed) {
  EXPECT_THAT(Complaints("[parser]\nname = \"x\"\n"), HasSubstr("there is no [[pattern]]"));
  EXPECT_THAT(Complaints("[[pattern]]\nmatch = 'x'\n"), HasSubstr("[parser] needs \"name\""));
  EXPECT_THAT(Complaints(absl::StrCat(kHead, "[[pattern]]\n")), HasSubstr("needs \"match\""));
  EXPECT_THAT(Complaints(WithPattern("feilds = {}")), HasSubstr("did you mean \"fields\"?"));
  EXPECT_THAT(Complaints(WithPattern("fields = 7")), HasSubstr("\"fields\" is a table"));
  EXPECT_THAT(Complaints(WithPattern("time = '%Q'")), HasSubstr("\"%Q\" is no conversion"));
  EXPECT_THAT(Complaints("[parser]\nname = \"City Door\"\n"), HasSubstr("is no name"));
  EXPECT_THAT(Complaints("[parser]\nname = \"cisco.asa\"\n"), HasSubstr("that the agent has"));
  EXPECT_THAT(Complaints("[parser]\nname = \"auto\"\n"), HasSubstr("that the agent has"));
}

class SiteFormatFilesTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = directory_.path() + "/" + name;
    std::ofstream(path) << text;
    return path;
  }

  TemporaryDirectory directory_;
  ConfigReport report_;
};

TEST_F(SiteFormatFilesTest, FilesAreReadInOrderOfNameAndARefusedOneIsStillKnown) {
  Write("b.toml", "[parser]\nname = \"b\"\n[[pattern]]\nmatch = 'x'\n");
  Write("a.toml", "[parser]\nname = \"a\"\n[[pattern]]\nmatch = '('\n");
  const auto formats = LoadSiteFormats({directory_.path() + "/*.toml"}, report_);
  EXPECT_THAT(formats->names(), ::testing::ElementsAre("a", "b"));
  EXPECT_EQ(formats->Find("a"), nullptr);
  EXPECT_NE(formats->Find("b"), nullptr);
  EXPECT_EQ(report_.errors(), 1u);
}

TEST_F(SiteFormatFilesTest, ANameIsTakenOnce) {
  Write("a.toml", "[parser]\nname = \"a\"\n[[pattern]]\nmatch = 'x'\n");
  Write("b.toml", "[parser]\nname = \"a\"\n[[pattern]]\nmatch = 'x'\n");
  LoadSiteFormats({directory_.path() + "/*.toml"}, report_);
  EXPECT_THAT(report_.Text(), HasSubstr("another parser has the name \"a\""));
}

TEST_F(SiteFormatFilesTest, APatternThatMatchesNoFileIsAWarning) {
  const auto formats = LoadSiteFormats({directory_.path() + "/*.toml"}, report_);
  EXPECT_THAT(formats->names(), IsEmpty());
  EXPECT_EQ(report_.errors(), 0u);
  EXPECT_EQ(report_.warnings(), 1u);
}

TEST_F(SiteFormatFilesTest, AFileThatIsNamedMustBeThere) {
  LoadSiteFormats({directory_.path() + "/door.toml"}, report_);
  EXPECT_THAT(report_.Text(), HasSubstr("door.toml: error: cannot be read"));
}

TEST_F(SiteFormatFilesTest, AFileThatCannotBeReadOrIsTooLargeIsRefused) {
  EXPECT_EQ(LoadSiteFormatFile(directory_.path() + "/none.toml", report_).format, nullptr);
  EXPECT_THAT(report_.Text(), HasSubstr("cannot be read"));
  LoadSiteFormatFile(Write("large.toml", std::string((1u << 20) + 1, '#')), report_);
  EXPECT_THAT(report_.Text(), HasSubstr("is larger than 1 MiB"));
}

TEST(SiteFormatPageTest, IsTheOneInTheDocuments) {
  const std::string path = std::string(DIMS_SOURCE_DIR) + "/docs/site_parsers_config.md";
  if (std::getenv("DIMS_WRITE_DOCS") != nullptr) std::ofstream(path) << SiteFormatPage();
  std::stringstream page;
  page << std::ifstream(path).rdbuf();
  EXPECT_EQ(page.str(), SiteFormatPage()) << "run this test with DIMS_WRITE_DOCS=1";
}

TEST(SiteFormatExampleTest, TheWorkedExampleOfTheDocumentsIsRight) {
  ConfigReport report;
  const SiteFormatFile file =
      LoadSiteFormatFile(std::string(DIMS_SOURCE_DIR) + "/docs/examples/doorlog.toml", report);
  EXPECT_THAT(report.Text(), IsEmpty());
  ASSERT_NE(file.format, nullptr);
  EXPECT_GE(file.format->tests(), 3u);
}

}  // namespace
}  // namespace dims
