// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/buffer/event_buffer.h"
#include "agent/forward/forwarder.h"
#include "common/event/batch_builder.h"
#include "tests/sim/mutation.h"
#include "tests/sim/sim_network.h"
#include "tests/sim/site_record.h"
#include "tests/support/crash_vfs.h"
#include "tests/support/simulated_clock.h"
#include "tests/support/temporary_directory.h"

namespace dims::sim {

// One site: the agent's buffer and forwarder as they ship, over a disk that fails, fed by one file
// and one socket. Thread: one.
class SimAgent {
 public:
  SimAgent(std::uint64_t seed, const Mutation& mutation, SimulatedClock& clock,
           SeededRandom& random, SimNetwork& network, SiteRecord& record);

  // A process on the disk as it is. False: the disk is down, try again.
  bool Start();
  // The process is killed: what it wrote stays, synced or not.
  void Kill();
  void CutPower();

  bool running() const { return forwarder_ != nullptr; }

  void WriteFile(int lines);
  // One batch of up to `lines` lines of the file, committed.
  void ReadFile(int lines);
  void ReceiveDatagrams(int lines);
  void Tick();
  void Tidy();
  // Ends the process when the buffer can no longer be trusted.
  void CheckHealth();

  void BackUp();

  bool has_backup() const { return backup_ != nullptr; }

  // `stored`: what the server has at this moment.
  // `machine`: the file goes back too, and other lines will follow.
  void Restore(const StoredLines& stored, bool machine);

  bool AtRest() const;

  CrashVfs& disk() { return disk_; }

  Forwarder& forwarder() { return *forwarder_; }

  EventBuffer& buffer() { return *buffer_; }

  const std::string& death() const { return death_; }

 private:
  std::optional<NewBatch> MakeBatch(const Bookmark& end, const std::vector<LineId>& lines,
                                    std::uint64_t first_position, std::uint64_t step,
                                    LossClass loss_class);
  bool Append(NewBatch batch);
  Bookmark FileAt(std::size_t lines) const;
  void OnServerBookmarks(const std::vector<Bookmark>& bookmarks);

  const Mutation mutation_;
  SimulatedClock& clock_;
  SeededRandom& random_;
  SimNetwork& network_;
  SiteRecord& record_;
  TemporaryDirectory directory_;
  CrashVfs disk_;
  BufferOptions options_;
  BatchBuilder builder_;
  BatchEncoder encoder_;
  std::unique_ptr<EventBuffer> buffer_;
  std::unique_ptr<Forwarder> forwarder_;
  std::uint64_t nonce_ = 0;
  std::uint64_t counter_ = 0;
  std::size_t file_read_ = 0;  // lines
  std::shared_ptr<const CrashVfs::Snapshot> backup_;
  std::set<LineId> backup_datagrams_;
  std::size_t backup_file_lines_ = 0;
  std::string death_;
};

}  // namespace dims::sim
