// SPDX-License-Identifier: Apache-2.0
// The server's half of the hard cases of delivery, each by its number: docs/delivery_guarantee.md.
#include "tests/server/ingest/ingest_fixture.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class DeliveryCasesTest : public IngestTest {
 protected:
  // `count` batches of one row each, committed and acked.
  void Store(int count) {
    for (int i = 0; i < count; ++i) {
      agent_.Send(*committer_, Rows({absl::StrCat("row ", agent_.chain().sequence() + 1)}));
    }
    Commit();
    agent_.NoteAcked();
  }

  Sequence Committed() { return replies_.LastAck(agent_.stream).value_or(Ack{}).committed; }

  TestAgent agent_{replies_, kAgent, "seattle"};
};

TEST_F(DeliveryCasesTest, D1AFirstContactGetsAnEpochDrawnByTheServerAndNoBookmarks) {
  agent_.Greet(*committer_, Hello{});
  Commit();
  const std::optional<Position> position = replies_.LastPosition(agent_.stream);
  ASSERT_TRUE(position.has_value());
  EXPECT_NE(position->epoch, 0u);
  EXPECT_EQ(position->watermark, 0u);
  EXPECT_EQ(position->chain, ChainStart(kAgent, position->epoch));
  EXPECT_THAT(position->bookmarks, IsEmpty());
  EXPECT_EQ(position->store_generation, live_->store_generation());
  EXPECT_GT(position->credit_bytes, 0u);
}

TEST_F(DeliveryCasesTest, D1AnAgentThatLostItsBufferLearnsHowFarEachSourceWasRead) {
  agent_.Connect(*committer_);
  agent_.Send(*committer_, Rows({"a", "b"}), {FileBookmark("file:1:7", 20)});
  Commit();
  const Epoch before = agent_.chain().epoch();
  TestAgent reinstalled(replies_, kAgent, "seattle");
  reinstalled.nonce = 12;
  Hello hello = reinstalled.MakeHello();
  hello.live_sources = {"file:1:7"};
  reinstalled.Greet(*committer_, hello);
  Commit();
  const std::optional<Position> position = replies_.LastPosition(reinstalled.stream);
  ASSERT_TRUE(position.has_value());
  EXPECT_NE(position->epoch, before);
  EXPECT_EQ(position->watermark, 0u);
  EXPECT_THAT(position->bookmarks, ElementsAre(FileBookmark("file:1:7", 20)));
}

TEST_F(DeliveryCasesTest, D1WhatIsKnownOfOneAgentIsNotToldToAnother) {
  agent_.Connect(*committer_);
  agent_.Send(*committer_, Rows({"a"}), {FileBookmark("file:1:7", 20)});
  Commit();
  TestAgent other(replies_, "7f3c2d10-0000-4000-8000-000000000002", "tacoma");
  Hello hello;
  hello.live_sources = {"file:1:7"};
  other.Connect(*committer_, hello);
  EXPECT_THAT(replies_.LastPosition(other.stream)->bookmarks, IsEmpty());
  EXPECT_NE(other.chain().epoch(), agent_.chain().epoch());
}

TEST_F(DeliveryCasesTest, D2AfterALostAckThePositionNamesTheWatermarkAndItsChain) {
  agent_.Connect(*committer_);
  Store(3);
  const Sha256Digest chain = agent_.chain().chain();
  agent_.ack_log.clear();  // the ack never came
  agent_.Greet(*committer_, agent_.MakeHello());
  Commit();
  const std::optional<Position> position = replies_.LastPosition(agent_.stream);
  EXPECT_EQ(position->epoch, agent_.chain().epoch());
  EXPECT_EQ(position->watermark, 3u);
  EXPECT_EQ(position->chain, chain);
}

TEST_F(DeliveryCasesTest, D2HoldsOverARestartOfTheServer) {
  agent_.Connect(*committer_);
  Store(3);
  Start();
  agent_.Greet(*committer_, agent_.MakeHello());
  Commit();
  const std::optional<Position> position = replies_.LastPosition(agent_.stream);
  EXPECT_EQ(position->watermark, 3u);
  EXPECT_EQ(position->chain, agent_.chain().chain());
  EXPECT_THAT(position->epochs, ElementsAre(EpochPosition{agent_.chain().epoch(), 3, 3}));
}

TEST_F(DeliveryCasesTest, D3AServerThatLostItsTailStartsANewEpochAndDeclaresWhatIsMissing) {
  agent_.Connect(*committer_);
  Store(2);
  Stop();
  const auto backup = disk_.TakeSnapshot();
  Start();
  agent_.Connect(*committer_);
  Store(3);
  const std::uint64_t generation = live_->store_generation();
  Stop();
  disk_.Restore(*backup);
  Start();

  agent_.Greet(*committer_, agent_.MakeHello());
  Commit();
  const std::optional<Position> position = replies_.LastPosition(agent_.stream);
  EXPECT_NE(position->epoch, agent_.chain().epoch());
  EXPECT_NE(position->store_generation, generation);
  EXPECT_THAT(AlertRules(), ElementsAre("store_regressed"));
  ASSERT_THAT(Gaps(), SizeIs(1));
  EXPECT_EQ(Gaps()[0].count, 3u);
  EXPECT_EQ(Gaps()[0].state, GapState::kRefilling);
  EXPECT_EQ(Gaps()[0].first_sequence, 3u);
  EXPECT_EQ(Gaps()[0].last_sequence, 5u);
}

TEST_F(DeliveryCasesTest, D3RaisesOneAlarmForAllAgentsThatFindTheStoreGoneBack) {
  TestAgent other(replies_, "7f3c2d10-0000-4000-8000-000000000002", "tacoma");
  Stop();
  const auto backup = disk_.TakeSnapshot();
  Start();
  agent_.Connect(*committer_);
  other.Connect(*committer_);
  Store(1);
  other.Send(*committer_, Rows({"other"}));
  Commit();
  other.NoteAcked();
  Stop();
  disk_.Restore(*backup);
  Start();

  agent_.Connect(*committer_);
  other.Connect(*committer_);
  EXPECT_THAT(AlertRules(), ElementsAre("store_regressed"));
  EXPECT_THAT(Gaps(), SizeIs(2));
}

TEST_F(DeliveryCasesTest, AStoreWhoseFileWasReplacedByACopyIsAnotherGenerationAndEndsItsEpochs) {
  file_identity_ = 1;
  Start();
  agent_.Connect(*committer_);
  Store(2);
  const std::uint64_t generation = live_->store_generation();
  Start();
  EXPECT_EQ(live_->store_generation(), generation);
  file_identity_ = 2;  // nothing is missing: no agent could tell
  Start();
  EXPECT_NE(live_->store_generation(), generation);
  agent_.Greet(*committer_, agent_.MakeHello());
  Commit();
  const std::optional<Position> position = replies_.LastPosition(agent_.stream);
  EXPECT_NE(position->epoch, agent_.chain().epoch());
  EXPECT_EQ(position->store_generation, live_->store_generation());
  EXPECT_THAT(AlertRules(), ElementsAre("store_regressed"));
  EXPECT_THAT(Gaps(), IsEmpty());
}

TEST_F(DeliveryCasesTest, AnEpochOfTheNewGenerationGoesOn) {
  file_identity_ = 1;
  Start();
  agent_.Connect(*committer_);
  file_identity_ = 2;
  Start();
  agent_.Connect(*committer_);
  Store(1);
  const Epoch epoch = agent_.chain().epoch();
  Start();
  agent_.Connect(*committer_);
  EXPECT_EQ(agent_.chain().epoch(), epoch);
}

TEST_F(DeliveryCasesTest, TheEpochDrawnWhenTheStoreIsFoundGoneBackIsOfTheNewGeneration) {
  Stop();
  const auto backup = disk_.TakeSnapshot();
  Start();
  agent_.Connect(*committer_);
  Store(2);
  Stop();
  disk_.Restore(*backup);
  Start();
  agent_.Connect(*committer_);
  const Epoch epoch = agent_.chain().epoch();
  agent_.Connect(*committer_);
  EXPECT_EQ(agent_.chain().epoch(), epoch);
}

// The state of D4 and D6: a server restored to before the agent's epoch.
class RestoredServerTest : public DeliveryCasesTest {
 protected:
  void SetUp() override {
    Stop();
    const auto backup = disk_.TakeSnapshot();
    Start();
    agent_.Connect(*committer_);
    Store(4);
    old_epoch_ = agent_.chain().epoch();
    Stop();
    disk_.Restore(*backup);
    Start();
    agent_.Connect(*committer_);
  }

  // A batch of one row that was `sequence` in the old epoch.
  void Resend(Sequence sequence) {
    Envelope envelope = agent_.Next(Rows({"again"}));
    envelope.replaces_epoch = old_epoch_;
    envelope.replaces_sequence = sequence;
    agent_.Deliver(*committer_, std::move(envelope));
  }

  Epoch old_epoch_ = 0;
};

TEST_F(RestoredServerTest, D6AnEpochTheServerDoesNotKnowIsWhollyMissingUntilItComesAgain) {
  EXPECT_NE(agent_.chain().epoch(), old_epoch_);
  ASSERT_THAT(Gaps(), SizeIs(1));
  EXPECT_EQ(Gaps()[0].epoch, old_epoch_);
  EXPECT_EQ(Gaps()[0].count, 4u);
  EXPECT_EQ(Gaps()[0].site, "seattle");
}

TEST_F(RestoredServerTest, D4TheGapShrinksByWhatComesBackAndTheRestBecomesFinal) {
  Resend(3);
  Resend(4);
  Commit();
  ASSERT_THAT(Gaps(), SizeIs(1));
  EXPECT_EQ(Gaps()[0].count, 2u);
  EXPECT_EQ(Gaps()[0].state, GapState::kRefilling);
  agent_.RefillDone(*committer_);
  Commit();
  EXPECT_EQ(Gaps()[0].count, 2u);
  EXPECT_EQ(Gaps()[0].state, GapState::kFinal);
}

TEST_F(RestoredServerTest, AGapThatIsRefilledWhollyGoesAway) {
  for (Sequence sequence = 1; sequence <= 4; ++sequence) Resend(sequence);
  Commit();
  EXPECT_THAT(Gaps(), IsEmpty());
  agent_.RefillDone(*committer_);
  Commit();
  EXPECT_THAT(Gaps(), IsEmpty());
}

TEST_F(RestoredServerTest, RefillingGoesOnWhereItWasAfterARestart) {
  Resend(1);
  Commit();
  Start();
  agent_.Connect(*committer_);
  Resend(2);
  Commit();
  ASSERT_THAT(Gaps(), SizeIs(1));
  EXPECT_EQ(Gaps()[0].count, 2u);
}

TEST_F(RestoredServerTest, ANameThatComesTwiceShrinksItsGapOnce) {
  Resend(1);
  Resend(2);
  Commit();
  Hello hello = agent_.MakeHello();
  hello.want_new_epoch = true;
  agent_.Connect(*committer_, hello);
  Resend(1);
  Resend(2);
  Commit();
  ASSERT_THAT(Gaps(), SizeIs(1));
  EXPECT_EQ(Gaps()[0].count, 2u);
}

TEST_F(RestoredServerTest, ANameThatComesTwiceShrinksItsGapOnceAlsoOverARestart) {
  Resend(1);
  Resend(2);
  Commit();
  Start();
  Hello hello = agent_.MakeHello();
  hello.want_new_epoch = true;
  agent_.Connect(*committer_, hello);
  Resend(2);
  Resend(3);
  Commit();
  ASSERT_THAT(Gaps(), SizeIs(1));
  EXPECT_EQ(Gaps()[0].count, 1u);
}

TEST_F(RestoredServerTest, AFinalGapIsNotDeclaredAgainByTheNextHello) {
  agent_.RefillDone(*committer_);
  Commit();
  agent_.Connect(*committer_);
  Start();
  agent_.Connect(*committer_);
  ASSERT_THAT(Gaps(), SizeIs(1));
  EXPECT_EQ(Gaps()[0].count, 4u);
}

TEST_F(RestoredServerTest, AHelloAndItsRefillInOneGroupLeaveTheRightCount) {
  TestAgent other(replies_, "7f3c2d10-0000-4000-8000-000000000002", "tacoma");
  Hello hello;
  hello.ack_log = {{77, 5, 50}};
  other.Greet(*committer_, hello);
  hello.ack_log = {{77, 6, 60}};
  other.Greet(*committer_, hello);
  Commit();
  ASSERT_THAT(Gaps(), SizeIs(2));
  EXPECT_EQ(Gaps()[0].count, 60u);
  EXPECT_EQ(Gaps()[0].last_sequence, 6u);
}

TEST_F(DeliveryCasesTest, D5AnAgentRestoredFromABackupGetsANewEpochWhenItAsks) {
  agent_.Connect(*committer_);
  Store(3);
  Hello restored = agent_.MakeHello();
  restored.next = 2;
  restored.ack_log = {{agent_.chain().epoch(), 1, 1}};
  agent_.Greet(*committer_, restored);
  Commit();
  EXPECT_EQ(replies_.LastPosition(agent_.stream)->watermark, 3u) << "the agent compares, not we";
  restored.want_new_epoch = true;
  agent_.Greet(*committer_, restored);
  Commit();
  EXPECT_NE(replies_.LastPosition(agent_.stream)->epoch, agent_.chain().epoch());
  EXPECT_EQ(replies_.LastPosition(agent_.stream)->watermark, 0u);
  EXPECT_THAT(Gaps(), IsEmpty());
}

TEST_F(DeliveryCasesTest, D6AnOlderEpochOfThisAgentIsNotCurrentAnyMore) {
  agent_.Connect(*committer_);
  Store(2);
  Hello before = agent_.MakeHello();
  Hello asks = before;
  asks.want_new_epoch = true;
  agent_.Connect(*committer_, asks);
  const Epoch current = agent_.chain().epoch();
  agent_.Greet(*committer_, before);
  Commit();
  const Position position = *replies_.LastPosition(agent_.stream);
  EXPECT_NE(position.epoch, before.epoch);
  EXPECT_NE(position.epoch, current);
}

TEST_F(DeliveryCasesTest, AHostileAckLogIsBoundedAndItsCountsDoNotBreakTheSums) {
  Hello hello;
  for (Epoch epoch = 1; epoch <= 65'536; ++epoch)
    hello.ack_log.push_back({epoch, 1'000'000, UINT64_MAX});
  agent_.Connect(*committer_, hello);
  agent_.Connect(*committer_, hello);
  EXPECT_LE(CountIn("watermark"), 4100);
  const absl::StatusOr<LiveReader::Counts> counts = Read()->Count();
  ASSERT_TRUE(counts.ok()) << counts.status();
  EXPECT_LE(counts->gaps, 4100);
  agent_.Send(*committer_, Rows({"still taken"}));
  Commit();
  EXPECT_EQ(Committed(), 1u);
}

TEST_F(DeliveryCasesTest, D7ANewStreamFencesTheOlderOneOfTheSameAgent) {
  agent_.Connect(*committer_);
  const StreamId older = agent_.stream;
  Envelope late = agent_.Next(Rows({"late"}));
  agent_.Connect(*committer_);
  EXPECT_EQ(replies_.RefusalOf(older), absl::StatusCode::kAborted);

  const StreamId newer = std::exchange(agent_.stream, older);
  agent_.Deliver(*committer_, late);
  Commit();
  EXPECT_THAT(rows_.Messages(), IsEmpty());
  EXPECT_EQ(replies_.LastAck(older), std::nullopt);
  agent_.stream = newer;
  agent_.Deliver(*committer_, late);
  Commit();
  EXPECT_THAT(rows_.Messages(), ElementsAre("late"));
}

TEST_F(DeliveryCasesTest, D7TheFenceHoldsInsideOneGroup) {
  agent_.Connect(*committer_);
  const StreamId older = agent_.stream;
  agent_.Send(*committer_, Rows({"before"}));
  agent_.Greet(*committer_, agent_.MakeHello());
  const StreamId newer = std::exchange(agent_.stream, older);
  agent_.Send(*committer_, Rows({"after"}));
  Commit();
  EXPECT_THAT(rows_.Messages(), ElementsAre("before"));
  EXPECT_EQ(replies_.LastPosition(newer)->watermark, 1u);
}

// Two processes with one identity, and the clock between their Hellos.
class CloneTest : public DeliveryCasesTest {
 protected:
  absl::StatusCode GreetAs(std::uint64_t nonce) {
    Hello hello = agent_.MakeHello();
    hello.boot_nonce = nonce;
    agent_.Greet(*committer_, hello);
    Commit();
    return replies_.RefusalOf(agent_.stream);
  }

  void Wait(absl::Duration by) { clock_.Advance(by); }
};

TEST_F(CloneTest, D7PlainRestartsNeverCount) {
  for (std::uint64_t nonce = 1; nonce <= 200; ++nonce) {
    EXPECT_EQ(GreetAs(nonce), absl::StatusCode::kOk);
    EXPECT_EQ(GreetAs(nonce), absl::StatusCode::kOk) << "a lost stream is no restart";
  }
  EXPECT_THAT(AlertRules(), IsEmpty());
}

TEST_F(CloneTest, D7ANonceThatComesBackFencesTheOtherAndAlerts) {
  GreetAs(1);
  GreetAs(2);
  const StreamId second = agent_.stream;
  EXPECT_EQ(GreetAs(1), absl::StatusCode::kOk);
  EXPECT_EQ(replies_.RefusalOf(second), absl::StatusCode::kAborted);
  EXPECT_THAT(AlertRules(), ElementsAre("agent_cloned"));
  EXPECT_THAT(Read()->Alerts(0, 1).value()[0].title, HasSubstr("seattle"));
}

TEST_F(CloneTest, D7TheSecondAlternationWithinTenMinutesRefusesBoth) {
  GreetAs(1);
  GreetAs(2);
  GreetAs(1);
  const StreamId first = agent_.stream;
  Wait(absl::Minutes(9));
  EXPECT_EQ(GreetAs(2), absl::StatusCode::kPermissionDenied);
  EXPECT_NE(replies_.RefusalOf(first), absl::StatusCode::kOk);
}

TEST_F(CloneTest, D7BothStayRefusedUntilTheOperatorDecides) {
  GreetAs(1);
  GreetAs(2);
  GreetAs(1);
  GreetAs(2);
  for (int i = 0; i < 3; ++i) {
    Wait(absl::Minutes(11));
    EXPECT_EQ(GreetAs(2), absl::StatusCode::kPermissionDenied);
    EXPECT_EQ(GreetAs(2), absl::StatusCode::kPermissionDenied) << "the same one, again";
    EXPECT_EQ(GreetAs(1), absl::StatusCode::kPermissionDenied);
  }
  committer_->Readmit(kAgent);
  EXPECT_EQ(GreetAs(2), absl::StatusCode::kOk);
  EXPECT_EQ(GreetAs(3), absl::StatusCode::kOk);
}

TEST_F(CloneTest, D7AlternationsFarApartDoNotRefuse) {
  GreetAs(1);
  GreetAs(2);
  for (int i = 0; i < 4; ++i) {
    Wait(absl::Minutes(11));
    EXPECT_EQ(GreetAs(i % 2 == 0 ? 1 : 2), absl::StatusCode::kOk);
  }
}

TEST_F(CloneTest, D7ACloneThatComesBackAnotherDayIsAnotherAlert) {
  GreetAs(1);
  GreetAs(2);
  GreetAs(1);
  Wait(absl::Hours(24));
  GreetAs(2);
  EXPECT_THAT(AlertRules(), ElementsAre("agent_cloned", "agent_cloned"));
}

TEST_F(DeliveryCasesTest, D8ASequenceGapIsRefusedAndNothingBehindItIsStored) {
  agent_.Connect(*committer_);
  Store(1);
  agent_.Next(Rows({"lost on the way"}));
  agent_.Send(*committer_, Rows({"out of order"}));
  agent_.Send(*committer_, Rows({"behind it"}));
  Commit();
  EXPECT_EQ(replies_.RefusalOf(agent_.stream), absl::StatusCode::kOutOfRange);
  EXPECT_THAT(rows_.Messages(), ElementsAre("row 1"));
  agent_.Greet(*committer_, agent_.MakeHello());
  Commit();
  EXPECT_EQ(replies_.LastPosition(agent_.stream)->watermark, 1u);
}

TEST_F(DeliveryCasesTest, D8WhatCameBeforeTheGapInTheSameGroupIsStoredAndAcked) {
  agent_.Connect(*committer_);
  agent_.Send(*committer_, Rows({"good"}));
  agent_.Next(Rows({"lost"}));
  agent_.Send(*committer_, Rows({"bad"}));
  Commit();
  EXPECT_THAT(rows_.Messages(), ElementsAre("good"));
  EXPECT_EQ(Committed(), 1u);
  EXPECT_EQ(replies_.RefusalOf(agent_.stream), absl::StatusCode::kOutOfRange);
}

TEST_F(DeliveryCasesTest, D9AnOverlapWithAnEqualChainIsDroppedAndAcked) {
  agent_.Connect(*committer_);
  const Envelope first = agent_.Next(Rows({"one"}));
  const Envelope second = agent_.Next(Rows({"two"}));
  agent_.Deliver(*committer_, first);
  agent_.Deliver(*committer_, second);
  Commit();
  replies_.Clear();
  agent_.Deliver(*committer_, first);
  agent_.Deliver(*committer_, second);
  Commit();
  EXPECT_THAT(rows_.Messages(), ElementsAre("one", "two"));
  EXPECT_EQ(Committed(), 2u);
  EXPECT_EQ(committer_->counters().duplicates, 2u);
}

TEST_F(DeliveryCasesTest, D9AnOverlapWithAnotherChainAtTheWatermarkIsAForkAndRefused) {
  agent_.Connect(*committer_);
  EnvelopeChain fork(kAgent, agent_.chain().epoch());
  Store(1);
  agent_.Deliver(*committer_, fork.Next(Rows({"another history"})));
  Commit();
  EXPECT_EQ(replies_.RefusalOf(agent_.stream), absl::StatusCode::kAborted);
  EXPECT_THAT(rows_.Messages(), ElementsAre("row 1"));
  const std::vector<GroupCommitter::RefusedStream> told = committer_->TakeRefusedStreams();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].from.agent, kAgent);
  EXPECT_TRUE(committer_->TakeRefusedStreams().empty());
}

TEST_F(DeliveryCasesTest, ABatchWhoseChainOrOrdinalDoesNotFollowIsRefused) {
  const auto refused = [&](auto&& spoil) {
    agent_.Connect(*committer_);
    Envelope envelope = agent_.Next(Rows({"x"}));
    spoil(envelope);
    agent_.Deliver(*committer_, std::move(envelope));
    Commit();
    return replies_.RefusalOf(agent_.stream);
  };
  EXPECT_EQ(refused([](Envelope& e) { e.chain[3] ^= 1; }), absl::StatusCode::kAborted);
  EXPECT_EQ(refused([](Envelope& e) { e.first_ordinal = 7; }), absl::StatusCode::kAborted);
  EXPECT_EQ(refused([](Envelope& e) { e.epoch ^= 1; }), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(rows_.Messages(), IsEmpty());
}

TEST_F(DeliveryCasesTest, D13ARenewedCertificateIsTheSameAgent) {
  agent_.Connect(*committer_);
  Store(2);
  TestAgent renewed(replies_, kAgent, "seattle");  // another TLS session, the same agent id
  Hello hello = agent_.MakeHello();
  renewed.Greet(*committer_, hello);
  Commit();
  EXPECT_EQ(replies_.LastPosition(renewed.stream)->epoch, agent_.chain().epoch());
  EXPECT_EQ(replies_.LastPosition(renewed.stream)->watermark, 2u);
  EXPECT_THAT(AlertRules(), IsEmpty());
}

}  // namespace
}  // namespace dims
