// SPDX-License-Identifier: Apache-2.0
#include "common/base/durable_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

mode_t ModeOf(const std::string& path) {
  struct stat found {};

  EXPECT_EQ(::stat(path.c_str(), &found), 0);
  return found.st_mode & 07777;
}

TEST(DurableFileTest, ReadsBackWhatWasWrittenWithTheModeAskedFor) {
  TemporaryDirectory directory;
  const mode_t before = ::umask(0077);
  ASSERT_TRUE(WriteFileDurably(directory / "ca.pem", "public", kPublicFileMode).ok());
  ASSERT_TRUE(WriteFileDurably(directory / "ca.key", "secret", kSecretFileMode).ok());
  ::umask(before);
  EXPECT_EQ(*ReadSmallFile(directory / "ca.key", 100), "secret");
  EXPECT_EQ(ModeOf(directory / "ca.key"), 0600U);
  EXPECT_EQ(ModeOf(directory / "ca.pem"), 0644U);
}

TEST(DurableFileTest, ReplacesTheOldFileAndLeavesNoOther) {
  TemporaryDirectory directory;
  ASSERT_TRUE(WriteFileDurably(directory / "a", "a long first version", kSecretFileMode).ok());
  ASSERT_TRUE(WriteFileDurably(directory / "a", "two", kSecretFileMode).ok());
  EXPECT_EQ(*ReadSmallFile(directory / "a", 100), "two");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory.path()), {}), 1);
}

TEST(DurableFileTest, NamesTheFileAndTheReasonWhenItCannotWrite) {
  TemporaryDirectory directory;
  const absl::Status status = WriteFileDurably(directory / "none/a", "x", kSecretFileMode);
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_NE(status.message().find("none/a: create"), absl::string_view::npos);
}

TEST(DurableFileTest, LeavesNothingBehindWhenTheRenameFails) {
  TemporaryDirectory directory;
  ASSERT_TRUE(std::filesystem::create_directories(directory / "taken/child"));
  EXPECT_FALSE(WriteFileDurably(directory / "taken", "x", kSecretFileMode).ok());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory.path()), {}), 1);
}

TEST(DurableFileTest, RefusesAFileLongerThanItsKindCanBe) {
  TemporaryDirectory directory;
  ASSERT_TRUE(WriteFileDurably(directory / "a", "12345", kSecretFileMode).ok());
  EXPECT_EQ(*ReadSmallFile(directory / "a", 5), "12345");
  EXPECT_EQ(ReadSmallFile(directory / "a", 4).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReadSmallFile(directory / "b", 4).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace dims
