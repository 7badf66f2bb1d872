// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/config/agent_tables.h"
#include "agent/config/line_keys.h"
#include "common/config/taking.h"

namespace dims {
namespace {

std::string TakeDatabases(const std::vector<std::string>& paths, std::vector<std::string>& out) {
  out = paths;
  for (const std::string& path : paths) {
    if (std::string wrong = CheckAbsolute(path); !wrong.empty()) return wrong;
  }
  return paths.size() > kGeoPathsMax ? absl::StrCat("more than ", kGeoPathsMax, " databases") : "";
}

// Once both are known.
std::string TakeNat(AgentConfig& config) {
  if (config.nat_inside.empty() || config.nat_outside.empty()) return "";
  const absl::StatusOr<NatRule> rule = ParseNatRule(config.nat_inside, config.nat_outside);
  if (rule.ok()) config.enrich.nat.push_back(*rule);
  return Complaint(rule.status());
}

}  // namespace

ConfigTable EnrichTable(AgentConfig& config) {
  ConfigTable table{.name = "enrich",
                    .meaning =
                        "What the site adds to its events, before its policy sees them; see "
                        "[enrichment.md](enrichment.md)."};
  table.keys.push_back({.name = "mmdb",
                        .kind = ConfigKind::kTextList,
                        .fallback = "[]",
                        .meaning = "MaxMind DB files (GeoLite2, GeoIP2, DB-IP, IPinfo) that say "
                                   "where addresses are; of several the first that knows counts, "
                                   "field by field.",
                        .apply = TakingList([&config](const std::vector<std::string>& paths) {
                          return TakeDatabases(paths, config.enrich.mmdb);
                        })});
  table.keys.push_back({.name = "assets",
                        .fallback = "\"\"",
                        .meaning =
                            "A CSV file of the site's machines and networks: address, block, "
                            "MAC or host; name; owner; role.",
                        .apply = TakingText([&config](const std::string& path) {
                          return TakePath(path, config.enrich.assets);
                        })});
  table.keys.push_back({.name = "nat_csv",
                        .fallback = "\"\"",
                        .meaning = "A CSV file of inside,outside, as `[[enrich.nat]]`.",
                        .apply = TakingText([&config](const std::string& path) {
                          return TakePath(path, config.enrich.nat_csv);
                        })});
  return table;
}

ConfigTable NatTable(AgentConfig& config) {
  ConfigTable table{.name = "enrich.nat",
                    .repeated = true,
                    .meaning =
                        "How the world sees the site's own addresses: goes to `source.nat.ip` "
                        "and `destination.nat.ip` where the event says nothing."};
  table.begin = [&config](const ConfigPlace&) {
    config.nat_inside.clear();
    config.nat_outside.clear();
  };
  table.keys.push_back({.name = "inside",
                        .meaning = "An address or block, as `\"10.1.0.0/16\"`.",
                        .apply = TakingText([&config](const std::string& block) {
                          config.nat_inside = block;
                          return TakeNat(config);
                        }),
                        .required = true});
  table.keys.push_back({.name = "outside",
                        .meaning = "One address for all of them, or a block of the same size.",
                        .apply = TakingText([&config](const std::string& block) {
                          config.nat_outside = block;
                          return TakeNat(config);
                        }),
                        .required = true});
  return table;
}

}  // namespace dims
