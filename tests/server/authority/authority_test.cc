// SPDX-License-Identifier: Apache-2.0
#include "server/authority/authority.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include "common/base/durable_file.h"
#include "common/crypto/identity_file.h"
#include "common/crypto/recovery_message.h"
#include "common/crypto/tls_probe.h"
#include "server/authority/initialize.h"
#include "tests/support/seeded_random.h"
#include "tests/support/simulated_clock.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using ::testing::HasSubstr;

class AuthorityTest : public ::testing::Test {
 protected:
  void SetUp() override {
    registry_ = *Registry::Open(directory_ / "registry.db", clock_);
    const TrustGroup group = {"g", "Group", "centre.example:7443", "198.51.100.1:7444"};
    ASSERT_TRUE(InitializeAuthority(directory_.path(), group, *registry_, clock_, random_).ok());
    Reopen();
    Site site;
    site.id = "seattle";
    site.name = "City of Seattle";
    ASSERT_TRUE(registry_->AddSite(site).ok());
  }

  void Reopen() { authority_ = *Authority::Open(directory_.path(), *registry_, clock_, random_); }

  static std::string Hex(const JoinToken& token) { return absl::BytesToHexString(token.secret); }

  Enrolled JoinAgent() {
    return *authority_->Join(Hex(*authority_->InviteAgent("seattle", "", "alice")),
                             key_.CertificateRequestDer());
  }

  Sha256Digest Fingerprint() { return PublicKey::Of(key_.get())->Fingerprint(); }

  absl::StatusOr<Enrolled> Recover(const Enrolled& agent, const PrivateKey& signer) {
    const std::string uri = agent.principal.Uri();
    const std::string nonce = authority_->Challenge(uri);
    const std::string request = key_.CertificateRequestDer();
    return authority_->Recover(uri, nonce, signer.Sign(RecoveryMessage(nonce, request)), request);
  }

  SimulatedClock clock_;
  SeededRandom random_{3};
  TemporaryDirectory directory_;
  PrivateKey key_ = *PrivateKey::Generate();
  std::unique_ptr<Registry> registry_;
  std::unique_ptr<Authority> authority_;
};

TEST_F(AuthorityTest, InitLeavesAnOperatorWhoIsAuthorized) {
  const absl::StatusOr<IdentityFile> identity =
      IdentityFile::Load(directory_ / "operator.identity");
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(identity->principal, Principal::User("g", "operator"));
  EXPECT_EQ(identity->server_address, "centre.example:7443");
  const Sha256Digest key = Certificate::FromPem(identity->certificate_pem)->Key()->Fingerprint();
  EXPECT_TRUE(registry_->Snapshot()->Authorize(identity->principal, key).ok());
}

TEST_F(AuthorityTest, InitKeepsItsKeysFromOthersAndNeverRunsTwice) {
  for (const char* name : {"ca.key", "server.key", "operator.identity"}) {
    struct stat found {};

    ASSERT_EQ(::stat((directory_ / name).c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777, 0600U) << name;
  }
  const absl::Status again = InitializeAuthority(directory_.path(), registry_->Snapshot()->group,
                                                 *registry_, clock_, random_);
  EXPECT_EQ(again.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(again.message(), HasSubstr("initialised already"));
}

TEST_F(AuthorityTest, TokenCarriesBothAddressesAndThePinOfTheServersChain) {
  const JoinToken token = *authority_->InviteAgent("seattle", "", "alice");
  EXPECT_EQ(token.server_address, "centre.example:7443");
  EXPECT_EQ(token.join_address, "198.51.100.1:7444");
  EXPECT_EQ(token.site, "seattle");
  const auto chain = *Certificate::AllFromPem(authority_->server_identity().chain_pem);
  EXPECT_TRUE(PinnedAuthority(chain, token.ca_fingerprint).ok());
  EXPECT_EQ(authority_->InviteAgent("nowhere", "", "alice").status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(AuthorityTest, JoinedAgentHasACertificateOfItsSiteFor14Days) {
  const Enrolled agent = JoinAgent();
  const Certificate certificate = *Certificate::FromPem(agent.certificate_pem);
  EXPECT_EQ(*certificate.Subscriber(), agent.principal);
  EXPECT_EQ(agent.principal.site, "seattle");
  EXPECT_EQ(certificate.NotAfter(), clock_.Now() + absl::Hours(24 * 14));
  EXPECT_TRUE(certificate.IsIssuedBy(*Certificate::FromPem(agent.ca_bundle_pem)));
  EXPECT_TRUE(registry_->Snapshot()->Authorize(agent.principal, Fingerprint()).ok());
}

TEST_F(AuthorityTest, LostJoinAnswerIsRepeatedForTheSameKeyAndNoOther) {
  const std::string secret = Hex(*authority_->InviteAgent("seattle", "", "alice"));
  const Enrolled first = *authority_->Join(secret, key_.CertificateRequestDer());
  const Enrolled second = *authority_->Join(secret, key_.CertificateRequestDer());
  EXPECT_EQ(first.principal, second.principal);
  EXPECT_EQ(registry_->Snapshot()->agents.size(), 1U);
  const absl::Status thief =
      authority_->Join(secret, PrivateKey::Generate()->CertificateRequestDer()).status();
  EXPECT_EQ(thief.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(thief.message(), HasSubstr("used already"));
}

TEST_F(AuthorityTest, RefusesUnknownExpiredAndMalformedSecrets) {
  const std::string request = key_.CertificateRequestDer();
  EXPECT_EQ(authority_->Join(std::string(32, 'a'), request).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(authority_->Join("short", request).status().code(), absl::StatusCode::kInvalidArgument);
  const std::string secret = Hex(*authority_->InviteAgent("seattle", "", "alice"));
  EXPECT_EQ(authority_->Join(secret, "no request").status().code(),
            absl::StatusCode::kInvalidArgument);
  clock_.Advance(absl::Hours(73));
  EXPECT_THAT(authority_->Join(secret, request).status().message(), HasSubstr("expired"));
}

TEST_F(AuthorityTest, ReplacementTakesOverTheIdentity) {
  const Enrolled old = JoinAgent();
  const Sha256Digest old_key = Fingerprint();
  const JoinToken token = *authority_->InviteAgent("seattle", old.principal.name, "alice");
  const PrivateKey fresh = *PrivateKey::Generate();
  const Enrolled replaced = *authority_->Join(Hex(token), fresh.CertificateRequestDer());
  EXPECT_EQ(replaced.principal, old.principal);
  EXPECT_FALSE(registry_->Snapshot()->Authorize(old.principal, old_key).ok());
}

TEST_F(AuthorityTest, InvitedUserJoinsUnderTheInvitedName) {
  UserRecord alice;
  alice.name = "alice";
  ASSERT_TRUE(registry_->AddUser(alice).ok());
  const JoinToken token = *authority_->InviteUser("alice", "operator");
  EXPECT_EQ(token.kind, JoinToken::Kind::kUser);
  const Enrolled user = *authority_->Join(Hex(token), key_.CertificateRequestDer());
  EXPECT_EQ(user.principal, Principal::User("g", "alice"));
  EXPECT_TRUE(registry_->Snapshot()->Authorize(user.principal, Fingerprint()).ok());
}

TEST_F(AuthorityTest, RenewsTheConnectionsOwnKeyOnly) {
  const Enrolled agent = JoinAgent();
  clock_.Advance(absl::Hours(24 * 7));
  const absl::StatusOr<Enrolled> renewed =
      authority_->Renew(agent.principal, Fingerprint(), key_.CertificateRequestDer());
  ASSERT_TRUE(renewed.ok()) << renewed.status();
  EXPECT_EQ(Certificate::FromPem(renewed->certificate_pem)->NotAfter(),
            clock_.Now() + absl::Hours(24 * 14));
  EXPECT_FALSE(
      authority_
          ->Renew(agent.principal, Fingerprint(), PrivateKey::Generate()->CertificateRequestDer())
          .ok());
  ASSERT_TRUE(registry_->SetAgentState(agent.principal.name, MemberState::kSuspended).ok());
  EXPECT_EQ(authority_->Renew(agent.principal, Fingerprint(), key_.CertificateRequestDer())
                .status()
                .code(),
            absl::StatusCode::kPermissionDenied);
}

TEST_F(AuthorityTest, DarkSiteRecoversThreeTimesThenNeedsAnOperator) {
  const Enrolled agent = JoinAgent();
  clock_.Advance(absl::Hours(24 * 60));
  for (int i = 0; i < kRecoveriesMax; ++i) EXPECT_TRUE(Recover(agent, key_).ok());
  EXPECT_THAT(Recover(agent, key_).status().message(), HasSubstr("operator must agree"));
  ASSERT_TRUE(registry_->SetAgentState(agent.principal.name, MemberState::kActive).ok());
  EXPECT_TRUE(Recover(agent, key_).ok());
}

TEST_F(AuthorityTest, RecoveryNeedsTheEnrolledKeyAndAnOpenChallenge) {
  const Enrolled agent = JoinAgent();
  const std::string uri = agent.principal.Uri();
  const PrivateKey other = *PrivateKey::Generate();
  EXPECT_FALSE(Recover(agent, other).ok());
  const std::string request = key_.CertificateRequestDer();
  std::string nonce = authority_->Challenge(uri);
  const std::string signature = key_.Sign(RecoveryMessage(nonce, request));
  clock_.Advance(kChallengeLifetime + absl::Seconds(1));
  EXPECT_FALSE(authority_->Recover(uri, nonce, signature, request).ok());
  nonce = authority_->Challenge("dims://g/user/operator");
  EXPECT_FALSE(
      authority_->Recover(uri, nonce, key_.Sign(RecoveryMessage(nonce, request)), request).ok());
  nonce = std::string(nonce.size(), 'x');
  EXPECT_FALSE(
      authority_->Recover(uri, nonce, key_.Sign(RecoveryMessage(nonce, request)), request).ok());
  const std::string foreign = other.CertificateRequestDer();
  nonce = authority_->Challenge(uri);
  EXPECT_FALSE(
      authority_->Recover(uri, nonce, other.Sign(RecoveryMessage(nonce, foreign)), foreign).ok());
  ASSERT_TRUE(registry_->SetAgentState(agent.principal.name, MemberState::kSuspended).ok());
  EXPECT_FALSE(Recover(agent, key_).ok());
}

TEST_F(AuthorityTest, ServerCertificateIsRenewedFromHalfOfItsLifeWithTheSameKey) {
  const ServerIdentity before = authority_->server_identity();
  EXPECT_FALSE(*authority_->RenewServer());
  clock_.Advance(kServerValidity / 2 + absl::Hours(1));
  EXPECT_TRUE(*authority_->RenewServer());
  const ServerIdentity after = authority_->server_identity();
  EXPECT_EQ(before.key_pem, after.key_pem);
  EXPECT_NE(before.chain_pem, after.chain_pem);
  Reopen();
  EXPECT_EQ(authority_->server_identity().chain_pem, after.chain_pem);
}

TEST_F(AuthorityTest, MissingFileIsNamed) {
  TemporaryDirectory empty;
  const absl::Status status = Authority::Open(empty.path(), *registry_, clock_, random_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(status.message(), HasSubstr("ca.key"));
}

}  // namespace
}  // namespace dims
