// SPDX-License-Identifier: Apache-2.0
#include "server/registry/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/simulated_clock.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kUuid[] = "0b7cbb2e-5d4e-4a6e-9d5c-3f1d6a0c2b11";

class RegistryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Reopen();
    ASSERT_TRUE(registry_->SetGroup({"g", "Group", "a.example:1", "a.example:2"}).ok());
    ASSERT_TRUE(registry_->AddSite(NamedSite("seattle")).ok());
    ASSERT_TRUE(registry_->AddSite(NamedSite("tacoma")).ok());
  }

  void Reopen() {
    registry_.reset();
    registry_ = *Registry::Open(directory_ / "registry.db", clock_);
    registry_->SetCutListener([this](const Principal& who) { cut_.push_back(who.Uri()); });
  }

  static Site NamedSite(const std::string& id) {
    Site site;
    site.id = id;
    site.name = "City of " + id;
    return site;
  }

  JoinGrant AgentGrant(const std::string& secret, const std::string& replaces = "") {
    JoinGrant grant;
    grant.secret_hash = Sha256(secret);
    grant.site = "seattle";
    grant.replaces = replaces;
    grant.expires = clock_.Now() + kGrantLifetime;
    return grant;
  }

  IssuedCertificate Issued(const std::string& key) {
    return {key, "5e", clock_.Now() + absl::Hours(24 * 14)};
  }

  // An enrolled, active agent of seattle with `key`.
  void Enrol(const std::string& uuid, const std::string& key) {
    ASSERT_TRUE(registry_->AddGrant(AgentGrant("secret of " + uuid)).ok());
    ASSERT_TRUE(registry_->RedeemForAgent(Sha256("secret of " + uuid), uuid, Issued(key)).ok());
  }

  absl::Status Authorize(const Principal& principal, const std::string& key) {
    return registry_->Snapshot()->Authorize(principal, Sha256(key));
  }

  SimulatedClock clock_;
  TemporaryDirectory directory_;
  std::unique_ptr<Registry> registry_;
  std::vector<std::string> cut_;
};

TEST_F(RegistryTest, KeepsEverythingAcrossARestart) {
  Site site = NamedSite("everett");
  site.cidrs = {"198.51.100.7/24", "198.51.100.0/24", "2001:db8::/32"};
  site.domains = {"Everett.Example"};
  site.silent_after = absl::Hours(1);
  ASSERT_TRUE(registry_->AddSite(site).ok());
  UserRecord user;
  user.name = "alice";
  user.role = UserRole::kSite;
  user.sites = {"everett", "seattle"};
  user.tlp_ceiling = Tlp::kRed;
  ASSERT_TRUE(registry_->AddUser(user).ok());
  Enrol(kUuid, "key");
  Reopen();
  const auto snapshot = registry_->Snapshot();
  EXPECT_EQ(snapshot->group.server_address, "a.example:1");
  EXPECT_THAT(snapshot->FindSite("everett")->cidrs,
              ElementsAre("198.51.100.0/24", "2001:db8::/32"));
  EXPECT_THAT(snapshot->FindSite("everett")->domains, ElementsAre("everett.example"));
  EXPECT_EQ(snapshot->FindSite("everett")->silent_after, absl::Hours(1));
  EXPECT_EQ(snapshot->FindUser("alice")->tlp_ceiling, Tlp::kRed);
  EXPECT_THAT(snapshot->FindUser("alice")->sites, ElementsAre("everett", "seattle"));
  EXPECT_EQ(snapshot->FindAgent(kUuid)->site, "seattle");
  EXPECT_EQ(snapshot->FindAgent(kUuid)->last_stream, absl::InfinitePast());
  EXPECT_EQ(snapshot->FindAgent(kUuid)->certificate_not_after, clock_.Now() + absl::Hours(336));
}

TEST_F(RegistryTest, RefusesASecondWriterOfItsFile) {
  EXPECT_EQ(Registry::Open(directory_ / "registry.db", clock_).status().code(),
            absl::StatusCode::kUnavailable);
}

TEST_F(RegistryTest, RefusesSitesThatBreakARuleAndNamesIt) {
  Site site = NamedSite("Seattle");
  EXPECT_THAT(registry_->AddSite(site).message(), HasSubstr("a-z 0-9"));
  site = NamedSite("kent");
  site.name = "a\x1b[31m";
  EXPECT_THAT(registry_->AddSite(site).message(), HasSubstr("control characters"));
  site = NamedSite("kent");
  site.cidrs = {"300.1.1.1/8"};
  EXPECT_THAT(registry_->AddSite(site).message(), HasSubstr("no network"));
  site = NamedSite("kent");
  site.domains = {"exa mple"};
  EXPECT_THAT(registry_->AddSite(site).message(), HasSubstr("no domain"));
  site = NamedSite("kent");
  site.silent_after = absl::Milliseconds(1);
  EXPECT_THAT(registry_->AddSite(site).message(), HasSubstr("silent_after"));
  EXPECT_EQ(registry_->AddSite(NamedSite("seattle")).code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(registry_->Snapshot()->sites.size(), 2U);
}

TEST_F(RegistryTest, GivesANetworkToOneSiteOnly) {
  Site site = NamedSite("seattle");
  site.cidrs = {"198.51.100.0/24"};
  ASSERT_TRUE(registry_->ChangeSite(site).ok());
  site = NamedSite("tacoma");
  site.cidrs = {"198.51.100.9/24"};
  EXPECT_THAT(registry_->ChangeSite(site).message(), HasSubstr("belongs to site seattle"));
  EXPECT_EQ(registry_->ChangeSite(NamedSite("nowhere")).code(), absl::StatusCode::kNotFound);
}

TEST_F(RegistryTest, AuthorizesAnAgentByItsEnrolledKeyAndSiteOnly) {
  Enrol(kUuid, "key");
  EXPECT_TRUE(Authorize(Principal::Agent("g", "seattle", kUuid), "key").ok());
  EXPECT_THAT(Authorize(Principal::Agent("g", "seattle", kUuid), "other").message(),
              HasSubstr("not the key"));
  EXPECT_THAT(Authorize(Principal::Agent("g", "tacoma", kUuid), "key").message(),
              HasSubstr("another site"));
  EXPECT_THAT(Authorize(Principal::Agent("h", "seattle", kUuid), "key").message(),
              HasSubstr("another trust group"));
  EXPECT_FALSE(Authorize(Principal::User("g", kUuid), "key").ok());
  EXPECT_FALSE(Authorize(Principal::Server("g"), "key").ok());
}

TEST_F(RegistryTest, NeverAuthorizesAUserWithoutAKey) {
  UserRecord user;
  user.name = "alice";
  ASSERT_TRUE(registry_->AddUser(user).ok());
  EXPECT_FALSE(Authorize(Principal::User("g", "alice"), "").ok());
}

TEST_F(RegistryTest, CutsWhomItSuspendsOrRevokesAndLetsTheSuspendedComeBack) {
  Enrol(kUuid, "key");
  const Principal agent = Principal::Agent("g", "seattle", kUuid);
  ASSERT_TRUE(registry_->SetAgentState(kUuid, MemberState::kSuspended).ok());
  EXPECT_THAT(cut_, ElementsAre(agent.Uri()));
  EXPECT_THAT(Authorize(agent, "key").message(), HasSubstr("suspended"));
  ASSERT_TRUE(registry_->SetAgentState(kUuid, MemberState::kActive).ok());
  EXPECT_TRUE(Authorize(agent, "key").ok());
  ASSERT_TRUE(registry_->SetAgentState(kUuid, MemberState::kRevoked).ok());
  EXPECT_EQ(cut_.size(), 2U);
  EXPECT_THAT(Authorize(agent, "key").message(), HasSubstr("revoked"));
  EXPECT_EQ(registry_->SetAgentState(kUuid, MemberState::kActive).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(registry_->SetAgentState("x", MemberState::kActive).code(),
            absl::StatusCode::kNotFound);
}

TEST_F(RegistryTest, SuspendsUsersToo) {
  UserRecord user;
  user.name = "alice";
  user.public_key_der = "key";
  ASSERT_TRUE(registry_->AddUser(user).ok());
  const Principal alice = Principal::User("g", "alice");
  EXPECT_TRUE(Authorize(alice, "key").ok());
  ASSERT_TRUE(registry_->SetUserState("alice", MemberState::kSuspended).ok());
  EXPECT_THAT(cut_, ElementsAre(alice.Uri()));
  EXPECT_FALSE(Authorize(alice, "key").ok());
  EXPECT_EQ(registry_->SetUserState("bob", MemberState::kActive).code(),
            absl::StatusCode::kNotFound);
}

TEST_F(RegistryTest, TokenWorksOnceButForTheSameKeyAgain) {
  ASSERT_TRUE(registry_->AddGrant(AgentGrant("s")).ok());
  ASSERT_TRUE(registry_->RedeemForAgent(Sha256("s"), kUuid, Issued("key")).ok());
  EXPECT_EQ(registry_->FindGrant(Sha256("s"), Sha256("thief")).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(registry_->RedeemForAgent(Sha256("s"), kUuid, Issued("thief")).ok());
  EXPECT_TRUE(registry_->FindGrant(Sha256("s"), Sha256("key")).ok());
  EXPECT_EQ(*registry_->RedeemedBy(Sha256("s")), kUuid);
  EXPECT_EQ(registry_->FindGrant(Sha256("other"), Sha256("key")).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(RegistryTest, TokenExpiresAfter72Hours) {
  ASSERT_TRUE(registry_->AddGrant(AgentGrant("s")).ok());
  clock_.Advance(absl::Hours(72));
  EXPECT_TRUE(registry_->FindGrant(Sha256("s"), Sha256("key")).ok());
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(registry_->FindGrant(Sha256("s"), Sha256("key")).status().message(),
              HasSubstr("expired on"));
}

TEST_F(RegistryTest, ReplacedAgentKeepsItsIdAndLosesItsOldKey) {
  Enrol(kUuid, "old");
  ASSERT_TRUE(registry_->AddGrant(AgentGrant("again", kUuid)).ok());
  ASSERT_TRUE(registry_->RedeemForAgent(Sha256("again"), kUuid, Issued("new")).ok());
  const Principal agent = Principal::Agent("g", "seattle", kUuid);
  EXPECT_THAT(cut_, ElementsAre(agent.Uri()));
  EXPECT_FALSE(Authorize(agent, "old").ok());
  EXPECT_TRUE(Authorize(agent, "new").ok());
}

TEST_F(RegistryTest, GrantsOnlyForWhatExists) {
  JoinGrant grant = AgentGrant("s");
  grant.site = "nowhere";
  EXPECT_EQ(registry_->AddGrant(grant).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(registry_->AddGrant(AgentGrant("s", kUuid)).code(), absl::StatusCode::kNotFound);
  Enrol(kUuid, "key");
  ASSERT_TRUE(registry_->SetAgentState(kUuid, MemberState::kRevoked).ok());
  EXPECT_EQ(registry_->AddGrant(AgentGrant("s", kUuid)).code(),
            absl::StatusCode::kFailedPrecondition);
  grant.kind = JoinToken::Kind::kUser;
  grant.user = "nobody";
  EXPECT_EQ(registry_->AddGrant(grant).code(), absl::StatusCode::kNotFound);
}

TEST_F(RegistryTest, AllowsThreeRecoveriesThenAsksAnOperator) {
  Enrol(kUuid, "key");
  for (int i = 0; i < kRecoveriesMax; ++i) {
    EXPECT_TRUE(registry_->RecordRecovery(kUuid, Issued("key")).ok());
  }
  EXPECT_THAT(registry_->RecordRecovery(kUuid, Issued("key")).message(),
              HasSubstr("an operator must agree"));
  ASSERT_TRUE(registry_->SetAgentState(kUuid, MemberState::kActive).ok());
  EXPECT_TRUE(registry_->RecordRecovery(kUuid, Issued("key")).ok());
  EXPECT_THAT(cut_, IsEmpty());
}

TEST_F(RegistryTest, RenewsOnlyTheEnrolledKeyOfAnActiveMember) {
  Enrol(kUuid, "key");
  const Principal agent = Principal::Agent("g", "seattle", kUuid);
  EXPECT_TRUE(registry_->RecordRenewal(agent, Issued("key")).ok());
  EXPECT_FALSE(registry_->RecordRenewal(agent, Issued("other")).ok());
  ASSERT_TRUE(registry_->SetAgentState(kUuid, MemberState::kSuspended).ok());
  EXPECT_FALSE(registry_->RecordRenewal(agent, Issued("key")).ok());
}

TEST_F(RegistryTest, RefusesUsersThatBreakARule) {
  UserRecord user;
  user.name = "Alice";
  EXPECT_FALSE(registry_->AddUser(user).ok());
  user.name = "alice";
  user.role = UserRole::kSite;
  EXPECT_THAT(registry_->AddUser(user).message(), HasSubstr("--site"));
  user.sites = {"nowhere"};
  EXPECT_EQ(registry_->AddUser(user).code(), absl::StatusCode::kNotFound);
  user.role = UserRole::kOperator;
  user.sites = {"seattle"};
  EXPECT_THAT(registry_->AddUser(user).message(), HasSubstr("serves all sites"));
}

TEST_F(RegistryTest, NotesStreamsOfKnownAgents) {
  Enrol(kUuid, "key");
  const std::vector<StreamNote> notes = {{kUuid, "1.2", clock_.Now()},
                                         {"unknown", "1", clock_.Now()}};
  ASSERT_TRUE(registry_->NoteStreams(notes).ok());
  EXPECT_EQ(registry_->Snapshot()->FindAgent(kUuid)->version, "1.2");
  EXPECT_EQ(registry_->Snapshot()->FindAgent(kUuid)->last_stream, clock_.Now());
}

TEST_F(RegistryTest, SnapshotOfAMomentNeverChanges) {
  const auto before = registry_->Snapshot();
  ASSERT_TRUE(registry_->AddSite(NamedSite("kent")).ok());
  EXPECT_EQ(before->FindSite("kent"), nullptr);
  EXPECT_NE(registry_->Snapshot()->FindSite("kent"), nullptr);
}

TEST_F(RegistryTest, TrustGroupCannotChangeItsId) {
  EXPECT_EQ(registry_->SetGroup({"h", "H", "a:1", "a:2"}).code(), absl::StatusCode::kAlreadyExists);
  EXPECT_TRUE(registry_->SetGroup({"g", "New name", "b:1", "b:2"}).ok());
  EXPECT_FALSE(registry_->SetGroup({"g", "New name", "nonsense", "b:2"}).ok());
}

TEST_F(RegistryTest, ChangesAUsersRoleSitesAndCeilingAndEndsWhatItFollows) {
  UserRecord user;
  user.name = "alice";
  ASSERT_TRUE(registry_->AddUser(user).ok());
  user.role = UserRole::kSite;
  user.sites = {"seattle"};
  user.tlp_ceiling = Tlp::kGreen;
  user.state = MemberState::kSuspended;  // not what is changed here
  ASSERT_TRUE(registry_->ChangeUser(user).ok());
  Reopen();
  const UserRecord changed = *registry_->Snapshot()->FindUser("alice");
  EXPECT_EQ(changed.role, UserRole::kSite);
  EXPECT_THAT(changed.sites, ElementsAre("seattle"));
  EXPECT_EQ(changed.tlp_ceiling, Tlp::kGreen);
  EXPECT_EQ(changed.state, MemberState::kActive);
  ASSERT_EQ(cut_.size(), 1u);
  EXPECT_THAT(cut_[0], HasSubstr("/user/alice"));
}

TEST_F(RegistryTest, RefusesAChangeThatNoNewUserCouldHave) {
  UserRecord user;
  user.name = "alice";
  EXPECT_EQ(registry_->ChangeUser(user).code(), absl::StatusCode::kNotFound);
  ASSERT_TRUE(registry_->AddUser(user).ok());
  user.role = UserRole::kSite;
  EXPECT_THAT(std::string(registry_->ChangeUser(user).message()), HasSubstr("--site"));
  EXPECT_EQ(registry_->Snapshot()->FindUser("alice")->role, UserRole::kAnalyst);
}

TEST_F(RegistryTest, TheLastOperatorStaysOne) {
  UserRecord first;
  first.name = "alice";
  first.role = UserRole::kOperator;
  ASSERT_TRUE(registry_->AddUser(first).ok());
  UserRecord less = first;
  less.role = UserRole::kAnalyst;
  EXPECT_EQ(registry_->ChangeUser(less).code(), absl::StatusCode::kFailedPrecondition);
  UserRecord second = first;
  second.name = "bob";
  ASSERT_TRUE(registry_->AddUser(second).ok());
  EXPECT_TRUE(registry_->ChangeUser(less).ok());
}

}  // namespace
}  // namespace dims
