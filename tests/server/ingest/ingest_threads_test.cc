// SPDX-License-Identifier: Apache-2.0
// The threads around the committer: order, back-pressure, orderly and unorderly ends.
#include <future>
#include <thread>

#include "server/ingest/ingest.h"
#include "tests/server/ingest/ingest_fixture.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class IngestThreadsTest : public IngestTest {
 protected:
  IngestThreadsTest() {
    ingest_options_.group_wait = absl::ZeroDuration();
    ingest_options_.group_interval = absl::ZeroDuration();
    ingest_options_.worker_interval = absl::ZeroDuration();
  }

  ~IngestThreadsTest() override { ingest_.reset(); }

  Ingest& StartThreads() {
    ingest_ = std::make_unique<Ingest>(
        *committer_, presence_, system_clock_, ingest_options_, [this] { ++rooms_; },
        [this](const absl::Status& why) { fatal_.push_back(why); });
    ingest_->Start();
    return *ingest_;
  }

  // Returns when everything queued before was committed.
  void Drain() {
    std::promise<void> done;
    ASSERT_TRUE(ingest_->RunOnCommitThread([&] { done.set_value(); }));
    done.get_future().wait();
  }

  static std::string AgentName(int i) { return absl::StrCat("agent-", i); }

  AgentPresence presence_;
  SystemClock system_clock_;
  IngestOptions ingest_options_;
  int rooms_ = 0;
  std::vector<absl::Status> fatal_;
  std::unique_ptr<Ingest> ingest_;
};

TEST_F(IngestThreadsTest, EveryAgentsBatchesAreStoredInItsOrderOverSeveralWorkers) {
  constexpr int kAgents = 6;
  constexpr int kBatches = 60;
  ingest_options_.workers_count = 4;
  std::vector<std::unique_ptr<TestAgent>> agents;
  for (int i = 0; i < kAgents; ++i) {
    agents.push_back(std::make_unique<TestAgent>(replies_, AgentName(i), "seattle"));
    agents.back()->Connect(*committer_);
  }
  Ingest& ingest = StartThreads();
  std::vector<std::thread> streams;
  for (const auto& agent : agents) {
    streams.emplace_back([&, agent = agent.get()] {
      for (int batch = 0; batch < kBatches; ++batch) {
        ingest.OnDeliver(agent->stream, agent->from(), {agent->Next(Rows({absl::StrCat(batch)}))});
      }
    });
  }
  for (std::thread& stream : streams) stream.join();
  ingest.Stop();
  for (const auto& agent : agents)
    EXPECT_EQ(replies_.LastAck(agent->stream)->committed, Sequence{kBatches});
  EXPECT_THAT(replies_.refusals, IsEmpty());
  EXPECT_EQ(rows_.rows(), static_cast<std::uint32_t>(kAgents * kBatches));
  EXPECT_THAT(fatal_, IsEmpty());
}

TEST_F(IngestThreadsTest, AStreamStopsReadingAtThePoolsEndAndHearsWhenThereIsRoom) {
  TestAgent agent(replies_, AgentName(1), "seattle");
  agent.Connect(*committer_);
  ingest_options_.pool_bytes = 1;
  Ingest& ingest = StartThreads();
  std::promise<void> hold;
  std::promise<void> held;
  ASSERT_TRUE(ingest.RunOnCommitThread([&] {
    held.set_value();
    hold.get_future().wait();
  }));
  held.get_future().wait();
  EXPECT_TRUE(ingest.MayRead());
  ingest.OnDeliver(agent.stream, agent.from(), {agent.Next(Rows({"a"}))});
  EXPECT_FALSE(ingest.MayRead());
  hold.set_value();
  ingest.Stop();
  EXPECT_TRUE(ingest.MayRead());
  EXPECT_GE(rooms_, 1);
  EXPECT_EQ(rows_.rows(), 1u);
}

TEST_F(IngestThreadsTest, StopCommitsWhatIsQueued) {
  TestAgent agent(replies_, AgentName(1), "seattle");
  agent.Connect(*committer_);
  ingest_options_.group_wait = absl::Hours(1);
  Ingest& ingest = StartThreads();
  for (int i = 0; i < 20; ++i)
    ingest.OnDeliver(agent.stream, agent.from(), {agent.Next(Rows({"a"}))});
  ingest.Stop();
  ingest.Stop();
  EXPECT_EQ(rows_.rows(), 20u);
  EXPECT_FALSE(ingest.RunOnCommitThread([] {}));
}

TEST_F(IngestThreadsTest, PresenceSaysHowFarEachAgentIsCommitted) {
  TestAgent agent(replies_, AgentName(1), "seattle");
  Ingest& ingest = StartThreads();
  ingest.OnHello(1, agent.from(), agent.MakeHello());
  Drain();
  Drain();  // the first one may have overtaken the worker
  ingest.Stop();
  ASSERT_TRUE(replies_.LastPosition(1).has_value());
  agent.stream = 1;
  agent.Follow(*replies_.LastPosition(1));
  ingest_ = nullptr;
  Ingest& again = StartThreads();
  again.OnDeliver(1, agent.from(), {agent.Next(Rows({"a"})), agent.Next(Rows({"b"}))});
  again.Stop();
  ASSERT_THAT(presence_.All(), SizeIs(1));
  EXPECT_EQ(presence_.All()[0].committed, 2u);
}

TEST_F(IngestThreadsTest, AHelloDoesNotWaitForItsGroupToFill) {
  TestAgent agent(replies_, AgentName(1), "seattle");
  ingest_options_.group_wait = absl::Hours(1);
  std::promise<void> answered;
  replies_.on_answer = [&] { answered.set_value(); };
  StartThreads().OnHello(1, agent.from(), Hello{});
  answered.get_future().wait();
  ingest_->Stop();
  EXPECT_TRUE(replies_.LastPosition(1).has_value());
  EXPECT_THAT(presence_.All(), SizeIs(1));
  EXPECT_EQ(presence_.connected_count(), 1u);
}

TEST_F(IngestThreadsTest, AGroupEndsWhenItsRowsTakeTooMuchMemory) {
  TestAgent agent(replies_, AgentName(1), "seattle");
  agent.Connect(*committer_);
  ingest_options_.group_wait = absl::Hours(1);
  ingest_options_.group_memory_bytes = 1;
  ingest_options_.queue_memory_bytes = 1;
  Ingest& ingest = StartThreads();
  for (int i = 0; i < 5; ++i)
    ingest.OnDeliver(agent.stream, agent.from(), {agent.Next(Rows({"a"}))});
  ingest.Stop();
  EXPECT_THAT(rows_.chunks, SizeIs(5));
}

TEST_F(IngestThreadsTest, APayloadDamagedOnTheWayEndsItsStreamAndOthersGoOn) {
  TestAgent agent(replies_, AgentName(1), "seattle");
  TestAgent other(replies_, AgentName(2), "tacoma");
  agent.Connect(*committer_);
  other.Connect(*committer_);
  Ingest& ingest = StartThreads();
  Envelope damaged = agent.Next(Rows({"a"}));
  damaged.payload[7] ^= 1;
  ingest.OnDeliver(agent.stream, agent.from(), {damaged, agent.Next(Rows({"b"}))});
  ingest.OnDeliver(other.stream, other.from(), {other.Next(Rows({"c"}))});
  ingest.Stop();
  EXPECT_EQ(replies_.RefusalOf(agent.stream), absl::StatusCode::kDataLoss);
  EXPECT_THAT(rows_.Messages(), ElementsAre("c"));
  EXPECT_EQ(CountIn("quarantine"), 0);
}

TEST_F(IngestThreadsTest, AFullDiskIsNotTheEnd) {
  TestAgent agent(replies_, AgentName(1), "seattle");
  agent.Connect(*committer_);
  disk_.Fail(CrashVfs::Fault::kDiskFull, 1, CrashVfs::Persistence::kSticky);
  Ingest& ingest = StartThreads();
  ingest.OnDeliver(agent.stream, agent.from(), {agent.Next(Rows({"a"}))});
  ingest.Stop();
  EXPECT_THAT(fatal_, IsEmpty());
  EXPECT_EQ(replies_.RefusalOf(agent.stream), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(ingest.MayRead());
}

TEST_F(IngestThreadsTest, AnUnknownOutcomeIsFatalOnceAndNothingMoreIsCommitted) {
  TestAgent agent(replies_, AgentName(1), "seattle");
  agent.Connect(*committer_);
  replies_.Clear();
  disk_.Fail(CrashVfs::Fault::kSync, 1, CrashVfs::Persistence::kOnce);
  ingest_options_.queue_memory_bytes = 1;  // workers wait for room
  Ingest& ingest = StartThreads();
  for (int i = 0; i < 5; ++i)
    ingest.OnDeliver(agent.stream, agent.from(), {agent.Next(Rows({"a"}))});
  ingest.Stop();
  EXPECT_THAT(fatal_, SizeIs(1));
  EXPECT_TRUE(replies_.acks.empty());
  EXPECT_THAT(rows_.chunks, IsEmpty());
}

TEST_F(IngestThreadsTest, AlertsOfAGroupAreHandedOverAfterItsCommit) {
  TestAgent agent(replies_, AgentName(1), "seattle");
  agent.Connect(*committer_);
  std::vector<Alert> handed;
  ingest_ = std::make_unique<Ingest>(
      *committer_, presence_, system_clock_, ingest_options_, [] {}, [](const absl::Status&) {});
  ingest_->SetAfterCommit([&](std::vector<Alert> alerts) {
    for (Alert& alert : alerts) handed.push_back(std::move(alert));
  });
  ingest_->Start();
  ingest_->OnDeliver(agent.stream, agent.from(), {agent.Next(Rows({"alert"}))});
  ingest_->Stop();
  ASSERT_THAT(handed, SizeIs(1));
  EXPECT_NE(handed[0].id, 0);
}

}  // namespace
}  // namespace dims
