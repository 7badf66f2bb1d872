// SPDX-License-Identifier: Apache-2.0
// One batch that crashes the server cannot do so for ever: D10, undecoded.
#include "server/ingest/in_flight.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>

#include "common/base/crash_mark.h"
#include "server/ingest/ingest.h"
#include "tests/server/ingest/ingest_fixture.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Verdict = InFlight::Verdict;

// The file as processes leave it behind.
class InFlightTest : public ::testing::Test {
 protected:
  InFlightTest() : file_(Open()) {}

  std::unique_ptr<InFlight> Open() { return InFlight::Open(directory_ / "in_flight").value(); }

  // The process ends here and now; what it had in hand stays in the file.
  void EndWithoutAWord() {
    std::filesystem::copy_file(directory_ / "in_flight", directory_ / "kept");
    file_.reset();
    std::filesystem::rename(directory_ / "kept", directory_ / "in_flight");
    file_ = Open();
  }

  void Crash() {
    file_->crash_mark() = 1;
    EndWithoutAWord();
  }

  void EndInOrder() {
    file_.reset();
    file_ = Open();
  }

  TemporaryDirectory directory_;
  std::unique_ptr<InFlight> file_;
  const InFlight::BatchName batch_{kAgent, 7, 41};
  const InFlight::BatchName other_{kAgent, 7, 42};
};

TEST_F(InFlightTest, ABatchInAWorkersHandsAtTwoCrashesIsPoison) {
  file_->EnterWorker(1, batch_);
  Crash();
  EXPECT_EQ(file_->Judge(batch_), Verdict::kAlone);
  EXPECT_EQ(file_->Judge(other_), Verdict::kUnsuspected);
  file_->EnterGroup(batch_);
  Crash();
  EXPECT_EQ(file_->Judge(batch_), Verdict::kPoison);
}

TEST_F(InFlightTest, ABatchInSeveralHandsAtOneCrashWasInFlightOnce) {
  file_->EnterWorker(0, batch_);
  file_->EnterGroup(batch_);
  file_->EnterGroup(batch_);
  Crash();
  EXPECT_EQ(file_->Judge(batch_), Verdict::kAlone);
}

TEST_F(InFlightTest, ABatchThatWasPutDownBeforeTheCrashIsNotSuspect) {
  file_->EnterWorker(0, batch_);
  file_->LeaveWorker(0);
  file_->EnterGroup(other_);
  file_->LeaveGroup(true);
  Crash();
  EXPECT_EQ(file_->suspects_count(), 0u);
}

TEST_F(InFlightTest, ACommittedSuspectIsFreeOfSuspicionForGood) {
  file_->EnterGroup(batch_);
  Crash();
  file_->EnterGroup(batch_);
  file_->LeaveGroup(true);
  EXPECT_EQ(file_->Judge(batch_), Verdict::kUnsuspected);
  Crash();
  EXPECT_EQ(file_->Judge(batch_), Verdict::kUnsuspected);
}

TEST_F(InFlightTest, AnOrderlyEndBetweenTwoCrashesKeepsTheFirstInMind) {
  file_->EnterGroup(batch_);
  Crash();
  file_->EnterGroup(batch_);
  EndInOrder();
  EXPECT_EQ(file_->Judge(batch_), Verdict::kAlone);
}

TEST_F(InFlightTest, KillsWeighAFifthOfACrash) {
  for (int kill = 0; kill < 9; ++kill) {
    EXPECT_NE(file_->Judge(batch_), Verdict::kPoison) << kill;
    file_->EnterGroup(batch_);
    EndWithoutAWord();
  }
  EXPECT_EQ(file_->Judge(batch_), Verdict::kAlone);
  file_->EnterGroup(batch_);
  EndWithoutAWord();
  EXPECT_EQ(file_->Judge(batch_), Verdict::kPoison);
}

TEST_F(InFlightTest, AFileOfAnotherKindStartsAnew) {
  file_.reset();
  std::ofstream(directory_ / "in_flight") << std::string(900'000, 'x');
  file_ = Open();
  EXPECT_EQ(file_->suspects_count(), 0u);
  EXPECT_EQ(file_->Judge(batch_), Verdict::kUnsuspected);
}

TEST_F(InFlightTest, MoreBatchesThanAGroupHoldsAreNotNoted) {
  for (std::size_t i = 0; i <= InFlight::kGroupMax; ++i) file_->EnterGroup({kAgent, 7, i + 1});
  Crash();
  EXPECT_EQ(file_->suspects_count(), InFlight::kGroupMax);
}

TEST_F(InFlightTest, WhereItCannotBeMadeTheFilesNameIsTold) {
  const auto opened = InFlight::Open(directory_ / "nowhere/in_flight");
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(opened.status().message()), HasSubstr("in_flight"));
}

// Dies of one message, as a bug in the enrichment would.
class CrashingEnricher final : public BatchEnricher {
 public:
  void Enrich(const EventBatch& batch, std::vector<Column>&) override {
    const Column* messages = batch.Find("message", ColumnType::kText);
    for (std::uint32_t row = 0; row < batch.rows(); ++row) {
      if (messages->TextAt(row) == "poison") std::abort();
    }
  }
};

// A whole server's ingest in a process of its own, over and over.
class PoisonBatchTest : public IngestTest {
 protected:
  // A start of the server; its agent sends what was never acked, and two innocents with it.
  void Serve() {
    const auto in_flight = InFlight::Open(directory_ / "in_flight").value();
    const CrashMark mark(in_flight->crash_mark());
    GroupCommitter committer(*live_, rows_, enricher_, detector_, replies_, clock_, random_,
                             options_);
    ASSERT_TRUE(committer.Reload().ok());
    agent_.Connect(committer);
    IngestOptions ingest_options;
    ingest_options.in_flight = in_flight.get();
    ingest_options.group_wait = absl::Hours(1);  // all three in one group
    Ingest ingest(
        committer, presence_, system_clock_, ingest_options, [] {}, [](const absl::Status&) {});
    ingest.Start();
    const Envelope before = agent_.Next(Rows({"before"}));
    const Envelope poison = agent_.Next(Rows({"poison", "its neighbour"}));
    ingest.OnDeliver(agent_.stream, agent_.from(), {before, poison, agent_.Next(Rows({"after"}))});
    ingest.Stop();
  }

  // The signal of which that process died; 0: none.
  int ServeInAProcess() {
    const pid_t child = ::fork();
    if (child == 0) {
      Serve();
      std::_Exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }

  CrashingEnricher enricher_;
  AgentPresence presence_;
  SystemClock system_clock_;
  TestAgent agent_{replies_, kAgent, "seattle"};
};

TEST_F(PoisonBatchTest, D10ABatchThatCrashedTheServerTwiceIsQuarantinedUndecodedAndOthersGoOn) {
  agent_.Connect(*committer_);
  EXPECT_EQ(ServeInAProcess(), SIGABRT);
  EXPECT_EQ(ServeInAProcess(), SIGABRT);
  Serve();
  const Ack ack = replies_.LastAck(agent_.stream).value();
  EXPECT_EQ(ack.committed, 3u);
  EXPECT_THAT(rows_.Messages(), ElementsAre("before", "after"));
  EXPECT_EQ(CountIn("quarantine"), 1);
  EXPECT_GT(live_->QuarantinedBytes(kAgent).value(), 0);
  EXPECT_THAT(AlertRules(), ElementsAre("poison_batch"));
}

TEST_F(PoisonBatchTest, TheAckOfAPoisonBatchSaysWhyAndHowManyRows) {
  agent_.Connect(*committer_);
  EXPECT_EQ(ServeInAProcess(), SIGABRT);
  EXPECT_EQ(ServeInAProcess(), SIGABRT);
  std::vector<QuarantinedBatch> told;
  replies_.on_answer = [&] {
    const auto ack = replies_.LastAck(agent_.stream);
    if (ack && !ack->quarantined.empty()) told = ack->quarantined;
  };
  Serve();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].sequence, 2u);
  EXPECT_EQ(told[0].rows, 2u);
  EXPECT_THAT(told[0].reason, HasSubstr("two crashes"));
}

}  // namespace
}  // namespace dims
