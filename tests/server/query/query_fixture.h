// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "server/query/query_executor.h"
#include "server/store/event_store.h"
#include "tests/support/memory_ledger.h"
#include "tests/support/seeded_random.h"
#include "tests/support/simulated_clock.h"
#include "tests/support/temporary_directory.h"

namespace dims {

// Events of sites alpha, beta and gamma in several open slices, and a small language to ask them.
class QueryTest : public ::testing::Test {
 protected:
  // An answer, taken apart.
  struct Answer {
    absl::Status status;
    QueryOutcome outcome;
    std::vector<EventBatch> batches;
    std::vector<std::string> lines;  // each row as JSON

    // The last part of event.id of each row.
    std::vector<std::int64_t> ordinals;
  };

  // Random events: `slices` open slices of up to 300 rows over a few hours.
  void AddRandomSlices(int slices, std::uint64_t seed);

  // One event a line: "time_s site tlp user port message...", "-" for none; a slice of its own.
  void AddSlice(const std::vector<std::string>& events);

  // Everything added so far goes into sealed blocks on disk.
  void Seal();

  // Bytes in the middle of every day file are no longer what they were.
  void DamageDayFiles();

  Answer Ask(absl::string_view text) { return Ask(text, QueryRequest()); }

  // `request` but for its query; may see everything unless it says otherwise.
  Answer Ask(absl::string_view text, QueryRequest request);

  static QueryRequest SeeingAll();

  const std::vector<std::shared_ptr<const EventBatch>>& slices() const { return slices_; }

  std::uint64_t manifest_rows() const { return store_->manifest()->rows(); }

  std::atomic<bool> cancelled_{false};
  std::uint64_t progress_calls_ = 0;

 private:
  void Add(EventBatch batch);

  std::shared_ptr<const Manifest> OpenManifest() const;

  TemporaryDirectory directory_;
  SimulatedClock clock_;
  MemoryLedger ledger_;
  std::unique_ptr<EventStore> store_;
  std::vector<std::shared_ptr<const EventBatch>> slices_;
  std::int64_t next_ordinal_ = 0;
};

}  // namespace dims
