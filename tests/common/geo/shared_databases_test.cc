// SPDX-License-Identifier: Apache-2.0
// Databases of others, and what the reference reader says of them.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "common/geo/geo_database.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

std::string TextAt(simdjson::dom::element record, const char* pointer) {
  std::string_view text;
  return record.at_pointer(pointer).get(text) == simdjson::SUCCESS ? std::string(text) : "";
}

GeoRecord Expected(simdjson::dom::element record) {
  GeoRecord out;
  out.country_iso_code = TextAt(record, "/country/iso_code");
  out.country_name = TextAt(record, "/country/names/en");
  out.city_name = TextAt(record, "/city/names/en");
  out.region_name = TextAt(record, "/subdivisions/0/names/en");
  out.continent_name = TextAt(record, "/continent/names/en");
  out.as_organization_name = TextAt(record, "/autonomous_system_organization");
  std::int64_t number = 0;
  if (record.at_pointer("/autonomous_system_number").get(number) == simdjson::SUCCESS) {
    out.as_number = number;
  }
  double degrees = 0;
  if (record.at_pointer("/location/latitude").get(degrees) == simdjson::SUCCESS) {
    out.latitude = degrees;
  }
  if (record.at_pointer("/location/longitude").get(degrees) == simdjson::SUCCESS) {
    out.longitude = degrees;
  }
  return out;
}

TEST(SharedDatabases, SayWhatTheReferenceReaderSays) {
  DIMS_REQUIRE_SHARED_DATA(shared);
  const std::string folder = shared + "/mmdb/maxmind/";
  TemporaryDirectory directory;
  std::map<std::string, std::unique_ptr<GeoDatabase>> open;
  std::ifstream lines(folder + "lookups.jsonl");
  simdjson::dom::parser parser;
  int compared = 0;
  int located = 0;
  for (std::string line; std::getline(lines, line);) {
    simdjson::dom::element said;
    if (parser.parse(line).get(said) != simdjson::SUCCESS) continue;  // numbers of 128 bits
    const std::string name = TextAt(said, "/db");
    if (!open.contains(name)) {
      auto database = GeoDatabase::Open(folder + "test-data/" + name, directory.path());
      open[name] = database.ok() ? *std::move(database) : nullptr;
      EXPECT_EQ(database.ok(), name != "GeoIP2-City-Test-Invalid-Node-Count.mmdb") << name;
    }
    const bool geo = name.starts_with("GeoLite2") || name == "GeoIP2-City-Test.mmdb" ||
                     name == "GeoIP2-Country-Test.mmdb";
    GeoRecord record;
    const std::string address = TextAt(said, "/ip");
    if (open[name] != nullptr) open[name]->Look(*IpAddress::Parse(address), record);
    simdjson::dom::element expected;
    // The reference reader looks mapped addresses up as IPv6, where MaxMind has an alias.
    if (!geo || said["record"].get(expected) != simdjson::SUCCESS) continue;
    const GeoRecord wanted = expected.is_null() ? GeoRecord() : Expected(expected);
    EXPECT_EQ(record.city_name, wanted.city_name) << line.substr(0, 100);
    EXPECT_EQ(record == wanted, true) << line.substr(0, 400);
    ++compared;
    if (wanted != GeoRecord()) ++located;
  }
  EXPECT_GT(compared, 200);
  EXPECT_GT(located, 20);
}

TEST(SharedDatabases, OfHostileMakersAreSurvived) {
  DIMS_REQUIRE_SHARED_DATA(shared);
  TemporaryDirectory directory;
  int files = 0;
  for (const auto& file :
       std::filesystem::recursive_directory_iterator(shared + "/mmdb/maxmind/bad-data")) {
    if (!file.is_regular_file()) continue;
    ++files;
    const auto database = GeoDatabase::Open(file.path(), directory.path());
    if (!database.ok()) continue;
    for (std::uint32_t n = 0; n < 256; ++n) {
      GeoRecord record;
      (*database)->Look(IpAddress::FromV4(n << 24 | 1), record);
    }
    GeoRecord record;
    (*database)->Look(*IpAddress::Parse("2a01::1"), record);
  }
  EXPECT_GT(files, 5);
}

}  // namespace
}  // namespace dims
