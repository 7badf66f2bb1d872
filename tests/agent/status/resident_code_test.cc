// SPDX-License-Identifier: Apache-2.0
#include "agent/status/resident_code.h"

#include <fstream>
#include <string>

#include "gtest/gtest.h"

namespace dims {
namespace {

// Kilobytes of pages that belong to files.
long FilePages() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word != "RssFile:") continue;
    long kilobytes = 0;
    status >> kilobytes;
    return kilobytes;
  }
  return -1;
}

TEST(ResidentCodeTest, CodeLeavesTheResidentMemoryAndRunsOn) {
  const long before = FilePages();
  ASSERT_GT(before, 0);
  LetGoOfCode();
  EXPECT_LT(FilePages(), before);
}

}  // namespace
}  // namespace dims
