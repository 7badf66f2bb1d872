// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "absl/strings/escaping.h"
#include "common/delivery/directives_wire.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace dims {
namespace {

using ::testing::HasSubstr;

DirectiveSet DropAndWatch() {
  return {
      7, {{1, 5, "process.name:=cron", "", {}}, {2, 6, "", "c2", {"203.0.113.9", "evil.example"}}}};
}

std::string WhyNot(const Directive& directive) {
  return std::string(CheckDirective(directive).message());
}

TEST(DirectivesTest, TheWireFormIsTheOneOfThePage) {
  EXPECT_EQ(absl::BytesToHexString(ToWire(DropAndWatch()).SerializeAsString()),
            "0807"                                                                // version 7
            "121f0801110500000000000000"                                          // id 1, until 5
            "1a1270726f636573732e6e616d653a3d63726f6e"                            // drop
            "122c0802110600000000000000"                                          // id 2, until 6
            "221f0a026332120b3230332e302e3131332e39120c6576696c2e6578616d706c65"  // watch
  );
  EXPECT_EQ(absl::BytesToHexString(ToWire(DirectivesTaken{7, {{1, "no"}}}).SerializeAsString()),
            "0807"
            "1206080112026e6f");
}

TEST(DirectivesTest, SetsAndAnswersComeThroughTheWire) {
  const absl::StatusOr<DirectiveSet> set = FromWire(ToWire(DropAndWatch()));
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(*set, DropAndWatch());
  const DirectivesTaken taken{7, {{1, "not here"}, {0, "too many"}}};
  const absl::StatusOr<DirectivesTaken> back = FromWire(ToWire(taken));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, taken);
}

TEST(DirectivesTest, AMessageBeyondTheLimitsIsRefused) {
  v1::Directives many;
  for (std::size_t i = 0; i <= kDirectivesMax; ++i) many.add_directives()->set_drop("*");
  EXPECT_TRUE(absl::IsInvalidArgument(FromWire(many).status()));
  v1::Directives long_list;
  for (std::size_t i = 0; i <= kWatchValuesMax; ++i) {
    if (i % 9'999 == 0) long_list.add_directives();
    long_list.mutable_directives()->rbegin()->mutable_watch()->add_values("192.0.2.1");
  }
  EXPECT_THAT(std::string(FromWire(long_list).status().message()), HasSubstr("10000 values"));
  v1::DirectivesTaken talkative;
  talkative.add_refused()->set_reason(std::string(kRefusalBytesMax + 1, 'x'));
  EXPECT_TRUE(absl::IsInvalidArgument(FromWire(talkative).status()));
  v1::DirectivesTaken refusing;
  for (std::size_t i = 0; i <= kDirectivesMax; ++i) refusing.add_refused();
  EXPECT_TRUE(absl::IsInvalidArgument(FromWire(refusing).status()));
}

TEST(DirectivesTest, ADirectiveEitherDropsOrWatches) {
  EXPECT_EQ(WhyNot({1, 0, "*", "", {}}), "");
  EXPECT_EQ(WhyNot({1, 0, "", "c2.list_1-a", {"192.0.2.1"}}), "");
  EXPECT_THAT(WhyNot({1, 0, "", "", {}}), HasSubstr("either"));
  EXPECT_THAT(WhyNot({1, 0, "*", "c2", {"192.0.2.1"}}), HasSubstr("either"));
}

TEST(DirectivesTest, NamesValuesAndFiltersAreBounded) {
  EXPECT_THAT(WhyNot({1, 0, std::string(kDropBytesMax + 1, 'x'), "", {}}), HasSubstr("filter"));
  EXPECT_THAT(WhyNot({1, 0, "", "C 2", {"192.0.2.1"}}), HasSubstr("name"));
  EXPECT_THAT(WhyNot({1, 0, "", std::string(kWatchlistNameBytesMax + 1, 'a'), {"192.0.2.1"}}),
              HasSubstr("name"));
  EXPECT_THAT(WhyNot({1, 0, "", "c2", {}}), HasSubstr("no values"));
  EXPECT_THAT(WhyNot({1, 0, "", "c2", {""}}), HasSubstr("bytes"));
  EXPECT_THAT(WhyNot({1, 0, "", "c2", {std::string(kWatchValueBytesMax + 1, 'a')}}),
              HasSubstr("bytes"));
}

}  // namespace
}  // namespace dims
