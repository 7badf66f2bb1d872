// SPDX-License-Identifier: Apache-2.0
// D10, what will never be stored, and D12, what a site had to give up.
#include "tests/server/ingest/ingest_fixture.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class QuarantineTest : public IngestTest {
 protected:
  QuarantineTest() { agent_.Connect(*committer_); }

  // Rows 0..n, of which those whose name is not empty carry a column of that name.
  static EventBatch WithColumns(const std::vector<std::string>& names) {
    BatchBuilder builder;
    for (std::size_t row = 0; row < names.size(); ++row) {
      builder.Text(Field::kMessage, absl::StrCat("row ", row));
      if (!names[row].empty()) builder.NamedKeyword(names[row], "forged");
      builder.FinishRow();
    }
    return builder.Finish();
  }

  std::vector<std::string> Stored(const std::string& column) {
    agent_.Send(*committer_, WithColumns({"", column, ""}));
    Commit();
    std::vector<std::string> messages = rows_.Messages();
    rows_.chunks.clear();
    return messages;
  }

  QuarantinedBatch LastQuarantined() {
    const Ack ack = replies_.LastAck(agent_.stream).value();
    EXPECT_THAT(ack.quarantined, SizeIs(1));
    return ack.quarantined.empty() ? QuarantinedBatch{} : ack.quarantined[0];
  }

  std::int64_t PayloadBytesKept() { return live_->QuarantinedBytes(kAgent).value(); }

  TestAgent agent_{replies_, kAgent, "seattle"};
};

TEST_F(QuarantineTest, D10ABatchThatDoesNotDecodeIsAckedWithTheReasonAndItsSequenceConsumed) {
  agent_.Send(*committer_, Rows({"good"}));
  agent_.Deliver(*committer_, agent_.chain().NextPayload("no batch at all", 3));
  agent_.Send(*committer_, Rows({"good again"}));
  Commit();
  EXPECT_EQ(replies_.LastAck(agent_.stream)->committed, 3u);
  EXPECT_EQ(LastQuarantined().sequence, 2u);
  EXPECT_EQ(LastQuarantined().rows, 3u);
  EXPECT_FALSE(LastQuarantined().reason.empty());
  EXPECT_THAT(rows_.Messages(), ElementsAre("good", "good again"));
  EXPECT_THAT(rows_.Values("event.ordinal", ColumnType::kInteger), ElementsAre("0", "4"));
  EXPECT_EQ(committer_->counters().quarantined_rows, 3u);
  EXPECT_EQ(CountIn("quarantine"), 1);
  EXPECT_EQ(PayloadBytesKept(), 15);
}

TEST_F(QuarantineTest, D10ABatchWithAnotherNumberOfRowsThanItsEnvelopeSaysIsQuarantined) {
  const EventBatch batch = Rows({"a", "b"});
  BatchEncoder encoder;
  agent_.Deliver(*committer_, agent_.chain().NextPayload(encoder.Encode(batch).payload, 3));
  Commit();
  EXPECT_EQ(LastQuarantined().rows, 3u);
  EXPECT_THAT(LastQuarantined().reason, HasSubstr("3 rows"));
  EXPECT_THAT(rows_.Messages(), IsEmpty());
}

TEST_F(QuarantineTest, D10RowsThatTheServerAlreadyHadAreNotCountedAsQuarantined) {
  Envelope envelope = agent_.chain().NextPayload("no batch at all", 5);
  envelope.leave_out = {{0, 2}};
  agent_.Deliver(*committer_, std::move(envelope));
  Commit();
  EXPECT_EQ(LastQuarantined().rows, 3u);
}

TEST_F(QuarantineTest, D10ARowWithAServerOwnedColumnIsQuarantinedAlone) {
  for (const char* name :
       {"organization.id", "organization.name", "agent.id", "agent.version", "event.id",
        "event.ingested", "event.stream", "event.ordinal", "threat.indicator.ip", "source.iff",
        "destination.iff", "client.iff", "source.owner"}) {
    EXPECT_THAT(Stored(name), ElementsAre("row 0", "row 2")) << name;
    EXPECT_EQ(LastQuarantined().rows, 1u) << name;
    EXPECT_THAT(LastQuarantined().reason, HasSubstr(name));
  }
}

TEST_F(QuarantineTest, D10NamesUnderLabelsAreTheSites) {
  EXPECT_THAT(Stored("labels.organization.id"), SizeIs(3));
  EXPECT_THAT(Stored("labels.source.iff"), SizeIs(3));
  EXPECT_THAT(Stored("user.name"), SizeIs(3));
}

TEST_F(QuarantineTest, D10AQuarantinedRowStaysOutAfterARestart) {
  agent_.Send(*committer_, WithColumns({"", "agent.id", ""}));
  Commit();
  const std::vector<std::string> before = rows_.RowTexts();
  Start();
  EXPECT_EQ(rows_.RowTexts(), before);
  EXPECT_THAT(rows_.Messages(), ElementsAre("row 0", "row 2"));
}

TEST_F(QuarantineTest, D10ABatchOfWhichNoRowIsLeftIsAckedAndStoresNothing) {
  agent_.Send(*committer_, WithColumns({"agent.id", "agent.id"}));
  Commit();
  EXPECT_EQ(replies_.LastAck(agent_.stream)->committed, 1u);
  EXPECT_EQ(CountIn("tail"), 0);
  EXPECT_THAT(rows_.chunks, IsEmpty());
}

TEST_F(QuarantineTest, D10BeyondTheAgentsShareOnlyDigestAndReasonAreKept) {
  options_.quarantine_bytes_per_agent = 100;
  Start();
  agent_.Connect(*committer_);
  for (int i = 0; i < 4; ++i) {
    agent_.Deliver(*committer_, agent_.chain().NextPayload(std::string(40, 'x'), 1));
    Commit();
  }
  EXPECT_EQ(CountIn("quarantine"), 4);
  EXPECT_EQ(PayloadBytesKept(), 80);
  EXPECT_EQ(replies_.LastAck(agent_.stream)->committed, 4u);
}

TEST_F(QuarantineTest, D10TheShareIsRememberedOverARestartAndIsEachAgentsOwn) {
  options_.quarantine_bytes_per_agent = 100;
  TestAgent other(replies_, "7f3c2d10-0000-4000-8000-000000000002", "tacoma");
  for (int i = 0; i < 3; ++i) {
    Start();
    agent_.Connect(*committer_);
    agent_.Deliver(*committer_, agent_.chain().NextPayload(std::string(40, 'x'), 1));
    Commit();
  }
  EXPECT_EQ(PayloadBytesKept(), 80);
  other.Connect(*committer_);
  other.Deliver(*committer_, other.chain().NextPayload(std::string(90, 'x'), 1));
  Commit();
  EXPECT_EQ(live_->QuarantinedBytes(other.from().agent).value(), 90);
}

TEST_F(QuarantineTest, D10AGroupThatWasNotWrittenUsesUpNoShare) {
  options_.quarantine_bytes_per_agent = 100;
  Start();
  agent_.Connect(*committer_);
  agent_.Deliver(*committer_, agent_.chain().NextPayload(std::string(90, 'x'), 1));
  disk_.Fail(CrashVfs::Fault::kDiskFull, 1, CrashVfs::Persistence::kSticky);
  ASSERT_FALSE(committer_->Commit().ok());
  disk_.ClearFault();
  ASSERT_TRUE(committer_->Reload().ok());
  TestAgent again(replies_, kAgent, "seattle");
  again.Connect(*committer_);
  again.Deliver(*committer_, again.chain().NextPayload(std::string(90, 'x'), 1));
  Commit();
  EXPECT_EQ(PayloadBytesKept(), 90);
}

TEST_F(QuarantineTest, APayloadThatIsNotTheOneItsDigestNamesWasDamagedOnTheWay) {
  Envelope envelope = agent_.Next(Rows({"a"}));
  envelope.payload[5] ^= 1;
  EnvelopeDecoder decoder;
  EXPECT_EQ(decoder.Decode(1, envelope).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(QuarantineTest, D12AHollowBatchBecomesAGapWithItsCountAndReasonAndTheChainGoesOn) {
  agent_.Send(*committer_, Rows({"a"}));
  Envelope hollow = agent_.chain().NextHollow(250, "buffer_full");
  hollow.bookmarks = {CounterBookmark("syslog:udp://[::]:514", 5, 251)};
  agent_.Deliver(*committer_, std::move(hollow));
  agent_.Send(*committer_, Rows({"b"}));
  Commit();
  ASSERT_THAT(Gaps(), SizeIs(1));
  EXPECT_EQ(Gaps()[0].count, 250u);
  EXPECT_EQ(Gaps()[0].reason, "buffer_full");
  EXPECT_EQ(Gaps()[0].source, "syslog:udp://[::]:514");
  EXPECT_EQ(Gaps()[0].site, "seattle");
  EXPECT_EQ(Gaps()[0].state, GapState::kFinal);
  EXPECT_EQ(replies_.LastAck(agent_.stream)->committed, 3u);
  EXPECT_THAT(rows_.Values("event.ordinal", ColumnType::kInteger), ElementsAre("0", "251"));
}

TEST_F(QuarantineTest, D12RowsOfAHollowBatchThatTheServerHadAreNotLost) {
  Envelope hollow = agent_.chain().NextHollow(10, "damaged");
  hollow.leave_out = {{0, 4}, {8, 1}};
  agent_.Deliver(*committer_, std::move(hollow));
  Commit();
  ASSERT_THAT(Gaps(), SizeIs(1));
  EXPECT_EQ(Gaps()[0].count, 5u);
}

TEST_F(QuarantineTest, D12EachLossBecomesAGapOfItsSourceTimeAndCount) {
  Envelope envelope = agent_.Next(Rows({"a"}));
  envelope.losses = {{"syslog:udp://[::]:514", 1000, 2000, 17, "kernel_drop"},
                     {"file:1:7", 3000, 4000, 0, "nothing"},
                     {"file:1:8", 5000, 6000, 2, "truncated"}};
  agent_.Deliver(*committer_, std::move(envelope));
  Commit();
  const std::vector<Gap> gaps = Gaps();
  ASSERT_THAT(gaps, SizeIs(2));
  EXPECT_EQ(gaps[1].source, "syslog:udp://[::]:514");
  EXPECT_EQ(gaps[1].from_ns, 1000);
  EXPECT_EQ(gaps[1].to_ns, 2000);
  EXPECT_EQ(gaps[1].count, 17u);
  EXPECT_EQ(gaps[1].reason, "kernel_drop");
  EXPECT_EQ(gaps[0].count, 2u);
  EXPECT_THAT(rows_.Messages(), ElementsAre("a"));
}

TEST_F(QuarantineTest, D12ALossIsDeclaredOnceHoweverOftenItsEnvelopeComes) {
  Envelope envelope = agent_.Next(Rows({"a"}));
  envelope.losses = {{"file:1:7", 1, 2, 3, "truncated"}};
  agent_.Deliver(*committer_, envelope);
  agent_.Deliver(*committer_, envelope);
  Commit();
  agent_.Deliver(*committer_, envelope);
  Commit();
  EXPECT_THAT(Gaps(), SizeIs(1));
}

TEST_F(QuarantineTest, AnEnvelopeWithoutRowsCarriesItsLossesAlone) {
  Envelope envelope = agent_.chain().NextHollow(0, "no_rows");
  envelope.losses = {{"file:1:7", 1, 2, 3, "truncated"}};
  agent_.Deliver(*committer_, std::move(envelope));
  Commit();
  EXPECT_THAT(Gaps(), SizeIs(1));
  EXPECT_EQ(CountIn("quarantine"), 0);
}

}  // namespace
}  // namespace dims
