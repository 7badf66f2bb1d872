// SPDX-License-Identifier: Apache-2.0
#include "server/self_probe.h"

#include <gtest/gtest.h>

#include <future>
#include <vector>

namespace dims {
namespace {

class SelfProbeTest : public ::testing::Test {
 protected:
  SelfProbe::Question Part(const std::string& name) {
    return {name, [this, name] {
              asked_.push_back(name);
              return name == silent_ ? absl::UnavailableError("no answer") : absl::OkStatus();
            }};
  }

  std::string silent_;
  std::vector<std::string> asked_;
  SelfProbe probe_{{Part("listener"), Part("commit thread")}, absl::Hours(1)};
};

TEST_F(SelfProbeTest, ARoundInWhichAllAnsweredCountsOnce) {
  EXPECT_FALSE(probe_.TakeAnswer());
  probe_.AskAll();
  EXPECT_TRUE(probe_.TakeAnswer());
  EXPECT_FALSE(probe_.TakeAnswer());
}

TEST_F(SelfProbeTest, OnePartThatDoesNotAnswerSpoilsTheRound) {
  for (const char* silent : {"listener", "commit thread"}) {
    silent_ = silent;
    probe_.AskAll();
    EXPECT_FALSE(probe_.TakeAnswer()) << silent;
  }
  silent_.clear();
  probe_.AskAll();
  EXPECT_TRUE(probe_.TakeAnswer());
}

TEST_F(SelfProbeTest, AsksAtOnceOnItsOwnThreadAndStopsWithoutWaitingForTheNextRound) {
  std::promise<void> asked;
  SelfProbe probe({{"part",
                    [&] {
                      asked.set_value();
                      return absl::OkStatus();
                    }}},
                  absl::Hours(1));
  probe.Start();
  asked.get_future().wait();
  probe.Stop();
  probe.Stop();
  EXPECT_TRUE(probe.TakeAnswer());
}

}  // namespace
}  // namespace dims
