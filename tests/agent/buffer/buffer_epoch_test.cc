// SPDX-License-Identifier: Apache-2.0
// A new epoch: what the server lacks is sent again, once, under new sequences; what it has is set
// aside, not deleted.
#include "common/event/batch_builder.h"
#include "common/event/batch_codec.h"
#include "tests/agent/buffer/buffer_fixture.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Epoch kSecond = 222;
constexpr Epoch kThird = 333;

class BufferEpochTest : public BufferTest {
 protected:
  void Start(Epoch epoch, const std::vector<Bookmark>& server) {
    const absl::Status status = buffer().NewEpoch(epoch, server);
    EXPECT_TRUE(status.ok()) << status;
  }

  // Positions of the batches that are sent under the present epoch.
  std::vector<std::uint64_t> Sent() {
    std::vector<std::uint64_t> positions;
    const std::vector<Envelope> envelopes = Read();
    ExpectChainVerifies(envelopes);
    for (const Envelope& envelope : envelopes) {
      positions.push_back(ScalarPosition(envelope.bookmarks[0]));
    }
    return positions;
  }

  void AppendUpTo(std::uint64_t last) {
    for (std::uint64_t i = 1; i <= last; ++i) Append(BatchOf(1, At("a", 100 * i)));
  }
};

TEST_F(BufferEpochTest, SendsEverythingAgainToAServerThatKnowsNothing) {
  AppendUpTo(3);
  const Epoch first = buffer().position().epoch;
  ASSERT_TRUE(buffer().Ack(2).ok());
  Start(kSecond, {});
  EXPECT_EQ(buffer().backlog().batches, 3U);
  EXPECT_THAT(Sent(), ElementsAre(100, 200, 300));
  const std::vector<Envelope> envelopes = Read();
  EXPECT_EQ(envelopes[1].epoch, kSecond);
  EXPECT_EQ(envelopes[1].replaces_epoch, first);
  EXPECT_EQ(envelopes[1].replaces_sequence, 2U);
  EXPECT_EQ(buffer().position().refill_end, 3U);
  EXPECT_FALSE(buffer().position().numbering);
  EXPECT_THAT(buffer().AckLog(),
              ElementsAre(EpochPosition{first, 2, 2}, EpochPosition{kSecond, 0, 0}));
}

TEST_F(BufferEpochTest, SetsAsideWhatTheServerCovers) {
  AppendUpTo(4);
  Start(kSecond, {At("a", 200)});
  EXPECT_THAT(Sent(), ElementsAre(300, 400));
  EXPECT_EQ(buffer().backlog().batches, 2U);
  EXPECT_EQ(buffer().position().next, 3U);
  // Set aside, not deleted: a server that falls back further still gets them.
  Start(kThird, {});
  EXPECT_THAT(Sent(), ElementsAre(100, 200, 300, 400));
}

TEST_F(BufferEpochTest, LeavesOutTheRowsTheServerHasOfABatchItHasInPart) {
  options_.covered_rows = [](const BatchRow&, const Envelope& envelope, auto) {
    EXPECT_FALSE(envelope.payload.empty());
    return std::vector<RowRange>{{0, 2}};
  };
  Append(BatchOf(5, At("a", 100)));
  Append(BatchOf(5, At("a", 200)));
  Start(kSecond, {At("a", 40)});
  const std::vector<Envelope> envelopes = Read();
  ExpectChainVerifies(envelopes);
  EXPECT_THAT(envelopes[0].leave_out, ElementsAre(RowRange{0, 2}));
  EXPECT_THAT(envelopes[1].leave_out, IsEmpty());  // beyond the bookmark: not asked again
  EXPECT_EQ(envelopes[1].first_ordinal, 5U);
}

TEST_F(BufferEpochTest, FindsTheCoveredRowsInARealPayload) {
  BatchBuilder builder;
  for (std::int64_t end = 10; end <= 50; end += 10) {
    builder.Keyword(Field::kDeliverySource, "a");
    builder.Integer(Field::kDeliveryPosition, end);
    builder.FinishRow();
  }
  NewBatch batch;
  batch.encoded = BatchEncoder().Encode(builder.Finish());
  batch.bookmarks = {At("a", 50)};
  Append(batch);
  Start(kSecond, {At("a", 30)});
  const std::vector<Envelope> envelopes = Read();
  ASSERT_THAT(envelopes, SizeIs(1));
  EXPECT_THAT(envelopes[0].leave_out, ElementsAre(RowRange{0, 3}));
}

TEST_F(BufferEpochTest, ACursorCoversWhatWasAcceptedBeforeIt) {
  for (const char* cursor : {"c1", "c2", "c3"}) Append(BatchOf(1, Cursor("journal", cursor)));
  Start(kSecond, {Cursor("journal", "c2")});
  const std::vector<Envelope> envelopes = Read();
  ASSERT_THAT(envelopes, SizeIs(1));
  EXPECT_EQ(envelopes[0].bookmarks[0], Cursor("journal", "c3"));
}

TEST_F(BufferEpochTest, ALaterProcessCoversTheCountersOfTheOnesBefore) {
  Append(BatchOf(1, Count("udp", 7, 100)));
  Append(BatchOf(1, Count("udp", 8, 10)));
  Append(BatchOf(1, Count("udp", 8, 20)));
  Append(BatchOf(1, Count("udp", 9, 5)));
  Start(kSecond, {Count("udp", 8, 10)});
  EXPECT_THAT(Sent(), ElementsAre(20, 5));
}

TEST_F(BufferEpochTest, SendsCountersOfAProcessTheRingDoesNotKnow) {
  Append(BatchOf(1, Count("udp", 7, 100)));
  Start(kSecond, {Count("udp", 12345, 900)});
  EXPECT_THAT(Sent(), ElementsAre(100));
}

TEST_F(BufferEpochTest, BatchesOfTheMeantimeWaitForTheirSequenceBehindTheOldOnes) {
  AppendUpTo(3);
  Start(kSecond, {});
  EXPECT_EQ(Append(BatchOf(1, At("a", 400))), 0U);
  EXPECT_TRUE(buffer().position().numbering);
  Reopen();
  EXPECT_EQ(buffer().backlog().batches, 4U);
  EXPECT_THAT(Sent(), ElementsAre(100, 200, 300, 400));
  EXPECT_EQ(buffer().position().refill_end, 3U);
  EXPECT_EQ(Append(BatchOf(1, At("a", 500))), 5U);
}

TEST_F(BufferEpochTest, NumbersALongBacklogInChunksAcrossARestart) {
  AppendUpTo(600);
  Start(kSecond, {});
  ASSERT_THAT(buffer().Read(1, 1).value(), SizeIs(1));
  EXPECT_EQ(buffer().position().next, 257U);
  Reopen();
  EXPECT_THAT(Sent(), SizeIs(600));
}

TEST_F(BufferEpochTest, SetAsideBatchesLeaveTheRingAsAckedOnesDo) {
  options_.keep_acked_bytes = 0;
  AppendUpTo(3);
  Start(kSecond, {At("a", 300)});
  EXPECT_THAT(Sent(), IsEmpty());
  EXPECT_EQ(buffer().backlog().batches, 0U);
  ASSERT_TRUE(buffer().Tidy().ok());
  EXPECT_EQ(buffer().backlog().ring_bytes, 0U);
  EXPECT_EQ(Append(BatchOf(1, At("a", 400))), 0U);  // numbered when it is read
  Reopen();
  EXPECT_THAT(Sent(), ElementsAre(400));
}

TEST_F(BufferEpochTest, NamesTheSequenceOfTheLastEpochThatWasAcked) {
  AppendUpTo(1);
  const Epoch first = buffer().position().epoch;
  ASSERT_TRUE(buffer().Ack(1).ok());
  Start(kSecond, {});
  EXPECT_THAT(Sent(), ElementsAre(100));  // numbered, never acked
  Start(kThird, {});
  EXPECT_EQ(Read()[0].replaces_epoch, first);
  ASSERT_TRUE(buffer().Ack(1).ok());
  Start(444, {});
  EXPECT_EQ(Read()[0].replaces_epoch, kThird);
}

TEST_F(BufferEpochTest, ABatchThatNeverWasAckedReplacesNobody) {
  AppendUpTo(1);
  Start(kSecond, {});
  EXPECT_EQ(Read()[0].replaces_epoch, 0U);
}

TEST_F(BufferEpochTest, RemembersWhatTheServerSaysItHasOfAnyEpoch) {
  AppendUpTo(1);
  const Epoch own = buffer().position().epoch;
  ASSERT_TRUE(buffer().Learn(std::vector<EpochPosition>{{own, 9, 90}, {555, 2, 20}}).ok());
  ASSERT_TRUE(buffer().Learn(std::vector<EpochPosition>{{own, 4, 40}}).ok());
  Start(kSecond, {});
  EXPECT_EQ(Read()[0].replaces_epoch, 0U);  // heard of is not acked
  Reopen();
  EXPECT_THAT(buffer().AckLog(), ElementsAre(EpochPosition{555, 2, 20}, EpochPosition{own, 9, 90},
                                             EpochPosition{kSecond, 0, 0}));
}

TEST_F(BufferEpochTest, TakesOverTheServersPositionOfAFileWithTheEpoch) {
  AppendUpTo(2);
  Start(kSecond, {At("a", 500), At("b", 70)});
  Reopen();
  EXPECT_EQ(PositionOf("a"), 500U);
  EXPECT_EQ(PositionOf("b"), 70U);
}

TEST_F(BufferEpochTest, LinesThatWereOnTheirWayWhenTheEpochStartedLeaveOutWhatTheServerHas) {
  AppendUpTo(1);
  Start(kSecond, {At("a", 300)});
  EXPECT_EQ(Append(BatchOf(1, At("a", 200))), 0U);
  EXPECT_EQ(Append(BatchOf(1, At("a", 400))), 0U);
  EXPECT_THAT(Sent(), ElementsAre(400));
  EXPECT_EQ(Append(BatchOf(1, At("a", 500))), 2U);
}

TEST_F(BufferEpochTest, DoesNotDeclareALossTwice) {
  ASSERT_TRUE(buffer().AppendLosses({{"udp", 1, 2, 30, "buffer_full"}}).ok());
  const Bookmark of_losses = Read()[0].bookmarks[0];
  Start(kSecond, {of_losses});
  EXPECT_THAT(Read(), IsEmpty());
  Start(kThird, {});
  EXPECT_EQ(Read()[0].losses[0].count, 30U);
}

TEST_F(BufferEpochTest, RefusesAnEpochItHadBefore) {
  const Epoch first = buffer().position().epoch;
  Start(kSecond, {});
  EXPECT_EQ(buffer().NewEpoch(first, {}).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(buffer().NewEpoch(kSecond, {}).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(buffer().NewEpoch(0, {}).code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace dims
