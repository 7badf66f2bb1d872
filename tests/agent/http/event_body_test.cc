// SPDX-License-Identifier: Apache-2.0
#include "agent/http/event_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(EventBodyTest, TakesLinesAsTheyAre) {
  EXPECT_THAT(EventsOfBody("{\"a\": 1}\r\n\n  \n{\"a\": 2}"),
              ElementsAre("{\"a\": 1}", "{\"a\": 2}"));
  EXPECT_THAT(EventsOfBody("plain text\nand more\n"), ElementsAre("plain text", "and more"));
}

TEST(EventBodyTest, TakesAnArrayApart) {
  EXPECT_THAT(EventsOfBody(" [ {\"a\": 1},\n {\"b\": [2]}, \"text\" ] "),
              ElementsAre("{\"a\":1}", "{\"b\":[2]}", "\"text\""));
}

TEST(EventBodyTest, JoinsAnObjectOfSeveralLines) {
  EXPECT_THAT(EventsOfBody("{\n  \"a\": 1\n}\n"), ElementsAre("{\"a\":1}"));
}

TEST(EventBodyTest, KeepsWhatIsNoJsonAsLines) {
  EXPECT_THAT(EventsOfBody("[not json\nat all"), ElementsAre("[not json", "at all"));
  EXPECT_THAT(EventsOfBody("{\"a\":1\n{\"b\":2}"), ElementsAre("{\"a\":1", "{\"b\":2}"));
}

TEST(EventBodyTest, AnEmptyBodyHasNoEvents) {
  EXPECT_THAT(EventsOfBody(""), IsEmpty());
  EXPECT_THAT(EventsOfBody(" \r\n\n"), IsEmpty());
}

}  // namespace
}  // namespace dims
