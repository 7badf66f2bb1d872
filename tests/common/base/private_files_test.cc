// SPDX-License-Identifier: Apache-2.0
#include "common/base/private_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr absl::string_view kPublic[] = {"ca.pem"};

// A directory that others may enter, with one secret and one public file.
class PrivateFilesTest : public ::testing::Test {
 protected:
  PrivateFilesTest() {
    Make("live.db", 0600);
    Make("ca.pem", 0644);
    SetMode("", 0755);
  }

  void Make(const std::string& name, mode_t mode) {
    std::ofstream(directory_ / name) << "x";
    SetMode(name, mode);
  }

  void SetMode(const std::string& name, mode_t mode) {
    const std::string path = name.empty() ? directory_.path() : directory_ / name;
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
  }

  absl::Status Check() { return CheckPrivateFiles(directory_.path(), kPublic); }

  TemporaryDirectory directory_;
};

TEST_F(PrivateFilesTest, SecretsOfTheOwnerAloneAreRight) {
  EXPECT_TRUE(Check().ok()) << Check();
}

TEST_F(PrivateFilesTest, F53AFileThatOthersCanReadIsNamedWithItsRemedy) {
  for (const mode_t mode : {0640u, 0604u, 0620u}) {
    SetMode("live.db", mode);
    EXPECT_TRUE(absl::IsFailedPrecondition(Check()));
    EXPECT_THAT(std::string(Check().message()),
                AllOf(HasSubstr("live.db"), HasSubstr("chmod 0600")));
  }
}

TEST_F(PrivateFilesTest, F53WhatNobodyElseCanReachIsSafe) {
  SetMode("live.db", 0644);
  SetMode("", 0700);
  EXPECT_TRUE(Check().ok()) << Check();
}

TEST_F(PrivateFilesTest, F53ADirectoryThatOthersMayWriteToIsRefused) {
  SetMode("", 0770);
  EXPECT_THAT(std::string(Check().message()), HasSubstr("chmod 0700"));
}

TEST_F(PrivateFilesTest, F53NotEvenAPublicFileMayBeWrittenByOthers) {
  SetMode("ca.pem", 0666);
  EXPECT_THAT(std::string(Check().message()), AllOf(HasSubstr("ca.pem"), HasSubstr("0644")));
}

TEST_F(PrivateFilesTest, ANewDirectoryIsItsOwnersAloneAndAnOldOneStays) {
  const std::string fresh = directory_ / "a/b";
  ASSERT_TRUE(MakePrivateDirectory(fresh).ok());

  struct stat found {};

  ASSERT_EQ(::stat(fresh.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0700u);
  ASSERT_EQ(::chmod(fresh.c_str(), 0750), 0);
  ASSERT_TRUE(MakePrivateDirectory(fresh).ok());
  ASSERT_EQ(::stat(fresh.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0750u);
}

TEST_F(PrivateFilesTest, ADirectoryThatCannotBeMadeIsNamed) {
  EXPECT_THAT(std::string(MakePrivateDirectory(directory_ / "ca.pem/x").message()),
              HasSubstr("ca.pem"));
}

TEST_F(PrivateFilesTest, ADirectoryIsMadeUnderANameWithoutAPath) {
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(directory_.path());
  const absl::Status made = MakePrivateDirectory("state");
  const absl::Status again = MakePrivateDirectory("state");
  std::filesystem::current_path(before);
  EXPECT_TRUE(made.ok()) << made;
  EXPECT_TRUE(again.ok()) << again;
  EXPECT_TRUE(std::filesystem::is_directory(directory_ / "state"));
}

}  // namespace
}  // namespace dims
