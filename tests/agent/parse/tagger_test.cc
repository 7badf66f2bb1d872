// SPDX-License-Identifier: Apache-2.0
#include "agent/parse/tagger.h"

#include "agent/parse/line_parser.h"
#include "gtest/gtest.h"
#include "tests/agent/formats/parsed_line.h"

namespace dims {
namespace {

TEST(TaggerTest, AddsTheSitesTagsAndTlpBesideTheParsers) {
  LineParser parser;
  BatchBuilder builder;
  const Tagger tagger{{"dmz", "linux"}, "amber"};
  parser.Parse("Jan 15 11:59:58 gate su: x", FileContext(), builder);
  tagger.Tag(builder);
  builder.FinishRow();
  const EventBatch batch = builder.Finish();
  const Column* tags = batch.Find("tags");
  ASSERT_NE(tags, nullptr);
  EXPECT_EQ(tags->ListAt(tags->codes()[0]).size(), 3u);
  EXPECT_EQ(batch.Find("dims.tlp")->TextAt(0), "amber");
}

TEST(TaggerTest, AddsNothingWhenTheSiteSaysNothing) {
  BatchBuilder builder;
  Tagger{}.Tag(builder);
  EXPECT_FALSE(builder.Has(Field::kTags));
  EXPECT_FALSE(builder.Has(Field::kTlp));
}

}  // namespace
}  // namespace dims
