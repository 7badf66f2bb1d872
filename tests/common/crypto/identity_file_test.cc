// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/identity_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "common/crypto/certificate_authority.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using ::testing::HasSubstr;

IdentityFile AliceOf(const CertificateAuthority& authority) {
  SeededRandom random(1);
  const PrivateKey key = *PrivateKey::Generate();
  const Principal alice = Principal::User("g", "alice");
  const Certificate certificate = *authority.Issue(
      *PublicKey::Of(key.get()), {alice, {}, {}, absl::Hours(1)}, absl::FromUnixSeconds(0), random);
  return {"centre.example:7443",
          "centre.example:7444",
          certificate.Pem(),
          authority.certificate().Pem(),
          key.Pem(),
          alice};
}

class IdentityFileTest : public ::testing::Test {
 protected:
  SeededRandom random_{2};
  CertificateAuthority authority_ =
      *CertificateAuthority::Create("CA", absl::FromUnixSeconds(0), absl::Hours(24), random_);
  TemporaryDirectory directory_;
};

TEST_F(IdentityFileTest, ReadsBackWhatItSavedAndKeepsItFromOthers) {
  const IdentityFile saved = AliceOf(authority_);
  ASSERT_TRUE(saved.Save(directory_ / "alice.identity").ok());
  const absl::StatusOr<IdentityFile> loaded = IdentityFile::Load(directory_ / "alice.identity");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->server_address, saved.server_address);
  EXPECT_EQ(loaded->join_address, saved.join_address);
  EXPECT_EQ(loaded->certificate_pem, saved.certificate_pem);
  EXPECT_EQ(loaded->ca_pem, saved.ca_pem);
  EXPECT_EQ(loaded->key_pem, saved.key_pem);
  EXPECT_EQ(loaded->principal, Principal::User("g", "alice"));

  struct stat found {};

  ASSERT_EQ(::stat((directory_ / "alice.identity").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600U);
}

TEST_F(IdentityFileTest, RefusesAFileThatOthersMayRead) {
  ASSERT_TRUE(AliceOf(authority_).Save(directory_ / "a").ok());
  ASSERT_EQ(::chmod((directory_ / "a").c_str(), 0640), 0);
  const absl::Status status = IdentityFile::Load(directory_ / "a").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(status.message(), HasSubstr("chmod 600"));
}

TEST_F(IdentityFileTest, RefusesPartsThatDoNotBelongTogether) {
  IdentityFile identity = AliceOf(authority_);
  identity.key_pem = PrivateKey::Generate()->Pem();
  EXPECT_THAT(IdentityFile::Parse(identity.Encode()).status().message(),
              HasSubstr("not the certificate's"));
  identity = AliceOf(authority_);
  identity.ca_pem =
      CertificateAuthority::Create("CA", absl::FromUnixSeconds(0), absl::Hours(24), random_)
          ->certificate()
          .Pem();
  EXPECT_THAT(IdentityFile::Parse(identity.Encode()).status().message(),
              HasSubstr("none of the authorities"));
}

TEST_F(IdentityFileTest, NamesWhatIsMissing) {
  IdentityFile identity = AliceOf(authority_);
  identity.key_pem = "";
  EXPECT_THAT(IdentityFile::Parse(identity.Encode()).status().message(), HasSubstr("private key"));
  EXPECT_THAT(IdentityFile::Parse("x").status().message(), HasSubstr("server"));
  EXPECT_EQ(IdentityFile::Load(directory_ / "none").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace dims
