// SPDX-License-Identifier: Apache-2.0
#include "agent/output/local_output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "agent/output/local_outputs.h"
#include "common/filter/query.h"
#include "tests/agent/output/lines_batch.h"
#include "tests/support/scripted_listener.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using ::testing::HasSubstr;

class LocalOutputTest : public ::testing::Test {
 protected:
  OutputOptions FileOptions(const std::string& name) const {
    OutputOptions options;
    options.path = directory_.path() + "/" + name;
    return options;
  }

  static OutputOptions StreamOptions(std::uint16_t port) {
    OutputOptions options;
    options.transport = OutputTransport::kTcp;
    options.target = {"127.0.0.1", port};
    options.queue_bytes = 256 << 10;
    return options;
  }

  std::string Text(const std::string& name) const {
    std::stringstream text;
    text << std::ifstream(directory_.path() + "/" + name).rdbuf();
    return text.str();
  }

  TemporaryDirectory directory_;
  SystemClock clock_;
  SeededRandom random_{1};
};

TEST_F(LocalOutputTest, WritesWhatItTookBeforeItStops) {
  LocalOutput output(FileOptions("feed"), clock_, random_);
  output.Start();
  std::string all;
  for (int n = 0; n < 10; ++n) {
    output.Take(BatchOfLines(ManyLines(1000)));
    for (const std::string& line : ManyLines(1000)) absl::StrAppend(&all, line, "\n");
  }
  output.Stop();
  EXPECT_EQ(Text("feed"), all);
  EXPECT_EQ(output.counts().rows, 10'000u);
  EXPECT_EQ(output.counts().dropped, 0u);
}

TEST_F(LocalOutputTest, TakesOnlyWhatItsFilterMatches) {
  OutputOptions options = FileOptions("feed");
  options.filter = std::make_shared<const FilterNode>(*ParseFilter("event.dataset:odd"));
  LocalOutput output(options, clock_, random_);
  output.Start();
  output.Take(BatchOfLines(ManyLines(4)));
  output.Stop();
  EXPECT_EQ(Text("feed"), "line 1\nline 3\n");
  EXPECT_EQ(output.counts().rows, 2u);
}

TEST_F(LocalOutputTest, F56AReceiverThatNeverReadsHoldsUpNobodyAndEachEventIsCounted) {
  const ScriptedListener deaf(SOCK_STREAM);  // connections are accepted by the kernel alone
  LocalOutput output(StreamOptions(deaf.port()), clock_, random_);
  output.Start();
  const auto batch = BatchOfLines(ManyLines(500, 1000));
  constexpr int kBatches = 100;  // more than the sockets and the queue hold
  const absl::Duration begun = clock_.Monotonic();
  for (int n = 0; n < kBatches; ++n) output.Take(batch);
  EXPECT_LT(clock_.Monotonic() - begun, absl::Seconds(5));
  EXPECT_GT(output.counts().dropped, 0u);
  EXPECT_LE(output.counts().waiting_bytes, 1u << 20);
  output.Stop();
  EXPECT_EQ(output.counts().rows + output.counts().dropped, kBatches * 500u);
}

TEST_F(LocalOutputTest, F56WhatAFilterLeavesOutIsNotCountedAsDropped) {
  OutputOptions options = StreamOptions(1);
  options.filter = std::make_shared<const FilterNode>(*ParseFilter("event.dataset:odd"));
  LocalOutput output(options, clock_, random_);
  for (int n = 0; n < 1000; ++n) output.Take(BatchOfLines(ManyLines(10, 1000)));
  const std::uint64_t dropped = output.counts().dropped;
  EXPECT_GT(dropped, 0u);
  EXPECT_LT(dropped, 5000u);
  EXPECT_EQ(dropped % 5, 0u);
}

TEST_F(LocalOutputTest, ADestinationThatFailsIsNamedUntilItTakesEventsAgain) {
  OutputOptions options = FileOptions("later/feed");
  LocalOutput output(options, clock_, random_);
  output.Start();
  output.Take(BatchOfLines({"kept"}));
  while (output.counts().trouble.empty()) std::this_thread::yield();
  EXPECT_THAT(output.counts().trouble, HasSubstr("later/feed"));
  std::filesystem::create_directory(directory_.path() + "/later");
  while (output.counts().rows == 0) std::this_thread::yield();
  output.Stop();
  EXPECT_EQ(Text("later/feed"), "kept\n");
  EXPECT_EQ(output.counts().trouble, "");
}

TEST_F(LocalOutputTest, StopsSoonWhileItsDestinationFails) {
  LocalOutput output(StreamOptions(1), clock_, random_);
  output.Start();
  output.Take(BatchOfLines(ManyLines(7)));
  while (output.counts().trouble.empty()) std::this_thread::yield();
  const absl::Duration begun = clock_.Monotonic();
  output.Stop();
  EXPECT_LT(clock_.Monotonic() - begun, absl::Seconds(4));
  EXPECT_EQ(output.counts().dropped, 7u);
}

TEST_F(LocalOutputTest, ReceivedAndSentEventsGoToTheOutputsThatWantThem) {
  LocalOutputs outputs(clock_, random_);
  OutputOptions sent = FileOptions("sent");
  sent.after_policy = true;
  EXPECT_FALSE(outputs.TakesReceived());
  outputs.Configure({FileOptions("received"), sent});
  EXPECT_TRUE(outputs.TakesReceived());
  outputs.TakeReceived(BatchOfLines({"password"}));
  outputs.TakeSent(BatchOfLines({"********"}));
  outputs.Stop();
  EXPECT_EQ(Text("received"), "password\n");
  EXPECT_EQ(Text("sent"), "********\n");
}

TEST_F(LocalOutputTest, AnOutputThatStaysKeepsItsCountsWhileOthersComeAndGo) {
  LocalOutputs outputs(clock_, random_);
  outputs.Configure({FileOptions("stays"), FileOptions("goes")});
  outputs.TakeReceived(BatchOfLines({"one"}));
  outputs.Configure({FileOptions("comes"), FileOptions("stays")});
  outputs.TakeReceived(BatchOfLines({"two"}));
  outputs.Stop();
  EXPECT_EQ(Text("stays"), "one\ntwo\n");
  EXPECT_EQ(Text("goes"), "one\n");
  EXPECT_EQ(Text("comes"), "two\n");
  EXPECT_EQ(outputs.counts().at(directory_.path() + "/stays").rows, 2u);
}

}  // namespace
}  // namespace dims
