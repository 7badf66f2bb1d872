// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/event/column_builder.h"
#include "common/event/select_rows.h"
#include "server/store/event_store.h"
#include "tests/support/memory_ledger.h"
#include "tests/support/seeded_random.h"
#include "tests/support/simulated_clock.h"
#include "tests/support/temporary_directory.h"

namespace dims {

inline constexpr DayNumber kToday = 20468;  // 2026-01-15
inline constexpr std::int64_t kHour = 3'600'000'000'000;

// A store over a ledger and a tail that outlive it, as live.db outlives the process.
class StoreFixture : public testing::Test {
 protected:
  StoreFixture() : clock_(absl::FromUnixNanos(kToday * kDayNanoseconds + 12 * kHour)) {
    options_.directory = directory_.path();
    options_.seal.day_rows = 100;
    options_.seal.open_rows = 400;
    options_.seal.open_rows_max = 800;
    Start();
  }

  // What the server does at start: open, then append what the tail holds.
  void Start() {
    store_.reset();
    auto opened = EventStore::Open(options_, ledger_, clock_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
    for (const auto& [id, chunk] : ledger_.tail()) store_->Append(chunk);
  }

  // A commit group: rows at `times`, in commit order.
  void Commit(const std::vector<std::int64_t>& times, absl::string_view site = "seattle") {
    const auto rows = static_cast<std::uint32_t>(times.size());
    ColumnBuilder time("@timestamp", ColumnType::kTime);
    ColumnBuilder message("message", ColumnType::kText);
    ColumnBuilder source("dims.source", ColumnType::kKeyword);
    ColumnBuilder ordinal("event.ordinal", ColumnType::kInteger);
    for (std::uint32_t row = 0; row < rows; ++row) {
      time.SetInteger(row, times[row]);
      message.SetBytes(row, absl::StrCat("login ", next_ordinal_, " of guest"));
      source.SetBytes(row, "file:1");
      ordinal.SetInteger(row, next_ordinal_++);
    }
    EventBatch batch(rows, {});
    for (ColumnBuilder* builder : {&time, &message, &source, &ordinal}) {
      batch.Put(builder->Take(rows));
    }
    batch.Put(ConstantKeyword("organization.id", rows, site));
    batch.Put(ConstantKeyword("event.stream", rows, "agent/1f"));
    const OpenChunk chunk{std::make_shared<const EventBatch>(std::move(batch)), next_tail_id_++,
                          absl::ToUnixNanos(clock_.Now())};
    ledger_.Commit(chunk);
    store_->Append(chunk);
  }

  void CommitRows(std::uint32_t rows, DayNumber day = kToday) {
    std::vector<std::int64_t> times;
    for (std::uint32_t i = 0; i < rows; ++i) {
      times.push_back(day * kDayNanoseconds + 6 * kHour + i * 1'000'000);
    }
    Commit(times);
  }

  // Seals whatever is due, recording each step. Returns how many steps did something.
  int SealDue() {
    int steps = 0;
    while (true) {
      const auto step = store_->SealStep();
      EXPECT_TRUE(step.ok()) << step.status();
      if (!step.ok() || !*step) return steps;
      EXPECT_TRUE(store_->RecordSealed().ok());
      ++steps;
    }
  }

  // Every row there is, as text, sorted: what a query over everything would answer.
  std::vector<std::string> Rows() { return RowsOf(*store_->manifest()); }

  static std::vector<std::string> RowsOf(const Manifest& manifest) {
    std::vector<std::string> rows;
    for (const ManifestSource& source : manifest.Sources()) {
      std::vector<std::string> of_source(source.rows);
      std::vector<ColumnId> ids = source.columns->columns();
      std::sort(ids.begin(), ids.end());
      for (const ColumnId& id : ids) {
        if (id.name == "dims.source") continue;  // dropped at sealing
        const auto column = source.columns->Load(id);
        EXPECT_TRUE(column.ok()) << column.status();
        if (!column.ok()) continue;
        for (std::uint32_t row = 0; row < source.rows; ++row) {
          if (!(*column)->Has(row)) continue;
          const bool number = id.type == ColumnType::kInteger || id.type == ColumnType::kTime;
          const std::string value = number ? absl::StrCat((*column)->integers()[row])
                                           : std::string((*column)->TextAt(row));
          absl::StrAppend(&of_source[row], id.name, "=", value, ";");
        }
      }
      rows.insert(rows.end(), of_source.begin(), of_source.end());
    }
    std::sort(rows.begin(), rows.end());
    return rows;
  }

  std::uint64_t OpenRows() { return store_->figures().open_rows; }

  std::uint64_t SealedRows() { return store_->figures().sealed_rows; }

  TemporaryDirectory directory_;
  SimulatedClock clock_;
  MemoryLedger ledger_;
  EventStoreOptions options_;
  std::unique_ptr<EventStore> store_;
  std::int64_t next_ordinal_ = 0;
  std::int64_t next_tail_id_ = 1;
};

}  // namespace dims
