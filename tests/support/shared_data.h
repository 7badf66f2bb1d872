// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace dims {

// The folder of real logs, captures and expected results that development machines keep beside the
// checkout
// ($DIMS_SHARED/data, else ../shared/data). Empty on a user's clone: the test then skips and says
// so.
inline std::optional<std::string> SharedData() {
  const char* set = std::getenv("DIMS_SHARED");
  const std::string root = set != nullptr ? set : std::string(DIMS_SOURCE_DIR) + "/../shared";
  std::error_code ignored;
  const std::string folder = root + "/data";
  if (!std::filesystem::is_directory(folder, ignored)) return std::nullopt;
  return folder;
}

}  // namespace dims

// Skips the test, saying why, where the shared samples are absent; else declares `name` as their
// folder.
#define DIMS_REQUIRE_SHARED_DATA(name)                                                     \
  if (!::dims::SharedData()) GTEST_SKIP() << "needs the shared samples (set DIMS_SHARED)"; \
  const std::string name = *::dims::SharedData()
