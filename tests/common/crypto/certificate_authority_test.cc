// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/certificate_authority.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "common/crypto/tls_probe.h"
#include "tests/support/seeded_random.h"

namespace dims {
namespace {

using ::testing::HasSubstr;

constexpr char kUuid[] = "0b7cbb2e-5d4e-4a6e-9d5c-3f1d6a0c2b11";

class CertificateAuthorityTest : public ::testing::Test {
 protected:
  CertificateAuthority NewAuthority() {
    return *CertificateAuthority::Create("Group CA", now_, absl::Hours(24 * 3650), random_);
  }

  PublicKey KeyOf(const PrivateKey& key) {
    return *KeyOfCertificateRequest(key.CertificateRequestDer());
  }

  Certificate Issue(const CertificateAuthority& authority, const PrivateKey& key,
                    Principal principal) {
    return *authority.Issue(KeyOf(key), {std::move(principal), {}, {}, absl::Hours(24 * 14)}, now_,
                            random_);
  }

  const absl::Time now_ = absl::FromUnixSeconds(1'796'000'000);
  SeededRandom random_{7};
  PrivateKey key_ = *PrivateKey::Generate();
};

TEST_F(CertificateAuthorityTest, CertifiesAnAgentUnderItsUri) {
  const CertificateAuthority authority = NewAuthority();
  const Certificate issued = Issue(authority, key_, Principal::Agent("g", "seattle", kUuid));
  const Certificate read = *Certificate::FromPem(issued.Pem());
  EXPECT_EQ(*read.Subscriber(), Principal::Agent("g", "seattle", kUuid));
  EXPECT_TRUE(read.IsIssuedBy(authority.certificate()));
  EXPECT_EQ(read.NotAfter(), now_ + absl::Hours(24 * 14));
  EXPECT_EQ(read.NotBefore(), now_ - kBackdate);
  EXPECT_EQ(read.Fingerprint(), issued.Fingerprint());
  EXPECT_EQ(read.Serial().size(), 32U);
  EXPECT_EQ(read.Issuer(), "CN=Group CA");
}

TEST_F(CertificateAuthorityTest, GivesEachCertificateItsOwnSerial) {
  const CertificateAuthority authority = NewAuthority();
  EXPECT_NE(Issue(authority, key_, Principal::User("g", "a")).Serial(),
            Issue(authority, key_, Principal::User("g", "a")).Serial());
}

TEST_F(CertificateAuthorityTest, NeverOutlivesItself) {
  const CertificateAuthority authority =
      *CertificateAuthority::Create("short", now_, absl::Hours(1), random_);
  EXPECT_EQ(Issue(authority, key_, Principal::User("g", "a")).NotAfter(), now_ + absl::Hours(1));
}

TEST_F(CertificateAuthorityTest, DoesNotRecogniseTheWorkOfAnotherOfTheSameName) {
  const CertificateAuthority ours = NewAuthority();
  const CertificateAuthority theirs = NewAuthority();
  const Certificate issued = Issue(theirs, key_, Principal::User("g", "a"));
  EXPECT_FALSE(issued.IsIssuedBy(ours.certificate()));
  EXPECT_TRUE(issued.IsIssuedBy(theirs.certificate()));
}

TEST_F(CertificateAuthorityTest, EndCertificateIsNoAuthority) {
  const CertificateAuthority authority = NewAuthority();
  const Certificate leaf = Issue(authority, key_, Principal::User("g", "a"));
  EXPECT_FALSE(authority.certificate().IsIssuedBy(leaf));
  EXPECT_FALSE(CertificateAuthority::FromPem(key_.Pem(), leaf.Pem()).ok());
}

TEST_F(CertificateAuthorityTest, IsReadBackFromItsTwoPems) {
  const CertificateAuthority authority = NewAuthority();
  const CertificateAuthority read =
      *CertificateAuthority::FromPem(authority.key().Pem(), authority.certificate().Pem());
  EXPECT_TRUE(Issue(read, key_, Principal::User("g", "a")).IsIssuedBy(authority.certificate()));
  EXPECT_THAT(
      CertificateAuthority::FromPem(key_.Pem(), authority.certificate().Pem()).status().message(),
      HasSubstr("do not belong together"));
}

TEST_F(CertificateAuthorityTest, RefusesAnAddressThatIsNone) {
  const CertificateAuthority authority = NewAuthority();
  const CertificateProfile profile = {
      Principal::Server("g"), {"a.example"}, {"10.0.0.300"}, absl::Hours(1)};
  EXPECT_THAT(authority.Issue(KeyOf(key_), profile, now_, random_).status().message(),
              HasSubstr("10.0.0.300"));
}

TEST_F(CertificateAuthorityTest, RefusesRequestsWithoutProofOfPossession) {
  std::string der = key_.CertificateRequestDer();
  der[der.size() - 1] = static_cast<char>(der[der.size() - 1] ^ 1);
  EXPECT_FALSE(KeyOfCertificateRequest(der).ok());
  EXPECT_FALSE(KeyOfCertificateRequest(key_.CertificateRequestDer() + "x").ok());
  EXPECT_FALSE(KeyOfCertificateRequest("").ok());
  EXPECT_FALSE(KeyOfCertificateRequest("not DER at all").ok());
  EXPECT_FALSE(KeyOfCertificateRequest(std::string(kCertificateRequestBytesMax + 1, '0')).ok());
}

TEST_F(CertificateAuthorityTest, ValidityNamesTheBrokenBound) {
  const CertificateAuthority authority = NewAuthority();
  const Certificate leaf = Issue(authority, key_, Principal::User("g", "a"));
  EXPECT_TRUE(CheckValidity(leaf, now_).ok());
  EXPECT_THAT(CheckValidity(leaf, now_ - absl::Hours(2)).message(), HasSubstr("clock"));
  EXPECT_THAT(CheckValidity(leaf, now_ + absl::Hours(24 * 15)).message(), HasSubstr("expired 24h"));
}

TEST_F(CertificateAuthorityTest, PinAcceptsOnlyTheAuthorityThatCertifiedTheServer) {
  const CertificateAuthority authority = NewAuthority();
  const CertificateAuthority other = NewAuthority();
  const auto chain = [&](const CertificateAuthority& issuer, Principal principal) {
    return *Certificate::AllFromPem(Issue(issuer, key_, std::move(principal)).Pem() +
                                    authority.certificate().Pem());
  };
  const Sha256Digest pin = authority.certificate().Fingerprint();
  EXPECT_TRUE(PinnedAuthority(chain(authority, Principal::Server("g")), pin).ok());
  EXPECT_FALSE(PinnedAuthority(chain(other, Principal::Server("g")), pin).ok());
  EXPECT_FALSE(PinnedAuthority(chain(authority, Principal::Agent("g", "s", kUuid)), pin).ok());
  EXPECT_THAT(
      PinnedAuthority(chain(authority, Principal::Server("g")), Sha256("else")).status().message(),
      HasSubstr("CN=Group CA"));
  EXPECT_FALSE(PinnedAuthority({}, pin).ok());
}

TEST(PrivateKeyTest, SignsWhatItsPublicHalfVerifies) {
  const PrivateKey key = *PrivateKey::FromPem(PrivateKey::Generate()->Pem());
  const PublicKey half = *PublicKey::FromDer(PublicKey::Of(key.get())->Der());
  const std::string signature = key.Sign("message");
  EXPECT_TRUE(half.Verify("message", signature));
  EXPECT_FALSE(half.Verify("Message", signature));
  EXPECT_FALSE(half.Verify("message", signature + "x"));
  EXPECT_FALSE(half.Verify("message", ""));
  EXPECT_FALSE(PublicKey::Of(PrivateKey::Generate()->get())->Verify("message", signature));
}

TEST(PrivateKeyTest, RefusesWhatIsNoP256Key) {
  constexpr char kEd25519[] =
      "-----BEGIN PRIVATE KEY-----\n"
      "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
      "-----END PRIVATE KEY-----\n";
  EXPECT_THAT(PrivateKey::FromPem(kEd25519).status().message(), HasSubstr("not a P-256 key"));
  EXPECT_FALSE(PrivateKey::FromPem("").ok());
  EXPECT_FALSE(PrivateKey::FromPem(std::string(10'000, 'x')).ok());
  EXPECT_FALSE(PublicKey::FromDer("x").ok());
}

TEST(CertificateTest, RefusesWhatIsNone) {
  EXPECT_FALSE(Certificate::FromPem("").ok());
  EXPECT_FALSE(Certificate::AllFromPem("-----BEGIN CERTIFICATE-----\nAAAA\n").ok());
  EXPECT_FALSE(Certificate::FromPem(std::string(1 << 20, 'x')).ok());
}

}  // namespace
}  // namespace dims
