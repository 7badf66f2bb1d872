// SPDX-License-Identifier: Apache-2.0
// Append groups of batches to the site's buffer on the disk at hand, with acks and trimming as in
// service. The rate depends on the disk; syncs_per_1000_events does not, and is what to quote.
#include <benchmark/benchmark.h>

#include "agent/buffer/event_buffer.h"
#include "tests/support/crash_vfs.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

NewBatch Batch(std::uint64_t offset, std::uint32_t rows, std::size_t bytes) {
  NewBatch batch;
  batch.encoded.rows = rows;
  SystemRandom random;
  batch.encoded.payload = random.Bytes(bytes);
  batch.encoded.digest = Sha256(batch.encoded.payload);
  FilePosition position;
  position.offset = offset;
  batch.bookmarks = {{"file:1:2", position, false}};
  return batch;
}

void AppendGroups(benchmark::State& state, const std::string& vfs, const CrashVfs* counter) {
  const TemporaryDirectory directory;
  const SystemClock clock;
  SystemRandom random;
  BufferOptions options;
  options.directory = directory.path();
  options.agent = "bench";
  options.vfs = vfs;
  options.keep_acked_bytes = 32u << 20;
  auto buffer = EventBuffer::Open(options, clock, random).value();
  const auto rows = static_cast<std::uint32_t>(state.range(0));
  const auto group_size = static_cast<std::size_t>(state.range(1));
  std::vector<NewBatch> group;
  for (std::size_t i = 0; i < group_size; ++i) group.push_back(Batch(i, rows, 24 * rows + 200));
  const std::uint64_t syncs = counter == nullptr ? 0 : counter->syncs_count();
  for (auto _ : state) {
    const Sequence last = buffer->Append(group).value();
    if (last > 2) buffer->Ack(last - 2).IgnoreError();
  }
  const double events =
      static_cast<double>(state.iterations()) * static_cast<double>(rows * group_size);
  state.counters["events_per_second"] = benchmark::Counter(events, benchmark::Counter::kIsRate);
  if (counter != nullptr) {
    const auto used = static_cast<double>(counter->syncs_count() - syncs);
    state.counters["syncs_per_group"] = used / static_cast<double>(state.iterations());
    state.counters["syncs_per_1000_events"] = 1000 * used / events;
  }
}

void OnDisk(benchmark::State& state) {
  AppendGroups(state, "", nullptr);
}

void CountingSyncs(benchmark::State& state) {
  const CrashVfs disk(1);
  AppendGroups(state, disk.name(), &disk);
}

BENCHMARK(OnDisk)->Args({4096, 1})->Args({4096, 8})->Args({1, 1});
BENCHMARK(CountingSyncs)->Args({4096, 1})->Args({4096, 8})->Args({1, 1})->Iterations(500);

}  // namespace
}  // namespace dims

int main(int argc, char** argv) {
  std::string format = "--benchmark_format=json";
  std::vector<char*> arguments(argv, argv + argc);
  arguments.insert(arguments.begin() + 1, format.data());
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
