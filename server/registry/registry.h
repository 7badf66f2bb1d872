// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/crypto/principal.h"
#include "common/sqlite/database.h"
#include "server/registry/records.h"
#include "server/registry/registry_snapshot.h"

namespace dims {

// Told after a principal lost its right to be connected: cut its streams. Called on the thread of
// the change, with no lock held.
using CutListener = std::function<void(const Principal&)>;

// That an agent has, or had, a stream.
struct StreamNote {
  std::string uuid;
  std::string version;
  absl::Time at;
};

// A certificate that was issued.
struct IssuedCertificate {
  std::string public_key_der;
  std::string serial;
  absl::Time not_after;
};

// Who belongs to the trust group: sites, their agents, users, and the join tokens that are out
// (registry.db).
//
// Guarantees: a change that returned OK is on disk and in the snapshot; one that failed with
// InvalidArgument, NotFound, AlreadyExists, FailedPrecondition or ResourceExhausted changed nothing
// and says which object and what to do. A join token works once; the same key may use it again
// until it expires, so that a lost answer costs no new token.
//
// Thread: any. Owns the database, whose only writer it is. Limits: records.h.
class Registry {
 public:
  // Opens or creates the database at `path`. `clock` must outlive it.
  static absl::StatusOr<std::unique_ptr<Registry>> Open(const std::string& path, Clock& clock);

  // The present state. Cheap, never null, and never waits for a change that is being committed:
  // every handshake and call asks for it.
  std::shared_ptr<const RegistrySnapshot> Snapshot() const ABSL_LOCKS_EXCLUDED(published_mutex_);

  // Call before the first change that could cut anybody.
  void SetCutListener(CutListener listener) ABSL_LOCKS_EXCLUDED(mutex_);

  // AlreadyExists once it was set to another id: certificates carry it.
  absl::Status SetGroup(const TrustGroup& group) ABSL_LOCKS_EXCLUDED(mutex_);

  absl::Status AddSite(const Site& site) ABSL_LOCKS_EXCLUDED(mutex_);
  // Replaces name, networks and silent_after.
  absl::Status ChangeSite(const Site& site) ABSL_LOCKS_EXCLUDED(mutex_);

  // A new user, usually without a key: an invitation gives it one.
  absl::Status AddUser(const UserRecord& user) ABSL_LOCKS_EXCLUDED(mutex_);

  // Replaces role, sites and TLP ceiling of a known user, and ends what it follows live. NotFound
  // when there is none; FailedPrecondition when no active operator would be left.
  absl::Status ChangeUser(const UserRecord& user) ABSL_LOCKS_EXCLUDED(mutex_);

  // Remembers a token that was handed out; its site or user must exist. Expired ones go after a
  // week.
  absl::Status AddGrant(const JoinGrant& grant) ABSL_LOCKS_EXCLUDED(mutex_);
  // NotFound: never given out. FailedPrecondition: expired, or used with another key than
  // `key_fingerprint`.
  absl::StatusOr<JoinGrant> FindGrant(const Sha256Digest& secret_hash,
                                      const Sha256Digest& key_fingerprint)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // The uuid that `secret_hash` was used for already; empty when it was not.
  absl::StatusOr<std::string> RedeemedBy(const Sha256Digest& secret_hash)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Uses the token up and enrols: one transaction. An agent that is replaced gets the new key and
  // is cut.
  absl::Status RedeemForAgent(const Sha256Digest& secret_hash, absl::string_view uuid,
                              const IssuedCertificate& certificate) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status RedeemForUser(const Sha256Digest& secret_hash, const IssuedCertificate& certificate)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // A new certificate for the enrolled key.
  absl::Status RecordRenewal(const Principal& principal, const IssuedCertificate& certificate)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // The same for a certificate that had run out: takes one of the recoveries that are left.
  // FailedPrecondition when none is.
  absl::Status RecordRecovery(absl::string_view uuid, const IssuedCertificate& certificate)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Suspends, resumes or revokes, and cuts unless it resumes. Revoked is final. Resuming an agent
  // also grants it kRecoveriesMax recoveries anew: the operator agrees.
  absl::Status SetAgentState(absl::string_view uuid, MemberState state) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status SetUserState(absl::string_view name, MemberState state) ABSL_LOCKS_EXCLUDED(mutex_);

  // Returns the new directive's id. Expired ones go after a week.
  absl::StatusOr<std::uint64_t> AddDirective(DirectiveRecord record) ABSL_LOCKS_EXCLUDED(mutex_);
  // Returns its site.
  absl::StatusOr<std::string> RemoveDirective(std::uint64_t id) ABSL_LOCKS_EXCLUDED(mutex_);

  // Unknown agents are skipped. Call every few seconds with what changed, not per stream.
  absl::Status NoteStreams(std::span<const StreamNote> notes) ABSL_LOCKS_EXCLUDED(mutex_);

  // A consistent copy in a new file, for backups.
  absl::Status CopyTo(absl::string_view new_path) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  Registry(std::unique_ptr<Database> database, Clock& clock)
      : clock_(clock), database_(std::move(database)) {}

  absl::Status Change(const std::function<absl::Status(Database&)>& change)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Reload() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<JoinGrant> UsableGrant(const Sha256Digest& secret_hash,
                                        const Sha256Digest& key_fingerprint)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Cut(const Principal& principal) ABSL_LOCKS_EXCLUDED(mutex_);

  Clock& clock_;
  Mutex mutex_;
  std::unique_ptr<Database> database_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const RegistrySnapshot> snapshot_ ABSL_GUARDED_BY(mutex_);
  CutListener cut_listener_ ABSL_GUARDED_BY(mutex_);
  mutable Mutex published_mutex_;  // held for a pointer's copy only
  std::shared_ptr<const RegistrySnapshot> published_ ABSL_GUARDED_BY(published_mutex_);
};

}  // namespace dims
