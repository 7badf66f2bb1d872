// SPDX-License-Identifier: Apache-2.0
// A log file into an event store and questions asked of its sealed blocks, on one thread. Prints
// one JSON object for the loading and one for each question.
//
//   store_bench FILE DIRECTORY      (an empty directory; the day files stay there)
#include <time.h>

#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/line_batches.h"
#include "server/store/block/block_source.h"
#include "server/store/event_store.h"

namespace dims {
namespace {

// A ledger of this run alone.
class BenchLedger final : public Ledger {
 public:
  absl::StatusOr<std::vector<LedgerRow>> Rows() override { return std::vector<LedgerRow>(); }

  absl::Status RecordSealed(std::span<const LedgerRow>, std::span<const std::int64_t>) override {
    return absl::OkStatus();
  }

  absl::Status Forget(std::span<const std::string>) override { return absl::OkStatus(); }
};

bool SealDue(EventStore& store) {
  const auto step = store.SealStep();
  return step.ok() && *step && store.RecordSealed().ok();
}

void Load(EventStore& store, const char* path) {
  double seal_s = 0;
  std::int64_t tail_id = 0;
  ForEachBatch(path, [&](EventBatch batch) {
    store.Append({std::make_shared<const EventBatch>(std::move(batch)), ++tail_id, kBenchReceived});
    const double begin = ProcessorSeconds();
    while (SealDue(store)) {
    }
    seal_s += ProcessorSeconds() - begin;
  });
  store.SealAll();
  const double begin = ProcessorSeconds();
  while (SealDue(store)) {
  }
  seal_s += ProcessorSeconds() - begin;
  const StoreFigures figures = store.figures();
  const auto rows = static_cast<double>(figures.sealed_rows);
  std::printf("{\"rows\":%.0f,\"blocks\":%llu,\"bytes_per_row\":%.2f,\"seal_us_per_row\":%.3f}\n",
              rows, static_cast<unsigned long long>(figures.blocks),
              static_cast<double>(figures.sealed_bytes) / rows, seal_s / rows * 1e6);
}

// Asks every block, twice; the second time counts, as the files are in the page cache then.
void Ask(const EventStore& store, const char* name,
         const std::function<std::uint64_t(BlockSource&)>& question) {
  for (int round = 0; round < 2; ++round) {
    const double begin = ProcessorSeconds();
    std::uint64_t found = 0;
    std::uint64_t bytes = 0;
    for (const ManifestSource& source : store.manifest()->Sources()) {
      auto& block = static_cast<BlockSource&>(*source.columns);
      found += question(block);
      bytes += block.bytes_read();
    }
    const double ms = (ProcessorSeconds() - begin) * 1e3;
    if (round == 0) continue;
    std::printf("{\"question\":\"%s\",\"found\":%llu,\"ms\":%.2f,\"bytes_read\":%llu}\n", name,
                static_cast<unsigned long long>(found), ms, static_cast<unsigned long long>(bytes));
  }
}

std::uint64_t CountOf(BlockSource& block, const ColumnId& id, const Predicate& predicate) {
  if (!block.header().Find(id)) return 0;
  const auto rows = block.Match(id, predicate);
  return rows.ok() ? rows->Count() : 0;
}

void AskAll(const EventStore& store) {
  const ColumnId message{"message", ColumnType::kText};
  const ColumnId source{"source.ip", ColumnType::kIp};
  const auto ask = [&](const char* name, const ColumnId& id, const Predicate& predicate) {
    Ask(store, name, [&](BlockSource& block) { return CountOf(block, id, predicate); });
  };
  ask("an address in source.ip", source, Predicate::Equals("187.141.143.180"));
  ask("an address block", source, Predicate::InCidr(*Cidr::Parse("187.141.0.0/16")));
  ask("an address in the text", message, Predicate::Contains("187.141.143.180"));
  ask("a word no event holds", message, Predicate::Contains("zwetschgenkuchen"));
  ask("a word of many events", message, Predicate::Contains("preauth"));
  ask("a phrase", message, Predicate::Contains("POSSIBLE BREAK-IN ATTEMPT"));
  ask("a phrase with a value", message, Predicate::Contains("password for root from"));
  ask("an expression", message, *Predicate::Regex("invalid user (admin|root[0-9]+)", false));
  ask("a wildcard", message, Predicate::Wildcard("Failed*ssh2"));
  Ask(store, "distinct addresses with counts", [&](BlockSource& block) -> std::uint64_t {
    if (!block.header().Find(source)) return 0;
    const auto counts = block.CountValues(source);
    return counts.ok() && counts->has_value() ? (*counts)->counts.size() : 0;
  });
  Ask(store, "every text rendered", [&](BlockSource& block) -> std::uint64_t {
    const auto column = block.Load(message);
    return column.ok() ? (*column)->strings().bytes().size() : 0;
  });
}

int Run(const char* path, const char* directory) {
  BenchLedger ledger;
  SystemClock clock;
  EventStoreOptions options;
  options.directory = directory;
  auto store = EventStore::Open(options, ledger, clock);
  if (!store.ok()) {
    std::fprintf(stderr, "%s\n", store.status().ToString().c_str());
    return 1;
  }
  Load(**store, path);
  AskAll(**store);
  return 0;
}

}  // namespace
}  // namespace dims

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: store_bench FILE DIRECTORY\n");
    return 2;
  }
  return dims::Run(argv[1], argv[2]);
}
