// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/identity_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/durable_file.h"
#include "common/base/status_macros.h"
#include "common/crypto/certificate.h"
#include "common/crypto/private_key.h"

namespace dims {
namespace {

constexpr absl::string_view kKeyHeader = "-----BEGIN PRIVATE KEY-----";

}  // namespace

absl::StatusOr<std::string> SettingOf(absl::string_view text, absl::string_view key) {
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (!absl::ConsumePrefix(&line, key)) continue;
    line = absl::StripLeadingAsciiWhitespace(line);
    if (!absl::ConsumePrefix(&line, "=")) continue;
    line = absl::StripLeadingAsciiWhitespace(line);
    if (!absl::ConsumePrefix(&line, "\"") || !absl::ConsumeSuffix(&line, "\"") || line.empty() ||
        absl::StrContains(line, '"') || absl::StrContains(line, '\\')) {
      return absl::InvalidArgumentError(absl::StrCat("the value of ", key, " is not \"text\""));
    }
    return std::string(line);
  }
  return absl::InvalidArgumentError(absl::StrCat("the line ", key, " = \"...\" is missing"));
}

absl::StatusOr<Principal> CheckIdentity(absl::string_view key_pem,
                                        absl::string_view certificate_pem,
                                        absl::string_view ca_pem) {
  ASSIGN_OR_RETURN(const PrivateKey key, PrivateKey::FromPem(key_pem));
  ASSIGN_OR_RETURN(const Certificate certificate, Certificate::FromPem(certificate_pem));
  ASSIGN_OR_RETURN(const std::vector<Certificate> authorities, Certificate::AllFromPem(ca_pem));
  ASSIGN_OR_RETURN(const PublicKey own, PublicKey::Of(key.get()));
  ASSIGN_OR_RETURN(const PublicKey certified, certificate.Key());
  if (own.Fingerprint() != certified.Fingerprint()) {
    return absl::InvalidArgumentError("the private key is not the certificate's");
  }
  const bool issued =
      std::any_of(authorities.begin(), authorities.end(),
                  [&](const Certificate& authority) { return certificate.IsIssuedBy(authority); });
  if (!issued) {
    return absl::InvalidArgumentError("the certificate was issued by none of the authorities");
  }
  return certificate.Subscriber();
}

std::string IdentityFile::Encode() const {
  return absl::StrCat("# DIMS identity of ", principal.Uri(),
                      ". Whoever can read this file can act as this user.\nserver = \"",
                      server_address, "\"\njoin = \"", join_address, "\"\n", certificate_pem,
                      ca_pem, key_pem);
}

absl::StatusOr<IdentityFile> IdentityFile::Parse(absl::string_view text) {
  IdentityFile identity;
  ASSIGN_OR_RETURN(identity.server_address, SettingOf(text, "server"));
  ASSIGN_OR_RETURN(identity.join_address, SettingOf(text, "join"));
  ASSIGN_OR_RETURN(const std::vector<Certificate> certificates, Certificate::AllFromPem(text));
  identity.certificate_pem = certificates.front().Pem();
  for (std::size_t i = 1; i < certificates.size(); ++i) {
    absl::StrAppend(&identity.ca_pem, certificates[i].Pem());
  }
  const std::size_t key_at = text.find(kKeyHeader);
  if (key_at == absl::string_view::npos) {
    return absl::InvalidArgumentError("the private key is missing");
  }
  identity.key_pem = std::string(text.substr(key_at));
  ASSIGN_OR_RETURN(identity.principal,
                   CheckIdentity(identity.key_pem, identity.certificate_pem, identity.ca_pem));
  return identity;
}

absl::Status IdentityFile::Save(const std::string& path) const {
  return WriteFileDurably(path, Encode(), kSecretFileMode);
}

absl::StatusOr<IdentityFile> IdentityFile::Load(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(path, kIdentityFileBytesMax), "identity");

  struct stat found {};

  if (::stat(path.c_str(), &found) == 0 && (found.st_mode & 077) != 0) {
    return absl::PermissionDeniedError(
        absl::StrCat("identity ", path, ": others may read it; run: chmod 600 ", path,
                     " (and if somebody did read it, have an operator suspend this user)"));
  }
  ASSIGN_OR_RETURN(IdentityFile identity, Parse(text), absl::StrCat("identity ", path));
  return identity;
}

}  // namespace dims
