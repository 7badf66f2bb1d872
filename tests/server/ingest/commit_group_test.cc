// SPDX-License-Identifier: Apache-2.0
// What one commit group promises: nothing is said before it is true, all of it or nothing.
#include "absl/strings/match.h"
#include "tests/server/ingest/ingest_fixture.h"

namespace dims {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class CommitGroupTest : public IngestTest {
 protected:
  void Send(const std::vector<std::string>& messages) {
    agent_.Send(*committer_, LogRows(messages, clock_.Now()));
  }

  TestAgent agent_{replies_, kAgent, "seattle"};
};

TEST_F(CommitGroupTest, NothingIsAnsweredBeforeTheCommitIsOnTheDisk) {
  const std::uint64_t before_hello = disk_.syncs_count();
  replies_.on_answer = [&] { EXPECT_GT(disk_.syncs_count(), before_hello); };
  agent_.Connect(*committer_);
  const std::uint64_t before_batch = disk_.syncs_count();
  replies_.on_answer = [&] { EXPECT_GT(disk_.syncs_count(), before_batch); };
  Send({"a"});
  EXPECT_EQ(replies_.LastAck(agent_.stream), std::nullopt);
  Commit();
  EXPECT_EQ(replies_.LastAck(agent_.stream)->committed, 1u);
}

TEST_F(CommitGroupTest, RowsAreSearchableBeforeTheyAreAcked) {
  agent_.Connect(*committer_);
  Send({"a", "b"});
  replies_.on_answer = [&] { EXPECT_EQ(rows_.rows(), 2u); };
  Commit();
  EXPECT_THAT(replies_.acks[agent_.stream], SizeIs(1));
}

TEST_F(CommitGroupTest, AnAckNamesEpochSequenceCreditAndTheTime) {
  agent_.Connect(*committer_);
  Send({"a"});
  Send({"b"});
  Commit();
  const Ack ack = replies_.LastAck(agent_.stream).value();
  EXPECT_EQ(ack.epoch, agent_.chain().epoch());
  EXPECT_EQ(ack.committed, 2u);
  EXPECT_GT(ack.credit_bytes, 0u);
  EXPECT_EQ(ack.server_time_ns, absl::ToUnixNanos(clock_.Now()));
  EXPECT_THAT(ack.quarantined, IsEmpty());
}

TEST_F(CommitGroupTest, AgentsOfOneGroupAreAckedEachForTheirOwn) {
  TestAgent other(replies_, "7f3c2d10-0000-4000-8000-000000000002", "tacoma");
  agent_.Connect(*committer_);
  other.Connect(*committer_);
  Send({"a"});
  other.Send(*committer_, Rows({"b"}));
  Send({"c"});
  Commit();
  EXPECT_EQ(replies_.LastAck(agent_.stream)->committed, 2u);
  EXPECT_EQ(replies_.LastAck(other.stream)->committed, 1u);
  EXPECT_THAT(rows_.chunks, SizeIs(1));
  EXPECT_THAT(rows_.Values("organization.id", ColumnType::kKeyword),
              ElementsAre("seattle", "tacoma", "seattle"));
}

TEST_F(CommitGroupTest, ALargeBatchStaysByItselfAndSmallOnesAreStoredTogether) {
  agent_.Connect(*committer_);
  Send({"first small"});
  Send(std::vector<std::string>(2000, "of the large batch"));
  Send({"second small"});
  Commit();
  EXPECT_EQ(replies_.LastAck(agent_.stream)->committed, 3u);
  ASSERT_THAT(rows_.chunks, SizeIs(2));
  EXPECT_EQ(rows_.chunks[0].batch->rows(), 2u);
  EXPECT_EQ(rows_.chunks[1].batch->rows(), 2000u);
  EXPECT_LT(rows_.chunks[0].tail_id, rows_.chunks[1].tail_id);
  const std::vector<std::string> before = rows_.RowTexts();
  Stop();
  disk_.CutPower();
  Start();
  EXPECT_EQ(rows_.RowTexts(), before);
}

TEST_F(CommitGroupTest, CreditThatWasWithheldIsGrantedAsSoonAsRowsAreAcceptedAgain) {
  agent_.Connect(*committer_);
  rows_.accepts_more = false;
  Send({"a"});
  Commit();
  EXPECT_EQ(replies_.LastAck(agent_.stream)->credit_bytes, 0u);
  committer_->GrantWithheld();
  EXPECT_FALSE(committer_->gathered());
  rows_.accepts_more = true;
  committer_->GrantWithheld();
  Commit();
  EXPECT_GT(replies_.LastAck(agent_.stream)->credit_bytes, 0u);
  EXPECT_EQ(replies_.LastAck(agent_.stream)->committed, 1u);
}

TEST_F(CommitGroupTest, SiteAndAgentComeFromTheCertificateAlone) {
  agent_.Connect(*committer_);
  BatchBuilder builder;
  builder.Text(Field::kMessage, "mine");
  builder.FinishRow();
  builder.Text(Field::kMessage, "claims to be of another site");
  builder.NamedKeyword("organization.id", "tacoma");
  builder.NamedKeyword("agent.id", "somebody");
  builder.FinishRow();
  agent_.Send(*committer_, builder.Finish());
  Commit();
  EXPECT_THAT(rows_.Messages(), ElementsAre("mine"));
  EXPECT_THAT(rows_.Values("organization.id", ColumnType::kKeyword), ElementsAre("seattle"));
  EXPECT_THAT(rows_.Values("agent.id", ColumnType::kKeyword), ElementsAre(kAgent));
}

TEST_F(CommitGroupTest, AnIdleReportIsAnsweredWithoutAWrite) {
  agent_.Connect(*committer_);
  const std::uint64_t writes = disk_.writes_count();
  committer_->AddReport(agent_.stream, agent_.from());
  Commit();
  EXPECT_EQ(disk_.writes_count(), writes);
  EXPECT_EQ(replies_.LastAck(agent_.stream)->committed, 0u);
}

TEST_F(CommitGroupTest, AReportOfAStreamThatNeverGreetedIsNotAnswered) {
  committer_->AddReport(77, agent_.from());
  Commit();
  EXPECT_TRUE(replies_.Silent());
}

TEST_F(CommitGroupTest, AStreamThatBrokeTheRulesIsRefusedAndNoMoreIsTakenFromIt) {
  agent_.Connect(*committer_);
  committer_->AddRefusal(agent_.stream, agent_.from(), absl::InvalidArgumentError("no"));
  Send({"a"});
  Commit();
  EXPECT_EQ(replies_.RefusalOf(agent_.stream), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(rows_.chunks, IsEmpty());
}

TEST_F(CommitGroupTest, NoCreditIsGivenWhileTheOpenRowsTakeNoMore) {
  rows_.accepts_more = false;
  agent_.Connect(*committer_);
  EXPECT_EQ(replies_.LastPosition(agent_.stream)->credit_bytes, 0u);
  rows_.accepts_more = true;
  committer_->AddReport(agent_.stream, agent_.from());
  Commit();
  EXPECT_GT(replies_.LastAck(agent_.stream)->credit_bytes, 0u);
}

TEST_F(CommitGroupTest, CreditIsSharedByTheStreamsThatAreOpen) {
  options_.credit_pool_bytes = 1000;
  Start();
  agent_.Connect(*committer_);
  EXPECT_EQ(replies_.LastPosition(agent_.stream)->credit_bytes, 1000u);
  std::vector<std::unique_ptr<TestAgent>> others;
  for (int i = 0; i < 3; ++i) {
    others.push_back(std::make_unique<TestAgent>(replies_, absl::StrCat("other-", i), "tacoma"));
    others.back()->Connect(*committer_);
  }
  EXPECT_EQ(replies_.LastPosition(others.back()->stream)->credit_bytes, 250u);
  for (const auto& other : others) other->Close(*committer_);
  others[0]->Close(*committer_);                     // said twice
  committer_->AddClosed(99'999, others[0]->from());  // never said Hello
  committer_->AddReport(agent_.stream, agent_.from());
  Commit();
  EXPECT_EQ(replies_.LastAck(agent_.stream)->credit_bytes, 1000u);
  agent_.Connect(*committer_);  // its older stream is not closed yet
  EXPECT_EQ(replies_.LastPosition(agent_.stream)->credit_bytes, 500u);
}

// --- a commit that fails --------------------------------------------------------------------

class FailedCommitTest : public CommitGroupTest {
 protected:
  void SetUp() override {
    agent_.Connect(*committer_);
    Send({"before"});
    Commit();
    replies_.Clear();
    committer_->TakeRaisedAlerts();
  }

  void ExpectNothingHappened() {
    EXPECT_TRUE(replies_.acks.empty());
    EXPECT_TRUE(replies_.positions.empty());
    EXPECT_THAT(rows_.Messages(), ElementsAre("before"));
    EXPECT_THAT(committer_->TakeRaisedAlerts(), IsEmpty());
  }
};

TEST_F(FailedCommitTest, D11ADiskErrorLeavesTheOutcomeUnknownAndNothingIsSaid) {
  Send({"after"});
  disk_.Fail(CrashVfs::Fault::kSync, 1, CrashVfs::Persistence::kSticky);
  const absl::Status failed = committer_->Commit();
  EXPECT_EQ(failed.code(), absl::StatusCode::kUnknown) << failed;
  ExpectNothingHappened();
}

TEST_F(FailedCommitTest, D11AfterAnUnknownOutcomeHelloTellsWhichItWas) {
  Send({"after"});
  disk_.Fail(CrashVfs::Fault::kSync, 1, CrashVfs::Persistence::kSticky);
  ASSERT_FALSE(committer_->Commit().ok());
  disk_.ClearFault();
  Stop();
  disk_.CutPower();
  Start();
  agent_.Greet(*committer_, agent_.MakeHello());
  Commit();
  const Position position = *replies_.LastPosition(agent_.stream);
  EXPECT_EQ(position.watermark, rows_.rows()) << "rows and watermark are of one transaction";
  EXPECT_GE(position.watermark, 1u);
  EXPECT_EQ(position.chain == agent_.chain().chain(), position.watermark == 2);
}

TEST_F(FailedCommitTest, D11AFullDiskWritesNothingAndTheServerGoesOnAfterReload) {
  Send({"after"});
  disk_.Fail(CrashVfs::Fault::kDiskFull, 1, CrashVfs::Persistence::kSticky);
  const absl::Status failed = committer_->Commit();
  EXPECT_EQ(failed.code(), absl::StatusCode::kResourceExhausted) << failed;
  ExpectNothingHappened();
  ASSERT_TRUE(committer_->Reload().ok());
  EXPECT_EQ(replies_.RefusalOf(agent_.stream), absl::StatusCode::kUnavailable);

  disk_.ClearFault();
  agent_.Greet(*committer_, agent_.MakeHello());
  Commit();
  const Position position = *replies_.LastPosition(agent_.stream);
  EXPECT_EQ(position.watermark, 1u);
  EnvelopeChain again(position.epoch, position.watermark, 1, position.chain);
  agent_.Deliver(*committer_, again.Next(Rows({"after"})));
  Commit();
  EXPECT_THAT(rows_.Messages(), ElementsAre("before", "after"));
  EXPECT_EQ(replies_.LastAck(agent_.stream)->committed, 2u);
}

TEST_F(FailedCommitTest, ReloadEndsEveryStreamEvenOneThatWasJustTakenOver) {
  const StreamId older = agent_.stream;
  agent_.Greet(*committer_, agent_.MakeHello());
  disk_.Fail(CrashVfs::Fault::kDiskFull, 1, CrashVfs::Persistence::kSticky);
  Send({"after"});
  ASSERT_FALSE(committer_->Commit().ok());
  ASSERT_TRUE(committer_->Reload().ok());
  EXPECT_NE(replies_.RefusalOf(older), absl::StatusCode::kOk);
  EXPECT_NE(replies_.RefusalOf(agent_.stream), absl::StatusCode::kOk);
}

TEST_F(FailedCommitTest, BatchesOfStreamsFromBeforeAReloadAreDropped) {
  ASSERT_TRUE(committer_->Reload().ok());
  Send({"late"});
  Commit();
  EXPECT_THAT(rows_.Messages(), ElementsAre("before"));
  EXPECT_TRUE(replies_.acks.empty());
}

TEST_F(FailedCommitTest, AlertsAndWindowStateGoBackWithTheGroup) {
  EXPECT_EQ(WindowRows(), 1u);
  Send({"alert"});
  disk_.Fail(CrashVfs::Fault::kDiskFull, 1, CrashVfs::Persistence::kSticky);
  ASSERT_FALSE(committer_->Commit().ok());
  disk_.ClearFault();
  ASSERT_TRUE(committer_->Reload().ok());
  EXPECT_EQ(WindowRows(), 1u);
  EXPECT_THAT(AlertRules(), IsEmpty());
  EXPECT_THAT(committer_->TakeRaisedAlerts(), IsEmpty());
}

TEST_F(FailedCommitTest, AnErrorOfTheDetectorRollsTheGroupBack) {
  detector_.failure = absl::InternalError("rule broken");
  Send({"alert"});
  EXPECT_EQ(committer_->Commit().code(), absl::StatusCode::kInternal);
  ExpectNothingHappened();
  EXPECT_EQ(WindowRows(), 1u);
  EXPECT_EQ(CountIn("tail"), 1);
}

TEST_F(FailedCommitTest, AnAlertIsDurableExactlyWhenItsBatchIs) {
  Send({"alert"});
  Commit();
  EXPECT_THAT(committer_->TakeRaisedAlerts(), SizeIs(1));
  EXPECT_THAT(committer_->TakeRaisedAlerts(), IsEmpty());
  Stop();
  disk_.CutPower();
  Start();
  EXPECT_THAT(AlertRules(), ElementsAre("says_alert"));
  EXPECT_EQ(WindowRows(), 2u);
}

// --- power cuts -----------------------------------------------------------------------------

// The power goes at any write or sync of a group; what was acked is there after it, and whatever
// is there is there whole.
TEST_F(CommitGroupTest, APowerCutAnywhereInAGroupLosesNothingThatWasAcked) {
  agent_.Connect(*committer_);
  for (std::uint64_t at = 1; at <= 40; ++at) {
    Sequence acked = agent_.chain().sequence();
    if (at % 2 == 0) {
      disk_.CutPowerAtWrite(at / 2);
    } else {
      disk_.CutPowerAtSync(1 + at / 2 % 3);
    }
    for (int group = 0; group < 4 && !disk_.power_was_cut(); ++group) {
      Send({absl::StrCat("row ", agent_.chain().sequence() + 1)});
      if (!committer_->Commit().ok()) break;
      acked = replies_.LastAck(agent_.stream)->committed;
    }
    if (!disk_.power_was_cut()) disk_.CutPower();
    Start();
    agent_.Connect(*committer_);
    const Position position = *replies_.LastPosition(agent_.stream);
    EXPECT_GE(position.watermark, acked);
    ASSERT_EQ(rows_.rows(), position.watermark);
    for (Sequence row = 1; row <= position.watermark; ++row)
      ASSERT_EQ(rows_.Messages()[row - 1], absl::StrCat("row ", row));
  }
}

// --- a restart --------------------------------------------------------------------------------

TEST_F(CommitGroupTest, AfterARestartTheTailGivesBackTheSameRowsAndColumns) {
  TestAgent other(replies_, "7f3c2d10-0000-4000-8000-000000000002", "tacoma");
  agent_.Connect(*committer_);
  other.Connect(*committer_);
  Send({"a", "b"});
  other.Send(*committer_, LogRows({"from tomorrow"}, clock_.Now() + absl::Hours(30)));
  BatchBuilder mixed;
  for (int i = 0; i < 5; ++i) {
    mixed.Text(Field::kMessage, absl::StrCat("mixed ", i));
    if (i % 2 == 0) mixed.AddKeyword(Field::kTags, "dmz");
    if (i == 3) mixed.NamedKeyword("threat.indicator.name", "forged");
    mixed.FinishRow();
  }
  Envelope envelope = agent_.Next(mixed.Finish());
  envelope.leave_out = {{1, 1}};
  agent_.Deliver(*committer_, std::move(envelope));
  Commit();
  clock_.Advance(absl::Seconds(9));
  Send({"another group"});
  Commit();

  const std::vector<std::string> before = rows_.RowTexts();
  ASSERT_THAT(before, SizeIs(7));
  EXPECT_THAT(before, Each(HasSubstr("source.iff:keyword=foe")));
  const std::vector<OpenChunk> chunks = rows_.chunks;
  Stop();
  disk_.CutPower();
  Start();
  EXPECT_THAT(rows_.RowTexts(), ElementsAreArray(before));
  ASSERT_THAT(rows_.chunks, SizeIs(chunks.size()));
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    EXPECT_EQ(rows_.chunks[i].tail_id, chunks[i].tail_id);
    EXPECT_EQ(rows_.chunks[i].received_ns, chunks[i].received_ns);
  }
}

TEST_F(CommitGroupTest, EventsAreNumberedByOrdinalAcrossRowsThatWereLeftOut) {
  agent_.Connect(*committer_);
  Send({"a", "b"});
  Envelope envelope = agent_.Next(Rows({"c", "left out", "d"}));
  envelope.leave_out = {{1, 1}};
  agent_.Deliver(*committer_, std::move(envelope));
  Send({"e"});
  Commit();
  EXPECT_THAT(rows_.Messages(), ElementsAre("a", "b", "c", "d", "e"));
  EXPECT_THAT(rows_.Values("event.ordinal", ColumnType::kInteger),
              ElementsAre("0", "1", "2", "4", "5"));
}

TEST_F(CommitGroupTest, RowsThatMayBeRepeatedAreTaggedAlsoAfterARestart) {
  agent_.Connect(*committer_);
  Send({"a"});
  Envelope envelope = agent_.Next(Rows({"b", "left out", "c", "d"}));
  envelope.leave_out = {{1, 1}};
  envelope.maybe_repeated = {{0, 1}, {2, 1}};
  agent_.Deliver(*committer_, std::move(envelope));
  Commit();
  const std::vector<std::string> tagged = {"-", "true", "true", "-"};
  EXPECT_THAT(rows_.Values("delivery.maybe_repeated", ColumnType::kBool), ElementsAreArray(tagged));
  Start();
  EXPECT_THAT(rows_.Values("delivery.maybe_repeated", ColumnType::kBool), ElementsAreArray(tagged));
}

TEST_F(CommitGroupTest, ALargeGroupComesBackWhole) {
  agent_.Connect(*committer_);
  BatchBuilder builder;
  for (int batch = 0; batch < 3; ++batch) {
    for (std::uint32_t row = 0; row < kBatchRowsMax; ++row) {
      builder.Keyword(Field::kUserName, absl::StrCat("user", row % 700));
      builder.FinishRow();
    }
    agent_.Send(*committer_, builder.Finish());
  }
  Commit();
  const std::vector<std::string> before = rows_.RowTexts();
  Start();
  EXPECT_EQ(rows_.rows(), 3 * kBatchRowsMax);
  EXPECT_EQ(rows_.RowTexts(), before);
}

// What a site claims can be as large as a batch may be; what the server adds must stay readable.
TEST_F(CommitGroupTest, HugeTagsOnImpossibleTimesDoNotKeepTheServerFromStarting) {
  agent_.Connect(*committer_);
  for (int batch = 0; batch < 3; ++batch) {
    BatchBuilder builder;
    for (int row = 0; row < 24; ++row) {
      builder.Integer(Field::kTimestamp, 1);
      builder.AddKeyword(Field::kTags,
                         absl::StrCat(batch, "-", row, std::string(kValueBytesMax - 8, 'x')));
      builder.FinishRow();
    }
    agent_.Send(*committer_, builder.Finish());
  }
  Commit();
  ASSERT_EQ(rows_.rows(), 72u);
  const std::vector<std::string> before = rows_.RowTexts();
  const absl::Status started = TryStart();
  ASSERT_TRUE(started.ok()) << started;
  EXPECT_TRUE(rows_.RowTexts() == before);
}

TEST_F(CommitGroupTest, AVolumeShortOfRoomTakesNothingSaysWhyAndStopsCredit) {
  bool room = true;
  options_.check_room = [&] {
    return room ? absl::OkStatus() : absl::ResourceExhaustedError("disk full (1.0 MB left)");
  };
  Start();
  agent_.Connect(*committer_);
  room = false;
  Send({"a"});
  const absl::Status committed = committer_->Commit();
  ASSERT_EQ(committed.code(), absl::StatusCode::kResourceExhausted) << committed;
  ASSERT_TRUE(committer_->Reload(committed).ok());

  EXPECT_THAT(std::string(replies_.refusals.at(agent_.stream).back().message()),
              HasSubstr("disk full (1.0 MB left)"));
  EXPECT_EQ(rows_.rows(), 0u);
  agent_.Connect(*committer_);
  EXPECT_EQ(replies_.LastPosition(agent_.stream)->credit_bytes, 0u);
}

}  // namespace
}  // namespace dims
