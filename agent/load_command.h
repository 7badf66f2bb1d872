// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/base/clock.h"
#include "common/base/random.h"

namespace dims {

struct LoadOptions {
  std::string state_directory;
  std::string config_path;
  std::vector<std::string> paths;
  std::string format = "auto";
  std::string timezone = "local";
  int year = 0;  // of the newest lines; 0: by the files' own dates
  std::vector<std::string> tags;
  bool even_if_read = false;
};

// `dims-agent load`: hands old files to the agent of this machine and shows how far it is. Where no
// agent runs it is one itself, without listeners, until the server has everything. SIGINT and
// SIGTERM end it; the same command goes on. Blocks; call once, from main, before any thread.
absl::Status LoadFiles(const LoadOptions& options, Clock& clock, Random& random);

}  // namespace dims
