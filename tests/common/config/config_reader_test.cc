// SPDX-License-Identifier: Apache-2.0
#include "common/config/config_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A small program: [oven] and any number of [[shelf.tray]].
class ConfigReaderTest : public ::testing::Test {
 protected:
  ConfigReaderTest() {
    ConfigTable oven{.name = "oven", .meaning = "The oven."};
    oven.keys.push_back({.name = "degrees",
                         .kind = ConfigKind::kInteger,
                         .fallback = "180",
                         .meaning = "How hot.",
                         .apply =
                             [this](const ConfigValue& v) {
                               degrees = std::get<std::int64_t>(v);
                               return std::string();
                             },
                         .least = 50,
                         .most = 300});
    oven.keys.push_back({.name = "time",
                         .kind = ConfigKind::kDuration,
                         .fallback = "\"30min\"",
                         .meaning = "How long.",
                         .apply =
                             [this](const ConfigValue& v) {
                               time = std::get<absl::Duration>(v);
                               return std::string();
                             },
                         .least = 1000,
                         .most = 86'400'000});
    oven.keys.push_back({.name = "mode",
                         .kind = ConfigKind::kChoice,
                         .fallback = "\"fan\"",
                         .meaning = "Which heat.",
                         .apply =
                             [this](const ConfigValue& v) {
                               mode = std::get<std::string>(v);
                               return std::string();
                             },
                         .choices = {"fan", "grill"}});
    oven.keys.push_back({.name = "light",
                         .kind = ConfigKind::kBool,
                         .fallback = "true",
                         .meaning = "On or off.",
                         .apply = [this](const ConfigValue& v) {
                           light = std::get<bool>(v);
                           return std::string();
                         }});
    ConfigTable tray{.name = "shelf.tray", .repeated = true, .meaning = "Trays."};
    tray.begin = [this](const ConfigPlace&) { trays.emplace_back(); };
    tray.keys.push_back({.name = "breads",
                         .kind = ConfigKind::kTextList,
                         .meaning = "What is on it.",
                         .apply =
                             [this](const ConfigValue& v) {
                               trays.back() = std::get<std::vector<std::string>>(v);
                               return std::string();
                             },
                         .required = true});
    tray.keys.push_back({.name = "size",
                         .kind = ConfigKind::kBytes,
                         .fallback = "\"1MiB\"",
                         .meaning = "Room.",
                         .apply =
                             [this](const ConfigValue& v) {
                               size = std::get<std::uint64_t>(v);
                               return std::string();
                             },
                         .least = 1024,
                         .most = 1 << 30});
    description.program = "bake";
    description.tables = {oven, tray, Loaf()};
  }

  ConfigTable Loaf() {
    ConfigTable loaf{.name = "shelf.tray.loaf", .repeated = true, .meaning = "Behind a tray."};
    loaf.keys.push_back({.name = "name",
                         .meaning = "Which.",
                         .apply =
                             [this](const ConfigValue& v) {
                               trays.back().push_back("loaf " + std::get<std::string>(v));
                               return std::string();
                             },
                         .required = true});
    return loaf;
  }

  void Read(const std::string& text) {
    effective = ReadConfigText("bake.toml", text, description, report);
  }

  std::string ErrorOf(const std::string& text) {
    Read(text);
    EXPECT_EQ(report.errors(), 1u) << report.Text();
    return report.Text();
  }

  std::int64_t degrees = 0;
  absl::Duration time;
  std::string mode;
  bool light = false;
  std::vector<std::vector<std::string>> trays;
  std::uint64_t size = 0;
  ConfigDescription description;
  ConfigReport report;
  std::vector<EffectiveValue> effective;
};

TEST_F(ConfigReaderTest, TakesValuesOverAndFillsInDefaults) {
  Read("[oven]\ndegrees = 220\n[[shelf.tray]]\nbreads = [\"rye\"]\n[[shelf.tray]]\nbreads = []\n");
  EXPECT_EQ(report.Text(), "");
  EXPECT_EQ(degrees, 220);
  EXPECT_EQ(time, absl::Minutes(30));
  EXPECT_EQ(mode, "fan");
  EXPECT_TRUE(light);
  EXPECT_THAT(trays, ElementsAre(ElementsAre("rye"), IsEmpty()));
  EXPECT_EQ(size, 1u << 20);
}

TEST_F(ConfigReaderTest, ATableMayHoldOthersByItsName) {
  ConfigTable grid{.name = "oven.grid", .repeated = true, .meaning = "In the oven."};
  int grids = 0;
  grid.begin = [&grids](const ConfigPlace&) { ++grids; };
  description.tables.push_back(grid);
  Read("[oven]\ndegrees = 220\n[[oven.grid]]\n[[oven.grid]]\n");
  EXPECT_EQ(report.Text(), "");
  EXPECT_EQ(degrees, 220);
  EXPECT_EQ(grids, 2);
  EXPECT_THAT(ErrorOf("[oven]\n[[oven.grit]]\n"), HasSubstr("unknown key \"grit\" in [oven]"));
}

TEST_F(ConfigReaderTest, F48NamesAnUnknownKeyWithPlaceCaretAndSuggestion) {
  EXPECT_EQ(ErrorOf("[oven]\n  degreees = 220\n"),
            "bake.toml:2:3: error: unknown key \"degreees\" in [oven]\n"
            "    2 |   degreees = 220\n"
            "      |   ^~~~~~~~ did you mean \"degrees\"?\n");
}

TEST_F(ConfigReaderTest, F48NamesAnUnknownTableWithASuggestion) {
  EXPECT_THAT(ErrorOf("[ovne]\ndegrees = 1\n"),
              AllOf(HasSubstr("unknown table [ovne]"), HasSubstr("did you mean [oven]?")));
}

TEST_F(ConfigReaderTest, F48RefusesANumberWithoutItsUnit) {
  EXPECT_THAT(ErrorOf("[oven]\ntime = 30\n"), HasSubstr("in quotes with its unit, like \"30s\""));
  report = {};
  EXPECT_THAT(ErrorOf("[oven]\ntime = \"30 minutes\"\n"), HasSubstr("is no time"));
  report = {};
  EXPECT_THAT(ErrorOf("[[shelf.tray]]\nbreads=[]\nsize = \"64 Mib\"\n"), HasSubstr("is no size"));
}

TEST_F(ConfigReaderTest, F48RefusesWhatIsOutOfRangeAndSaysTheBound) {
  EXPECT_THAT(ErrorOf("[oven]\ndegrees = 20\n"), HasSubstr("must be at least 50"));
  report = {};
  EXPECT_THAT(ErrorOf("[oven]\ntime = \"2d\"\n"), HasSubstr("must be at most 1d"));
  report = {};
  EXPECT_THAT(ErrorOf("[[shelf.tray]]\nbreads=[]\nsize = \"1B\"\n"), HasSubstr("at least 1KiB"));
}

TEST_F(ConfigReaderTest, F48RefusesTheWrongKindOfValue) {
  EXPECT_THAT(ErrorOf("[oven]\nlight = \"yes\"\n"), HasSubstr("true or false"));
  report = {};
  EXPECT_THAT(ErrorOf("[oven]\nmode = \"gril\"\n"), HasSubstr("did you mean \"grill\"?"));
  report = {};
  EXPECT_THAT(ErrorOf("[oven]\ndegrees = 1.5\n"), HasSubstr("whole number"));
  report = {};
  EXPECT_THAT(ErrorOf("[[shelf.tray]]\nbreads = [1]\n"), HasSubstr("list of text"));
}

TEST_F(ConfigReaderTest, F48TellsOneTableFromSeveral) {
  EXPECT_THAT(ErrorOf("[[oven]]\ndegrees = 220\n"), HasSubstr("write [oven]"));
  report = {};
  EXPECT_THAT(ErrorOf("[shelf.tray]\nbreads = []\n"), HasSubstr("write [[shelf.tray]]"));
  report = {};
  EXPECT_THAT(ErrorOf("shelf = 3\n"), HasSubstr("outside every table"));
}

TEST_F(ConfigReaderTest, NamesARequiredKeyThatIsMissingAtItsTable) {
  EXPECT_THAT(ErrorOf("[oven]\n\n[[shelf.tray]]\n"),
              AllOf(HasSubstr("bake.toml:3:1"), HasSubstr("[shelf.tray] needs \"breads\"")));
}

TEST_F(ConfigReaderTest, SaysWhereTheTextIsNoToml) {
  EXPECT_THAT(ErrorOf("[oven]\ndegrees = = 3\n"), HasSubstr("bake.toml:2:11: error:"));
}

TEST_F(ConfigReaderTest, SurvivesTextThatIsNoKeyAtAll) {
  for (const char* text : {"[!]\n", "[\x01]\n", "[a.!]\n", "[[\xff]]\n", "!=1\n", "a.!=1\n", "[\n",
                           "\xc6\x86", "[\xc6\x86]\n"}) {
    report = {};
    Read(text);
    EXPECT_GE(report.errors(), 1u) << text;
  }
}

TEST_F(ConfigReaderTest, ReportsAllProblemsAtOnce) {
  Read("[oven]\ndegrees = 1\ntimer = 2\nmode = 3\n[trays]\n");
  EXPECT_EQ(report.errors(), 4u);
}

TEST_F(ConfigReaderTest, ShowsEachValueWithItsOrigin) {
  Read("[oven]\nmode = \"grill\"\n");
  EXPECT_EQ(EffectiveText(effective),
            "[oven]\n"
            "mode = \"grill\"  # bake.toml:2:1\n"
            "degrees = 180   # default\n"
            "time = \"30min\"  # default\n"
            "light = true    # default\n");
}

TEST_F(ConfigReaderTest, MergesTheFilesOfConfDInOrderOfName) {
  TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "conf.d");
  std::ofstream(directory / "bake.toml") << "[oven]\ndegrees = 220\n";
  std::ofstream(directory / "conf.d/20-b.toml") << "[[shelf.tray]]\nbreads = [\"b\"]\n";
  std::ofstream(directory / "conf.d/10-a.toml")
      << "[oven]\nmode = \"grill\"\n[[shelf.tray]]\nbreads = [\"a\"]\n";
  std::ofstream(directory / "conf.d/readme.txt") << "no configuration";
  ReadConfig(directory / "bake.toml", description, report);
  EXPECT_EQ(report.Text(), "");
  EXPECT_EQ(degrees, 220);
  EXPECT_EQ(mode, "grill");
  EXPECT_THAT(trays, ElementsAre(ElementsAre("a"), ElementsAre("b")));
}

TEST_F(ConfigReaderTest, NamesBothFilesThatSetOneKey) {
  TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "conf.d");
  std::ofstream(directory / "bake.toml") << "[oven]\ndegrees = 220\n";
  std::ofstream(directory / "conf.d/a.toml") << "[oven]\ndegrees = 230\n";
  ReadConfig(directory / "bake.toml", description, report);
  EXPECT_THAT(report.Text(), AllOf(HasSubstr("conf.d/a.toml:2:1"), HasSubstr("is set twice"),
                                   HasSubstr(directory / "bake.toml:2:1")));
}

TEST_F(ConfigReaderTest, SaysWhichFileCannotBeRead) {
  ReadConfig("/nonexistent/bake.toml", description, report);
  EXPECT_THAT(report.Text(), HasSubstr("/nonexistent/bake.toml: error: cannot be read"));
}

TEST_F(ConfigReaderTest, EscapesControlCharactersOfTheFileInMessages) {
  EXPECT_THAT(ErrorOf("[oven]\n\"\\u001b[31m\" = 1\n"), Not(HasSubstr("\x1b")));
}

TEST_F(ConfigReaderTest, MakesAReferencePageFromTheSameDescription) {
  EXPECT_THAT(ConfigReferencePage(description),
              AllOf(HasSubstr("## `[[shelf.tray]]`"),
                    HasSubstr("| `degrees` | whole number, 50 to 300 | `180` | How hot. |"),
                    HasSubstr("| `breads` | list of text | required |")));
}

TEST_F(ConfigReaderTest, ReadsTablesBehindTheRepeatedOneTheyBelongTo) {
  Read(
      "[[shelf.tray]]\nbreads = [\"rye\"]\n[[shelf.tray.loaf]]\nname = \"a\"\n"
      "[[shelf.tray.loaf]]\nname = \"b\"\n[[shelf.tray]]\nbreads = [\"oat\"]\n");
  EXPECT_EQ(report.errors(), 0u) << report.Text();
  EXPECT_THAT(trays, ElementsAre(ElementsAre("rye", "loaf a", "loaf b"), ElementsAre("oat")));
}

TEST_F(ConfigReaderTest, NamesWhatIsMissingInATableBehindAnother) {
  EXPECT_THAT(ErrorOf("[[shelf.tray]]\nbreads = []\n[[shelf.tray.loaf]]\n"),
              HasSubstr("[shelf.tray.loaf] needs \"name\""));
}

}  // namespace
}  // namespace dims
