// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "agent/buffer/event_buffer.h"
#include "agent/pipeline/batch_assembler.h"
#include "agent/pipeline/chunk_queue.h"
#include "agent/pipeline/committer.h"
#include "common/base/bounded_queue.h"
#include "common/base/clock.h"

namespace dims {

// From chunks of lines to the buffer: one thread parses and encodes, one commits, so that an fsync
// never holds up parsing. Whatever is encoded during a commit goes into the next one.
//
//   Pipeline pipeline(options, buffer, clock, on_fatal);
//   FileInputThread files(..., pipeline.sink(), ...);
//   pipeline.Start();
//   ...
//   files.Stop();
//   pipeline.Stop();      // everything handed over is committed, or will be read again
//
// Guarantees: steps reach the buffer in the order in which they were made; a bookmark never before
// the rows it covers. When the buffer is full, inputs that can wait find no room in the sink and
// stop; see Committer for the others. `on_fatal` is called once, from the commit thread, when the
// outcome of a commit is unknown: the process must end.
// `on_committed` is called there after each commit: the forwarder may have something to send.
// Limits: ChunkQueue's lanes, and kStepBytesMax of encoded batches.
// Thread: Start and Stop from one thread; Stop is safe without Start and twice. Buffer and clock
// must outlive it.
class Pipeline {
 public:
  static constexpr std::size_t kStepBytesMax = 4u << 20;

  Pipeline(PipelineOptions options, EventBuffer& buffer, const Clock& clock,
           std::function<void(const absl::Status&)> on_fatal,
           std::function<void()> on_committed = nullptr);
  ~Pipeline();

  ChunkQueue& sink() { return chunks_; }

  void Start();

  // Takes nothing in any more, commits what was handed over, ends the threads.
  void Stop();

  // Inputs that can wait are paused because the buffer is full.
  bool waiting() const { return committer_.waiting(); }

  // Rows of network inputs given up before they reached the buffer.
  std::uint64_t dropped_rows() const { return committer_.dropped_rows(); }

  // Rows made since the start.
  std::uint64_t rows() const { return rows_.load(std::memory_order_relaxed); }

  // What the site's policy did since the start.
  PolicyCounts policy_counts() const { return assembler_.policy_counts(); }

  DirectiveCounts directive_counts() const { return assembler_.directive_counts(); }

  // What each input brought since the start, by its name.
  std::map<std::string, InputCount> inputs() const { return assembler_.inputs(); }

  // Lines whose text nobody could read, by file or sender.
  std::map<std::string, std::uint64_t> unparsed() const {
    return assembler_.unparsed().by_origin();
  }

 private:
  void AssembleLoop();
  void CommitLoop();

  const Clock& clock_;
  const std::function<void(const absl::Status&)> on_fatal_;
  const std::function<void()> on_committed_;
  ChunkQueue chunks_;
  BatchAssembler assembler_;  // the assemble thread's, but for its counts
  BoundedQueue<CommitStep> steps_;
  Committer committer_;  // the commit thread's
  std::atomic<std::uint64_t> rows_ = 0;
  std::thread assemble_thread_;
  std::thread commit_thread_;
};

}  // namespace dims
