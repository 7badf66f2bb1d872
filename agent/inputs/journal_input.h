// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "agent/inputs/input_chunk.h"
#include "agent/inputs/journal_reader.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"

namespace dims {

enum class JournalStart : std::uint8_t { kBeginning, kEnd };

struct JournalInputOptions {
  std::string directory;  // empty: this machine's journal
  JournalStart start = JournalStart::kBeginning;
  std::uint32_t input = 0;  // InputChunk::input of its chunks
  // Of the agent: what it wrote itself is left out, or each line about its inputs would be another.
  std::string own_executable;

  // "journal:<machine id>", or the directory in place of the id: stable, unlike the files below.
  std::string Source() const;
};

// Follows one journal on a thread of its own.
//
// Guarantees: every entry after the bookmark is handed over once, in order, each with its cursor as
// position; where the entry read last is gone, at the start, after a while without room or when the
// journal's files change, what was vacuumed away behind it is a loss, as far as the journal's own
// numbers tell; positions are also behind entries that are left out; a journal that cannot be
// opened or read is tried again every kRetry and said to be unreadable meanwhile. While the sink
// has no room nothing is read. Thread: Start and Stop from one thread; Stop is safe without Start
// and twice. Sink and clock must outlive it.
class JournalInput {
 public:
  static constexpr absl::Duration kRetry = absl::Seconds(5);

  // `resume`: the bookmarks of this agent, of whatever source.
  JournalInput(JournalInputOptions options, const std::vector<Bookmark>& resume, ChunkSink& sink,
               const Clock& clock);

  ~JournalInput() { Stop(); }

  void Start();
  void Stop();

  // Why nothing can be read; "" when it can. Any thread.
  std::string trouble() const;

  const JournalInputOptions& options() const { return options_; }

 private:
  void Loop();
  absl::Status Follow();
  absl::Status Position(JournalReader& reader);
  // At most a chunk's worth; false at the end of the journal.
  absl::StatusOr<bool> ReadChunk(JournalReader& reader);
  void HandOver(InputChunk chunk);
  void HandOverPosition();
  void NoteLoss(const std::string& first, InputChunk& chunk);
  bool WaitForStop(absl::Duration timeout);
  void SetTrouble(std::string trouble);

  const JournalInputOptions options_;
  ChunkSink& sink_;
  const Clock& clock_;
  std::string cursor_;       // of the last entry handed over or left out; empty: none
  std::string handed_over_;  // the last position that was
  absl::Duration handed_over_at_ = -absl::InfiniteDuration();
  bool bookmark_gone_ = false;  // its entry is no more, and nothing was read behind it yet
  mutable Mutex mutex_;
  CondVar stop_changed_;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  std::string trouble_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace dims
