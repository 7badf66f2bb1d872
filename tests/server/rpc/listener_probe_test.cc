// SPDX-License-Identifier: Apache-2.0
// The server as a client of itself, over a real listener.
#include "server/rpc/listener_probe.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "dims/v1/query.grpc.pb.h"
#include "server/authority/initialize.h"
#include "server/rpc/caller.h"
#include "server/rpc/listeners.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

constexpr absl::Duration kLong = absl::Seconds(30);

class ListenerProbeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    registry_ = Registry::Open(directory_ / "registry.db", clock_).value();
    const TrustGroup group = {"group", "Group", "localhost:1", "localhost:2"};
    ASSERT_TRUE(InitializeAuthority(directory_.path(), group, *registry_, clock_, random_).ok());
    authority_ = Authority::Open(directory_.path(), *registry_, clock_, random_).value();
    probe_ = std::make_unique<ListenerProbe>(*authority_, clock_);
    listeners_ = std::make_unique<Listeners>(*registry_, *authority_, *probe_, clock_);
    const absl::Status started = listeners_->Start({"127.0.0.1:0", ""}, {&health_}, {});
    ASSERT_TRUE(started.ok()) << started;
    listen_ = absl::StrCat("0.0.0.0:", listeners_->main_port());
  }

  TemporaryDirectory directory_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<Registry> registry_;
  std::unique_ptr<Authority> authority_;
  std::unique_ptr<ListenerProbe> probe_;
  HealthService health_;
  std::unique_ptr<Listeners> listeners_;
  std::string listen_;
};

TEST_F(ListenerProbeTest, AListenerThatServesAnswers) {
  const absl::Status first = probe_->Ask(listen_, kLong);
  EXPECT_TRUE(first.ok()) << first;
  EXPECT_TRUE(probe_->Ask(listen_, kLong).ok());
}

TEST_F(ListenerProbeTest, AListenerThatIsGoneDoesNot) {
  listeners_->Stop();
  EXPECT_FALSE(probe_->Ask(listen_, absl::Seconds(2)).ok());
}

TEST_F(ListenerProbeTest, AnotherKeyUnderTheProbesNameIsRefused) {
  ASSERT_TRUE(probe_->Ask(listen_, kLong).ok());
  ListenerProbe stranger(*authority_, clock_);
  EXPECT_FALSE(stranger.Ask(listen_, absl::Seconds(2)).ok());
}

TEST_F(ListenerProbeTest, NobodyIsAdmittedBeforeTheFirstQuestion) {
  const Principal probe = Principal::User("group", kProbeUser);
  EXPECT_FALSE(probe_->Admits(probe, Sha256Digest{}));
}

}  // namespace
}  // namespace dims
