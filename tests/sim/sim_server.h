// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "server/ingest/envelope_decoder.h"
#include "server/ingest/group_committer.h"
#include "server/store/event_store.h"
#include "tests/sim/mutation.h"
#include "tests/sim/sim_network.h"
#include "tests/sim/site_record.h"
#include "tests/support/crash_vfs.h"
#include "tests/support/simulated_clock.h"
#include "tests/support/temporary_directory.h"

namespace dims::sim {

inline constexpr int kRetentionDays = 4;

// The agent of a site as the server knows it.
AgentRef AgentOf(std::size_t site);

// Adds nothing.
class NoEnricher final : public BatchEnricher {
 public:
  void Enrich(const EventBatch& batch, std::vector<Column>& annex) override {
    (void)batch, (void)annex;
  }
};

// A rule with a window: how many rows were committed ever. Right only if its state is part of the
// transaction.
class CountingDetector final : public Detector {
 public:
  explicit CountingDetector(bool in_memory) : in_memory_(in_memory) {}

  absl::StatusOr<std::vector<Alert>> Detect(const EventBatch& batch, const RowBitmap& live,
                                            WindowState& windows, absl::Time now) override;

 private:
  const bool in_memory_;
  std::uint64_t count_ = 0;
  bool loaded_ = false;
};

// The server's ingest as it ships, without its threads: session rules, decoder, commit, live.db on
// a disk that fails. Thread: one.
class SimServer {
 public:
  SimServer(std::uint64_t seed, const Mutation& mutation, SimulatedClock& clock,
            SeededRandom& random, SimNetworks& networks);

  bool Start();
  void Kill();
  void CutPower();

  bool running() const { return committer_ != nullptr; }

  // Takes one message of a site in; commits nothing.
  void Receive(std::size_t site, const SimNetwork::Arrival& arrival);
  void Commit();

  // live.db first, then the day files.
  void BackUp() {
    backup_ = disk_.TakeSnapshot();
    day_backup_ = day_disk_.TakeSnapshot();
  }

  bool has_backup() const { return backup_ != nullptr; }

  // False: it goes on under a generation that was used before.
  bool Restore();

  // Takes what is too old out of the store.
  void DropExpired();

  std::uint64_t expired_rows() const { return expired_rows_; }

  // Has a bookmark of this source of a site.
  bool Knows(std::size_t site, const std::string& source);

  // Of a site's line in the store: who sent it.
  bool mixed_sites() const { return mixed_sites_; }

  CrashVfs& disk() { return disk_; }

  // Of the day files; the power of both goes together.
  CrashVfs& day_disk() { return day_disk_; }

  std::uint64_t SealedRows() const { return store_->figures().sealed_rows; }

  // One step of sealing, and its record in the ledger; `all`: of everything that is open. May end
  // in a crash at one of the points where sealing can be interrupted.
  void Seal(bool all, bool may_crash);

  // Lines searchable now, open and sealed. REQUIRES: running().
  StoredLines Lines();

  // What a start found not to fit together.
  bool MissesBlocks() const { return misses_blocks_; }

  bool AtRest() const { return running() && !committer_->gathered(); }

  // Of live.db.
  std::int64_t DeclaredRows();
  std::int64_t RefillingGaps();
  std::string Gaps();
  std::int64_t RowsOfWindow();

  const std::string& death() const { return death_; }

 private:
  bool OpenStore();
  void Stop();
  std::int64_t Query(const std::string& sql);

  const Mutation mutation_;
  SimulatedClock& clock_;
  SeededRandom& random_;
  SimNetworks& networks_;
  TemporaryDirectory directory_;
  CrashVfs disk_;
  CrashVfs day_disk_;
  const absl::Duration ack_wait_;
  NoEnricher enricher_;
  EnvelopeDecoder decoder_;
  std::unique_ptr<CountingDetector> detector_;
  std::unique_ptr<LiveDatabase> live_;
  std::unique_ptr<EventStore> store_;
  std::unique_ptr<GroupCommitter> committer_;
  std::shared_ptr<const CrashVfs::Snapshot> backup_;
  std::shared_ptr<const CrashVfs::Snapshot> day_backup_;
  std::shared_ptr<const CrashVfs::Snapshot> before_seal_;
  std::optional<SealPoint> crash_at_;
  std::set<std::uint64_t> generations_;  // under which it answered
  std::uint64_t file_identity_ = 1;
  std::uint64_t expired_rows_ = 0;
  bool mixed_sites_ = false;
  bool crashed_ = false;
  bool misses_blocks_ = false;
  std::string death_;
};

}  // namespace dims::sim
