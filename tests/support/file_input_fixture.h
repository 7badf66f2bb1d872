// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/inputs/file_input.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/scratch_files.h"
#include "tests/support/simulated_clock.h"

namespace dims {

// Every fault on the fake and on a real file system.
class FileInputFixture : public ::testing::TestWithParam<bool> {
 protected:
  FileInputFixture() : files_(GetParam() ? MakeDiskFiles() : MakeMemoryFiles()) {}

  ScratchFiles& files() { return *files_; }

  void Start(const std::vector<std::string>& patterns, FileStart start = FileStart::kBeginning) {
    FileInputOptions options;
    for (const std::string& pattern : patterns) options.paths.push_back(files_->Path(pattern));
    options.start = start;
    StartAs(options);
  }

  void StartAs(const FileInputOptions& options) {
    options_ = options;
    Restart();
  }

  // The agent ends and starts again with the bookmarks that were committed.
  void Restart() {
    input_.reset();
    input_.emplace(std::vector<FileInputOptions>{options_}, sink_.Bookmarks(), files_->files(),
                   sink_, clock_, limits_);
  }

  // What was written since, a second later.
  std::vector<std::string> Read() {
    clock_.Advance(absl::Seconds(1));
    while (input_->Poll() == FileInput::Progress::kMore) {
    }
    return sink_.TakeLines();
  }

  // The same after everything rotated has become quiet.
  std::vector<std::string> ReadAfterQuiet() {
    std::vector<std::string> lines = Read();
    for (int n = 0; n < 7; ++n) {
      for (std::string& line : Read()) lines.push_back(std::move(line));
    }
    return lines;
  }

  FileInput& input() { return *input_; }

  CollectingSink& sink() { return sink_; }

  FileInputLimits limits_;

 private:
  std::unique_ptr<ScratchFiles> files_;
  SimulatedClock clock_;
  CollectingSink sink_;
  FileInputOptions options_;
  std::optional<FileInput> input_;
};

}  // namespace dims
