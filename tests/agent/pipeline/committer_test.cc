// SPDX-License-Identifier: Apache-2.0
#include "agent/pipeline/committer.h"

#include <map>

#include "tests/agent/buffer/buffer_fixture.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kUdp[] = "syslog:udp://127.0.0.1:514";
constexpr char kTcp[] = "syslog:tcp://127.0.0.1:514";
constexpr std::size_t kBig = 400'000;  // of payload; the full buffer of a test holds about ten

class CommitterTest : public BufferTest {
 protected:
  void Open() { committer = std::make_unique<Committer>(buffer(), clock_); }

  void OpenSmall() {
    options_.bytes_max = 5u << 20;
    Open();
  }

  CommitStep FileStep(std::uint64_t offset, std::size_t bytes = 200) {
    CommitStep step;
    step.batch = BatchOf(10, At("auth.log", offset), bytes);
    return step;
  }

  CommitStep UdpStep(std::uint64_t counter, std::size_t bytes = 200) {
    CommitStep step;
    step.batch = BatchOf(10, Count(kUdp, 7, counter), bytes);
    step.batch->loss_class = LossClass::kDatagram;
    step.if_given_up = {Loss{kUdp, 1, 2, 10, ""}};
    return step;
  }

  CommitStep StreamStep(std::uint64_t counter, std::size_t bytes) {
    CommitStep step = UdpStep(counter, bytes);
    step.batch->loss_class = LossClass::kStream;
    step.batch->bookmarks[0].source = kTcp;
    step.if_given_up[0].source = kTcp;
    return step;
  }

  CommitStep PositionStep(const Bookmark& bookmark) {
    CommitStep step;
    step.positions = {bookmark};
    return step;
  }

  void Commit() {
    const absl::Status status = committer->Commit();
    EXPECT_TRUE(status.ok()) << status;
  }

  void FillWithFiles() {
    for (std::uint64_t n = 1; n <= 20 && !committer->waiting(); ++n) {
      committer->Add(FileStep(n * 100, kBig));
      Commit();
    }
    EXPECT_TRUE(committer->waiting());
  }

  // By source, and under "lost" what was given up, from the sequence `first` on.
  void AddRows(Sequence first, std::map<std::string, std::uint64_t>& rows) {
    for (const Envelope& envelope : Read(first)) {
      const bool lost = envelope.hollow() && envelope.hollow_reason != "no_rows";
      rows[lost ? "lost" : envelope.bookmarks[0].source] += envelope.rows;
      for (const Loss& loss : envelope.losses) rows["lost"] += loss.count;
    }
  }

  std::uint64_t LostRows() {
    std::uint64_t rows = 0;
    for (const Envelope& envelope : Read(buffer().position().oldest_retained)) {
      if (envelope.hollow() && envelope.hollow_reason != "no_rows") rows += envelope.rows;
      for (const Loss& loss : envelope.losses) rows += loss.count;
    }
    return rows;
  }

  std::unique_ptr<Committer> committer;
};

TEST_F(CommitterTest, AppendsEverythingThatWaitsInOneTransaction) {
  Open();
  const std::uint64_t syncs = disk().syncs_count();
  for (std::uint64_t n = 1; n <= 50; ++n) committer->Add(FileStep(n * 100));
  Commit();
  EXPECT_THAT(Sequences(), SizeIs(50));
  EXPECT_EQ(PositionOf("auth.log"), 5000u);
  EXPECT_LE(disk().syncs_count() - syncs, 2u);
}

TEST_F(CommitterTest, NeverLetsAnOlderPositionReplaceThatOfALaterBatch) {
  Open();
  committer->Add(PositionStep(At("auth.log", 10)));
  committer->Add(FileStep(100));
  Commit();
  EXPECT_EQ(PositionOf("auth.log"), 100u);
  committer->Add(FileStep(200));
  committer->Add(PositionStep(At("auth.log", 210)));
  Commit();
  EXPECT_EQ(PositionOf("auth.log"), 210u);
}

TEST_F(CommitterTest, D12HoldsWhatCanWaitWhileTheBufferIsFullAndGoesOnAfterAnAck) {
  OpenSmall();
  FillWithFiles();
  const std::size_t stored = Sequences().size();
  EXPECT_EQ(committer->dropped_rows(), 0u);

  ASSERT_TRUE(buffer().Ack(stored).ok());
  clock_.Advance(Committer::kRetryInterval);
  Commit();
  EXPECT_FALSE(committer->waiting());
  EXPECT_EQ(Sequences(stored + 1).size(), 1u);
  EXPECT_EQ(LostRows(), 0u);
}

TEST_F(CommitterTest, D12GivesUpTheOldestDatagramsFirstAndCountsThem) {
  OpenSmall();
  for (std::uint64_t n = 1; n <= 20; ++n) {
    committer->Add(UdpStep(n * 10, kBig));
    Commit();
  }
  const std::vector<Envelope> envelopes = Read();
  ASSERT_THAT(envelopes, SizeIs(20));
  EXPECT_TRUE(envelopes.front().hollow());
  EXPECT_FALSE(envelopes.back().hollow());
  ExpectChainVerifies(envelopes);
  EXPECT_EQ(committer->dropped_rows(), 0u);
}

// A batch of each class, by turns, until far more than the buffer holds has come.
TEST_F(CommitterTest, F18GivesUpRoutineDatagramsThenRoutineStreamsThenDatagramsThenStreams) {
  OpenSmall();
  for (std::uint64_t n = 0; n < 24; ++n) {
    const std::string source = absl::StrCat("class ", 1 + n % 4);
    CommitStep step;
    step.batch = BatchOf(10, Count(source, 7, n * 10), kBig);
    step.batch->loss_class = static_cast<LossClass>(1 + n % 4);
    step.if_given_up = {Loss{source, 1, 2, 10, ""}};
    committer->Add(std::move(step));
    Commit();
  }
  std::map<char, std::uint64_t> kept;
  std::uint64_t rows = LostRows();
  for (const Envelope& envelope : Read()) {
    if (envelope.hollow()) continue;
    ++kept[envelope.payload[6]];
    rows += envelope.rows;
  }
  EXPECT_EQ(kept['1'], 6u);
  EXPECT_GE(kept['2'], kept['3']);
  EXPECT_GE(kept['3'], kept['4']);
  EXPECT_LT(kept['4'], 2u);
  EXPECT_EQ(rows, 240u);
}

TEST_F(CommitterTest, D12DropsNewDatagramsWhenOnlyFilesFillTheBufferAndCountsThemExactly) {
  OpenSmall();
  FillWithFiles();
  for (std::uint64_t n = 1; n <= 5; ++n) {
    committer->Add(UdpStep(n * 10, kBig));
    Commit();
  }
  EXPECT_EQ(committer->dropped_rows(), 50u);
  ASSERT_TRUE(buffer().Ack(Sequences().size()).ok());
  clock_.Advance(absl::Minutes(1));
  Commit();
  EXPECT_EQ(LostRows(), 50u);
}

// An hour at the cap: every ten seconds ten datagrams, ten lines of a stream and ten of a file.
TEST_F(CommitterTest, F18AnHourAtTheCapGivesUpDatagramsThenStreamsNeverFilesAndCountsEachRow) {
  constexpr std::uint64_t kTurns = 360;
  OpenSmall();
  std::uint64_t file_steps = 0;
  for (std::uint64_t turn = 1; turn <= kTurns; ++turn) {
    committer->Add(UdpStep(turn * 10, kBig / 8));
    committer->Add(StreamStep(turn * 10, kBig / 8));
    if (!committer->waiting()) committer->Add(FileStep(++file_steps * 100, kBig / 8));
    Commit();
    clock_.Advance(absl::Seconds(10));
  }
  EXPECT_TRUE(committer->waiting());
  const Sequence seen = buffer().position().next;
  std::map<std::string, std::uint64_t> rows;
  AddRows(1, rows);
  EXPECT_LT(rows[kUdp], rows[kTcp]) << "datagrams go first";
  ASSERT_TRUE(buffer().Ack(seen - 1).ok());
  Commit();
  EXPECT_FALSE(committer->waiting());
  AddRows(seen, rows);
  EXPECT_EQ(rows[kUdp] + rows[kTcp] + rows["lost"], 2 * 10 * kTurns) << "each is there, or counted";
  EXPECT_EQ(rows["auth.log"], 10 * file_steps);
}

TEST_F(CommitterTest, GivesLossesAnEnvelopeOfTheirOwnWhenNoBatchComes) {
  Open();
  CommitStep step;
  step.losses = {Loss{kUdp, 1, 2, 3, "kernel_drop"}};
  committer->Add(std::move(step));
  Commit();
  ASSERT_THAT(Read(), SizeIs(1));
  EXPECT_EQ(LostRows(), 3u);
}

TEST_F(CommitterTest, LeavesWhatCanWaitAndDoesNotFitUnreadAtTheEnd) {
  OpenSmall();
  FillWithFiles();
  const std::uint64_t position = PositionOf("auth.log");
  const std::size_t stored = Sequences().size();
  EXPECT_TRUE(committer->Finish().ok());
  EXPECT_EQ(position, stored * 100);
  EXPECT_EQ(PositionOf("auth.log"), position);
  EXPECT_TRUE(committer->idle());
}

TEST_F(CommitterTest, F17ReportsACommitWithUnknownOutcome) {
  Open();
  committer->Add(FileStep(100));
  disk().CutPowerAtSync(1);
  EXPECT_FALSE(committer->Commit().ok());
}

}  // namespace
}  // namespace dims
