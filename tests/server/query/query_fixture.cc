// SPDX-License-Identifier: Apache-2.0
#include "tests/server/query/query_fixture.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/event/column_builder.h"
#include "common/event/event_json.h"
#include "tests/support/random_batch.h"

namespace dims {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kStart = 1'796'000'000 * kSecond;

Column TimesIn(std::uint32_t rows, int slice, SeededRandom& random) {
  ColumnBuilder builder("@timestamp", ColumnType::kTime);
  for (std::uint32_t row = 0; row < rows; ++row) {
    // Slices overlap, and times repeat.
    builder.SetInteger(row, kStart + slice * 600 * kSecond +
                                static_cast<std::int64_t>(random.Below(1500)) * kSecond);
  }
  return builder.Take(rows);
}

Column OneOf(absl::string_view name, std::uint32_t rows, std::vector<std::string> values,
             SeededRandom& random) {
  ColumnBuilder builder(name, ColumnType::kKeyword);
  for (std::uint32_t row = 0; row < rows; ++row) {
    const std::string& value = values[random.Below(values.size())];
    if (!value.empty()) builder.SetBytes(row, value);
  }
  return builder.Take(rows);
}

}  // namespace

void QueryTest::AddRandomSlices(int slices, std::uint64_t seed) {
  SeededRandom random(seed);
  for (int slice = 0; slice < slices; ++slice) {
    const auto rows = static_cast<std::uint32_t>(1 + random.Below(300));
    EventBatch batch = RandomBatch(rows, random);
    batch.Remove("@timestamp");
    batch.Put(TimesIn(rows, slice, random));
    batch.Put(OneOf("organization.id", rows, {"alpha", "beta", "gamma"}, random));
    batch.Put(OneOf("dims.tlp", rows, {"clear", "green", "AMBER", "amber+strict", "red", "?", ""},
                    random));
    Add(std::move(batch));
  }
}

void QueryTest::AddSlice(const std::vector<std::string>& events) {
  ColumnBuilder times("@timestamp", ColumnType::kTime);
  ColumnBuilder sites("organization.id", ColumnType::kKeyword);
  ColumnBuilder labels("dims.tlp", ColumnType::kKeyword);
  ColumnBuilder users("user.name", ColumnType::kKeyword);
  ColumnBuilder ports("source.port", ColumnType::kInteger);
  ColumnBuilder messages("message", ColumnType::kText);
  std::uint32_t row = 0;
  for (const std::string& event : events) {
    const std::vector<std::string> parts = absl::StrSplit(event, absl::MaxSplits(' ', 5));
    std::int64_t number = 0;
    if (absl::SimpleAtoi(parts[0], &number)) times.SetInteger(row, kStart + number * kSecond);
    sites.SetBytes(row, parts[1]);
    if (parts[2] != "-") labels.SetBytes(row, parts[2]);
    if (parts[3] != "-") users.SetBytes(row, parts[3]);
    if (absl::SimpleAtoi(parts[4], &number)) ports.SetInteger(row, number);
    if (parts.size() > 5) messages.SetBytes(row, parts[5]);
    ++row;
  }
  std::vector<Column> columns;
  for (ColumnBuilder* builder : {&times, &sites, &labels, &users, &ports, &messages}) {
    columns.push_back(builder->Take(row));
  }
  Add(EventBatch(row, std::move(columns)));
}

QueryRequest QueryTest::SeeingAll() {
  QueryRequest request;
  request.visibility.tlp_ceiling = Tlp::kRed;
  return request;
}

QueryTest::Answer QueryTest::Ask(absl::string_view text, QueryRequest request) {
  Answer answer;
  auto query = ParseQuery(text);
  EXPECT_TRUE(query.ok()) << query.status().message();
  if (!query.ok()) return answer;
  request.query = *std::move(query);
  const std::shared_ptr<const Manifest> manifest =
      store_ != nullptr ? store_->manifest() : OpenManifest();
  const auto on_batch = [&](const EventBatch& batch) {
    EXPECT_LE(batch.rows(), kBatchRowsMax);
    answer.batches.push_back(batch);
    const EventPrinter printer(batch);
    const Column* ids = batch.Find("event.id");
    for (std::uint32_t row = 0; row < batch.rows(); ++row) {
      printer.AppendJson(row, answer.lines.emplace_back());
      if (ids == nullptr || !ids->Has(row)) continue;
      const std::vector<std::string> parts = absl::StrSplit(ids->TextAt(row), '/');
      EXPECT_TRUE(absl::SimpleAtoi(parts.back(), &answer.ordinals.emplace_back()));
    }
    return absl::OkStatus();
  };
  auto outcome = QueryExecutor::Run(*manifest, request, clock_, cancelled_, on_batch,
                                    [&](const QueryExecutor::Progress&) { ++progress_calls_; });
  answer.status = outcome.status();
  if (outcome.ok()) answer.outcome = *std::move(outcome);
  return answer;
}

std::shared_ptr<const Manifest> QueryTest::OpenManifest() const {
  std::vector<OpenSlice> open;
  for (const auto& batch : slices_) {
    const Column& times = *batch->Find("@timestamp", ColumnType::kTime);
    const auto [low, high] = std::minmax_element(times.integers().begin(), times.integers().end());
    std::set<std::string> sites;
    for (std::uint32_t row = 0; row < batch->rows(); ++row) {
      sites.emplace(batch->Find("organization.id")->TextAt(row));
    }
    OpenSlice slice;
    slice.batch = batch;
    slice.min_time_ns = *low;
    slice.max_time_ns = *high;
    slice.sites.assign(sites.begin(), sites.end());
    open.push_back(std::move(slice));
  }
  return std::make_shared<const Manifest>(std::move(open),
                                          std::make_shared<const std::vector<SealedBlock>>());
}

void QueryTest::Seal() {
  EventStoreOptions options;
  options.directory = directory_.path();
  store_ = *EventStore::Open(options, ledger_, clock_);
  std::int64_t tail_id = 0;
  for (const auto& batch : slices_) {
    store_->Append({batch, ++tail_id, absl::ToUnixNanos(clock_.Now())});
  }
  store_->SealAll();
  while (*store_->SealStep()) ASSERT_TRUE(store_->RecordSealed().ok());
  ASSERT_EQ(store_->figures().open_rows, 0u);
}

void QueryTest::DamageDayFiles() {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_.path())) {
    const std::string extension = entry.path().extension();
    if (extension != ".db" && extension != ".db-wal") continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    const auto size = static_cast<std::int64_t>(entry.file_size());
    file.seekp(size / 2);
    file << std::string(static_cast<std::size_t>(size / 4), 'x');
  }
}

void QueryTest::Add(EventBatch batch) {
  ColumnBuilder streams("event.stream", ColumnType::kKeyword);
  ColumnBuilder ordinals("event.ordinal", ColumnType::kInteger);
  for (std::uint32_t row = 0; row < batch.rows(); ++row) {
    streams.SetBytes(
        row, next_ordinal_ % 3 == 0 ? "agent-b/0000000000000001" : "agent-a/0000000000000001");
    ordinals.SetInteger(row, next_ordinal_++);
  }
  batch.Put(streams.Take(batch.rows()));
  batch.Put(ordinals.Take(batch.rows()));
  slices_.push_back(std::make_shared<const EventBatch>(std::move(batch)));
}

}  // namespace dims
