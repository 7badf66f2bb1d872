// SPDX-License-Identifier: Apache-2.0
#include "common/geo/geo_columns.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/event/batch_builder.h"
#include "common/event/fields.h"
#include "tests/support/mmdb_writer.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using Db = MmdbWriter;

class GeoColumnsTest : public ::testing::Test {
 protected:
  // One database knows places, the other networks and, differently, some countries.
  void SetUp() override {
    MmdbWriter places;
    MmdbWriter networks;
    for (int n = 0; n < 40; ++n) {
      const std::string block = absl::StrCat("131.", n, ".0.0/16");
      const std::string city =
          Db::Map({{"names", Db::Map({{"en", Db::Text(absl::StrCat("City ", n % 7))}})}});
      const std::string where = Db::Map({{"latitude", Db::Real(n)}, {"longitude", Db::Real(-n)}});
      if (n % 3 != 0) places.Add(block, Db::Map({{"city", city}, {"location", where}}));
      if (n % 4 != 0) {
        networks.Add(block, Db::Map({{"country", Db::Text(n % 2 != 0 ? "US" : "CA")},
                                     {"asn", Db::Text(absl::StrCat("AS", 64500 + n))},
                                     {"as_name", Db::Text(absl::StrCat("Net ", n % 5))}}));
      }
    }
    Open(places.File("Places"));
    Open(networks.File("Networks"));
  }

  void Open(const std::string& bytes) {
    std::ofstream(directory_ / "x", std::ios::binary) << bytes;
    view_.push_back(*GeoDatabase::Open(directory_ / "x", directory_.path()));
  }

  static EventBatch RandomEvents(std::uint32_t rows) {
    SeededRandom random(11);
    BatchBuilder builder;
    const auto below = [&](std::uint64_t end) { return random.Uint64() % end; };
    const auto address = [&] {
      return IpAddress::FromV4(static_cast<std::uint32_t>(
          (below(5) == 0 ? 0x0a000000 : 0x83000000) + (below(44) << 16) + below(3)));
    };
    for (std::uint32_t row = 0; row < rows; ++row) {
      if (below(4) != 0) builder.Ip(Field::kSourceIp, address());
      if (below(4) != 0) builder.Ip(Field::kDestinationIp, address());
      if (below(6) == 0) builder.Keyword(Field::kSourceCountry, "XX");
      if (below(6) == 0) builder.Integer(Field::kDestinationAsNumber, 7);
      builder.Keyword(Field::kUserName, "root");
      builder.FinishRow();
    }
    return builder.Finish();
  }

  // What the row should have, found by itself.
  std::string Naive(const EventBatch& batch, std::uint32_t row, Field ip, Field field) const {
    if (const Column* own = batch.Find(NameOf(field)); own != nullptr && own->Has(row)) {
      return ValueAt(*own, row);
    }
    const Column* const ends = batch.Find(NameOf(ip));
    if (ends == nullptr || !ends->Has(row)) return "-";
    const IpAddress& address = ends->addresses()[ends->codes()[row]];
    GeoRecord record;
    if (!IsPublicAddress(address)) return "-";
    for (const auto& database : view_) database->Look(address, record);
    const std::string name(NameOf(field));
    const auto text = [](const std::string& value) { return value.empty() ? "-" : value; };
    if (name.ends_with("country_iso_code")) return text(record.country_iso_code);
    if (name.ends_with("city_name")) return text(record.city_name);
    if (name.ends_with("organization.name")) return text(record.as_organization_name);
    if (name.ends_with("as.number"))
      return record.as_number ? absl::StrCat(*record.as_number) : "-";
    if (name.ends_with("lat")) return record.latitude ? absl::StrCat(*record.latitude) : "-";
    return record.longitude ? absl::StrCat(*record.longitude) : "-";
  }

  static std::string ValueAt(const Column& column, std::uint32_t row) {
    if (column.type() == ColumnType::kInteger) return absl::StrCat(column.integers()[row]);
    if (column.type() == ColumnType::kDouble) return absl::StrCat(column.doubles()[row]);
    return std::string(column.TextAt(row));
  }

  TemporaryDirectory directory_;
  GeoView view_;
};

TEST_F(GeoColumnsTest, AreWhatALoopOverTheRowsWouldFind) {
  const EventBatch batch = RandomEvents(3000);
  std::vector<Column> added;
  AppendGeoColumns(view_, batch, added);
  EventBatch out = batch;
  for (Column& column : added) {
    ASSERT_TRUE(ValidateParts(column.parts()).ok()) << column.name();
    EXPECT_EQ(column.type(), FindCoreField(column.name())->type);
    out.Put(std::move(column));
  }
  const std::pair<Field, std::vector<Field>> ends[] = {
      {Field::kSourceIp,
       {Field::kSourceCountry, Field::kSourceCity, Field::kSourceAsOrganization,
        Field::kSourceAsNumber, Field::kSourceLatitude, Field::kSourceLongitude}},
      {Field::kDestinationIp,
       {Field::kDestinationCountry, Field::kDestinationCity, Field::kDestinationAsOrganization,
        Field::kDestinationAsNumber, Field::kDestinationLatitude, Field::kDestinationLongitude}}};
  for (const auto& [ip, fields] : ends) {
    for (const Field field : fields) {
      const Column* const column = out.Find(NameOf(field));
      ASSERT_NE(column, nullptr) << NameOf(field);
      for (std::uint32_t row = 0; row < out.rows(); ++row) {
        const std::string got = column->Has(row) ? ValueAt(*column, row) : "-";
        ASSERT_EQ(got, Naive(batch, row, ip, field)) << NameOf(field) << " of row " << row;
      }
    }
  }
}

TEST_F(GeoColumnsTest, AreNotMadeWhereNothingIsKnown) {
  BatchBuilder builder;
  builder.Ip(Field::kSourceIp, *IpAddress::Parse("10.1.2.3"));
  builder.FinishRow();
  const EventBatch batch = builder.Finish();
  std::vector<Column> added;
  AppendGeoColumns(view_, batch, added);
  AppendGeoColumns({}, RandomEvents(10), added);
  EXPECT_TRUE(added.empty());
}

}  // namespace
}  // namespace dims
