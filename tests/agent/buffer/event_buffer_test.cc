// SPDX-License-Identifier: Apache-2.0
#include "agent/buffer/event_buffer.h"

#include "tests/agent/buffer/buffer_fixture.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class EventBufferTest : public BufferTest {};

TEST_F(EventBufferTest, NewBufferDrawsAnEpochAndIsEmpty) {
  const BufferPosition position = buffer().position();
  EXPECT_NE(position.epoch, 0U);
  EXPECT_EQ(position.next, 1U);
  EXPECT_EQ(position.oldest_retained, 1U);
  EXPECT_EQ(buffer().ChainAt(0).value(), ChainStart(kAgent, position.epoch));
  EXPECT_THAT(buffer().AckLog(), ElementsAre(EpochPosition{position.epoch, 0, 0}));
  EXPECT_THAT(Read(), IsEmpty());
}

TEST_F(EventBufferTest, GivesBackWhatItTookAcrossReopening) {
  NewBatch batch = BatchOf(3, At("auth.log", 120));
  batch.losses = {{"syslog", 5, 9, 17, "kernel_drop"}};
  EXPECT_EQ(Append(batch), 1U);
  EXPECT_EQ(Append(BatchOf(2, At("auth.log", 200))), 2U);
  Reopen();
  const std::vector<Envelope> envelopes = Read();
  ASSERT_THAT(envelopes, SizeIs(2));
  ExpectChainVerifies(envelopes);
  EXPECT_EQ(envelopes[0].payload, batch.encoded.payload);
  EXPECT_EQ(envelopes[0].rows, 3U);
  EXPECT_EQ(envelopes[0].bookmarks, batch.bookmarks);
  EXPECT_EQ(envelopes[0].losses, batch.losses);
  EXPECT_EQ(envelopes[1].first_ordinal, 3U);
  EXPECT_EQ(PositionOf("auth.log"), 200U);
  EXPECT_EQ(buffer().backlog().lost_rows, 17U);
}

TEST_F(EventBufferTest, AppendsAGroupWithOneSync) {
  Append(BatchOf(1, At("warm-up", 1)));
  std::vector<NewBatch> group;
  for (std::uint64_t i = 0; i < 16; ++i) group.push_back(BatchOf(4096, At("big.log", i), 100'000));
  const std::uint64_t before = disk().syncs_count();
  EXPECT_EQ(buffer().Append(group).value(), 17U);
  EXPECT_EQ(disk().syncs_count(), before + 1);
}

TEST_F(EventBufferTest, CostsAboutOneSyncAGroupWithCheckpointsAndAcks) {
  const std::uint64_t before = disk().syncs_count();
  for (std::uint64_t i = 1; i <= 200; ++i) {
    Append(BatchOf(4096, At("big.log", i), 100'000));
    ASSERT_TRUE(buffer().Ack(i).ok());
    clock_.Advance(absl::Milliseconds(50));
  }
  const std::uint64_t syncs = disk().syncs_count() - before;
  RecordProperty("syncs_per_200_groups", static_cast<int>(syncs));
  EXPECT_LE(syncs, 240U);
}

TEST_F(EventBufferTest, KeepsPositionsThatComeWithoutABatch) {
  const std::vector<Bookmark> positions = {At("new.log", 5000)};
  EXPECT_EQ(buffer().Append({}, positions).value(), 0U);
  Reopen();
  EXPECT_EQ(PositionOf("new.log"), 5000U);
}

TEST_F(EventBufferTest, ReadStopsAtTheBytesAskedForButGivesAtLeastOne) {
  for (std::uint64_t i = 1; i <= 4; ++i) Append(BatchOf(1, At("a", i), 1000));
  EXPECT_THAT(buffer().Read(1, 10).value(), SizeIs(1));
  EXPECT_THAT(buffer().Read(2, 2500).value(), SizeIs(2));
  EXPECT_THAT(buffer().Read(5, 2500).value(), IsEmpty());
}

TEST_F(EventBufferTest, RefusesABatchBeyondTheLimits) {
  EXPECT_EQ(TryAppend(BatchOf(4097, At("a", 1))).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(TryAppend(BatchOf(1, At("a", 1), (8u << 20) + (64u << 10) + 1)).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(TryAppend(BatchOf(0, At("a", 1))).status().code(), absl::StatusCode::kInvalidArgument);
  NewBatch no_count = BatchOf(1, At("a", 1));
  no_count.losses = {{"udp", 0, 0, 0, "kernel_drop"}};
  EXPECT_EQ(TryAppend(no_count).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(Sequences(), IsEmpty());
}

TEST_F(EventBufferTest, CountsWhatWaits) {
  Append(BatchOf(3, At("a", 10), 500));
  Append(BatchOf(4, At("a", 20), 700));
  EXPECT_EQ(buffer().backlog().batches, 2U);
  EXPECT_EQ(buffer().backlog().rows, 7U);
  EXPECT_EQ(buffer().backlog().bytes, 1200U);
  EXPECT_EQ(buffer().backlog().oldest_ns, 1010);
  ASSERT_TRUE(buffer().Ack(1).ok());
  EXPECT_EQ(buffer().backlog().rows, 4U);
  EXPECT_EQ(buffer().backlog().oldest_ns, 1020);
  EXPECT_EQ(buffer().backlog().ring_bytes, 500U);
  ASSERT_TRUE(buffer().Ack(2).ok());
  EXPECT_EQ(buffer().backlog().oldest_ns, 0);
  Reopen();
  EXPECT_EQ(buffer().backlog().batches, 0U);
  EXPECT_EQ(buffer().backlog().ring_bytes, 1200U);
}

TEST_F(EventBufferTest, AckMayRepeatButNotGoBackOrBeyond) {
  Append(BatchOf(1, At("a", 1)));
  Append(BatchOf(1, At("a", 2)));
  ASSERT_TRUE(buffer().Ack(2).ok());
  EXPECT_TRUE(buffer().Ack(2).ok());
  EXPECT_EQ(buffer().Ack(1).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(buffer().Ack(3).code(), absl::StatusCode::kFailedPrecondition);  // never sent: D15
  EXPECT_EQ(buffer().position().acked, 2U);
}

TEST_F(EventBufferTest, RemembersTheFurthestAckOfEachEpoch) {
  Append(BatchOf(3, At("a", 1)));
  Append(BatchOf(4, At("a", 2)));
  ASSERT_TRUE(buffer().Ack(2).ok());
  ASSERT_TRUE(buffer().Rewind(0).ok());
  ASSERT_TRUE(buffer().Ack(1).ok());
  const Epoch epoch = buffer().position().epoch;
  Reopen();
  EXPECT_THAT(buffer().AckLog(), ElementsAre(EpochPosition{epoch, 2, 7}));
  EXPECT_EQ(buffer().position().acked, 1U);
}

TEST_F(EventBufferTest, ResendsWhatFollowsARewind) {
  for (std::uint64_t i = 1; i <= 3; ++i) Append(BatchOf(1, At("a", i)));
  ASSERT_TRUE(buffer().Ack(3).ok());
  ASSERT_TRUE(buffer().Rewind(1).ok());
  EXPECT_EQ(buffer().backlog().batches, 2U);
  EXPECT_THAT(Sequences(2), ElementsAre(2, 3));
  EXPECT_EQ(buffer().Rewind(2).code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(EventBufferTest, TrimsTheRingToItsBytesAndKeepsTheChain) {
  options_.keep_acked_bytes = 2500;
  for (std::uint64_t i = 1; i <= 6; ++i) Append(BatchOf(1, At("a", i), 1000));
  const Sha256Digest at_four = buffer().ChainAt(4).value();
  ASSERT_TRUE(buffer().Ack(5).ok());
  ASSERT_TRUE(buffer().Tidy().ok());
  EXPECT_EQ(buffer().position().oldest_retained, 4U);
  EXPECT_EQ(buffer().ChainAt(4).value(), at_four);
  EXPECT_TRUE(absl::IsNotFound(buffer().ChainAt(2).status()));
  EXPECT_EQ(buffer().Read(3, 1).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(buffer().Rewind(2).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(buffer().Rewind(3).ok());
  Reopen();
  EXPECT_THAT(Sequences(4), ElementsAre(4, 5, 6));
}

TEST_F(EventBufferTest, KeepsAckedBatchesForADayAfterTheirAck) {
  Append(BatchOf(1, At("a", 1)));
  clock_.Advance(absl::Hours(30));
  ASSERT_TRUE(buffer().Ack(1).ok());
  ASSERT_TRUE(buffer().Tidy().ok());
  clock_.Advance(absl::Hours(23));
  ASSERT_TRUE(buffer().Tidy().ok());
  EXPECT_THAT(Sequences(), ElementsAre(1));
  clock_.Advance(absl::Hours(2));
  ASSERT_TRUE(buffer().Tidy().ok());
  EXPECT_EQ(buffer().position().oldest_retained, 2U);
}

TEST_F(EventBufferTest, NeverTrimsWhatIsNotAcked) {
  options_.keep_acked_bytes = 0;
  options_.keep_acked = absl::ZeroDuration();
  Append(BatchOf(1, At("a", 1)));
  clock_.Advance(absl::Hours(1000));
  ASSERT_TRUE(buffer().Tidy().ok());
  EXPECT_THAT(Sequences(), ElementsAre(1));
}

TEST_F(EventBufferTest, ForgetsAClosedSourceOnceItsRowsLeftTheRing) {
  options_.keep_acked_bytes = 0;
  NewBatch last = BatchOf(1, At("rotated.log", 9));
  last.bookmarks[0].closed = true;
  Append(last);
  Append(BatchOf(1, At("auth.log", 9)));
  EXPECT_THAT(buffer().Bookmarks().value(), SizeIs(2));
  ASSERT_TRUE(buffer().Ack(1).ok());
  ASSERT_TRUE(buffer().Tidy().ok());
  EXPECT_THAT(buffer().Bookmarks().value(), SizeIs(1));
}

TEST_F(EventBufferTest, FullBufferTakesTheRingFirstAndThenRefuses) {
  options_.bytes_max = 1 << 20;  // six of them fit
  for (std::uint64_t i = 1; i <= 5; ++i) Append(BatchOf(1, At("a", i), 170'000));
  ASSERT_TRUE(buffer().Ack(2).ok());
  EXPECT_EQ(Append(BatchOf(1, At("a", 6), 170'000)), 6U);
  EXPECT_EQ(Append(BatchOf(1, At("a", 7), 170'000)), 7U);
  const absl::Status full = TryAppend(BatchOf(1, At("a", 8), 170'000)).status();
  EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(full.message()), HasSubstr("wait for the server"));
  EXPECT_EQ(PositionOf("a"), 7U);
  ASSERT_TRUE(buffer().Ack(4).ok());
  EXPECT_EQ(Append(BatchOf(1, At("a", 8), 170'000)), 8U);
}

TEST_F(EventBufferTest, RefusesBeforeTheVolumeIsFull) {
  Append(BatchOf(1, At("a", 1)));
  volume_free_ = 3'200'000;
  const absl::Status full = TryAppend(BatchOf(1, At("a", 2))).status();
  EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(full.message()), HasSubstr("3.2 MB left on the volume, 67.1 MB needed"));
  volume_free_ = 1ULL << 40;
  EXPECT_EQ(Append(BatchOf(1, At("a", 2))), 2U);
}

TEST_F(EventBufferTest, HollowsTheOldestOfTheClassAndCounts) {
  const auto of = [](LossClass loss_class, std::uint64_t at) {
    NewBatch batch = BatchOf(10, At("s", at), 1000);
    batch.loss_class = loss_class;
    return batch;
  };
  Append(of(LossClass::kCanWait, 1));
  for (std::uint64_t i = 2; i <= 4; ++i) Append(of(LossClass::kDatagram, i));
  Append(of(LossClass::kStream, 5));
  EXPECT_EQ(buffer().Hollow(LossClass::kDatagram, 1500, "buffer_full").value(), 2000U);
  const std::vector<Envelope> envelopes = Read();
  ExpectChainVerifies(envelopes);
  EXPECT_FALSE(envelopes[0].hollow());
  EXPECT_EQ(envelopes[1].hollow_reason, "buffer_full");
  EXPECT_EQ(envelopes[2].hollow_reason, "buffer_full");
  EXPECT_EQ(envelopes[1].payload, "");
  EXPECT_FALSE(envelopes[3].hollow());
  EXPECT_EQ(buffer().backlog().lost_rows, 20U);
  EXPECT_EQ(buffer().backlog().bytes, 3000U);
  EXPECT_EQ(buffer().Hollow(LossClass::kCanWait, 1, "x").status().code(),
            absl::StatusCode::kInvalidArgument);
  Reopen();
  EXPECT_EQ(buffer().backlog().lost_rows, 20U);
}

TEST_F(EventBufferTest, NeverHollowsABatchInFlight) {
  for (std::uint64_t i = 1; i <= 2; ++i) {
    NewBatch batch = BatchOf(10, At("s", i), 1000);
    batch.loss_class = LossClass::kDatagram;
    Append(batch);
  }
  ASSERT_THAT(buffer().Read(1, 1).value(), SizeIs(1));
  EXPECT_EQ(buffer().Hollow(LossClass::kDatagram, 5000, "buffer_full").value(), 1000U);
  EXPECT_FALSE(Read()[0].hollow());
  buffer().EndFlight();
  EXPECT_EQ(buffer().Hollow(LossClass::kDatagram, 5000, "buffer_full").value(), 1000U);
}

TEST_F(EventBufferTest, DeclaresLossesWithoutRows) {
  Append(BatchOf(2, At("a", 1)));
  ASSERT_TRUE(buffer().AppendLosses({{"udp", 1, 2, 30, "buffer_full"}}).ok());
  const std::vector<Envelope> envelopes = Read();
  ASSERT_THAT(envelopes, SizeIs(2));
  ExpectChainVerifies(envelopes);
  EXPECT_EQ(envelopes[1].rows, 0U);
  EXPECT_EQ(envelopes[1].hollow_reason, "no_rows");
  EXPECT_EQ(envelopes[1].losses[0].count, 30U);
  EXPECT_EQ(buffer().backlog().lost_rows, 30U);
}

TEST_F(EventBufferTest, F21RefusesASecondOpener) {
  buffer();
  EXPECT_EQ(EventBuffer::Open(options_, clock_, random_).status().code(),
            absl::StatusCode::kUnavailable);
}

TEST_F(EventBufferTest, RefusesTheBufferOfAnotherAgent) {
  buffer();
  options_.agent = "somebody-else";
  EXPECT_EQ(TryOpen().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace dims
