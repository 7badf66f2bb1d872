// SPDX-License-Identifier: Apache-2.0
#include "server/store/commit/file_identity.h"

#include <filesystem>
#include <fstream>

#include "gtest/gtest.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

void Write(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
}

TEST(FileIdentityTest, StaysWhenTheFileGrowsOrIsRenamed) {
  const TemporaryDirectory directory;
  Write(directory / "live.db", "one");
  const std::uint64_t identity = FileIdentity(directory / "live.db");
  Write(directory / "live.db", "another");
  EXPECT_EQ(FileIdentity(directory / "live.db"), identity);
  std::filesystem::rename(directory / "live.db", directory / "moved.db");
  EXPECT_EQ(FileIdentity(directory / "moved.db"), identity);
  EXPECT_NE(identity, 0u);
}

TEST(FileIdentityTest, IsAnotherOneForACopyUnderTheSameName) {
  const TemporaryDirectory directory;
  Write(directory / "live.db", "one");
  const std::uint64_t identity = FileIdentity(directory / "live.db");
  std::filesystem::copy(directory / "live.db", directory / "copy.db");
  std::filesystem::rename(directory / "copy.db", directory / "live.db");
  EXPECT_NE(FileIdentity(directory / "live.db"), identity);
}

TEST(FileIdentityTest, IsZeroWhereNothingIs) {
  const TemporaryDirectory directory;
  EXPECT_EQ(FileIdentity(directory / "live.db"), 0u);
}

}  // namespace
}  // namespace dims
