// SPDX-License-Identifier: Apache-2.0
// The language of the ingest tests: agents that talk to a server whose disk, clock and open rows
// are in the test's hands.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/event/select_rows.h"
#include "server/ingest/group_committer.h"
#include "server/store/commit/live_reader.h"
#include "tests/server/ingest/test_agent.h"
#include "tests/support/crash_vfs.h"
#include "tests/support/envelope_chain.h"
#include "tests/support/fake_stream_replies.h"
#include "tests/support/memory_open_rows.h"
#include "tests/support/seeded_random.h"
#include "tests/support/simulated_clock.h"
#include "tests/support/temporary_directory.h"

namespace dims {

inline constexpr char kAgent[] = "7f3c2d10-0000-4000-8000-000000000001";

// Every source is a foe, so that the annex has something to bring back.
class FoeEnricher final : public BatchEnricher {
 public:
  void Enrich(const EventBatch& batch, std::vector<Column>& annex) override {
    annex.push_back(ConstantKeyword("source.iff", batch.rows(), "foe"));
  }
};

// One alert for every row whose message says "alert", and a count of rows in the window state.
class CountingDetector final : public Detector {
 public:
  absl::StatusOr<std::vector<Alert>> Detect(const EventBatch& batch, const RowBitmap& live,
                                            WindowState& windows, absl::Time now) override {
    const auto before = windows.Get("count", "rows");
    if (!before.ok()) return before.status();
    const std::size_t seen = before->value_or("").size() + batch.rows();
    const absl::Status put = windows.Put("count", "rows", std::string(seen, 'x'),
                                         absl::ToUnixNanos(now + absl::Hours(1)));
    if (!put.ok()) return put;
    std::vector<Alert> alerts;
    const Column* messages = batch.Find("message", ColumnType::kText);
    for (std::uint32_t row = 0; messages != nullptr && row < batch.rows(); ++row) {
      if (!live.Test(row) || messages->TextAt(row) != "alert") continue;
      alerts.push_back(
          {0, absl::ToUnixNanos(now), "says_alert", absl::StrCat(seen), 0, "alert", {}, {}});
    }
    if (!failure.ok()) return failure;
    return alerts;
  }

  absl::Status failure;
};

// live.db on a disk that can fail, and a committer over it.
class IngestTest : public ::testing::Test {
 protected:
  IngestTest() { Start(); }

  ~IngestTest() override { Stop(); }

  void Stop() {
    committer_.reset();
    live_.reset();
  }

  // The server's process begins again; what it had in memory is gone.
  absl::Status TryStart() {
    Stop();
    replies_.Clear();
    rows_.chunks.clear();
    LiveDatabaseOptions live_options;
    live_options.path = directory_ / "live.db";
    live_options.vfs = disk_.name();
    live_options.bytes_max = live_bytes_max_;
    live_options.file_identity = [this] { return file_identity_; };
    auto live = LiveDatabase::Open(live_options, random_);
    if (!live.ok()) return live.status();
    live_ = *std::move(live);
    committer_ = std::make_unique<GroupCommitter>(*live_, rows_, enricher_, detector_, replies_,
                                                  clock_, random_, options_);
    const absl::Status loaded = committer_->Reload();
    return loaded.ok() ? committer_->ReplayTail() : loaded;
  }

  void Start() {
    const absl::Status started = TryStart();
    ASSERT_TRUE(started.ok()) << started;
  }

  void Commit() {
    const absl::Status committed = committer_->Commit();
    ASSERT_TRUE(committed.ok()) << committed;
  }

  EventBatch Rows(const std::vector<std::string>& messages) {
    return LogRows(messages, clock_.Now());
  }

  std::vector<Gap> Gaps() { return Read()->Gaps().value(); }

  std::vector<std::string> AlertRules() {
    std::vector<std::string> out;
    const std::vector<Alert> alerts = Read()->Alerts(0, 100).value();
    for (const Alert& alert : alerts) out.push_back(alert.rule);
    return out;
  }

  // The rows the detector has counted in its window state.
  std::size_t WindowRows() { return live_->Get("count", "rows").value().value_or("").size(); }

  std::unique_ptr<LiveReader> Read() {
    return LiveReader::Open(directory_ / "live.db", disk_.name()).value();
  }

  std::int64_t CountIn(absl::string_view table) {
    DatabaseOptions options;
    options.path = directory_ / "live.db";
    options.vfs = disk_.name();
    return Database::Open(options)
        .value()
        ->QueryInt64(absl::StrCat("SELECT count(*) FROM ", table))
        .value();
  }

  TemporaryDirectory directory_;
  CrashVfs disk_{1};
  SimulatedClock clock_;
  SeededRandom random_{1};
  std::int64_t live_bytes_max_ = 0;
  std::uint64_t file_identity_ = 0;  // 0: not known
  GroupCommitterOptions options_;
  MemoryOpenRows rows_;
  FoeEnricher enricher_;
  CountingDetector detector_;
  FakeStreamReplies replies_;
  std::unique_ptr<LiveDatabase> live_;
  std::unique_ptr<GroupCommitter> committer_;
};

}  // namespace dims
