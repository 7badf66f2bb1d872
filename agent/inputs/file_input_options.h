// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "agent/inputs/record_rule.h"

namespace dims {

// Where reading begins in a file that is there when its pattern is first looked at. Files that
// appear later are read from their start.
enum class FileStart : std::uint8_t { kBeginning, kEnd };

struct FileInputOptions {
  std::vector<std::string> paths;  // shell patterns
  FileStart start = FileStart::kBeginning;
  std::vector<std::string> exclude = {};  // shell patterns of paths, or of names without "/"
  std::shared_ptr<const RecordRule> records = nullptr;  // null: each line is one
};

struct FileInputLimits {
  std::size_t open_files_max = 256;
  std::size_t watched_files_max = 100'000;  // files beyond are not read, and counted
  int chunks_per_turn = 16;                 // of one file, before the next one has its turn
  absl::Duration scan_interval = absl::Seconds(1);
  // How long a file that was renamed or deleted must be quiet before its unfinished line is taken
  // as a record, and a deleted one is let go; and an archive that is cut before it counts as whole.
  absl::Duration rotated_quiet = absl::Seconds(5);
  // How long a file must be quiet before a record of several lines counts as whole.
  absl::Duration record_quiet = absl::Seconds(2);
};

struct FileInputCounts {
  std::uint64_t lines = 0;
  std::uint64_t lines_cut = 0;
  std::uint64_t hole_bytes = 0;
  std::uint64_t rotations = 0;
  std::uint64_t truncations = 0;
  std::uint64_t files_over_limit = 0;
  std::uint64_t read_errors = 0;
};

// One pattern in one scan.
struct FileLook {
  std::uint32_t input = 0;
  bool first = false;
  std::int64_t history_ns = 0;  // files not matched and not newer than this are history
};

// A file that no bookmark names, most often a gzip archive, until it is known what it holds.
struct FoundArchive {
  FileLook look;
  std::string origin;
  std::string path;
  std::int64_t modified_ns = 0;
};

}  // namespace dims
