// SPDX-License-Identifier: Apache-2.0
// Build, encode (zstd -1 and SHA-256 included) and decode batches of sshd lines with 13 columns.
// Prints JSON; the counter us_per_line is what the budget in docs/architecture.md speaks of.
#include <benchmark/benchmark.h>

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/event/batch_builder.h"
#include "common/event/batch_codec.h"

namespace dims {
namespace {

struct Line {
  std::int64_t time_ns;
  std::string user;
  IpAddress address;
  std::int64_t port;
  std::int64_t pid;
  bool failed;
  std::string message;
  std::int64_t offset;
};

// What a day of guessing passwords looks like: few users, some hundred addresses, one or two lines
// a second.
std::vector<Line> Lines() {
  static constexpr absl::string_view kUsers[] = {"root",     "admin",  "test", "oracle",
                                                 "postgres", "ubuntu", "git"};
  std::mt19937_64 random(1);
  std::vector<Line> lines;
  std::int64_t time_ns = 1'796'000'000'000'000'000;
  std::int64_t offset = 0;
  for (std::uint32_t i = 0; i < kBatchRowsMax; ++i) {
    Line line;
    time_ns += static_cast<std::int64_t>(random() % 3) * 1'000'000'000;
    line.time_ns = time_ns;
    line.user = random() % 5 == 0 ? absl::StrCat("user", random() % 500)
                                  : std::string(kUsers[random() % std::size(kUsers)]);
    line.address = IpAddress::FromV4(0xc6336400u + static_cast<std::uint32_t>(random() % 300));
    line.port = static_cast<std::int64_t>(32'768 + random() % 28'000);
    line.pid = 20'000 + i / 3;
    line.failed = random() % 20 != 0;
    line.message = absl::StrCat(line.failed ? "Failed" : "Accepted", " password for ", line.user,
                                " from ", line.address.ToString(), " port ", line.port, " ssh2");
    offset += static_cast<std::int64_t>(line.message.size()) + 45;
    line.offset = offset;
    lines.push_back(std::move(line));
  }
  return lines;
}

void Fill(BatchBuilder& builder, const std::vector<Line>& lines) {
  for (const Line& line : lines) {
    builder.Integer(Field::kTimestamp, line.time_ns);
    builder.Text(Field::kMessage, line.message);
    builder.Keyword(Field::kHostName, "gateway");
    builder.Keyword(Field::kLogSyslogAppname, "sshd");
    builder.Integer(Field::kProcessPid, line.pid);
    builder.Keyword(Field::kEventDataset, "system.auth");
    builder.AddKeyword(Field::kEventCategory, "authentication");
    builder.Keyword(Field::kEventOutcome, line.failed ? "failure" : "success");
    builder.Keyword(Field::kUserName, line.user);
    builder.Ip(Field::kSourceIp, line.address);
    builder.Integer(Field::kSourcePort, line.port);
    builder.Keyword(Field::kDeliverySource, "file:fd00:1234");
    builder.Integer(Field::kDeliveryPosition, line.offset);
    builder.FinishRow();
  }
}

EventBatch Batch(const std::vector<Line>& lines) {
  BatchBuilder builder;
  Fill(builder, lines);
  return builder.Finish();
}

void Report(benchmark::State& state) {
  state.counters["us_per_line"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * kBatchRowsMax / 1e6,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void BuildBatch(benchmark::State& state) {
  const std::vector<Line> lines = Lines();
  BatchBuilder builder;
  for (auto _ : state) {
    Fill(builder, lines);
    benchmark::DoNotOptimize(builder.Finish());
  }
  Report(state);
}

void EncodeBatch(benchmark::State& state) {
  const EventBatch batch = Batch(Lines());
  BatchEncoder encoder;
  std::size_t bytes = 0;
  for (auto _ : state) bytes = encoder.Encode(batch).payload.size();
  Report(state);
  state.counters["payload_bytes_per_line"] = static_cast<double>(bytes) / kBatchRowsMax;
}

void DecodeBatch(benchmark::State& state) {
  const EncodedBatch encoded = BatchEncoder().Encode(Batch(Lines()));
  BatchDecoder decoder;
  for (auto _ : state) benchmark::DoNotOptimize(decoder.Decode(encoded.payload));
  Report(state);
}

BENCHMARK(BuildBatch);
BENCHMARK(EncodeBatch);
BENCHMARK(DecodeBatch);

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
