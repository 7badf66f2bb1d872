// SPDX-License-Identifier: Apache-2.0
// Acks that may wait: when they are due, and what makes one leave at once.
#include "server/ingest/owed_acks.h"

#include "tests/server/ingest/ingest_fixture.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr absl::Duration kWait = absl::Seconds(4);
constexpr absl::Duration kStart = absl::Seconds(100);

// Streams 1 and 2 have had their first ack.
OwedAcks WithBegunStreams() {
  OwedAcks owed(kWait);
  owed.Owe(1, "a", 1, kStart);
  owed.Owe(2, "b", 1, kStart);
  return owed;
}

TEST(OwedAcksTest, TheFirstAckOfAStreamIsNeverOwed) {
  OwedAcks owed(kWait);
  EXPECT_FALSE(owed.Owe(1, "a", 1, kStart));
  EXPECT_TRUE(owed.Owe(1, "a", 1, kStart));
  owed.Leave(1);
  EXPECT_EQ(owed.next_due(), absl::InfiniteDuration());
  EXPECT_FALSE(owed.Owe(1, "a", 1, kStart));
}

TEST(OwedAcksTest, WithoutAWaitNothingIsOwed) {
  OwedAcks owed(absl::ZeroDuration());
  EXPECT_FALSE(owed.Owe(1, "a", 1, kStart));
  EXPECT_EQ(owed.next_due(), absl::InfiniteDuration());
}

TEST(OwedAcksTest, TheFirstBatchSetsTheTimeForAllThatFollow) {
  OwedAcks owed = WithBegunStreams();
  EXPECT_TRUE(owed.Owe(1, "a", 1, kStart));
  EXPECT_TRUE(owed.Owe(2, "b", 1, kStart + absl::Seconds(1)));
  EXPECT_TRUE(owed.Owe(1, "a", 1, kStart + absl::Seconds(3)));
  EXPECT_EQ(owed.next_due(), kStart + kWait);
  EXPECT_THAT(owed.TakeDue(kStart + kWait), ElementsAre(Pair(1, "a")));
  EXPECT_EQ(owed.next_due(), kStart + kWait + absl::Seconds(1));
}

TEST(OwedAcksTest, ABatchAtTheTimeIsToldAtOnce) {
  OwedAcks owed = WithBegunStreams();
  EXPECT_TRUE(owed.Owe(1, "a", 1, kStart));
  EXPECT_FALSE(owed.Owe(1, "a", 1, kStart + kWait));
  EXPECT_THAT(owed.TakeDue(absl::InfiniteDuration()), IsEmpty());
}

TEST(OwedAcksTest, MuchIsToldAtOnce) {
  OwedAcks owed = WithBegunStreams();
  EXPECT_TRUE(owed.Owe(1, "a", OwedAcks::kOwedBytesMax - 1, kStart));
  EXPECT_FALSE(owed.Owe(1, "a", 1, kStart));
  EXPECT_TRUE(owed.Owe(1, "a", 1, kStart + absl::Seconds(1)));
  EXPECT_EQ(owed.next_due(), kStart + absl::Seconds(1) + kWait);
}

TEST(OwedAcksTest, NothingIsOwedToAStreamThatIsSettled) {
  OwedAcks owed = WithBegunStreams();
  EXPECT_TRUE(owed.Owe(1, "a", 1, kStart));
  owed.Settle(1);
  EXPECT_EQ(owed.next_due(), absl::InfiniteDuration());
  EXPECT_TRUE(owed.Owe(2, "b", 1, kStart));
  owed.Clear();
  EXPECT_THAT(owed.TakeDue(absl::InfiniteDuration()), IsEmpty());
}

class OwedAckTest : public IngestTest {
 protected:
  OwedAckTest() {
    options_.ack_wait = kWait;
    Start();
    agent_.Connect(*committer_);
    agent_.Send(*committer_, Rows({"a"}));
    Commit();
    first_ = replies_.LastAck(agent_.stream);
    agent_.Send(*committer_, Rows({"b"}));
    Commit();
  }

  Sequence Acked() const { return replies_.LastAck(agent_.stream)->committed; }

  TestAgent agent_{replies_, kAgent, "seattle"};
  std::optional<Ack> first_;
};

TEST_F(OwedAckTest, TheFirstAckOfAStreamLeavesAtOnce) {
  ASSERT_TRUE(first_.has_value());
  EXPECT_EQ(first_->committed, 1u);
}

TEST_F(OwedAckTest, LittleIsStoredAtOnceAndAckedLater) {
  EXPECT_EQ(rows_.rows(), 2u);
  EXPECT_EQ(Acked(), 1u);
  EXPECT_FALSE(committer_->gathered());
  clock_.Advance(kWait);
  ASSERT_TRUE(committer_->gathered());
  Commit();
  EXPECT_EQ(Acked(), 2u);
  EXPECT_GT(replies_.LastAck(agent_.stream)->credit_bytes, 0u);
  EXPECT_FALSE(committer_->gathered());
  EXPECT_THAT(committer_->TakeAnswered(), SizeIs(4));  // the Hello, two commits, the ack
}

TEST_F(OwedAckTest, AReportIsAnsweredAtOnceWithWhatIsOwed) {
  committer_->AddReport(agent_.stream, agent_.from());
  Commit();
  EXPECT_EQ(Acked(), 2u);
  clock_.Advance(kWait);
  EXPECT_FALSE(committer_->gathered());
}

TEST_F(OwedAckTest, WhatIsQuarantinedIsToldAtOnce) {
  Envelope poison = agent_.Next(Rows({"p"}));
  agent_.Deliver(*committer_, poison);
  committer_->Add(agent_.from(), EnvelopeDecoder::Poison(agent_.stream, agent_.Next(Rows({"c"}))));
  Commit();
  EXPECT_EQ(Acked(), 4u);
  EXPECT_THAT(replies_.LastAck(agent_.stream)->quarantined, SizeIs(1));
}

TEST_F(OwedAckTest, AStreamThatWasTakenOverIsOwedNothing) {
  const StreamId older = agent_.stream;
  agent_.Connect(*committer_);
  clock_.Advance(kWait);
  Commit();
  EXPECT_EQ(replies_.LastAck(older)->committed, 1u);
  EXPECT_EQ(replies_.LastPosition(agent_.stream)->watermark, 2u);
}

TEST_F(OwedAckTest, AReloadForgetsWhatIsOwed) {
  ASSERT_TRUE(committer_->Reload(absl::ResourceExhaustedError("full")).ok());
  clock_.Advance(kWait);
  EXPECT_FALSE(committer_->gathered());
}

}  // namespace
}  // namespace dims
