// SPDX-License-Identifier: Apache-2.0
#include "agent/fields/community_id.h"

#include <simdjson.h>

#include <string>

#include "gtest/gtest.h"
#include "tests/support/shared_data.h"

namespace dims {
namespace {

TEST(CommunityIdTest, IsTheSameForBothDirections) {
  FlowTuple tuple;
  tuple.source = *IpAddress::Parse("128.232.110.120");
  tuple.destination = *IpAddress::Parse("66.35.250.204");
  tuple.protocol = 6;
  tuple.source_port = 34855;
  tuple.destination_port = 80;
  EXPECT_EQ(CommunityId(tuple), "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
  std::swap(tuple.source, tuple.destination);
  std::swap(tuple.source_port, tuple.destination_port);
  EXPECT_EQ(CommunityId(tuple), "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
}

// The baselines of the specification: every record, no share.
TEST(CommunityIdTest, AgreesWithTheSpecificationsBaselines) {
  DIMS_REQUIRE_SHARED_DATA(data);
  for (const auto& [file, seed] :
       {std::pair("baseline_deflt.json", 0), {"baseline_seed1.json", 1}}) {
    simdjson::dom::parser parser;
    simdjson::dom::array records;
    ASSERT_FALSE(parser.load(data + "/pcap/community-id-spec/baseline/" + file).get(records));
    for (const simdjson::dom::element record : records) {
      const auto text = [&](const char* key) {
        return std::string(std::string_view(record[key].get_string().value()));
      };
      const auto number = [&](const char* key) {
        std::int64_t value = 0;
        return record[key].get(value) == simdjson::SUCCESS ? value : 0;
      };
      FlowTuple tuple;
      tuple.source = *IpAddress::Parse(text("saddr"));
      tuple.destination = *IpAddress::Parse(text("daddr"));
      tuple.protocol = static_cast<std::uint8_t>(number("proto"));
      tuple.source_port = static_cast<std::uint16_t>(number("sport"));
      tuple.destination_port = static_cast<std::uint16_t>(number("dport"));
      EXPECT_EQ(CommunityId(tuple, static_cast<std::uint16_t>(seed)), text("communityid"))
          << simdjson::minify(record);
    }
  }
}

}  // namespace
}  // namespace dims
