// SPDX-License-Identifier: Apache-2.0
#include "agent/load/load_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "agent/inputs/posix_file_system.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using ::testing::ElementsAre;

const absl::TimeZone kUtc = absl::UTCTimeZone();

class LoadFileTest : public ::testing::Test {
 protected:
  std::string Make(const std::string& name) {
    const std::string path = directory_ / name;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path) << "x\n";
    return path;
  }

  std::vector<std::string> Listed(const std::vector<std::string>& paths) {
    std::vector<std::string> out;
    const auto files = ListLoadFiles(paths, system_, absl::InfiniteFuture(), kUtc);
    for (const LoadFile& file : files.value()) out.push_back(file.path);
    return out;
  }

  TemporaryDirectory directory_;
  const PosixFileSystem system_{};
};

absl::Time DayAfter(int year, int month, int day) {
  return absl::FromCivil(absl::CivilDay(year, month, day) + 1, kUtc);
}

TEST_F(LoadFileTest, TakesFilesOldestFirstEachOnce) {
  const std::string newer = Make("a.log-20241103.gz");
  const std::string older = Make("b/c.2023-01-31.log");
  const std::string now = Make("d.log");
  EXPECT_THAT(Listed({directory_.path(), newer, directory_ / "*.log"}),
              ElementsAre(older, newer, now));
}

TEST_F(LoadFileTest, NamesWhatMatchesNothing) {
  const auto files = ListLoadFiles({directory_ / "*.log"}, system_, absl::InfiniteFuture(), kUtc);
  EXPECT_TRUE(absl::IsNotFound(files.status())) << files.status();
  EXPECT_THAT(std::string(files.status().message()), ::testing::HasSubstr("*.log"));
}

TEST_F(LoadFileTest, NoFileIsOfTheFuture) {
  const std::string path = Make("d.log");
  const absl::Time now = absl::FromUnixSeconds(1'000'000'000);
  EXPECT_EQ(ListLoadFiles({path}, system_, now, kUtc).value()[0].written, now);
}

TEST(EndOfNamedDayTest, ReadsDaysAndNothingElse) {
  EXPECT_EQ(EndOfNamedDay("/x/auth.log-20251103.gz", kUtc), DayAfter(2025, 11, 3));
  EXPECT_EQ(EndOfNamedDay("2025-11-03.log", kUtc), DayAfter(2025, 11, 3));
  EXPECT_EQ(EndOfNamedDay("app_2025_11_03", kUtc), DayAfter(2025, 11, 3));
  EXPECT_EQ(EndOfNamedDay("app-2025110312.log", kUtc), DayAfter(2025, 11, 3));
  for (const char* name :
       {"auth.log.1", "app-99999999.log", "app-20251303", "20250230", "x-1-2-3"}) {
    EXPECT_EQ(EndOfNamedDay(name, kUtc), absl::InfiniteFuture()) << name;
  }
}

}  // namespace
}  // namespace dims
