// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/base/random.h"
#include "common/crypto/certificate_authority.h"
#include "common/crypto/join_token.h"
#include "common/crypto/principal.h"
#include "server/registry/registry.h"

namespace dims {

inline constexpr absl::Duration kAgentValidity = absl::Hours(24 * 14);
inline constexpr absl::Duration kUserValidity = absl::Hours(24 * 90);
inline constexpr absl::Duration kServerValidity = absl::Hours(24 * 90);
inline constexpr absl::Duration kAuthorityValidity = absl::Hours(24 * 3650);
inline constexpr absl::Duration kProbeValidity = absl::Hours(24);
inline constexpr absl::Duration kChallengeLifetime = absl::Seconds(60);

// What a peer gets when it joined, renewed or recovered.
struct Enrolled {
  Principal principal;
  std::string certificate_pem;
  std::string ca_bundle_pem;
};

// The key pair the listeners show.
struct ServerIdentity {
  std::string key_pem;
  std::string
      chain_pem;  // the server's certificate, then the authority's: joining compares the latter
};

// Key and certificate with which the server asks its own listener; they live in memory only.
struct ProbeIdentity {
  Principal principal;
  Sha256Digest key_fingerprint{};
  std::string key_pem;
  std::string certificate_pem;
  absl::Time not_after = absl::InfinitePast();
};

// Admission to the trust group: gives out join tokens, turns them into certificates, renews and
// recovers those. Lives on disk in one directory: ca.key (0600), ca.pem, server.key (0600),
// server.pem.
//
// Guarantees: a certificate leaves only after the registry has committed whose key it is; every
// name in it comes from the registry. Errors are written for the person who joins:
// FailedPrecondition and NotFound say what to ask for, InvalidArgument that the peer sent nonsense,
// PermissionDenied that it may not.
//
// Thread: any. Owns its keys; registry, clock and random must outlive it (random must be safe from
// any thread).
class Authority {
 public:
  // Reads the directory that InitializeAuthority made. NotFound names the missing file.
  static absl::StatusOr<std::unique_ptr<Authority>> Open(const std::string& directory,
                                                         Registry& registry, Clock& clock,
                                                         Random& random);

  // The token for a new agent of `site`, or for one that takes over the identity `replaces`.
  // `created_by` is remembered.
  absl::StatusOr<JoinToken> InviteAgent(absl::string_view site, absl::string_view replaces,
                                        absl::string_view created_by);

  // The token for a user that is registered already.
  absl::StatusOr<JoinToken> InviteUser(absl::string_view name, absl::string_view created_by);

  // `secret_hex` and `request_der` as a peer sent them over the join port.
  absl::StatusOr<Enrolled> Join(absl::string_view secret_hex, absl::string_view request_der);

  // `principal` and `key` as the TLS handshake proved them. The request must be for the same key.
  absl::StatusOr<Enrolled> Renew(const Principal& principal, const Sha256Digest& key_fingerprint,
                                 absl::string_view request_der);

  // A value for the agent `subject_uri` to sign within kChallengeLifetime. Given for unknown names
  // too, so that the join port does not tell who exists. Nothing is kept of it: it carries its end
  // and our seal, so that a flood of challenges costs no memory and pushes nobody's out.
  std::string Challenge(absl::string_view subject_uri) const;

  // A certificate for an agent whose old one ran out: `signature` over RecoveryMessage by the
  // enrolled key. Each challenge works once.
  absl::StatusOr<Enrolled> Recover(absl::string_view subject_uri, absl::string_view nonce,
                                   absl::string_view signature, absl::string_view request_der);

  // The listeners' key pair. Call RenewServer at start and daily; true when the certificate was
  // replaced (past half of its life): then hand the new one to the listeners.
  absl::StatusOr<bool> RenewServer() ABSL_LOCKS_EXCLUDED(mutex_);
  ServerIdentity server_identity() const ABSL_LOCKS_EXCLUDED(mutex_);

  // A fresh key, certified for kProbeValidity under the user name `name`, which the registry does
  // not know: who lets it in must compare the key.
  absl::StatusOr<ProbeIdentity> IssueProbe(absl::string_view name) const;

  // What a renewed server certificate is written to, for listeners that watch files.
  std::string server_key_path() const { return directory_ + "/server.key"; }

  std::string server_chain_path() const { return directory_ + "/server.pem"; }

  std::string ca_bundle_path() const { return directory_ + "/ca.pem"; }

  std::string ca_bundle_pem() const { return ca_.certificate().Pem(); }

 private:
  Authority(std::string directory, CertificateAuthority ca, PrivateKey server_key,
            std::string server_chain_pem, Registry& registry, Clock& clock, Random& random)
      : directory_(std::move(directory)),
        registry_(registry),
        clock_(clock),
        random_(random),
        ca_(std::move(ca)),
        server_key_(std::move(server_key)),
        challenge_key_(random.Bytes(kSha256Bytes)),
        server_chain_pem_(std::move(server_chain_pem)) {}

  absl::StatusOr<JoinToken> Invite(JoinGrant grant);
  absl::StatusOr<std::pair<Enrolled, IssuedCertificate>> Issue(const PublicKey& key,
                                                               const Principal& principal) const;
  absl::StatusOr<Enrolled> JoinAgent(const JoinGrant& grant, const PublicKey& key);
  absl::StatusOr<Enrolled> JoinUser(const JoinGrant& grant, const PublicKey& key);
  bool IsOpenChallenge(absl::string_view subject_uri, absl::string_view nonce) const;

  const std::string directory_;
  Registry& registry_;
  Clock& clock_;
  Random& random_;
  const CertificateAuthority ca_;
  const PrivateKey server_key_;
  const std::string challenge_key_;  // drawn at start: a restart closes all challenges
  mutable Mutex mutex_;
  std::string server_chain_pem_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dims
