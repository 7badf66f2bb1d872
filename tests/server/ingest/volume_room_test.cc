// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/volume_room.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

TEST(VolumeRoomTest, RefusesBelowWhatIsKeptFreeAndSaysHowMuchIsLeft) {
  std::uint64_t free = 5'000'000;
  const VolumeRoom room("unused", 4'000'000, [&] { return free; });
  EXPECT_TRUE(room.Check().ok());

  free = 3'900'000;
  EXPECT_TRUE(absl::IsResourceExhausted(room.Check()));
  EXPECT_THAT(std::string(room.Check().message()), testing::HasSubstr("3.9 MB left"));
}

TEST(VolumeRoomTest, AsksTheVolumeItself) {
  const TemporaryDirectory directory;
  EXPECT_TRUE(VolumeRoom(directory.path(), 1).Check().ok());
  EXPECT_FALSE(VolumeRoom(directory.path(), std::uint64_t{1} << 62).Check().ok());
}

TEST(VolumeRoomTest, AVolumeThatCannotBeAskedHasRoom) {
  EXPECT_TRUE(VolumeRoom("/absent/directory", 1).Check().ok());
}

}  // namespace
}  // namespace dims
