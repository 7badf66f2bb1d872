// SPDX-License-Identifier: Apache-2.0
// Lines that the server lost and the ring let go are read again before what came after them is
// sent; what the server may have already is marked.
#include "common/event/batch_builder.h"
#include "tests/agent/buffer/buffer_fixture.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Epoch kHoleEpoch = 77;
constexpr Epoch kLaterEpoch = 78;

// Lines `first` to `last` of the file, ten bytes each.
NewBatch Lines(std::uint64_t first, std::uint64_t last) {
  BatchBuilder builder;
  for (std::uint64_t line = first; line <= last; ++line) {
    builder.Keyword(Field::kDeliverySource, "a");
    builder.Integer(Field::kDeliveryPosition, static_cast<std::int64_t>(line * 10));
    builder.FinishRow();
  }
  NewBatch batch;
  batch.encoded = BatchEncoder().Encode(builder.Finish());
  batch.bookmarks = {At("a", last * 10)};
  return batch;
}

NewBatch Again(Epoch epoch, std::uint64_t first, std::uint64_t last) {
  NewBatch batch = Lines(first, last);
  batch.again = ReadAgain{epoch, (first - 1) * 10, false};
  return batch;
}

class BufferHoleTest : public BufferTest {
 protected:
  // Lines 1 to 4 were acked and have left the ring, 5 to 8 wait.
  BufferHoleTest() {
    options_.keep_acked_bytes = 0;
    Append(Lines(1, 4));
    EXPECT_TRUE(buffer().Ack(1).ok());
    EXPECT_TRUE(buffer().Tidy().ok());
    Append(Lines(5, 8));
  }

  void Begin(Epoch epoch, std::uint64_t server_offset) {
    const Bookmark server = At("a", server_offset);
    const absl::Status begun = buffer().NewEpoch(epoch, std::span(&server, 1), {{}, true});
    ASSERT_TRUE(begun.ok()) << begun;
  }

  void Doubt(Epoch epoch, const Bookmark& server) {
    const absl::Status begun = buffer().NewEpoch(epoch, {}, {{server}, true});
    ASSERT_TRUE(begun.ok()) << begun;
  }

  void End(Epoch epoch) { ASSERT_TRUE(buffer().EndHole("a", epoch).ok()); }

  std::vector<std::uint64_t> Sent() {
    std::vector<std::uint64_t> ends;
    for (const Envelope& envelope : Read()) {
      ends.push_back(envelope.bookmarks.empty() ? 0 : ScalarPosition(envelope.bookmarks[0]));
    }
    return ends;
  }

  static Bookmark Unlike(std::uint64_t offset) {
    Bookmark bookmark = At("a", offset);
    std::get<FilePosition>(bookmark.position).hash.fill(9);
    return bookmark;
  }
};

TEST_F(BufferHoleTest, WhatLiesBehindAHoleIsHeldUntilTheHoleWasReadAgain) {
  Begin(kHoleEpoch, 20);
  EXPECT_THAT(Sent(), IsEmpty());
  ASSERT_THAT(buffer().Holes(), SizeIs(1));
  EXPECT_EQ(buffer().Holes()[0].from.offset, 20u);
  EXPECT_EQ(buffer().Holes()[0].until, 50u);
  EXPECT_TRUE(buffer().position().numbering) << "the refill is not done";
  Append(Again(kHoleEpoch, 3, 4));
  EXPECT_THAT(Sent(), ElementsAre(40));
  End(kHoleEpoch);
  EXPECT_THAT(Sent(), ElementsAre(40, 80));
  ExpectChainVerifies(Read());
  EXPECT_FALSE(buffer().position().numbering);
  EXPECT_EQ(PositionOf("a"), 80u) << "reading goes on where it was";
}

TEST_F(BufferHoleTest, AHoleWhoseFileIsGoneReleasesWhatWasHeld) {
  Begin(kHoleEpoch, 20);
  End(kHoleEpoch);
  EXPECT_THAT(Sent(), ElementsAre(80));
}

TEST_F(BufferHoleTest, NothingIsHeldWhereNobodyReadsAgainOrTheRingReachesBack) {
  const Bookmark server = At("a", 20);
  ASSERT_TRUE(buffer().NewEpoch(kHoleEpoch, std::span(&server, 1)).ok());
  EXPECT_THAT(Sent(), ElementsAre(80));
  Begin(kLaterEpoch, 60);
  EXPECT_THAT(buffer().Holes(), IsEmpty());
  EXPECT_THAT(Sent(), ElementsAre(80));
}

TEST_F(BufferHoleTest, AHoleGoesOnAfterARestart) {
  Begin(kHoleEpoch, 10);
  Append(Again(kHoleEpoch, 2, 3));
  Reopen();
  ASSERT_THAT(buffer().Holes(), SizeIs(1));
  EXPECT_EQ(buffer().Holes()[0].from.offset, 30u);
  Append(Again(kHoleEpoch, 4, 4));
  End(kHoleEpoch);
  Reopen();
  EXPECT_THAT(Sent(), ElementsAre(30, 40, 80));
  ExpectChainVerifies(Read());
}

TEST_F(BufferHoleTest, AHoleBelowAnEmptyRingIsReadAgainToo) {
  ASSERT_TRUE(buffer().Ack(2).ok());
  ASSERT_TRUE(buffer().Tidy().ok());
  Begin(kHoleEpoch, 60);
  Reopen();
  Append(Lines(9, 9));
  EXPECT_THAT(Sent(), IsEmpty()) << "what comes now waits as well";
  Append(Again(kHoleEpoch, 7, 8));
  End(kHoleEpoch);
  EXPECT_THAT(Sent(), ElementsAre(80, 90));
  Reopen();
}

TEST_F(BufferHoleTest, LinesOfAnotherEpochsHoleOrOutOfPlaceAreDropped) {
  Begin(kHoleEpoch, 20);
  Append(Again(kLaterEpoch, 3, 3));
  Append(Again(kHoleEpoch, 4, 4));
  EXPECT_EQ(buffer().Holes()[0].from.offset, 20u);
  End(kLaterEpoch);
  EXPECT_THAT(buffer().Holes(), SizeIs(1));
}

TEST_F(BufferHoleTest, ANewEpochInTheMiddleGoesOnWithTheHole) {
  Begin(kHoleEpoch, 10);
  Append(Again(kHoleEpoch, 2, 2));
  EXPECT_THAT(Sent(), ElementsAre(20));
  Begin(kLaterEpoch, 10);
  ASSERT_THAT(buffer().Holes(), SizeIs(1));
  EXPECT_EQ(buffer().Holes()[0].epoch, kLaterEpoch);
  EXPECT_THAT(Sent(), ElementsAre(20));
  Append(Again(kLaterEpoch, 3, 4));
  End(kLaterEpoch);
  EXPECT_THAT(Sent(), ElementsAre(20, 40, 80));
  Begin(kLaterEpoch + 1, 20);
  EXPECT_THAT(Sent(), ElementsAre(40, 80)) << "the ring holds what was read again";
  Reopen();
}

TEST_F(BufferHoleTest, ABufferThatIsFullOfWhatIsHeldGivesUpTheHole) {
  Begin(kHoleEpoch, 20);
  Append(Again(kHoleEpoch, 3, 3));
  ASSERT_TRUE(buffer().GiveUpHoles().ok());
  EXPECT_THAT(buffer().Holes(), SizeIs(1)) << "what is on its way will make room";
  EXPECT_THAT(Sent(), ElementsAre(30));
  ASSERT_TRUE(buffer().Ack(1).ok());
  ASSERT_TRUE(buffer().GiveUpHoles().ok());
  EXPECT_THAT(Sent(), ElementsAre(30, 80));
}

TEST_F(BufferHoleTest, RowsBelowABookmarkThatItsFileContradictsAreSentMarked) {
  Doubt(kHoleEpoch, Unlike(60));
  Append(Lines(9, 9));
  const std::vector<Envelope> envelopes = Read();
  ASSERT_THAT(envelopes, SizeIs(2));
  EXPECT_THAT(envelopes[0].leave_out, IsEmpty());
  EXPECT_THAT(envelopes[0].maybe_repeated, ElementsAre(RowRange{0, 2}));
  EXPECT_THAT(envelopes[1].maybe_repeated, IsEmpty());
  EXPECT_THAT(buffer().Holes(), IsEmpty());
}

TEST_F(BufferHoleTest, RowsReadLaterBelowSuchABookmarkAreMarkedAlsoAfterARestart) {
  Doubt(kHoleEpoch, Unlike(100));
  EXPECT_THAT(Sent(), ElementsAre(80));
  Reopen();
  Append(Lines(9, 11));
  const std::vector<Envelope> envelopes = Read();
  ASSERT_THAT(envelopes, SizeIs(2));
  EXPECT_THAT(envelopes[0].maybe_repeated, ElementsAre(RowRange{0, 4}));
  EXPECT_THAT(envelopes[1].maybe_repeated, ElementsAre(RowRange{0, 2}));
}

TEST_F(BufferHoleTest, ABookmarkThatThisVeryHistoryMadeCoversThoughItsFileWasTruncatedSince) {
  Append(Lines(9, 10));
  Doubt(kHoleEpoch, At("a", 80));
  EXPECT_THAT(Sent(), ElementsAre(100));
}

TEST_F(BufferHoleTest, AFileNotKnownHereIsReadOnFromTheServersBookmarkEvenInDoubt) {
  Bookmark other = Unlike(500);
  other.source = "b";
  Doubt(kHoleEpoch, other);
  EXPECT_EQ(PositionOf("b"), 500u) << "the input finds the contradiction: another generation";
  NewBatch anew = BatchOf(1, At("b", 20));
  std::get<FilePosition>(anew.bookmarks[0].position).generation = 1;
  Append(std::move(anew));
  EXPECT_THAT(Read().back().maybe_repeated, ElementsAre(RowRange{0, 1}));
}

TEST_F(BufferHoleTest, RowsOnceSentInDoubtStayMarkedUnderLaterEpochs) {
  Bookmark other = Unlike(500);
  other.source = "b";
  Doubt(kHoleEpoch, other);
  NewBatch anew = BatchOf(1, At("b", 20));
  std::get<FilePosition>(anew.bookmarks[0].position).generation = 1;
  NewBatch second = anew;
  Append(std::move(anew));
  Read();
  Doubt(kLaterEpoch, other);  // as the server still has it
  EXPECT_THAT(Read().back().maybe_repeated, ElementsAre(RowRange{0, 1}));
  std::get<FilePosition>(second.bookmarks[0].position).offset = 40;
  Append(std::move(second));
  EXPECT_THAT(Read().back().maybe_repeated, ElementsAre(RowRange{0, 1}));
}

}  // namespace
}  // namespace dims
