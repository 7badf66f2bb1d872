// SPDX-License-Identifier: Apache-2.0
// Queries over a million sshd-like events in sealed blocks on disk, one thread and two. Prints
// JSON.
#include <benchmark/benchmark.h>

#include <atomic>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/event/column_builder.h"
#include "common/event/select_rows.h"
#include "server/query/query_executor.h"
#include "server/store/event_store.h"
#include "tests/support/memory_ledger.h"
#include "tests/support/simulated_clock.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

constexpr std::uint32_t kBlockRows = 60'000;
constexpr int kBlocks = 17;

EventBatch Rows(int block, std::mt19937_64& random, std::int64_t now_ns) {
  static constexpr absl::string_view kUsers[] = {"root", "admin", "test", "oracle", "postgres"};
  ColumnBuilder times("@timestamp", ColumnType::kTime);
  ColumnBuilder messages("message", ColumnType::kText);
  ColumnBuilder users("user.name", ColumnType::kKeyword);
  ColumnBuilder outcomes("event.outcome", ColumnType::kKeyword);
  ColumnBuilder addresses("source.ip", ColumnType::kIp);
  ColumnBuilder ports("source.port", ColumnType::kInteger);
  ColumnBuilder ordinals("event.ordinal", ColumnType::kInteger);
  for (std::uint32_t row = 0; row < kBlockRows; ++row) {
    const IpAddress address =
        IpAddress::FromV4(0xc6336400u + static_cast<std::uint32_t>(random() % 3000));
    const auto port = static_cast<std::int64_t>(32'768 + random() % 28'000);
    const std::string user = random() % 5 == 0 ? absl::StrCat("user", random() % 900)
                                               : std::string(kUsers[random() % 5]);
    const bool failed = random() % 20 != 0;
    times.SetInteger(row, now_ns - (kBlocks - block) * 60'000'000'000 -
                              static_cast<std::int64_t>(random() % 3'600'000) * 1'000'000);
    messages.SetBytes(row, absl::StrCat(failed ? "Failed" : "Accepted", " password for ", user,
                                        " from ", address.ToString(), " port ", port, " ssh2"));
    users.SetBytes(row, user);
    outcomes.SetBytes(row, failed ? "failure" : "success");
    addresses.SetIp(row, address);
    ports.SetInteger(row, port);
    ordinals.SetInteger(row, block * static_cast<std::int64_t>(kBlockRows) + row);
  }
  EventBatch batch(kBlockRows, {});
  for (ColumnBuilder* builder :
       {&times, &messages, &users, &outcomes, &addresses, &ports, &ordinals}) {
    batch.Put(builder->Take(kBlockRows));
  }
  batch.Put(ConstantKeyword("organization.id", kBlockRows, "harbour"));
  batch.Put(ConstantKeyword("event.dataset", kBlockRows, "system.auth"));
  batch.Put(ConstantKeyword("host.name", kBlockRows, "gateway"));
  batch.Put(ConstantKeyword("event.stream", kBlockRows, "agent/0000000000000001"));
  return batch;
}

// Sealed once, for all queries.
class Fixture {
 public:
  Fixture() {
    EventStoreOptions options;
    options.directory = directory_.path();
    std::mt19937_64 random(1);
    store_ = *EventStore::Open(options, ledger_, clock_);
    for (int block = 0; block < kBlocks; ++block) {
      const std::int64_t now_ns = absl::ToUnixNanos(clock_.Now());
      store_->Append(
          {std::make_shared<const EventBatch>(Rows(block, random, now_ns)), block + 1, now_ns});
      store_->SealAll();
      while (*store_->SealStep()) DIMS_CHECK(store_->RecordSealed().ok());
    }
  }

  std::shared_ptr<const Manifest> manifest() const { return store_->manifest(); }

 private:
  TemporaryDirectory directory_;
  SimulatedClock clock_;
  MemoryLedger ledger_;
  std::unique_ptr<EventStore> store_;
};

const Fixture& Store() {
  static const auto& fixture = *new Fixture;
  return fixture;
}

void Ask(benchmark::State& state, const char* text) {
  QueryRequest request;
  request.query = *ParseQuery(text);
  request.visibility.tlp_ceiling = Tlp::kRed;
  request.threads_count = static_cast<int>(state.range(0));
  const SystemClock clock;
  const std::atomic<bool> cancelled{false};
  const auto on_batch = [](const EventBatch&) { return absl::OkStatus(); };
  QueryOutcome outcome;
  for (auto _ : state) {
    outcome =
        *QueryExecutor::Run(*Store().manifest(), request, clock, cancelled, on_batch, nullptr);
  }
  state.counters["rows"] = static_cast<double>(outcome.rows);
  state.counters["matched"] = static_cast<double>(outcome.rows_matched);
  state.counters["blocks"] = static_cast<double>(outcome.blocks_scanned);
}

#define QUERY(name, text) \
  BENCHMARK_CAPTURE(Ask, name, text)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond)

QUERY(newest_hundred, "* | head 100");
QUERY(absent_word, "zyzzyva");
QUERY(rare_word_first_hundred, "user77 | head 100");
QUERY(user_first_hundred, "user.name:=oracle | head 100");
QUERY(address, "source.ip:198.51.101.7");
QUERY(word_count, "failed root | count");
QUERY(regex_count, "message:/port 4[0-9]+5 ssh2/ | count");
QUERY(count_by_user, "* | count by user.name");
QUERY(top_addresses_of_failures, "event.outcome:failure | top 10 source.ip");
QUERY(timechart, "* | timechart span=5m count()");
QUERY(distinct_ports, "* | stats dc(source.port), p95(source.port) by event.outcome");
QUERY(sort_head, "* | sort -source.port | head 10");

}  // namespace
}  // namespace dims

int main(int argc, char** argv) {
  std::string format = "--benchmark_format=json";
  std::vector<char*> arguments(argv, argv + argc);
  arguments.insert(arguments.begin() + 1, format.data());  // a later flag overrides it
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
