// SPDX-License-Identifier: Apache-2.0
#include "agent/join/agent_identity.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "common/base/durable_file.h"
#include "common/base/status_macros.h"
#include "common/crypto/certificate.h"
#include "common/crypto/identity_file.h"

namespace dims {
namespace {

constexpr char kKeyFile[] = "/agent.key";
constexpr char kCertificateFile[] = "/agent.pem";
constexpr char kCaFile[] = "/ca.pem";
constexpr char kIdentityFile[] = "/identity.toml";
constexpr std::size_t kFileBytesMax = 128 * 1024;

// A service that runs as its own user must be able to read what root's `dims-agent join` wrote.
absl::Status GiveToOwnerOf(const std::string& directory, const std::string& path) {
  if (::geteuid() != 0) return absl::OkStatus();

  struct stat owner {};

  if (::stat(directory.c_str(), &owner) != 0 ||
      ::lchown(path.c_str(), owner.st_uid, owner.st_gid) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat(path, ": give to the directory's owner"));
  }
  return absl::OkStatus();
}

absl::Status Write(const std::string& directory, const char* name, absl::string_view contents,
                   mode_t mode) {
  RETURN_IF_ERROR(WriteFileDurably(directory + name, contents, mode));
  return GiveToOwnerOf(directory, directory + name);
}

absl::StatusOr<std::string> Read(const std::string& directory, const char* name) {
  return ReadSmallFile(directory + name, kFileBytesMax);
}

absl::Status SetLife(AgentIdentity& identity) {
  ASSIGN_OR_RETURN(const Certificate certificate, Certificate::FromPem(identity.certificate_pem));
  identity.not_before = certificate.NotBefore();
  identity.not_after = certificate.NotAfter();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<AgentIdentity> AgentIdentity::Load(const std::string& state_directory) {
  const absl::StatusOr<std::string> settings = Read(state_directory, kIdentityFile);
  if (absl::IsNotFound(settings.status())) {
    return absl::NotFoundError(absl::StrCat(
        state_directory, ": this agent has not joined a trust group: run dims-agent join TOKEN"));
  }
  if (!settings.ok()) return settings.status();
  AgentIdentity identity;
  ASSIGN_OR_RETURN(identity.key_pem, Read(state_directory, kKeyFile));
  ASSIGN_OR_RETURN(identity.certificate_pem, Read(state_directory, kCertificateFile));
  ASSIGN_OR_RETURN(identity.ca_bundle_pem, Read(state_directory, kCaFile));
  const std::string context = state_directory + kIdentityFile;
  ASSIGN_OR_RETURN(identity.server_address, SettingOf(*settings, "server"), context);
  ASSIGN_OR_RETURN(identity.join_address, SettingOf(*settings, "join"), context);
  ASSIGN_OR_RETURN(
      identity.principal,
      CheckIdentity(identity.key_pem, identity.certificate_pem, identity.ca_bundle_pem),
      state_directory);
  if (identity.principal.kind != Principal::Kind::kAgent) {
    return absl::InvalidArgumentError(absl::StrCat(state_directory, ": holds the identity of ",
                                                   identity.principal.Uri(),
                                                   ", which is no agent"));
  }
  RETURN_IF_ERROR(SetLife(identity));
  return identity;
}

absl::Status AgentIdentity::Save(const std::string& state_directory) const {
  RETURN_IF_ERROR(Write(state_directory, kKeyFile, key_pem, kSecretFileMode));
  RETURN_IF_ERROR(Write(state_directory, kCaFile, ca_bundle_pem, kPublicFileMode));
  RETURN_IF_ERROR(Write(state_directory, kCertificateFile, certificate_pem, kPublicFileMode));
  const std::string settings =
      absl::StrCat("# Written by dims-agent join.\nagent = \"", principal.Uri(), "\"\nserver = \"",
                   server_address, "\"\njoin = \"", join_address, "\"\n");
  return Write(state_directory, kIdentityFile, settings, kPublicFileMode);
}

absl::Status AgentIdentity::ReplaceCertificate(const std::string& state_directory,
                                               const std::string& new_certificate_pem,
                                               const std::string& new_ca_bundle_pem) {
  AgentIdentity renewed = *this;
  renewed.certificate_pem = new_certificate_pem;
  renewed.ca_bundle_pem = new_ca_bundle_pem;
  RETURN_IF_ERROR(SetLife(renewed));
  // The bundle first: it holds the old roots too, so the old certificate stays valid in between.
  RETURN_IF_ERROR(Write(state_directory, kCaFile, new_ca_bundle_pem, kPublicFileMode));
  RETURN_IF_ERROR(Write(state_directory, kCertificateFile, new_certificate_pem, kPublicFileMode));
  *this = renewed;
  return absl::OkStatus();
}

absl::StatusOr<PrivateKey> LoadOrMakeKey(const std::string& state_directory) {
  const absl::StatusOr<std::string> present = Read(state_directory, kKeyFile);
  if (present.ok()) return PrivateKey::FromPem(*present);
  if (!absl::IsNotFound(present.status())) return present.status();
  ASSIGN_OR_RETURN(PrivateKey key, PrivateKey::Generate());
  RETURN_IF_ERROR(Write(state_directory, kKeyFile, key.Pem(), kSecretFileMode));
  return key;
}

}  // namespace dims
