// SPDX-License-Identifier: Apache-2.0
// An agent's join, renewal and recovery against the real authority over real TLS on loopback.
#include <gmock/gmock.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "agent/join/agent_identity.h"
#include "agent/join/certificate_keeper.h"
#include "agent/join/join.h"
#include "common/base/durable_file.h"
#include "common/grpc/channel_limits.h"
#include "common/grpc/credentials.h"
#include "common/grpc/peer_identity.h"
#include "common/grpc/status_bridge.h"
#include "server/authority/initialize.h"
#include "server/rpc/enrollment_service.h"
#include "tests/support/simulated_clock.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The main port's part in renewal.
class RenewalService final : public v1::Collector::CallbackService {
 public:
  explicit RenewalService(Authority& authority) : authority_(authority) {}

  grpc::ServerUnaryReactor* Renew(grpc::CallbackServerContext* context,
                                  const v1::RenewRequest* request,
                                  v1::RenewResponse* response) override {
    const PeerIdentity peer = *PeerIdentityOf(*context->auth_context());
    const absl::StatusOr<Enrolled> renewed =
        authority_.Renew(peer.principal, peer.key_fingerprint, request->certificate_request());
    if (renewed.ok()) {
      response->set_certificate_pem(renewed->certificate_pem);
      response->set_ca_bundle_pem(renewed->ca_bundle_pem);
    }
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(ToGrpc(renewed.status()));
    return reactor;
  }

 private:
  Authority& authority_;
};

// A server of a trust group with one site, as far as joining needs it.
class Centre {
 public:
  Centre() {
    registry_ = *Registry::Open(directory_ / "registry.db", clock_);
    audit_ = *AuditLog::Open(directory_ / "audit.db", clock_);
    const TrustGroup unknown_ports = {"g", "Group", "127.0.0.1:0", "127.0.0.1:0"};
    EXPECT_TRUE(
        InitializeAuthority(directory_.path(), unknown_ports, *registry_, clock_, random_).ok());
    authority_ = *Authority::Open(directory_.path(), *registry_, clock_, random_);
    Site site;
    site.id = "seattle";
    site.name = "City of Seattle";
    EXPECT_TRUE(registry_->AddSite(site).ok());
    Listen();
  }

  JoinToken Invite() { return *authority_->InviteAgent("seattle", "", "operator"); }

  Registry& registry() { return *registry_; }

  AuditLog& audit() { return *audit_; }

  SimulatedClock& clock() { return clock_; }

  void CloseMainPort() { main_->Shutdown(); }

 private:
  void Listen() {
    const ListenerFiles files = {authority_->server_key_path(), authority_->server_chain_path(),
                                 directory_ / "ca.pem"};
    renewal_ = std::make_unique<RenewalService>(*authority_);
    enrollment_ = std::make_unique<EnrollmentService>(*authority_, *registry_, *audit_, clock_);
    const auto check = [this](const Principal& principal, const Sha256Digest& key) {
      return registry_->Snapshot()->Authorize(principal, key);
    };
    int main_port = 0;
    int join_port = 0;
    grpc::ServerBuilder main;
    LimitMainPort(main);
    main.AddListeningPort("127.0.0.1:0", MainPortCredentials(files, check, clock_), &main_port);
    main.RegisterService(renewal_.get());
    main_ = main.BuildAndStart();
    grpc::ServerBuilder join;
    LimitJoinPort(join);
    join.AddListeningPort("127.0.0.1:0", JoinPortCredentials(files), &join_port);
    join.RegisterService(enrollment_.get());
    join_ = join.BuildAndStart();
    TrustGroup group = registry_->Snapshot()->group;
    group.server_address = "127.0.0.1:" + std::to_string(main_port);
    group.join_address = "127.0.0.1:" + std::to_string(join_port);
    EXPECT_TRUE(registry_->SetGroup(group).ok());
  }

  SimulatedClock clock_{SystemClock().Now()};  // TLS itself looks at the real one
  SystemRandom random_;
  TemporaryDirectory directory_;
  std::unique_ptr<Registry> registry_;
  std::unique_ptr<AuditLog> audit_;
  std::unique_ptr<Authority> authority_;
  std::unique_ptr<RenewalService> renewal_;
  std::unique_ptr<EnrollmentService> enrollment_;
  std::unique_ptr<grpc::Server> main_;
  std::unique_ptr<grpc::Server> join_;
};

class JoiningTest : public ::testing::Test {
 protected:
  absl::StatusOr<AgentIdentity> JoinWith(const std::string& token, bool check_only = false) {
    steps_.clear();
    JoinOptions options;
    options.token = token;
    options.state_directory = state_;
    options.version = "1.0";
    options.check_only = check_only;
    return Join(options, clock_, [this](const CheckStep& step) {
      steps_.push_back(step.name + (step.outcome.ok() ? " ok" : " FAIL"));
    });
  }

  SystemClock clock_;
  SystemRandom random_;
  TemporaryDirectory directory_;
  const std::string state_ = directory_ / "state";
  Centre centre_;
  std::vector<std::string> steps_;
};

TEST_F(JoiningTest, TurnsATokenIntoAStoredIdentityStepByStep) {
  const absl::StatusOr<AgentIdentity> joined = JoinWith(centre_.Invite().Encode());
  ASSERT_TRUE(joined.ok()) << joined.status();
  EXPECT_THAT(steps_, ElementsAre("token ok", "state ok", "dns ok", "tcp ok", "tls ok", "clock ok",
                                  "key ok", "certificate ok", "store ok"));
  const AgentIdentity loaded = *AgentIdentity::Load(state_);
  EXPECT_EQ(loaded.principal.site, "seattle");
  EXPECT_EQ(loaded.server_address, centre_.registry().Snapshot()->group.server_address);
  EXPECT_NE(centre_.registry().Snapshot()->FindAgent(loaded.principal.name), nullptr);
  const AuditRow row = centre_.audit().Page(0, 1)->front();
  EXPECT_EQ(row.entry.act, "join");
  EXPECT_EQ(row.entry.object, loaded.principal.Uri());
}

TEST_F(JoiningTest, CheckAloneWritesNothingAndLeavesTheTokenUnused) {
  const std::string token = centre_.Invite().Encode();
  ASSERT_TRUE(JoinWith(token, true).ok());
  EXPECT_EQ(steps_.back(), "clock ok");
  EXPECT_TRUE(std::filesystem::is_empty(state_));
  EXPECT_TRUE(JoinWith(token).ok());
}

TEST_F(JoiningTest, LostAnswerCostsNoNewToken) {
  const std::string token = centre_.Invite().Encode();
  ASSERT_TRUE(JoinWith(token).ok());
  const Principal first = AgentIdentity::Load(state_)->principal;
  ASSERT_TRUE(std::filesystem::remove(state_ + "/identity.toml"));  // as if it had never come
  ASSERT_TRUE(JoinWith(token).ok());
  EXPECT_EQ(AgentIdentity::Load(state_)->principal, first);
}

TEST_F(JoiningTest, RefusesToJoinTwice) {
  ASSERT_TRUE(JoinWith(centre_.Invite().Encode()).ok());
  EXPECT_THAT(JoinWith(centre_.Invite().Encode()).status().message(), HasSubstr("already holds"));
}

TEST_F(JoiningTest, UsedTokenIsRefusedForAnotherMachine) {
  const std::string token = centre_.Invite().Encode();
  ASSERT_TRUE(JoinWith(token).ok());
  ASSERT_TRUE(std::filesystem::remove_all(state_) > 0);
  const absl::Status status = JoinWith(token).status();
  EXPECT_EQ(steps_.back(), "certificate FAIL");
  EXPECT_THAT(status.message(), HasSubstr("used already"));
  EXPECT_EQ(centre_.audit().Page(0, 1)->front().entry.outcome, "FAILED_PRECONDITION");
}

TEST_F(JoiningTest, ExpiredTokenIsRefusedWithItsDate) {
  const std::string token = centre_.Invite().Encode();
  centre_.clock().Advance(kGrantLifetime + absl::Minutes(1));
  EXPECT_THAT(JoinWith(token).status().message(), HasSubstr("expired on"));
}

TEST_F(JoiningTest, MangledTokenFailsOnTheSpot) {
  std::string token = centre_.Invite().Encode();
  std::swap(token[20], token[21]);
  if (token[20] == token[21]) token[20] = '_';
  EXPECT_THAT(JoinWith(token).status().message(), HasSubstr("copy it again"));
  EXPECT_THAT(steps_, ElementsAre("token FAIL"));
}

TEST_F(JoiningTest, TokenOfAPersonIsPointedOut) {
  JoinToken token = centre_.Invite();
  token.kind = JoinToken::Kind::kUser;
  token.site = "";
  EXPECT_THAT(JoinWith(token.Encode()).status().message(), HasSubstr("dims login"));
}

TEST_F(JoiningTest, AnotherAuthorityThanThePinnedOneIsRefused) {
  JoinToken token = centre_.Invite();
  token.ca_fingerprint = Sha256("another");
  EXPECT_THAT(JoinWith(token.Encode()).status().message(), HasSubstr("bypass"));
  EXPECT_EQ(steps_.back(), "tls FAIL");
}

TEST_F(JoiningTest, ClosedPortAndUnknownNameAreToldApart) {
  JoinToken token = centre_.Invite();
  centre_.CloseMainPort();
  EXPECT_THAT(JoinWith(token.Encode()).status().message(), HasSubstr("allow outbound TCP"));
  token.join_address = "no-such-name.invalid:1";
  EXPECT_FALSE(JoinWith(token.Encode()).ok());
  EXPECT_EQ(steps_.back(), "dns FAIL");
}

TEST_F(JoiningTest, UnwritableStateDirectoryIsNamed) {
  ASSERT_TRUE(WriteFileDurably(state_, "a file is in the way", kPublicFileMode).ok());
  EXPECT_THAT(JoinWith(centre_.Invite().Encode()).status().message(), HasSubstr("--state"));
  EXPECT_EQ(steps_.back(), "state FAIL");
}

TEST_F(JoiningTest, StrangerWhoGuessesIsStoppedAfterAWhile) {
  const std::string token = [&] {
    JoinToken wrong = centre_.Invite();
    wrong.secret = std::string(kJoinSecretBytes, 'x');
    return wrong.Encode();
  }();
  absl::Status last;
  for (int i = 0; i < 30; ++i) last = JoinWith(token).status();
  EXPECT_EQ(last.code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(JoiningTest, KeeperRenewsFromHalfOfTheLifeOverTheMainPort) {
  const AgentIdentity joined = *JoinWith(centre_.Invite().Encode());
  SimulatedClock clock(clock_.Now());
  int renewals = 0;
  CertificateKeeper keeper(state_, joined, clock, random_,
                           [&](const AgentIdentity&) { ++renewals; });
  ASSERT_TRUE(keeper.RenewIfDue().ok());
  EXPECT_EQ(renewals, 0);
  clock.Advance(absl::Hours(24 * 14 * 0.65));
  centre_.clock().Advance(absl::Hours(1));
  const absl::Status renewed = keeper.RenewIfDue();
  ASSERT_TRUE(renewed.ok()) << renewed;
  EXPECT_EQ(renewals, 1);
  const AgentIdentity stored = *AgentIdentity::Load(state_);
  EXPECT_GT(stored.not_after, joined.not_after);
  EXPECT_EQ(stored.key_pem, joined.key_pem);
  EXPECT_EQ(keeper.not_after(), stored.not_after);
}

TEST_F(JoiningTest, KeeperRecoversAnExpiredCertificateByItsKey) {
  const AgentIdentity joined = *JoinWith(centre_.Invite().Encode());
  SimulatedClock clock(clock_.Now() + absl::Hours(24 * 30));
  centre_.CloseMainPort();
  CertificateKeeper keeper(state_, joined, clock, random_, nullptr);
  const absl::Status recovered = keeper.RenewIfDue();
  ASSERT_TRUE(recovered.ok()) << recovered;
  EXPECT_NE(AgentIdentity::Load(state_)->certificate_pem, joined.certificate_pem);
  EXPECT_EQ(centre_.registry().Snapshot()->FindAgent(joined.principal.name)->recoveries_left,
            kRecoveriesMax - 1);
}

TEST_F(JoiningTest, SuspendedAgentNeitherRenewsNorRecovers) {
  const AgentIdentity joined = *JoinWith(centre_.Invite().Encode());
  ASSERT_TRUE(
      centre_.registry().SetAgentState(joined.principal.name, MemberState::kSuspended).ok());
  SimulatedClock clock(clock_.Now() + absl::Hours(24 * 10));
  CertificateKeeper keeper(state_, joined, clock, random_, nullptr);
  EXPECT_FALSE(keeper.RenewIfDue().ok());
  clock.Advance(absl::Hours(24 * 10));
  EXPECT_EQ(keeper.RenewIfDue().code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(JoiningTest, KeeperStopsAtOnce) {
  const AgentIdentity joined = *JoinWith(centre_.Invite().Encode());
  CertificateKeeper keeper(state_, joined, clock_, random_, nullptr);
  keeper.Start();
  keeper.Stop();
  keeper.Stop();
}

TEST(RenewalTimeTest, SpreadsAgentsAroundHalfOfTheLife) {
  const absl::Time start = absl::FromUnixSeconds(1'796'000'000);
  const absl::Time end = start + absl::Hours(1000);
  EXPECT_EQ(RenewalTime(start, end, 0.0), start + absl::Hours(400));
  EXPECT_EQ(RenewalTime(start, end, 0.5), start + absl::Hours(500));
  EXPECT_LE(RenewalTime(start, end, 0.999999), start + absl::Hours(600));
}

TEST(CheckStepTest, IsOneLineWithoutControlCharacters) {
  EXPECT_EQ(FormatCheckStep({"dns", absl::OkStatus(), "a is b"}), "ok    dns          a is b");
  EXPECT_EQ(FormatCheckStep({"tcp", absl::UnavailableError("x\x1b[31m\ny"), ""}),
            "FAIL  tcp          x\\x1b[31m\\ny");
}

}  // namespace
}  // namespace dims
