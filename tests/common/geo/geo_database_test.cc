// SPDX-License-Identifier: Apache-2.0
#include "common/geo/geo_database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "common/geo/geo_databases.h"
#include "tests/support/mmdb_writer.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using ::testing::HasSubstr;
using W = MmdbWriter;

void WriteBytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

std::string CityBytes(const std::string& city = "Tacoma") {
  MmdbWriter db;
  const auto names = [](const std::string& name) {
    return W::Map({{"names", W::Map({{"de", W::Text("anders")}, {"en", W::Text(name)}})}});
  };
  db.Add(
      "131.0.0.0/16",
      W::Map({{"city", names(city)},
              {"continent", names("North America")},
              {"country", W::Map({{"iso_code", W::Text("US")},
                                  {"names", W::Map({{"en", W::Text("United States")}})}})},
              {"location", W::Map({{"latitude", W::Real(47.25)}, {"longitude", W::Real(-122.5)}})},
              {"subdivisions", W::Array({names("Washington"), names("Pierce")})}}));
  db.Add("2a01:4f8::/32", W::Map({{"country", W::Map({{"iso_code", W::Text("DE")}})}}));
  return db.File("Test-City");
}

std::string InfoBytes() {
  MmdbWriter db;
  db.Add("131.0.0.0/20", W::Map({{"country", W::Text("AU")},
                                 {"country_name", W::Text("Australia")},
                                 {"continent", W::Text("OC")},
                                 {"continent_name", W::Text("Oceania")},
                                 {"asn", W::Text("AS64500")},
                                 {"as_name", W::Text("Harbour Net")},
                                 {"lat", W::Text("-33.5")},
                                 {"lng", W::Text("151.25")}}));
  return db.File("Test-Info");
}

class GeoDatabaseTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<GeoDatabase>> OpenBytes(const std::string& bytes) {
    WriteBytes(path_, bytes);
    return GeoDatabase::Open(path_, directory_.path());
  }

  static GeoRecord Look(const GeoDatabase& database, const std::string& address) {
    GeoRecord record;
    database.Look(*IpAddress::Parse(address), record);
    return record;
  }

  TemporaryDirectory directory_;
  const std::string path_ = directory_ / "x.mmdb";
};

TEST_F(GeoDatabaseTest, ReadsTheLayoutOfMaxMindAndDbIp) {
  const auto database = OpenBytes(CityBytes());
  ASSERT_TRUE(database.ok()) << database.status();
  GeoRecord expected;
  expected.country_iso_code = "US";
  expected.country_name = "United States";
  expected.city_name = "Tacoma";
  expected.region_name = "Washington";
  expected.continent_name = "North America";
  expected.latitude = 47.25;
  expected.longitude = -122.5;
  EXPECT_EQ(Look(**database, "131.0.77.1"), expected);
  EXPECT_EQ(Look(**database, "2a01:4f8::9").country_iso_code, "DE");
  EXPECT_EQ(Look(**database, "131.1.0.0"), GeoRecord());
  EXPECT_EQ((*database)->type(), "Test-City");
  EXPECT_EQ((*database)->build_ns(), 1'780'000'000'000'000'000);
}

TEST_F(GeoDatabaseTest, ReadsTheFlatLayoutOfIpinfo) {
  const auto database = OpenBytes(InfoBytes());
  ASSERT_TRUE(database.ok()) << database.status();
  GeoRecord expected;
  expected.country_iso_code = "AU";
  expected.country_name = "Australia";
  expected.continent_name = "Oceania";
  expected.as_number = 64500;
  expected.as_organization_name = "Harbour Net";
  expected.latitude = -33.5;
  expected.longitude = 151.25;
  EXPECT_EQ(Look(**database, "131.0.0.255"), expected);
}

TEST_F(GeoDatabaseTest, TakesNoValueThatCannotBeWhatItsPathSays) {
  MmdbWriter db;
  db.Add("131.0.0.0/16", W::Map({{"country", W::Number(7)},
                                 {"country_code", W::Text("\x1b[31m")},
                                 {"city", W::Text("a\xff")},
                                 {"region", W::Text(std::string(95, 'a') + "\xc3\xa9")},
                                 {"asn", W::Text("ASx")},
                                 {"lat", W::Real(91)},
                                 {"lng", W::Text("nan")}}));
  const auto database = OpenBytes(db.File("x"));
  ASSERT_TRUE(database.ok()) << database.status();
  GeoRecord expected;
  expected.region_name = std::string(95, 'a');
  EXPECT_EQ(Look(**database, "131.0.0.1"), expected);
  EXPECT_EQ((*database)->damaged(), 0u);
}

TEST_F(GeoDatabaseTest, StaysWholeWhenItsFileIsOverwrittenInPlace) {
  const auto database = OpenBytes(CityBytes());
  ASSERT_TRUE(database.ok());
  WriteBytes(path_, "");
  EXPECT_EQ(Look(**database, "131.0.0.1").city_name, "Tacoma");
  EXPECT_FALSE(std::filesystem::exists(directory_ / "mmdb.copy"));
}

TEST_F(GeoDatabaseTest, RefusesWhatIsNoDatabaseAndSaysWhatToDo) {
  for (const std::string& bytes :
       {std::string(), std::string("some text"), std::string(300'000, 'x'),
        std::string("\xab\xcd\xefMaxMind.com")}) {
    const auto database = OpenBytes(bytes);
    EXPECT_TRUE(absl::IsDataLoss(database.status())) << database.status();
    EXPECT_THAT(std::string(database.status().message()), HasSubstr(path_));
  }
  EXPECT_TRUE(absl::IsNotFound(GeoDatabase::Open("/nowhere.mmdb", directory_.path()).status()));
  EXPECT_FALSE(GeoDatabase::Open(directory_.path(), directory_.path()).ok());
}

// A database cut anywhere, at either end, and bytes of it changed: refused, or looked up in.
TEST_F(GeoDatabaseTest, SurvivesCutsAndChangedBytesAnywhere) {
  const std::string whole = CityBytes();
  const auto try_it = [&](const std::string& bytes) {
    const auto database = OpenBytes(bytes);
    if (!database.ok()) return;
    for (const char* address : {"131.0.77.1", "0.0.0.1", "255.255.255.255", "2a01:4f8::9", "::"}) {
      Look(**database, address);
    }
  };
  for (std::size_t cut = 0; cut < whole.size(); cut += 5) {
    try_it(whole.substr(0, cut));
    try_it(whole.substr(cut));
  }
  SeededRandom random(7);
  for (std::size_t at = 0; at < whole.size(); at += 5) {
    std::string changed = whole;
    changed[at] = static_cast<char>(random.Uint64());
    try_it(changed);
  }
}

TEST_F(GeoDatabaseTest, EndsOnPointersThatFanOutAndOnDepth) {
  // Each of 40 arrays points twice at the one before: 2^40 values.
  std::string fan = W::Array({W::Text("x")});
  std::size_t last = 0;
  for (int n = 0; n < 40; ++n) {
    const std::size_t here = fan.size();
    const std::string pointer = {static_cast<char>(1 << 5 | static_cast<int>(last >> 8)),
                                 static_cast<char>(last)};
    fan += std::string({2, 4}) + pointer + pointer;  // an array of two
    last = here;
  }
  MmdbWriter db;
  db.Add("131.0.0.0/17", fan);
  db.Add("131.0.128.0/17",
         std::string({1, 4, static_cast<char>(1 << 5 | static_cast<int>(last >> 8)),
                      static_cast<char>(last)}));
  std::string deep;
  for (int n = 0; n < 100'000; ++n) deep += std::string({1, 4});
  db.Add("132.0.0.0/16", deep);
  const auto database = OpenBytes(db.File("x"));
  ASSERT_TRUE(database.ok()) << database.status();
  Look(**database, "131.0.200.1");
  EXPECT_EQ((*database)->damaged(), 1u);
  Look(**database, "132.0.0.1");
  EXPECT_EQ((*database)->damaged(), 2u);
}

TEST(PublicAddress, IsNoneThatIanaHasSetAside) {
  for (const char* special :
       {"0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.1.1", "172.31.255.255",
        "192.168.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.9", "224.0.0.1",
        "255.255.255.255", "::1", "fe80::1", "fd00::1", "ff02::1", "2001:db8::1"}) {
    EXPECT_FALSE(IsPublicAddress(*IpAddress::Parse(special))) << special;
  }
  for (const char* open : {"1.1.1.1", "100.128.0.0", "172.32.0.0", "192.0.1.0", "2a01:4f8::1"}) {
    EXPECT_TRUE(IsPublicAddress(*IpAddress::Parse(open))) << open;
  }
}

TEST_F(GeoDatabaseTest, IsReopenedWhenItsFileIsReplaced) {
  GeoDatabases databases({path_}, directory_.path());
  databases.Refresh();
  EXPECT_TRUE(databases.View().empty());
  EXPECT_THAT(databases.Describe()[0].second, HasSubstr("not in use"));
  WriteBytes(path_, CityBytes());
  databases.Refresh();
  const GeoView before = databases.View();
  ASSERT_EQ(before.size(), 1u);
  EXPECT_EQ(databases.Describe()[0].second, "Test-City of 2026-05-28");
  WriteBytes(directory_ / "next", CityBytes("Seattle"));
  std::filesystem::rename(directory_ / "next", path_);
  databases.Refresh();
  EXPECT_EQ(Look(*databases.View()[0], "131.0.0.1").city_name, "Seattle");
  EXPECT_EQ(Look(*before[0], "131.0.0.1").city_name, "Tacoma");
}

TEST_F(GeoDatabaseTest, StaysInUseWhenWhatReplacesItIsDamagedOrGone) {
  WriteBytes(path_, CityBytes());
  GeoDatabases databases({path_}, directory_.path());
  databases.Refresh();
  WriteBytes(path_, CityBytes().substr(0, 900));
  databases.Refresh();
  EXPECT_EQ(Look(*databases.View()[0], "131.0.0.1").city_name, "Tacoma");
  EXPECT_THAT(databases.Describe()[0].second,
              HasSubstr("Test-City of 2026-05-28; what replaced it is not in use"));
  std::filesystem::remove(path_);
  databases.Refresh();
  EXPECT_EQ(databases.View().size(), 1u);
}

}  // namespace
}  // namespace dims
