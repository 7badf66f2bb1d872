// SPDX-License-Identifier: Apache-2.0
// The agent's end of the stream over a real buffer; the test plays the server.
#include "agent/forward/forwarder.h"

#include "tests/agent/buffer/buffer_fixture.h"
#include "tests/support/fake_transport.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Epoch kEpoch = 500;

class ForwarderTest : public BufferTest {
 protected:
  ForwarderTest() {
    options_of_forwarder_.agent_version = "0.1";
    Restart();
  }

  ~ForwarderTest() override { forwarder_.reset(); }

  void Restart() {
    forwarder_ = std::make_unique<Forwarder>(
        buffer(), transport_, clock_, random_, options_of_forwarder_,
        [this](const std::vector<Bookmark>& bookmarks) { told_.push_back(bookmarks); });
  }

  // Until a Hello is out.
  Hello Greet() {
    forwarder_->Tick();
    forwarder_->OnConnected();
    EXPECT_FALSE(transport_.hellos.empty());
    return transport_.hellos.empty() ? Hello{} : transport_.hellos.back();
  }

  Position At(Sequence watermark, Epoch epoch = kEpoch) {
    Position position;
    position.epoch = epoch;
    position.watermark = watermark;
    position.chain = ChainStart(kAgent, epoch);
    if (watermark > 0) position.chain = buffer().ChainAt(watermark).value_or(Sha256Digest{});
    position.credit_bytes = credit_;
    position.server_time_ns = absl::ToUnixNanos(clock_.Now());
    return position;
  }

  void Connect() {
    Greet();
    forwarder_->OnPosition(At(buffer().position().acked));
    ASSERT_EQ(forwarder_->condition().state, Forwarder::State::kStreaming)
        << forwarder_->condition().last_error;
  }

  void Ack(Sequence committed) {
    dims::Ack ack;
    ack.epoch = buffer().position().epoch;
    ack.committed = committed;
    ack.credit_bytes = credit_;
    ack.server_time_ns = absl::ToUnixNanos(clock_.Now());
    forwarder_->OnAck(ack);
  }

  void Fill(int batches, std::size_t payload_bytes = 200) {
    for (int i = 0; i < batches; ++i) {
      Append(BatchOf(1, dims::At("a.log", offset_ += 10), payload_bytes));
    }
  }

  void Pass(absl::Duration by) {
    clock_.Advance(by);
    forwarder_->Tick();
  }

  Forwarder::State State() const { return forwarder_->condition().state; }

  Sequence Acked() { return buffer().position().acked; }

  FakeTransport transport_;
  ForwarderOptions options_of_forwarder_;
  std::vector<std::vector<Bookmark>> told_;
  std::unique_ptr<Forwarder> forwarder_;
  std::uint64_t credit_ = 1 << 20;
  std::uint64_t offset_ = 0;
};

TEST_F(ForwarderTest, D1AFirstContactTakesTheEpochThatTheServerDrew) {
  Fill(2);
  const Hello hello = Greet();
  EXPECT_EQ(hello.epoch, 0u) << "no server has heard of a fresh buffer's epoch";
  EXPECT_THAT(hello.ack_log, IsEmpty());
  forwarder_->OnPosition(At(0));
  EXPECT_EQ(State(), Forwarder::State::kStreaming);
  EXPECT_EQ(buffer().position().epoch, kEpoch);
  EXPECT_THAT(transport_.Sequences(), ElementsAre(1, 2));
  for (const Envelope& envelope : transport_.delivers[0]) EXPECT_EQ(envelope.epoch, kEpoch);
}

TEST_F(ForwarderTest, D1InputsLearnTheServersBookmarksBeforeAnythingIsSent) {
  Fill(1);
  Greet();
  Position position = At(0);
  position.bookmarks = {Bookmark{"b.log", FilePosition{0, 70, {}, "b.log"}, false}};
  forwarder_->OnPosition(position);
  ASSERT_THAT(told_, SizeIs(1));
  EXPECT_EQ(told_[0], position.bookmarks);
}

TEST_F(ForwarderTest, RowsThatABookmarkInDoubtSeemsToCoverAreSentMarked) {
  options_of_forwarder_.still_holds = [](const Bookmark&) { return false; };
  Restart();
  Fill(2);
  Greet();
  Position position = At(0);
  position.bookmarks = {Bookmark{"a.log", FilePosition{0, 10, {1}, "a.log"}, false}};
  forwarder_->OnPosition(position);
  ASSERT_THAT(transport_.Sequences(), ElementsAre(1, 2));
  EXPECT_THAT(transport_.delivers[0][0].maybe_repeated, ElementsAre(RowRange{0, 1}));
  EXPECT_THAT(transport_.delivers[0][1].maybe_repeated, IsEmpty());
}

TEST_F(ForwarderTest, AHelloSaysWhatTheBufferHolds) {
  Connect();
  Fill(3);
  forwarder_->Tick();
  Ack(2);
  forwarder_->OnDisconnected(absl::UnavailableError("gone"));
  clock_.Advance(absl::Minutes(3));
  const Hello hello = Greet();
  EXPECT_EQ(hello.epoch, kEpoch);
  EXPECT_EQ(hello.next, 4u);
  ASSERT_FALSE(hello.ack_log.empty());
  EXPECT_EQ(hello.ack_log.back().sequence, 2u);
  EXPECT_THAT(hello.live_sources, ElementsAre("a.log"));
  EXPECT_EQ(hello.boot_nonce, transport_.hellos[0].boot_nonce);
  EXPECT_EQ(hello.agent_version, "0.1");
}

TEST_F(ForwarderTest, D2AnEqualChainAtTheWatermarkCountsAsAnAck) {
  Connect();
  Fill(3);
  Pass(absl::Seconds(2));
  forwarder_->OnDisconnected(absl::UnavailableError("the ack was lost"));
  clock_.Advance(absl::Minutes(3));
  transport_.delivers.clear();
  Greet();
  forwarder_->OnPosition(At(2));
  EXPECT_EQ(Acked(), 2u);
  EXPECT_EQ(forwarder_->condition().last_ack, clock_.Now());
  EXPECT_THAT(transport_.Sequences(), ElementsAre(3));
}

TEST_F(ForwarderTest, D3AServerThatFellBehindGetsTheRetainedBatchesAgain) {
  Connect();
  Fill(3);
  Pass(absl::Seconds(2));
  Ack(3);
  forwarder_->OnDisconnected(absl::UnavailableError("restored"));
  clock_.Advance(absl::Minutes(3));
  transport_.delivers.clear();
  Greet();
  forwarder_->OnPosition(At(1));
  EXPECT_THAT(transport_.Sequences(), ElementsAre(2, 3));
}

TEST_F(ForwarderTest, D4ABatchThatLeftTheRingMakesTheAgentAskForANewEpoch) {
  options_.keep_acked_bytes = 0;
  forwarder_.reset();
  Reopen();
  Restart();
  Connect();
  Fill(3);
  Pass(absl::Seconds(2));
  Ack(3);
  ASSERT_TRUE(buffer().Tidy().ok());
  forwarder_->OnDisconnected(absl::UnavailableError("restored"));
  clock_.Advance(absl::Minutes(3));
  Greet();
  forwarder_->OnPosition(At(1));
  EXPECT_TRUE(transport_.hellos.back().want_new_epoch);
  forwarder_->OnPosition(At(0, 501));
  EXPECT_EQ(State(), Forwarder::State::kStreaming);
  EXPECT_EQ(buffer().position().epoch, 501u);
}

TEST_F(ForwarderTest, D5AServerThatIsAheadOrForkedMakesTheAgentAskForANewEpochOnce) {
  Connect();
  Fill(2);
  for (const Sequence watermark : {2u, 9u}) {
    forwarder_->OnDisconnected(absl::UnavailableError("restored"));
    clock_.Advance(absl::Minutes(3));
    EXPECT_FALSE(Greet().want_new_epoch);
    Position forked = At(watermark);
    forked.chain = Sha256("another history");
    forwarder_->OnPosition(forked);
    EXPECT_TRUE(transport_.hellos.back().want_new_epoch);
    EXPECT_EQ(Acked(), 0u) << "nothing of another history counts as an ack";
    const std::size_t hellos = transport_.hellos.size();
    forwarder_->OnPosition(forked);
    EXPECT_EQ(transport_.hellos.size(), hellos);
    EXPECT_EQ(State(), Forwarder::State::kWaiting) << "a server that keeps to it is left alone";
  }
}

TEST_F(ForwarderTest, D5RowsReadAloneUnderAnOlderGenerationOfTheSameTextAreSentMarked) {
  options_of_forwarder_.still_holds = [](const Bookmark&) { return true; };
  Restart();
  Connect();
  Fill(2);
  forwarder_->OnDisconnected(absl::UnavailableError("restored"));
  clock_.Advance(absl::Minutes(3));
  Greet();
  Position position = At(0, kEpoch + 1);
  position.bookmarks = {Bookmark{"a.log", FilePosition{1, 5, {}, "a.log"}, false}};
  transport_.delivers.clear();
  forwarder_->OnPosition(position);
  ASSERT_THAT(transport_.delivers, SizeIs(1));
  for (const Envelope& envelope : transport_.delivers[0]) {
    EXPECT_THAT(envelope.leave_out, IsEmpty());
    EXPECT_THAT(envelope.maybe_repeated, SizeIs(1)) << "nobody can tell what the server has";
  }
}

TEST_F(ForwarderTest, D15AnAckForWhatWasNeverSentDeletesNothingAndIsCounted) {
  Connect();
  Fill(3, 5000);
  credit_ = 1;
  Ack(0);
  transport_.delivers.clear();
  Pass(absl::Seconds(2));
  Ack(99);
  EXPECT_EQ(Acked(), 0u);
  EXPECT_EQ(buffer().backlog().batches, 3u);
  EXPECT_EQ(forwarder_->condition().impossible_acks, 1u);
  EXPECT_EQ(State(), Forwarder::State::kWaiting);
  EXPECT_EQ(transport_.disconnects, 1);
}

TEST_F(ForwarderTest, AnAckOfAnotherEpochIsIgnored) {
  Connect();
  Fill(1);
  Pass(absl::Seconds(2));
  dims::Ack ack;
  ack.epoch = kEpoch + 1;
  ack.committed = 1;
  forwarder_->OnAck(ack);
  EXPECT_EQ(Acked(), 0u);
  EXPECT_EQ(State(), Forwarder::State::kStreaming);
}

TEST_F(ForwarderTest, QuarantinedRowsAreCountedAndAcked) {
  Connect();
  Fill(1);
  Pass(absl::Seconds(2));
  dims::Ack ack;
  ack.epoch = kEpoch;
  ack.committed = 1;
  ack.quarantined = {{1, 7, "does not decode"}};
  forwarder_->OnAck(ack);
  EXPECT_EQ(forwarder_->condition().quarantined_rows, 7u);
  EXPECT_EQ(Acked(), 1u);
}

TEST_F(ForwarderTest, NoMoreThanTheCreditIsInFlightButOneBatchMayAlwaysGo) {
  credit_ = 1;
  Connect();
  Fill(3, 100'000);
  Pass(absl::Seconds(2));
  EXPECT_THAT(transport_.Sequences(), ElementsAre(1)) << "larger than the credit, but alone";
  Pass(absl::Seconds(2));
  EXPECT_THAT(transport_.Sequences(), ElementsAre(1));
  Ack(1);
  EXPECT_THAT(transport_.Sequences(), ElementsAre(1, 2));
  credit_ = 0;
  Ack(2);
  Pass(absl::Seconds(2));
  EXPECT_THAT(transport_.Sequences(), ElementsAre(1, 2)) << "without credit nothing goes";
  credit_ = 1 << 20;
  Ack(2);
  EXPECT_THAT(transport_.Sequences(), ElementsAre(1, 2, 3));
}

TEST_F(ForwarderTest, AServerThatTookNothingIsQuotedUntilItGivesCreditAgain) {
  Connect();
  forwarder_->OnDisconnected(absl::UnavailableError("the server takes no batches: disk full"));
  credit_ = 0;
  Pass(absl::Seconds(2));
  Connect();
  EXPECT_EQ(forwarder_->condition().last_error, "the server takes no batches: disk full");
  credit_ = 1 << 20;
  Ack(0);
  EXPECT_EQ(forwarder_->condition().last_error, "");
}

TEST_F(ForwarderTest, NothingIsSentWhileTheMessageBeforeIsOnItsWayOut) {
  Connect();
  transport_.writable = false;
  Fill(2);
  Pass(absl::Seconds(2));
  EXPECT_THAT(transport_.delivers, IsEmpty());
  transport_.writable = true;
  forwarder_->OnWritable();
  EXPECT_THAT(transport_.Sequences(), ElementsAre(1, 2));
}

TEST_F(ForwarderTest, WhileLittleWaitsAtMostOneMessageASecondLeaves) {
  Connect();
  Pass(absl::Seconds(2));
  for (int i = 0; i < 20; ++i) {
    Fill(1);
    Pass(absl::Milliseconds(100));
  }
  EXPECT_THAT(transport_.delivers, SizeIs(2));
  EXPECT_LE(forwarder_->next_tick(), clock_.Monotonic() + absl::Seconds(1));
  Pass(absl::Seconds(1));
  EXPECT_THAT(transport_.Sequences(), SizeIs(20));
}

TEST_F(ForwarderTest, MuchThatWaitsLeavesAtOnce) {
  Connect();
  Pass(absl::Seconds(2));
  Fill(1);
  forwarder_->Tick();
  Fill(10, 20'000);
  forwarder_->Tick();
  EXPECT_THAT(transport_.delivers, SizeIs(2));
}

TEST_F(ForwarderTest, WaitingTimesGrowWhileTheServerIsAwayAndStartAgainAfterAPosition) {
  std::vector<absl::Duration> waits;
  for (int i = 0; i < 12; ++i) {
    forwarder_->Tick();
    ASSERT_EQ(State(), Forwarder::State::kConnecting);
    forwarder_->OnDisconnected(absl::UnavailableError("refused"));
    waits.push_back(forwarder_->next_tick() - clock_.Monotonic());
    const int connects = transport_.connects;
    Pass(waits.back() - absl::Milliseconds(1));
    EXPECT_EQ(transport_.connects, connects) << "before its time";
    clock_.Advance(absl::Milliseconds(1));
  }
  EXPECT_LT(waits[0], absl::Seconds(1.3));
  EXPECT_GT(waits[5], waits[0] * 4);
  EXPECT_LE(waits.back(), absl::Minutes(2) * 1.2);
  Connect();
  forwarder_->OnDisconnected(absl::UnavailableError("gone"));
  EXPECT_LT(forwarder_->next_tick() - clock_.Monotonic(), absl::Seconds(1.3));
}

TEST_F(ForwarderTest, F29AServerThatIsSilentIsGivenUpAfterTheProgressTimeout) {
  forwarder_->Tick();
  Pass(absl::Seconds(61));
  EXPECT_EQ(State(), Forwarder::State::kWaiting) << "connecting";
  clock_.Advance(absl::Minutes(3));
  Greet();
  Pass(absl::Seconds(61));
  EXPECT_EQ(State(), Forwarder::State::kWaiting) << "greeting";
  clock_.Advance(absl::Minutes(3));
  Connect();
  Pass(absl::Seconds(61));
  EXPECT_EQ(State(), Forwarder::State::kWaiting) << "streaming";
  EXPECT_EQ(transport_.disconnects, 3);
}

TEST_F(ForwarderTest, F29AServerThatAnswersButCommitsNothingIsGivenUp) {
  Connect();
  Fill(1);
  Pass(absl::Seconds(2));
  for (int i = 0; i < 6; ++i) {
    Pass(absl::Seconds(10));
    Ack(0);
  }
  Pass(absl::Seconds(2));
  EXPECT_EQ(State(), Forwarder::State::kWaiting);
  EXPECT_THAT(forwarder_->condition().last_error, ::testing::HasSubstr("commits nothing"));
}

TEST_F(ForwarderTest, F29AnIdleStreamWithAnswersLives) {
  Connect();
  for (int i = 0; i < 60; ++i) {
    Pass(absl::Seconds(10));
    Ack(0);
  }
  EXPECT_EQ(State(), Forwarder::State::kStreaming);
  EXPECT_GE(transport_.reports.size(), 60u);
}

TEST_F(ForwarderTest, RefillDoneIsSaidOnceAStreamWhenWhatIsRetainedWasAcked) {
  Connect();
  Fill(2);
  Pass(absl::Seconds(2));
  Ack(2);
  forwarder_->OnDisconnected(absl::UnavailableError("restored"));
  clock_.Advance(absl::Minutes(3));
  transport_.refills_done.clear();
  Greet();
  Position position = At(0, 501);
  forwarder_->OnPosition(position);
  EXPECT_THAT(transport_.refills_done, IsEmpty()) << "both batches are on their way again";
  Ack(1);
  EXPECT_THAT(transport_.refills_done, IsEmpty());
  Ack(2);
  EXPECT_THAT(transport_.refills_done, ElementsAre(501));
  Pass(absl::Seconds(11));
  Ack(2);
  EXPECT_THAT(transport_.refills_done, ElementsAre(501));
}

TEST_F(ForwarderTest, ReportsTellTheBacklogAndItsEndAtOnce) {
  Fill(2);
  Connect();
  ASSERT_THAT(transport_.reports, SizeIs(1));
  EXPECT_EQ(transport_.reports[0].waiting_rows, 2u);
  EXPECT_GT(transport_.reports[0].oldest_waiting_ns, 0);
  Ack(1);
  EXPECT_THAT(transport_.reports, SizeIs(1));
  Ack(2);
  ASSERT_THAT(transport_.reports, SizeIs(2));
  EXPECT_EQ(transport_.reports[1].waiting_rows, 0u);
  Ack(2);
  EXPECT_THAT(transport_.reports, SizeIs(2)) << "said";
}

TEST_F(ForwarderTest, ABufferThatCannotBeTrustedStopsTheForwarder) {
  Connect();
  Fill(1);
  disk().Fail(CrashVfs::Fault::kInputOutput, 1, CrashVfs::Persistence::kSticky);
  Pass(absl::Seconds(2));
  EXPECT_FALSE(forwarder_->failure().ok());
  disk().ClearFault();
  const int connects = transport_.connects;
  Pass(absl::Minutes(10));
  EXPECT_EQ(transport_.connects, connects);
}

}  // namespace
}  // namespace dims
