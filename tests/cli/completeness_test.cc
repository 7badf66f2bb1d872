// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/answer_printer.h"

namespace dims {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::int64_t kSecond = 1'000'000'000;

v1::Completeness Complete() {
  v1::Completeness out;
  out.set_complete(true);
  out.set_rows(1);
  out.set_from_ns(1'795'000'000 * kSecond);
  out.set_to_ns(1'795'086'400 * kSecond + 5);
  out.add_sites_asked("seattle");
  out.set_rows_scanned(7);
  out.set_seconds(0.25);
  return out;
}

TEST(CompletenessTest, IsASentenceForPeople) {
  EXPECT_EQ(CompletenessText(Complete()),
            "1 row, complete; 2026-11-18 11:06:40Z to 2026-11-19 11:06:40Z; 1 site; 7 events "
            "looked at in 0.25 s");
}

TEST(CompletenessTest, SaysLoudlyWhatIsMissing) {
  v1::Completeness completeness = Complete();
  completeness.set_complete(false);
  completeness.add_why("sites with events still to come: tacoma");
  completeness.add_why("3 events of the range were lost (dims gaps)");
  EXPECT_THAT(CompletenessText(completeness),
              StartsWith("1 row, NOT COMPLETE: sites with events still to come: tacoma; 3 events"));
}

TEST(CompletenessTest, KeepsControlCharactersFromTheTerminal) {
  v1::Completeness completeness = Complete();
  completeness.set_complete(false);
  completeness.add_why("block \x1b[2J is damaged");
  EXPECT_THAT(CompletenessText(completeness), HasSubstr("block \\x1b[2J is damaged"));
  EXPECT_THAT(CompletenessJson(completeness), HasSubstr("block \\u001b[2J is damaged"));
}

TEST(CompletenessTest, IsOneJsonObjectForPrograms) {
  const std::string json = CompletenessJson(Complete());
  EXPECT_THAT(json, StartsWith("{\"complete\":true,\"why\":[],\"rows\":1,"));
  EXPECT_THAT(json, HasSubstr("\"to\":\"2026-11-19T11:06:40.000000005Z\""));
  EXPECT_THAT(json, HasSubstr("\"sites_asked\":[\"seattle\"],\"sites_missing\":[]"));
  EXPECT_EQ(json.find('\n'), json.npos);
}

}  // namespace
}  // namespace dims
