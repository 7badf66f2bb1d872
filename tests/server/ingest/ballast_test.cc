// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/ballast.h"

#include <filesystem>
#include <fstream>

#include "gtest/gtest.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

constexpr std::uint64_t kBytes = 256u << 10;
constexpr std::uint64_t kFreeMin = 8u << 20;

class BallastTest : public ::testing::Test {
 protected:
  Ballast Open() {
    return Ballast(path_, kBytes, kFreeMin, [this] { return free_; });
  }

  bool Exists() const { return std::filesystem::exists(path_); }

  TemporaryDirectory directory_;
  const std::string path_ = directory_ / "ballast";
  std::uint64_t free_ = kFreeMin + kBytes;
};

TEST_F(BallastTest, TakesItsRoomAndKnowsItAfterARestart) {
  Ballast ballast = Open();
  EXPECT_FALSE(ballast.held());
  ASSERT_TRUE(ballast.Tend().ok());
  EXPECT_TRUE(ballast.held());
  EXPECT_EQ(std::filesystem::file_size(path_), kBytes);
  EXPECT_TRUE(Open().held());
}

TEST_F(BallastTest, GivesItsRoomUpOnAFullVolumeAndTakesItAgain) {
  Ballast ballast = Open();
  ASSERT_TRUE(ballast.Tend().ok());
  free_ = Ballast::kReleaseBelowBytes;
  ASSERT_TRUE(ballast.Tend().ok());
  EXPECT_TRUE(Exists());
  free_ = Ballast::kReleaseBelowBytes - 1;
  ASSERT_TRUE(ballast.Tend().ok());
  EXPECT_FALSE(ballast.held());
  EXPECT_FALSE(Exists());
  free_ = kFreeMin + kBytes;
  ASSERT_TRUE(ballast.Tend().ok());
  EXPECT_TRUE(ballast.held());
}

TEST_F(BallastTest, TakesNothingFromAVolumeThatIsShortOfRoom) {
  Ballast ballast = Open();
  free_ = kFreeMin + kBytes - 1;
  ASSERT_TRUE(ballast.Tend().ok());
  EXPECT_FALSE(ballast.held());
  EXPECT_FALSE(Exists());
}

TEST_F(BallastTest, RoomThatWasGivenUpIsNotForEvents) {
  Ballast ballast = Open();
  EXPECT_EQ(ballast.spare_bytes(), kFreeMin);
  ASSERT_TRUE(ballast.Tend().ok());
  EXPECT_EQ(ballast.spare_bytes(), kFreeMin + kBytes);
  free_ = 0;
  ASSERT_TRUE(ballast.Tend().ok());
  EXPECT_EQ(ballast.spare_bytes(), 0u);
}

TEST_F(BallastTest, AFileWithHolesHoldsNoRoom) {
  std::ofstream(path_) << "x";
  std::filesystem::resize_file(path_, kBytes);
  EXPECT_FALSE(Open().held());
}

TEST_F(BallastTest, AFileFromALargerVolumeIsCut) {
  Ballast larger(path_, 4 * kBytes, 0, [] { return 100 * kBytes; });
  ASSERT_TRUE(larger.Tend().ok());
  EXPECT_TRUE(Open().held());
  EXPECT_EQ(std::filesystem::file_size(path_), kBytes);
}

TEST_F(BallastTest, SaysWhyItsFileCannotBeMade) {
  std::filesystem::create_symlink(directory_ / "elsewhere", path_);
  Ballast ballast = Open();
  EXPECT_NE(ballast.Tend().message().find("ballast"), absl::string_view::npos);
  EXPECT_FALSE(ballast.held());
}

TEST_F(BallastTest, IsAtMostASixteenthOfTheVolume) {
  const auto volume = std::filesystem::space(directory_.path());
  EXPECT_LE(Ballast::BytesFor(directory_.path()), volume.capacity / 16);
  EXPECT_LE(Ballast::BytesFor(directory_.path()), Ballast::kBytesMax);
  EXPECT_EQ(Ballast::BytesFor(directory_ / "none"), Ballast::kBytesMax);
}

}  // namespace
}  // namespace dims
