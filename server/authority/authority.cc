// SPDX-License-Identifier: Apache-2.0
#include "server/authority/authority.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/durable_file.h"
#include "common/base/little_endian.h"
#include "common/base/status_macros.h"
#include "common/crypto/recovery_message.h"
#include "server/authority/authority_files.h"

namespace dims {
namespace {

constexpr std::size_t kNonceBytes = sizeof(std::int64_t) + kSha256Bytes;
constexpr std::size_t kSignatureBytesMax = 256;

absl::StatusOr<std::string> ReadFile(const std::string& directory, const char* name) {
  return ReadSmallFile(directory + name, kAuthorityFileBytesMax);
}

absl::StatusOr<std::string> SecretOf(absl::string_view hex) {
  const bool digits = std::all_of(hex.begin(), hex.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
  if (hex.size() != 2 * kJoinSecretBytes || !digits) {
    return absl::InvalidArgumentError("the secret of a join token has 32 hexadecimal digits");
  }
  return absl::HexStringToBytes(hex);
}

absl::Duration ValidityOf(Principal::Kind kind) {
  switch (kind) {
    case Principal::Kind::kAgent:
      return kAgentValidity;
    case Principal::Kind::kUser:
      return kUserValidity;
    case Principal::Kind::kServer:
      return kServerValidity;
  }
  return absl::ZeroDuration();
}

// When it ends (monotonic nanoseconds), then the seal over that and the subject.
std::string SealedNonce(absl::string_view key, std::int64_t end_ns, absl::string_view subject_uri) {
  std::string nonce;
  AppendLittleEndian(nonce, end_ns);
  const Sha256Digest seal = HmacSha256(key, absl::StrCat(nonce, subject_uri));
  return absl::StrCat(nonce, BytesOf(seal));
}

// One answer for every reason that would tell a stranger who exists here.
absl::Status RefuseRecovery() {
  return absl::PermissionDeniedError(
      "recovery refused: the challenge is not open any more, or this is not the key of an active "
      "agent; ask an operator (dims agent list)");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Authority>> Authority::Open(const std::string& directory,
                                                           Registry& registry, Clock& clock,
                                                           Random& random) {
  constexpr absl::string_view kContext = "authority (made by dims-server init)";
  ASSIGN_OR_RETURN(const std::string ca_key, ReadFile(directory, kCaKeyFile), kContext);
  ASSIGN_OR_RETURN(const std::string ca_pem, ReadFile(directory, kCaFile), kContext);
  ASSIGN_OR_RETURN(const std::string key_pem, ReadFile(directory, kServerKeyFile), kContext);
  ASSIGN_OR_RETURN(std::string chain, ReadFile(directory, kServerChainFile), kContext);
  ASSIGN_OR_RETURN(CertificateAuthority ca, CertificateAuthority::FromPem(ca_key, ca_pem));
  ASSIGN_OR_RETURN(PrivateKey key, PrivateKey::FromPem(key_pem), "server.key");
  return std::unique_ptr<Authority>(new Authority(directory, std::move(ca), std::move(key),
                                                  std::move(chain), registry, clock, random));
}

absl::StatusOr<JoinToken> Authority::InviteAgent(absl::string_view site, absl::string_view replaces,
                                                 absl::string_view created_by) {
  JoinGrant grant;
  grant.kind = JoinToken::Kind::kAgent;
  grant.site = std::string(site);
  grant.replaces = std::string(replaces);
  grant.created_by = std::string(created_by);
  return Invite(std::move(grant));
}

absl::StatusOr<JoinToken> Authority::InviteUser(absl::string_view name,
                                                absl::string_view created_by) {
  JoinGrant grant;
  grant.kind = JoinToken::Kind::kUser;
  grant.user = std::string(name);
  grant.created_by = std::string(created_by);
  return Invite(std::move(grant));
}

absl::StatusOr<JoinToken> Authority::Invite(JoinGrant grant) {
  const std::shared_ptr<const RegistrySnapshot> snapshot = registry_.Snapshot();
  JoinToken token;
  token.kind = grant.kind;
  token.secret = random_.Bytes(kJoinSecretBytes);
  token.ca_fingerprint = ca_.certificate().Fingerprint();
  token.server_address = snapshot->group.server_address;
  token.join_address = snapshot->group.join_address;
  token.site = grant.site;
  grant.secret_hash = Sha256(token.secret);
  grant.expires = clock_.Now() + kGrantLifetime;
  RETURN_IF_ERROR(registry_.AddGrant(grant));
  return token;
}

absl::StatusOr<Enrolled> Authority::Join(absl::string_view secret_hex,
                                         absl::string_view request_der) {
  ASSIGN_OR_RETURN(const std::string secret, SecretOf(secret_hex));
  ASSIGN_OR_RETURN(const PublicKey key, KeyOfCertificateRequest(request_der));
  ASSIGN_OR_RETURN(const JoinGrant grant, registry_.FindGrant(Sha256(secret), key.Fingerprint()));
  switch (grant.kind) {
    case JoinToken::Kind::kAgent:
      return JoinAgent(grant, key);
    case JoinToken::Kind::kUser:
      return JoinUser(grant, key);
  }
  return absl::InternalError("join token of no known kind");
}

absl::StatusOr<Enrolled> Authority::JoinAgent(const JoinGrant& grant, const PublicKey& key) {
  ASSIGN_OR_RETURN(std::string uuid, registry_.RedeemedBy(grant.secret_hash));
  if (uuid.empty()) uuid = grant.replaces.empty() ? random_.Uuid() : grant.replaces;
  const Principal principal = Principal::Agent(registry_.Snapshot()->group.id, grant.site, uuid);
  ASSIGN_OR_RETURN(auto issued, Issue(key, principal));
  RETURN_IF_ERROR(registry_.RedeemForAgent(grant.secret_hash, uuid, issued.second));
  return std::move(issued.first);
}

absl::StatusOr<Enrolled> Authority::JoinUser(const JoinGrant& grant, const PublicKey& key) {
  const Principal principal = Principal::User(registry_.Snapshot()->group.id, grant.user);
  ASSIGN_OR_RETURN(auto issued, Issue(key, principal));
  RETURN_IF_ERROR(registry_.RedeemForUser(grant.secret_hash, issued.second));
  return std::move(issued.first);
}

absl::StatusOr<Enrolled> Authority::Renew(const Principal& principal,
                                          const Sha256Digest& key_fingerprint,
                                          absl::string_view request_der) {
  ASSIGN_OR_RETURN(const PublicKey key, KeyOfCertificateRequest(request_der));
  if (key.Fingerprint() != key_fingerprint) {
    return absl::InvalidArgumentError(
        "renewal: the request is for another key than the connection's; a new key needs a new join "
        "token");
  }
  ASSIGN_OR_RETURN(auto issued, Issue(key, principal));
  RETURN_IF_ERROR(registry_.RecordRenewal(principal, issued.second));
  return std::move(issued.first);
}

std::string Authority::Challenge(absl::string_view subject_uri) const {
  const absl::Duration end = clock_.Monotonic() + kChallengeLifetime;
  return SealedNonce(challenge_key_, absl::ToInt64Nanoseconds(end), subject_uri);
}

bool Authority::IsOpenChallenge(absl::string_view subject_uri, absl::string_view nonce) const {
  if (nonce.size() != kNonceBytes) return false;
  const auto end = ReadLittleEndian<std::int64_t>(nonce);
  return ConstantTimeEqual(nonce, SealedNonce(challenge_key_, end, subject_uri)) &&
         clock_.Monotonic() <= absl::Nanoseconds(end);
}

absl::StatusOr<Enrolled> Authority::Recover(absl::string_view subject_uri, absl::string_view nonce,
                                            absl::string_view signature,
                                            absl::string_view request_der) {
  ASSIGN_OR_RETURN(const Principal principal, Principal::Parse(subject_uri));
  ASSIGN_OR_RETURN(const PublicKey requested, KeyOfCertificateRequest(request_der));
  if (!IsOpenChallenge(subject_uri, nonce) || signature.size() > kSignatureBytesMax) {
    return RefuseRecovery();
  }
  // Only the enrolled key may be certified, so the request's key stands for it once the registry
  // says so.
  const absl::Status authorized =
      registry_.Snapshot()->Authorize(principal, requested.Fingerprint());
  if (principal.kind != Principal::Kind::kAgent || !authorized.ok() ||
      !requested.Verify(RecoveryMessage(nonce, request_der), signature)) {
    return RefuseRecovery();
  }
  ASSIGN_OR_RETURN(auto issued, Issue(requested, principal));
  RETURN_IF_ERROR(registry_.RecordRecovery(principal.name, issued.second));
  return std::move(issued.first);
}

absl::StatusOr<std::pair<Enrolled, IssuedCertificate>> Authority::Issue(
    const PublicKey& key, const Principal& principal) const {
  const CertificateProfile profile = {principal, {}, {}, ValidityOf(principal.kind)};
  ASSIGN_OR_RETURN(const Certificate certificate, ca_.Issue(key, profile, clock_.Now(), random_));
  return std::pair(Enrolled{principal, certificate.Pem(), ca_bundle_pem()},
                   IssuedCertificate{key.Der(), certificate.Serial(), certificate.NotAfter()});
}

absl::StatusOr<ProbeIdentity> Authority::IssueProbe(absl::string_view name) const {
  ProbeIdentity probe;
  probe.principal = Principal::User(registry_.Snapshot()->group.id, name);
  ASSIGN_OR_RETURN(const PrivateKey key, PrivateKey::Generate());
  const CertificateProfile profile = {probe.principal, {}, {}, kProbeValidity};
  ASSIGN_OR_RETURN(const PublicKey public_key, PublicKey::Of(key.get()));
  ASSIGN_OR_RETURN(const Certificate certificate,
                   ca_.Issue(public_key, profile, clock_.Now(), random_));
  probe.key_fingerprint = public_key.Fingerprint();
  probe.key_pem = key.Pem();
  probe.certificate_pem = certificate.Pem();
  probe.not_after = certificate.NotAfter();
  return probe;
}

absl::StatusOr<bool> Authority::RenewServer() {
  MutexLock lock(mutex_);
  const absl::Time now = clock_.Now();
  const absl::StatusOr<Certificate> present = Certificate::FromPem(server_chain_pem_);
  if (present.ok() && present->IsIssuedBy(ca_.certificate()) && now >= present->NotBefore() &&
      now < present->NotAfter() - kServerValidity / 2) {
    return false;
  }
  ASSIGN_OR_RETURN(std::string chain,
                   IssueServerChain(ca_, server_key_, registry_.Snapshot()->group, now, random_));
  RETURN_IF_ERROR(WriteFileDurably(server_chain_path(), chain, kPublicFileMode));
  server_chain_pem_ = std::move(chain);
  return true;
}

ServerIdentity Authority::server_identity() const {
  MutexLock lock(mutex_);
  return {server_key_.Pem(), server_chain_pem_};
}

}  // namespace dims
