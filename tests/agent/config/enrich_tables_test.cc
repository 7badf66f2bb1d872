// SPDX-License-Identifier: Apache-2.0
// [enrich], [[enrich.nat]] and [[tag]] of agent.toml.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "agent/config/agent_config.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class EnrichTablesTest : public ::testing::Test {
 protected:
  absl::StatusOr<AgentConfig> Parse(const std::string& text) {
    report_ = {};
    return ParseAgentConfig("agent.toml", text, {}, report_);
  }

  std::string ErrorOf(const std::string& text) {
    const auto config = Parse(text);
    EXPECT_FALSE(config.ok()) << text;
    return std::string(config.status().message());
  }

  ConfigReport report_;
};

TEST_F(EnrichTablesTest, NameFilesNatAndTags) {
  const auto config = Parse(
      "[enrich]\nmmdb = [\"/a.mmdb\", \"/b.mmdb\"]\nassets = \"/assets.csv\"\n"
      "[[enrich.nat]]\noutside = \"198.51.100.7\"\ninside = \"10.1.0.0/16\"\n"
      "[[enrich.nat]]\ninside = \"10.2.0.0/24\"\noutside = \"203.0.113.0/24\"\n"
      "[[tag]]\ntags = [\"pci\"]\nhosts = [\"db*\"]\nmatch = 'destination.port:5432'\n");
  ASSERT_TRUE(config.ok()) << config.status();
  const EnrichConfig& enrich = config->enrich;
  EXPECT_THAT(enrich.mmdb, ElementsAre("/a.mmdb", "/b.mmdb"));
  EXPECT_EQ(enrich.assets, "/assets.csv");
  ASSERT_EQ(enrich.nat.size(), 2u);
  EXPECT_EQ(enrich.nat[0].outside.ToString(), "198.51.100.7/32");
  EXPECT_EQ(enrich.nat[1].inside.ToString(), "10.2.0.0/24");
  ASSERT_EQ(enrich.tags.size(), 1u);
  EXPECT_THAT(enrich.tags[0].hosts, ElementsAre("db*"));
  EXPECT_TRUE(enrich.tags[0].match.has_value());
}

TEST_F(EnrichTablesTest, AreEmptyWhereNothingIsSaid) {
  const auto config = Parse("[agent]\n");
  ASSERT_TRUE(config.ok());
  EXPECT_TRUE(config->enrich.empty());
}

TEST_F(EnrichTablesTest, SayWhatIsWrongWithThem) {
  EXPECT_THAT(ErrorOf("[enrich]\nmmdb = [\"a.mmdb\"]\n"), HasSubstr("no absolute path"));
  EXPECT_THAT(ErrorOf("[enrich]\nassets = \"a.csv\"\n"), HasSubstr("no absolute path"));
  EXPECT_THAT(ErrorOf("[[enrich.nat]]\ninside = \"10.1.0.0/16\"\n"), HasSubstr("outside"));
  EXPECT_THAT(ErrorOf("[[enrich.nat]]\ninside = \"10.1.0.0/16\"\noutside = \"192.0.2.0/24\"\n"),
              HasSubstr("neither one address nor as large"));
  EXPECT_THAT(ErrorOf("[[tag]]\ntags = []\n"), HasSubstr("\"tags\" is empty"));
  EXPECT_THAT(ErrorOf("[[tag]]\ntags = [\"a\"]\nmatch = 'user.nam:x'\n"), HasSubstr("user.name"));
  EXPECT_THAT(ErrorOf("[[tag]]\nhosts = [\"a\"]\n"), HasSubstr("tags"));
}

TEST_F(EnrichTablesTest, WarnOfAFileThatIsNotThere) {
  const TemporaryDirectory directory;
  std::ofstream(directory / "there.csv") << "x";
  AgentConfig config;
  config.enrich.assets = directory / "there.csv";
  config.enrich.mmdb = {directory / "missing.mmdb"};
  ConfigReport report;
  CheckReadable(config, report);
  EXPECT_EQ(report.warnings(), 1u);
  EXPECT_THAT(report.Text(), HasSubstr("missing.mmdb: warning: cannot be read"));
}

}  // namespace
}  // namespace dims
