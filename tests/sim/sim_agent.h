// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agent/buffer/event_buffer.h"
#include "agent/forward/forwarder.h"
#include "agent/inputs/file_input.h"
#include "tests/sim/mutation.h"
#include "tests/sim/sim_network.h"
#include "tests/sim/site_record.h"
#include "tests/support/crash_vfs.h"
#include "tests/support/scratch_files.h"
#include "tests/support/serial_pipeline.h"
#include "tests/support/simulated_clock.h"
#include "tests/support/temporary_directory.h"

namespace dims::sim {

// Stands between the input and the pipeline, and knows what the input pushed. `forgets_holes`: what
// was read again is as good as new.
class RecordingSink final : public ChunkSink {
 public:
  RecordingSink(ChunkSink& next, bool forgets_holes) : next_(next), forgets_holes_(forgets_holes) {}

  bool Push(InputChunk chunk) override {
    if (forgets_holes_ && chunk.again) {
      if (chunk.again->ends) return true;
      chunk.again.reset();
    }
    bookmarks.push_back(chunk.bookmark);
    return next_.Push(std::move(chunk));
  }

  bool HasRoom(LossClass loss_class) const override { return next_.HasRoom(loss_class); }

  std::vector<Bookmark> bookmarks;  // pushed and not yet committed

 private:
  ChunkSink& next_;
  const bool forgets_holes_;
};

inline constexpr char kLog[] = "app.log";

// One site: input, pipeline, buffer and forwarder as they ship (the pipeline without its threads),
// over a disk that fails, fed by a directory of logs and one socket. Thread: one.
class SimAgent {
 public:
  SimAgent(std::uint64_t seed, std::size_t site, const Mutation& mutation, SimulatedClock& clock,
           SeededRandom& random, SimNetwork& network, SiteRecord& record);

  // Keeps nothing that was acked. Before the first Start.
  void KeepNoRing() { options_.keep_acked_bytes = 0; }

  // A process on the disk as it is. False: the disk is down, try again.
  bool Start();
  // The process is killed: what it wrote stays, synced or not.
  void Kill();
  void CutPower();

  bool running() const { return forwarder_ != nullptr; }

  void WriteFile(int lines);
  void ReceiveDatagrams(int lines);
  // The input looks at its files; `commit`: what was read and received goes to the buffer.
  void Poll(bool commit);
  // What log rotation does: a log that the agent has begun to read is renamed; what is truncated or
  // deleted was committed to its end. False: nothing could be done.
  bool Rotate();
  bool Truncate();
  bool Delete();
  void Tick();
  void Tidy();
  // Ends the process when the buffer can no longer be trusted.
  void CheckHealth();

  void BackUp();

  bool has_backup() const { return backup_ != nullptr; }

  // `stored`: what the server has at this moment.
  // `machine`: the file goes back too, and other lines will follow.
  void Restore(const StoredLines& stored, bool machine);

  // Once for each time that holes were found: lines are about to be read again.
  bool TakeHolesBegun() { return std::exchange(holes_begun_, false); }

  // How bookmarks call this file; empty: there is none.
  std::string SourceOf(const std::string& name) const;

  bool AtRest() const;

  // Datagrams that a full buffer refused, each counted as a loss.
  std::uint64_t dropped_rows() const { return dropped_rows_; }

  std::size_t index() const { return site_; }

  CrashVfs& disk() { return disk_; }

  Forwarder& forwarder() { return *forwarder_; }

  EventBuffer& buffer() { return *buffer_; }

  const std::string& death() const { return death_; }

 private:
  std::string LineText(LineId& id);
  void StartFiles();
  void OnServerBookmarks(const std::vector<Bookmark>& bookmarks);
  bool WholeFileCommitted(const std::string& name);
  bool KnowsLog();
  void Accept(const std::string& name);
  void Stop();

  const std::size_t site_;
  const Mutation mutation_;
  SimulatedClock& clock_;
  SeededRandom& random_;
  SimNetwork& network_;
  SiteRecord& record_;
  TemporaryDirectory directory_;
  CrashVfs disk_;
  std::unique_ptr<ScratchFiles> files_ = MakeMemoryFiles();
  BufferOptions options_;
  std::unique_ptr<EventBuffer> buffer_;
  std::unique_ptr<Forwarder> forwarder_;
  std::unique_ptr<SerialPipeline> pipeline_;
  std::unique_ptr<RecordingSink> sink_;
  std::unique_ptr<FileInput> input_;
  std::vector<Bookmark> server_bookmarks_;
  std::uint64_t nonce_ = 0;
  std::uint64_t counter_ = 0;
  std::vector<LineId> datagrams_;  // received and not yet committed
  std::uint64_t dropped_rows_ = 0;
  bool holes_begun_ = false;
  std::shared_ptr<const CrashVfs::Snapshot> backup_;
  std::set<LineId> backup_accepted_;
  std::vector<LineId> backup_file_;
  std::uint64_t backup_file_bytes_ = 0;
  std::string death_;
};

}  // namespace dims::sim
