// SPDX-License-Identifier: Apache-2.0
// Alerts through the whole commit: enrichment, rule, window table and alert table, in the
// transaction of the batch that caused them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "common/delivery/chain.h"
#include "common/event/batch_builder.h"
#include "server/detect/rule_detector.h"
#include "server/enrich/site_enricher.h"
#include "server/ingest/envelope_decoder.h"
#include "server/ingest/group_committer.h"
#include "tests/support/crash_vfs.h"
#include "tests/support/seeded_random.h"
#include "tests/support/simulated_clock.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class CollectedRows final : public OpenRows {
 public:
  void Append(OpenChunk chunk) override { chunks.push_back(std::move(chunk)); }

  bool AcceptsMore() const override { return true; }

  std::vector<OpenChunk> chunks;
};

class LastPosition final : public StreamReplies {
 public:
  void SendPosition(StreamId, const Position& position) override { last = position; }

  void SendAck(StreamId, const Ack& ack) override { committed = ack.committed; }

  void Refuse(StreamId, const absl::Status&) override {}

  Position last;
  Sequence committed = 0;
};

class AlertCommitTest : public ::testing::Test {
 protected:
  // One agent of one site, as far as the committer sees it.
  struct Agent {
    AgentRef ref;
    StreamId stream = 0;
    Envelope last{};
  };

  void SetUp() override {
    const Indicator foe = {
        *Observable::Parse("192.0.2.7"), 90, Tlp::kGreen, kNeverExpires, "feed", "scanner"};
    knowledge_.SetIndicators(std::make_shared<const IndicatorSet>(std::vector<Indicator>{foe}));
    Restart();
  }

  // The process ends and starts again.
  void Restart() {
    committer_.reset();
    live_.reset();
    LiveDatabaseOptions options;
    options.path = directory_ / "live.db";
    options.vfs = disk_.name();
    auto opened = LiveDatabase::Open(options, random_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    live_ = *std::move(opened);
    committer_ = std::make_unique<GroupCommitter>(*live_, rows_, enricher_, detector_, replies_,
                                                  clock_, random_, GroupCommitterOptions());
    ASSERT_TRUE(committer_->Reload().ok());
    for (Agent* agent : {&tacoma_, &seattle_}) Greet(*agent);
  }

  void Greet(Agent& agent) {
    Hello hello;
    hello.epoch = agent.last.epoch;
    hello.next = agent.last.sequence + 1;
    hello.oldest_retained = 1;
    hello.boot_nonce = agent.stream + 1;
    agent.stream += 10;
    committer_->Add(agent.stream, agent.ref, hello);
    ASSERT_TRUE(committer_->Commit().ok());
    const Position& at = replies_.last;
    agent.last.epoch = at.epoch;
    agent.last.sequence = at.watermark;
    agent.last.chain = at.chain;
    agent.last.first_ordinal = at.watermark;
    agent.last.rows = 0;
  }

  // A batch of one event with this source, `age` old; the commit's outcome.
  absl::Status Deliver(Agent& agent, const std::string& source, absl::Duration age = {}) {
    BatchBuilder builder;
    builder.Integer(Field::kTimestamp, absl::ToUnixNanos(clock_.Now() - age));
    builder.Ip(Field::kSourceIp, *IpAddress::Parse(source));
    builder.FinishRow();
    EncodedBatch encoded = BatchEncoder().Encode(builder.Finish());
    Envelope envelope;
    envelope.epoch = agent.last.epoch;
    envelope.sequence = agent.last.sequence + 1;
    envelope.first_ordinal = agent.last.first_ordinal + agent.last.rows;
    envelope.rows = 1;
    envelope.payload_digest = encoded.digest;
    envelope.chain =
        ChainNext(agent.last.chain, envelope.epoch, envelope.sequence, envelope.payload_digest);
    envelope.payload = std::move(encoded.payload);
    auto decoded = EnvelopeDecoder().Decode(agent.stream, envelope);
    if (!decoded.ok()) return decoded.status();
    committer_->Add(agent.ref, *std::move(decoded));
    const absl::Status committed = committer_->Commit();
    if (committed.ok()) agent.last = std::move(envelope);
    return committed;
  }

  std::vector<std::string> Stored() {
    std::vector<std::string> out;
    const std::vector<Alert> alerts = live_->Unnotified(100).value();
    for (const Alert& alert : alerts) out.push_back(alert.key);
    return out;
  }

  CrashVfs disk_{1};
  TemporaryDirectory directory_;
  SimulatedClock clock_;
  SeededRandom random_{1};
  Knowledge knowledge_;
  const GeoDatabases geo_{{}, ""};
  SiteEnricher enricher_{knowledge_, geo_, clock_};
  RuleDetector detector_;
  CollectedRows rows_;
  LastPosition replies_;
  Agent tacoma_{{"11111111-1111-4111-8111-111111111111", "tacoma", "1"}, 1};
  Agent seattle_{{"22222222-2222-4222-8222-222222222222", "seattle", "1"}, 2};
  std::unique_ptr<LiveDatabase> live_;
  std::unique_ptr<GroupCommitter> committer_;
};

TEST_F(AlertCommitTest, StoresTheAlertWithTheBatchThatCausedIt) {
  ASSERT_TRUE(Deliver(tacoma_, "192.0.2.7").ok());
  EXPECT_THAT(committer_->TakeRaisedAlerts(), IsEmpty());
  ASSERT_TRUE(Deliver(seattle_, "192.0.2.7").ok());
  const auto raised = committer_->TakeRaisedAlerts();
  ASSERT_THAT(raised, SizeIs(1));
  EXPECT_THAT(raised[0].sites, ElementsAre("seattle", "tacoma"));
  EXPECT_THAT(raised[0].evidence, SizeIs(2));
  EXPECT_THAT(Stored(), ElementsAre("192.0.2.7"));
  const EventBatch& stored = *rows_.chunks.back().batch;
  EXPECT_EQ(stored.Find("source.iff")->TextAt(0), "foe");
}

TEST_F(AlertCommitTest, RemembersTheFirstSiteOverARestart) {
  ASSERT_TRUE(Deliver(tacoma_, "192.0.2.7").ok());
  Restart();
  ASSERT_TRUE(Deliver(seattle_, "192.0.2.7").ok());
  EXPECT_THAT(Stored(), ElementsAre("192.0.2.7"));
}

TEST_F(AlertCommitTest, RemembersNothingOfACommitThatFailed) {
  disk_.Fail(CrashVfs::Fault::kDiskFull, 1, CrashVfs::Persistence::kOnce);
  ASSERT_TRUE(absl::IsResourceExhausted(Deliver(tacoma_, "192.0.2.7")));
  ASSERT_TRUE(disk_.fault_fired());
  disk_.ClearFault();
  ASSERT_TRUE(committer_->Reload().ok());
  for (Agent* agent : {&tacoma_, &seattle_}) Greet(*agent);
  ASSERT_TRUE(Deliver(seattle_, "192.0.2.7").ok());
  EXPECT_THAT(Stored(), IsEmpty());
  ASSERT_TRUE(Deliver(tacoma_, "192.0.2.7").ok());
  EXPECT_THAT(Stored(), ElementsAre("192.0.2.7"));
}

TEST_F(AlertCommitTest, StoresLateRowsWithoutAnAlert) {
  ASSERT_TRUE(Deliver(tacoma_, "192.0.2.7", absl::Hours(2)).ok());
  ASSERT_TRUE(Deliver(seattle_, "192.0.2.7", absl::Hours(2)).ok());
  EXPECT_THAT(Stored(), IsEmpty());
  EXPECT_THAT(rows_.chunks, SizeIs(2));
}

TEST_F(AlertCommitTest, ForgetsExpiredWindowsWithLaterCommits) {
  ASSERT_TRUE(Deliver(tacoma_, "192.0.2.7").ok());
  EXPECT_TRUE(live_->Get(kFoeAtSeveralSites, "192.0.2.7")->has_value());
  clock_.Advance(absl::Hours(3));
  ASSERT_TRUE(Deliver(tacoma_, "198.51.100.1").ok());
  EXPECT_FALSE(live_->Get(kFoeAtSeveralSites, "192.0.2.7")->has_value());
}

}  // namespace
}  // namespace dims
