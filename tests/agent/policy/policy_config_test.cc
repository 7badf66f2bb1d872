// SPDX-License-Identifier: Apache-2.0
#include "agent/policy/policy_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "agent/policy/policy_key.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using ::testing::HasSubstr;

std::string ProblemsOf(const std::string& text) {
  ConfigReport report;
  EXPECT_FALSE(ParsePolicyConfig("policy.toml", text, report).ok()) << text;
  return report.Text();
}

TEST(PolicyConfigTest, ReadsEveryTable) {
  ConfigReport report;
  const auto config = ParsePolicyConfig(
      "policy.toml",
      "[policy]\ndefault = \"deny\"\nprofile = \"headers-and-alerts-only\"\nremote = "
      "\"watchlists\"\n"
      "[[fields]]\ndataset = \"system.*\"\nwhere = 'user.name:root'\nleave = [\"source.*\"]\n"
      "[[drop]]\nwhere = 'event.action:debug'\n"
      "[[redact]]\naddresses = [\"10.0.0.0/8\"]\nnames = [\"*.city.example\"]\nwith = "
      "\"label\"\nlabel = \"hall\"\n"
      "[[tlp]]\nwhere = 'user.name:root'\ntlp = \"red\"\n",
      report);
  ASSERT_TRUE(config.ok()) << report.Text();
  EXPECT_TRUE(config->deny_by_default);
  EXPECT_EQ(config->remote, RemoteDirectives::kWatchlists);
  EXPECT_EQ(config->fields.size(), 3u);  // two of the profile
  EXPECT_EQ(config->drops.size(), 1u);
  EXPECT_EQ(config->redactions.at(0).label, "hall");
  EXPECT_EQ(config->tlps.at(0).tlp, Tlp::kRed);
  EXPECT_TRUE(config->needs_key());
}

TEST(PolicyConfigTest, NamesEveryProblemAtOnce) {
  const std::string problems = ProblemsOf(
      "[[drop]]\nwhere = 'user.nmae:root'\n"
      "[[redact]]\nwith = \"mask\"\n"
      "[[redact]]\naddresses = [\"10.0.0/8\"]\n"
      "[[fields]]\nleave = [\"a\"]\nstay = [\"b\"]\n"
      "[[redact]]\nnames = [\"hall\"]\nwith = \"label\"\n"
      "[[redact]]\nnames = [\"hall\"]\nwith = \"prefix\"\n"
      "[[tpl]]\n");
  EXPECT_THAT(problems, HasSubstr("user.name"));
  EXPECT_THAT(problems, HasSubstr("needs \"fields\", \"addresses\" or \"names\""));
  EXPECT_THAT(problems, HasSubstr("10.0.0/8"));
  EXPECT_THAT(problems, HasSubstr("\"leave\" or \"stay\""));
  EXPECT_THAT(problems, HasSubstr("\"label\" goes with"));
  EXPECT_THAT(problems, HasSubstr("is for addresses, not for names"));
  EXPECT_THAT(problems, HasSubstr("tpl"));
}

TEST(PolicyConfigTest, AnEmptyFilterIsNoRule) {
  EXPECT_THAT(ProblemsOf("[[drop]]\nwhere = ''\n"), HasSubstr("an empty filter"));
}

TEST(PolicyConfigTest, WarnsWhereTheTextStillSaysWhatStays) {
  ConfigReport report;
  EXPECT_TRUE(
      ParsePolicyConfig("policy.toml", "[[fields]]\nstay = [\"user.name\"]\n", report).ok());
  EXPECT_EQ(report.warnings(), 1u);
  ConfigReport quiet;
  EXPECT_TRUE(ParsePolicyConfig("policy.toml",
                                "[[fields]]\nstay = [\"x\", \"message\", \"event.original\"]\n",
                                quiet)
                  .ok());
  EXPECT_EQ(quiet.warnings(), 0u);
}

TEST(PolicyConfigTest, AMissingFileIsAnError) {
  ConfigReport report;
  EXPECT_FALSE(LoadPolicyConfig("/nonexistent/policy.toml", report).ok());
  EXPECT_EQ(report.errors(), 1u);
}

TEST(PolicyConfigTest, HasAReferencePageThatIsUpToDate) {
  const std::string path = std::string(DIMS_SOURCE_DIR) + "/docs/policy_config.md";
  if (std::getenv("DIMS_WRITE_DOCS") != nullptr) std::ofstream(path) << PolicyConfigPage();
  std::ostringstream page;
  page << std::ifstream(path).rdbuf();
  EXPECT_EQ(page.str(), PolicyConfigPage()) << "run this test with DIMS_WRITE_DOCS=1";
}

TEST(PolicyKeyTest, IsMadeOnceForItsOwnerAlone) {
  const TemporaryDirectory state;
  SeededRandom random(1);
  const auto made = LoadOrMakePolicyKey(state.path(), random);
  ASSERT_TRUE(made.ok()) << made.status();
  const auto again = LoadOrMakePolicyKey(state.path(), random);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*made, *again);

  struct stat found {};

  ASSERT_EQ(::stat((state.path() + "/policy.key").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
}

TEST(PolicyKeyTest, ADamagedKeyIsNeverReplaced) {
  const TemporaryDirectory state;
  SeededRandom random(1);
  std::ofstream(state.path() + "/policy.key") << "abc";
  EXPECT_TRUE(absl::IsDataLoss(LoadOrMakePolicyKey(state.path(), random).status()));
}

}  // namespace
}  // namespace dims
