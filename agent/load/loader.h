// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "agent/inputs/file_tail.h"
#include "agent/load/load_channel.h"
#include "agent/load/load_file.h"
#include "agent/load/load_scan.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "dims/v1/load.pb.h"

namespace dims {

struct LoaderOptions {
  std::string state_directory;
  std::string format = "auto";
  std::string timezone = "local";
  absl::TimeZone zone = absl::LocalTimeZone();  // the same
  std::vector<std::string> tags;
  bool even_if_read = false;     // load also what the agent's own inputs have read
  bool wait_until_sent = false;  // end when the server has taken everything
  // How long an agent that went away is waited for, and one that has not reached its server.
  absl::Duration patience = absl::Seconds(60);
};

// How far a load is.
struct LoadProgress {
  std::size_t files = 0;  // done, skipped ones included
  std::size_t files_all = 0;
  std::uint64_t bytes = 0;  // on the disk
  std::uint64_t bytes_all = 0;
  std::uint64_t lines = 0;
  std::uint64_t files_loaded_before = 0;
  std::uint64_t files_skipped = 0;
  std::uint64_t files_failed = 0;
  std::uint64_t too_old_rows = 0;
  std::uint64_t waiting_rows = 0;  // in the agent's buffer
  std::string now;                 // the file at hand, or what is waited for
};

// Hands old files to the agent of this machine, one after the other, each line once.
//
// Guarantees: what the agent has of a file by its content, under whatever name, compressed or not,
// is not handed over again; a load that ended, however it ended, goes on where the agent's buffer
// is. Files are only read. One that cannot be read, or is damaged, is told and the next one is
// loaded.
// Limits: memory is one chunk and one block of a scan.
// Thread: Run on one; Progress and Stop on any. The file system and clock must outlive it.
class Loader {
 public:
  // `tell` gets one line for people about each file, on Run's thread.
  Loader(LoaderOptions options, const FileSystem& files, const Clock& clock,
         std::function<void(const std::string&)> tell)
      : options_(std::move(options)), files_(files), clock_(clock), tell_(std::move(tell)) {}

  // OK: all is in the agent's buffer. Cancelled: Stop was called. Unavailable: no agent is there
  // any more. Others: the agent refused.
  absl::Status Run(const std::vector<LoadFile>& files);

  void Stop() { stop_ = true; }

  LoadProgress progress() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Reading;

  absl::Status Greet();
  absl::Status GreetOnce();
  absl::Status Ask(const v1::LoadRequest& request);
  absl::Status LoadFrom(const std::vector<LoadFile>& files, std::size_t& durable);
  absl::Status LoadOne(const LoadFile& file);
  std::optional<std::string> WhySkipped(const LoadFile& file) const;
  FilePosition Place(const LoadScan& scan, std::string& source) const;
  absl::Status Send(const LoadFile& file, const LoadScan& scan, Reading& reading);
  absl::Status SendChunk(const InputChunk& chunk, std::uint64_t from, Reading& reading);
  absl::Status SendLines(const InputChunk& chunk, std::size_t first, std::size_t last,
                         Reading& reading);
  absl::Status Flush();
  absl::Status WaitUntilSent();
  absl::Status Pause(absl::Duration time) const;
  void Done(const LoadFile& file, const std::string& text, std::uint64_t LoadProgress::*count);
  void Note(const std::string& what) ABSL_LOCKS_EXCLUDED(mutex_);

  const LoaderOptions options_;
  const FileSystem& files_;
  const Clock& clock_;
  const std::function<void(const std::string&)> tell_;
  std::unique_ptr<LoadChannel> channel_;
  std::vector<Bookmark> known_;  // what was read, by the agent's word and since
  absl::Duration retention_ = absl::InfiniteDuration();
  std::set<std::string> done_;
  std::uint64_t too_old_before_ = 0;  // in conversations that ended
  std::atomic<bool> stop_ = false;
  mutable Mutex mutex_;
  LoadProgress progress_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dims
