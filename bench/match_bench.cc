// SPDX-License-Identifier: Apache-2.0
// Look-ups among a million indicators (40 % addresses, 20 % blocks, 30 % domains, 10 % hashes):
// hits and misses, for addresses and domains, and enriching a commit group of 4,096 rows.
#include <benchmark/benchmark.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/event/batch_builder.h"
#include "server/enrich/site_enricher.h"

namespace dims {
namespace {

constexpr std::uint32_t kIndicatorsCount = 1'000'000;
constexpr std::size_t kAskedCount = 1 << 16;

Indicator Random(std::mt19937& engine, std::uint32_t i) {
  const auto number = static_cast<std::uint32_t>(engine());
  Indicator out{{}, 80, Tlp::kGreen, kNeverExpires, "feed", absl::StrCat("campaign ", i % 1000)};
  if (i % 10 < 4) {
    out.observable = {ObservableKind::kAddress, IpAddress::FromV4(number).ToString()};
  } else if (i % 10 < 6) {
    const std::string block = absl::StrCat(IpAddress::FromV4(number).ToString(), "/", 20 + i % 12);
    out.observable = {ObservableKind::kCidr, Cidr::Parse(block)->ToString()};
  } else if (i % 10 < 9) {
    out.observable = {ObservableKind::kDomain,
                      absl::StrCat("host", number, ".evil", i % 977, ".example")};
  } else {
    out.observable = {ObservableKind::kHash, absl::StrFormat("%032x", number)};
  }
  return out;
}

const std::shared_ptr<const IndicatorSet>& Million() {
  static const auto* const set = [] {
    std::mt19937 engine(1);
    std::vector<Indicator> all;
    for (std::uint32_t i = 0; i < kIndicatorsCount; ++i) all.push_back(Random(engine, i));
    return new std::shared_ptr<const IndicatorSet>(
        std::make_shared<const IndicatorSet>(std::move(all)));
  }();
  return *set;
}

void LookUpAddress(benchmark::State& state) {
  const IndicatorSet& set = *Million();
  std::mt19937 engine(2);
  std::vector<IpAddress> asked;
  for (std::size_t i = 0; i < kAskedCount; ++i)
    asked.push_back(IpAddress::FromV4(static_cast<std::uint32_t>(engine())));
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(set.BestOfAddress(asked[i++ % kAskedCount], 0));
}

BENCHMARK(LookUpAddress);

void LookUpDomain(benchmark::State& state) {
  const IndicatorSet& set = *Million();
  std::mt19937 engine(3);
  std::vector<std::string> asked;
  for (std::size_t i = 0; i < kAskedCount; ++i)
    asked.push_back(absl::StrCat("www", engine() % 100, ".site", engine() % 50000, ".example"));
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(set.BestOfDomain(asked[i++ % kAskedCount], 0));
}

BENCHMARK(LookUpDomain);

void EnrichRow(benchmark::State& state) {
  Knowledge knowledge;
  knowledge.SetIndicators(Million());
  std::vector<Netmap::Owner> owners;
  for (std::uint32_t i = 0; i < 100; ++i)
    owners.push_back(
        {absl::StrCat("site", i), {*Cidr::Parse(absl::StrCat("10.", i, ".0.0/16"))}, {}});
  knowledge.SetNetmap(std::make_shared<const Netmap>(owners));
  std::mt19937 engine(4);
  BatchBuilder builder;
  for (int i = 0; i < 4096; ++i) {
    const auto source = IpAddress::FromV4(0x5db80000u + static_cast<std::uint32_t>(engine() % 300));
    builder.Ip(Field::kSourceIp, source);
    builder.Ip(Field::kDestinationIp,
               IpAddress::FromV4(0x0a000000u + static_cast<std::uint32_t>(engine() % 50)));
    builder.AddIp(Field::kRelatedIp, source);
    builder.FinishRow();
  }
  const EventBatch batch = builder.Finish();
  const SystemClock clock;
  const GeoDatabases no_databases({}, "");
  SiteEnricher enricher(knowledge, no_databases, clock);
  for (auto _ : state) {
    std::vector<Column> annex;
    enricher.Enrich(batch, annex);
    benchmark::DoNotOptimize(annex);
  }
  state.SetItemsProcessed(state.iterations() * 4096);
}

BENCHMARK(EnrichRow);

void BuildMillion(benchmark::State& state) {
  std::mt19937 engine(1);
  std::vector<Indicator> all;
  for (std::uint32_t i = 0; i < kIndicatorsCount; ++i) all.push_back(Random(engine, i));
  for (auto _ : state) benchmark::DoNotOptimize(IndicatorSet(all).size());
}

BENCHMARK(BuildMillion)->Unit(benchmark::kMillisecond)->Iterations(1);

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
