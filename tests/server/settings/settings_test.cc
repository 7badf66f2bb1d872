// SPDX-License-Identifier: Apache-2.0
#include "server/settings.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using testing::HasSubstr;

TEST(ServerSettingsTest, ReadsBackWhatInitWrites) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(
      WriteFirstSettings(directory / "server.toml", "192.0.2.1:7443", "192.0.2.1:7444").ok());
  const auto settings = LoadSettings(directory / "server.toml");
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->listen, "192.0.2.1:7443");
  EXPECT_EQ(settings->join_listen, "192.0.2.1:7444");
  EXPECT_EQ(settings->retention, absl::Hours(24 * 400));
}

TEST(ServerSettingsTest, NamesAMisspelledKeyAndTheOneThatWasMeant) {
  const TemporaryDirectory directory;
  std::ofstream(directory / "server.toml")
      << "[listen]\nmain = \"a:1\"\n[store]\nretenton = \"30d\"\n";
  const auto settings = LoadSettings(directory / "server.toml");
  EXPECT_EQ(settings.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(settings.status().message()), HasSubstr("did you mean \"retention\"?"));
}

TEST(ServerSettingsTest, PageSaysWhatTheDescriptionSays) {
  const std::string path = std::string(DIMS_SOURCE_DIR) + "/docs/server_config.md";
  if (std::getenv("DIMS_WRITE_DOCS") != nullptr) std::ofstream(path) << ServerSettingsPage();
  std::stringstream page;
  page << std::ifstream(path).rdbuf();
  EXPECT_EQ(page.str(), ServerSettingsPage()) << "run this test with DIMS_WRITE_DOCS=1";
}

}  // namespace
}  // namespace dims
