// SPDX-License-Identifier: Apache-2.0
// What enrichment costs a row of a batch, at the site:
//
//   enrich_bench PART ROUNDS [FILE.mmdb...]
//
// PART is none (a copy of the batch, which the others make too), geo, nat, assets, tags or all. A
// round is a batch of 4096 rows with 300 distinct addresses an end. Prints one JSON line with
// nanoseconds of CPU a row; run it under a profiler with two numbers of rounds for instructions.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "agent/enrich/site_enrichment.h"
#include "common/event/batch_builder.h"
#include "common/event/fields.h"
#include "common/filter/query.h"

namespace dims {
namespace {

constexpr std::uint32_t kRows = 4096;
constexpr std::uint32_t kDistinct = 300;

EventBatch MakeBatch() {
  BatchBuilder builder;
  for (std::uint32_t row = 0; row < kRows; ++row) {
    const std::uint32_t n = row * 2654435761u % kDistinct;
    const IpAddress inside = IpAddress::FromV4(0x0a010000 + n);
    const IpAddress outside = IpAddress::FromV4(0x05000000 + n * 0x0009'1357);
    builder.Ip(Field::kSourceIp, inside);
    builder.Ip(Field::kDestinationIp, outside);
    builder.AddIp(Field::kRelatedIp, inside);
    builder.AddIp(Field::kRelatedIp, outside);
    builder.Keyword(Field::kHostName, n % 2 != 0 ? "fw1" : "db1");
    builder.Integer(Field::kDestinationPort, 443 + n % 3);
    builder.FinishRow();
  }
  return builder.Finish();
}

double Nanoseconds(int rounds, const std::function<void()>& work) {
  const std::clock_t begin = std::clock();
  for (int n = 0; n < rounds; ++n) work();
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC * 1e9 / rounds / kRows;
}

int Run(const std::string& part, int rounds, const std::vector<std::string>& databases) {
  const bool all = part == "all";
  const EventBatch batch = MakeBatch();
  GeoDatabases geo(databases, std::filesystem::temp_directory_path());
  if (all || part == "geo") geo.Refresh();
  std::vector<NatRule> rules;
  if (all || part == "nat") rules.push_back(*ParseNatRule("10.1.0.0/16", "198.51.100.7"));
  const auto assets = std::make_shared<AssetTable>();
  std::vector<std::string> findings;
  if (all || part == "assets") {
    assets->Parse("10.1.0.0/16,Hall,City\n10.1.0.0/25,Police\ndb1,Tax records\n", findings);
  }
  std::vector<TagRule> tags;
  if (all || part == "tags") tags = {{{"db"}, {"db*"}, {}, *ParseFilter("destination.port:443")}};
  const EnrichView view{geo.View(), std::make_shared<const NatMap>(rules), assets};
  const double cost = Nanoseconds(rounds, [&] { EnrichBatch(view, tags, batch); });
  std::printf("{\"part\":\"%s\",\"row_ns\":%.1f}\n", part.c_str(), cost);
  return 0;
}

}  // namespace
}  // namespace dims

int main(int argc, char** argv) {
  if (argc < 3 || std::atoi(argv[2]) <= 0) {
    std::fprintf(stderr, "usage: enrich_bench PART ROUNDS [FILE.mmdb...]\n");
    return 2;
  }
  return dims::Run(argv[1], std::atoi(argv[2]), {argv + 3, argv + argc});
}
