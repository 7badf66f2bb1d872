// SPDX-License-Identifier: Apache-2.0
#include "server/registry/registry.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/sqlite/migration.h"
#include "common/sqlite/statement.h"
#include "common/sqlite/transaction.h"
#include "server/registry/directive_rows.h"
#include "server/registry/record_rules.h"
#include "server/registry/registry_rows.h"

namespace dims {
namespace {

constexpr absl::Duration kGrantKeptAfterExpiry = absl::Hours(24 * 7);
constexpr absl::Duration kDirectiveKeptAfterEnd = absl::Hours(24 * 7);
constexpr std::size_t kVersionBytesMax = 64;

absl::Status NoSuchAgent(absl::string_view uuid) {
  return absl::NotFoundError(
      absl::StrCat("no agent ", uuid.substr(0, 36), " (see dims agent list)"));
}

absl::Status NoSuchUser(absl::string_view name) {
  return absl::NotFoundError(
      absl::StrCat("no user ", name.substr(0, kUserNameBytesMax), " (see dims user list)"));
}

absl::Status CheckRoom(absl::string_view what, std::size_t count, std::size_t count_max) {
  if (count < count_max) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("registry: ", count_max, " ", what, " is the most one server keeps"));
}

// OK when a member in state `from` may enter state `to`.
absl::Status CheckTransition(absl::string_view object, MemberState from, MemberState to) {
  if (from != MemberState::kRevoked || to == MemberState::kRevoked) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(object, " is revoked for good: invite it anew instead"));
}

bool IsLastOperator(const UserRecord& user, const RegistrySnapshot& snapshot) {
  const auto rules = [](const UserRecord& other) {
    return other.role == UserRole::kOperator && other.state == MemberState::kActive;
  };
  return rules(user) && std::count_if(snapshot.users.begin(), snapshot.users.end(),
                                      [&](const auto& entry) { return rules(entry.second); }) == 1;
}

void TakeOver(AgentRecord& agent, const IssuedCertificate& certificate) {
  agent.public_key_der = certificate.public_key_der;
  agent.certificate_serial = certificate.serial;
  agent.certificate_not_after = certificate.not_after;
}

void TakeOver(UserRecord& user, const IssuedCertificate& certificate) {
  user.public_key_der = certificate.public_key_der;
  user.certificate_serial = certificate.serial;
  user.certificate_not_after = certificate.not_after;
}

absl::Status SpendGrant(Database& database, const Sha256Digest& secret_hash,
                        absl::string_view redeemed_by, const IssuedCertificate& certificate) {
  ASSIGN_OR_RETURN(Statement spend,
                   database.Prepare("UPDATE join_grant SET redeemed_by = ?2, redeemed_key = ?3 "
                                    "WHERE secret_hash = ?1"));
  const Sha256Digest key = Sha256(certificate.public_key_der);
  spend.BindBlob(1, BytesOf(secret_hash));
  spend.BindText(2, redeemed_by);
  spend.BindBlob(3, BytesOf(key));
  return spend.Run();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Registry>> Registry::Open(const std::string& path, Clock& clock) {
  DatabaseOptions options;
  options.path = path;
  options.access = DatabaseOptions::Access::kCreate;
  ASSIGN_OR_RETURN(std::unique_ptr<Database> database, Database::Open(options));
  RETURN_IF_ERROR(Migrate(*database, kRegistrySchema));
  std::unique_ptr<Registry> registry(new Registry(std::move(database), clock));
  MutexLock lock(registry->mutex_);
  RETURN_IF_ERROR(registry->Reload());
  return registry;
}

std::shared_ptr<const RegistrySnapshot> Registry::Snapshot() const {
  MutexLock lock(published_mutex_);
  return published_;
}

void Registry::SetCutListener(CutListener listener) {
  MutexLock lock(mutex_);
  cut_listener_ = std::move(listener);
}

absl::Status Registry::SetGroup(const TrustGroup& group) {
  RETURN_IF_ERROR(CheckGroup(group));
  MutexLock lock(mutex_);
  const std::string& present = snapshot_->group.id;
  if (!present.empty() && present != group.id) {
    return absl::AlreadyExistsError(absl::StrCat("this server belongs to trust group ", present,
                                                 "; its certificates carry that name"));
  }
  return Change([&](Database& database) { return SaveGroup(database, group); });
}

absl::Status Registry::AddSite(const Site& site) {
  MutexLock lock(mutex_);
  ASSIGN_OR_RETURN(Site checked, CheckedSite(site, *snapshot_));
  if (snapshot_->FindSite(site.id) != nullptr) {
    return absl::AlreadyExistsError(absl::StrCat("site ", site.id, " exists already"));
  }
  RETURN_IF_ERROR(CheckRoom("sites", snapshot_->sites.size(), kSitesMax));
  checked.created = clock_.Now();
  return Change([&](Database& database) { return SaveSite(database, checked); });
}

absl::Status Registry::ChangeSite(const Site& site) {
  MutexLock lock(mutex_);
  ASSIGN_OR_RETURN(const Site checked, CheckedSite(site, *snapshot_));
  if (snapshot_->FindSite(site.id) == nullptr) {
    return absl::NotFoundError(absl::StrCat("no site ", site.id, " (see dims site list)"));
  }
  return Change([&](Database& database) { return SaveSite(database, checked); });
}

absl::StatusOr<std::uint64_t> Registry::AddDirective(DirectiveRecord record) {
  MutexLock lock(mutex_);
  record.created = clock_.Now();
  RETURN_IF_ERROR(CheckDirectiveRecord(record, *snapshot_));
  std::uint64_t id = 0;
  const auto insert = [&](Database& database) -> absl::Status {
    RETURN_IF_ERROR(DeleteEndedDirectives(database, record.created - kDirectiveKeptAfterEnd));
    ASSIGN_OR_RETURN(id, InsertDirective(database, record));
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(Change(insert));
  return id;
}

absl::StatusOr<std::string> Registry::RemoveDirective(std::uint64_t id) {
  MutexLock lock(mutex_);
  for (const auto& [site, of_site] : snapshot_->directives) {
    for (const DirectiveRecord& record : of_site.records) {
      if (record.asked.id != id) continue;
      const DirectiveRecord removed = record;  // the snapshot goes with the change
      RETURN_IF_ERROR(
          Change([&](Database& database) { return DeleteDirective(database, removed); }));
      return removed.site;
    }
  }
  return absl::NotFoundError(absl::StrCat("no directive ", id, " (see dims directive list)"));
}

absl::Status Registry::AddUser(const UserRecord& user) {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckUser(user, *snapshot_));
  if (snapshot_->FindUser(user.name) != nullptr) {
    return absl::AlreadyExistsError(absl::StrCat("user ", user.name, " exists already"));
  }
  RETURN_IF_ERROR(CheckRoom("users", snapshot_->users.size(), kUsersMax));
  UserRecord added = user;
  added.created = clock_.Now();
  return Change([&](Database& database) { return SaveUser(database, added); });
}

absl::Status Registry::ChangeUser(const UserRecord& user) {
  Principal cut;
  {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(CheckUser(user, *snapshot_));
    const UserRecord* present = snapshot_->FindUser(user.name);
    if (present == nullptr) return NoSuchUser(user.name);
    UserRecord changed = *present;
    changed.role = user.role;
    changed.sites = user.sites;
    changed.tlp_ceiling = user.tlp_ceiling;
    if (IsLastOperator(*present, *snapshot_) && changed.role != UserRole::kOperator) {
      return absl::FailedPreconditionError(absl::StrCat(
          "user ", user.name, " is the last operator: make another one first (dims user invite)"));
    }
    cut = Principal::User(snapshot_->group.id, user.name);
    RETURN_IF_ERROR(Change([&](Database& database) { return SaveUser(database, changed); }));
  }
  Cut(cut);  // what it follows live was opened with its old rights
  return absl::OkStatus();
}

absl::Status Registry::AddGrant(const JoinGrant& grant) {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckGrant(grant, *snapshot_));
  return Change([&](Database& database) -> absl::Status {
    ASSIGN_OR_RETURN(Statement prune,
                     database.Prepare("DELETE FROM join_grant WHERE expires_ns < ?1"));
    prune.BindInt64(1, absl::ToUnixNanos(clock_.Now() - kGrantKeptAfterExpiry));
    RETURN_IF_ERROR(prune.Run());
    ASSIGN_OR_RETURN(const std::int64_t open, database.QueryInt64("SELECT count(*) FROM join_grant "
                                                                  "WHERE redeemed_by = ''"));
    RETURN_IF_ERROR(
        CheckRoom("unused join tokens", static_cast<std::size_t>(open), kOpenGrantsMax));
    return InsertGrant(database, grant);
  });
}

absl::StatusOr<JoinGrant> Registry::FindGrant(const Sha256Digest& secret_hash,
                                              const Sha256Digest& key_fingerprint) {
  MutexLock lock(mutex_);
  return UsableGrant(secret_hash, key_fingerprint);
}

absl::StatusOr<std::string> Registry::RedeemedBy(const Sha256Digest& secret_hash) {
  MutexLock lock(mutex_);
  ASSIGN_OR_RETURN(const GrantRow row, LoadGrant(*database_, secret_hash));
  return row.redeemed_by;
}

absl::Status Registry::RedeemForAgent(const Sha256Digest& secret_hash, absl::string_view uuid,
                                      const IssuedCertificate& certificate) {
  Principal cut;
  bool replaced = false;
  {
    MutexLock lock(mutex_);
    ASSIGN_OR_RETURN(const JoinGrant grant,
                     UsableGrant(secret_hash, Sha256(certificate.public_key_der)));
    AgentRecord agent;
    agent.uuid = std::string(uuid);
    agent.site = grant.site;
    agent.created = clock_.Now();
    agent.last_stream = absl::InfinitePast();
    if (const AgentRecord* present = snapshot_->FindAgent(uuid)) {
      replaced = present->public_key_der != certificate.public_key_der;
      agent = *present;
    } else {
      RETURN_IF_ERROR(CheckRoom("agents", snapshot_->agents.size(), kAgentsMax));
    }
    TakeOver(agent, certificate);
    agent.recoveries_left = kRecoveriesMax;
    cut = Principal::Agent(snapshot_->group.id, agent.site, uuid);
    const absl::Status changed = Change([&](Database& database) -> absl::Status {
      RETURN_IF_ERROR(SpendGrant(database, secret_hash, uuid, certificate));
      return SaveAgent(database, agent);
    });
    if (!changed.ok()) return changed;
  }
  if (replaced) Cut(cut);
  return absl::OkStatus();
}

absl::Status Registry::RedeemForUser(const Sha256Digest& secret_hash,
                                     const IssuedCertificate& certificate) {
  Principal cut;
  {
    MutexLock lock(mutex_);
    ASSIGN_OR_RETURN(const JoinGrant grant,
                     UsableGrant(secret_hash, Sha256(certificate.public_key_der)));
    const UserRecord* present = snapshot_->FindUser(grant.user);
    if (present == nullptr) return NoSuchUser(grant.user);
    UserRecord user = *present;
    TakeOver(user, certificate);
    cut = Principal::User(snapshot_->group.id, user.name);
    const absl::Status changed = Change([&](Database& database) -> absl::Status {
      RETURN_IF_ERROR(SpendGrant(database, secret_hash, user.name, certificate));
      return SaveUser(database, user);
    });
    if (!changed.ok()) return changed;
  }
  Cut(cut);  // whoever is connected with an older key
  return absl::OkStatus();
}

absl::Status Registry::RecordRenewal(const Principal& principal,
                                     const IssuedCertificate& certificate) {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(snapshot_->Authorize(principal, Sha256(certificate.public_key_der)));
  if (principal.kind == Principal::Kind::kUser) {
    UserRecord user = *snapshot_->FindUser(principal.name);
    TakeOver(user, certificate);
    return Change([&](Database& database) { return SaveUser(database, user); });
  }
  AgentRecord agent = *snapshot_->FindAgent(principal.name);
  TakeOver(agent, certificate);
  agent.recoveries_left = kRecoveriesMax;  // it came back by itself
  return Change([&](Database& database) { return SaveAgent(database, agent); });
}

absl::Status Registry::RecordRecovery(absl::string_view uuid,
                                      const IssuedCertificate& certificate) {
  MutexLock lock(mutex_);
  const AgentRecord* present = snapshot_->FindAgent(uuid);
  if (present == nullptr) return NoSuchAgent(uuid);
  if (present->recoveries_left <= 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("agent ", uuid, " came back with an expired certificate ", kRecoveriesMax,
                     " times: an operator must agree (dims agent resume ", uuid, ")"));
  }
  AgentRecord agent = *present;
  TakeOver(agent, certificate);
  --agent.recoveries_left;
  return Change([&](Database& database) { return SaveAgent(database, agent); });
}

absl::Status Registry::SetAgentState(absl::string_view uuid, MemberState state) {
  Principal cut;
  {
    MutexLock lock(mutex_);
    const AgentRecord* present = snapshot_->FindAgent(uuid);
    if (present == nullptr) return NoSuchAgent(uuid);
    RETURN_IF_ERROR(CheckTransition(absl::StrCat("agent ", uuid), present->state, state));
    AgentRecord agent = *present;
    agent.state = state;
    if (state == MemberState::kActive) agent.recoveries_left = kRecoveriesMax;
    cut = Principal::Agent(snapshot_->group.id, agent.site, uuid);
    RETURN_IF_ERROR(Change([&](Database& database) { return SaveAgent(database, agent); }));
  }
  if (state != MemberState::kActive) Cut(cut);
  return absl::OkStatus();
}

absl::Status Registry::SetUserState(absl::string_view name, MemberState state) {
  Principal cut;
  {
    MutexLock lock(mutex_);
    const UserRecord* present = snapshot_->FindUser(name);
    if (present == nullptr) return NoSuchUser(name);
    RETURN_IF_ERROR(CheckTransition(absl::StrCat("user ", name), present->state, state));
    UserRecord user = *present;
    user.state = state;
    cut = Principal::User(snapshot_->group.id, name);
    RETURN_IF_ERROR(Change([&](Database& database) { return SaveUser(database, user); }));
  }
  if (state != MemberState::kActive) Cut(cut);
  return absl::OkStatus();
}

absl::Status Registry::NoteStreams(std::span<const StreamNote> notes) {
  if (notes.empty()) return absl::OkStatus();
  MutexLock lock(mutex_);
  return Change([&](Database& database) -> absl::Status {
    ASSIGN_OR_RETURN(Statement write,
                     database.Prepare("UPDATE agent SET version = ?2, last_stream_ns = ?3 "
                                      "WHERE uuid = ?1"));
    for (const StreamNote& note : notes) {
      write.BindText(1, note.uuid);
      write.BindText(2, note.version.substr(0, kVersionBytesMax));
      write.BindInt64(3, absl::ToUnixNanos(note.at));
      RETURN_IF_ERROR(write.Run());
    }
    return absl::OkStatus();
  });
}

absl::Status Registry::CopyTo(absl::string_view new_path) {
  MutexLock lock(mutex_);
  return database_->CopyTo(new_path);
}

absl::Status Registry::Change(const std::function<absl::Status(Database&)>& change) {
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(*database_));
  RETURN_IF_ERROR(change(*database_));
  RETURN_IF_ERROR(transaction.Commit());
  return Reload();
}

absl::Status Registry::Reload() {
  ASSIGN_OR_RETURN(RegistrySnapshot loaded, LoadSnapshot(*database_));
  snapshot_ = std::make_shared<const RegistrySnapshot>(std::move(loaded));
  MutexLock publish(published_mutex_);
  published_ = snapshot_;
  return absl::OkStatus();
}

absl::StatusOr<JoinGrant> Registry::UsableGrant(const Sha256Digest& secret_hash,
                                                const Sha256Digest& key_fingerprint) {
  ASSIGN_OR_RETURN(GrantRow row, LoadGrant(*database_, secret_hash));
  if (!row.redeemed_key.empty() && row.redeemed_key != BytesOf(key_fingerprint)) {
    return absl::FailedPreconditionError(
        "this join token was used already; each works for one machine or one user: ask for a new "
        "one (and tell the operator if it was not you)");
  }
  if (clock_.Now() > row.grant.expires) {
    return absl::FailedPreconditionError(
        absl::StrCat("this join token expired on ",
                     absl::FormatTime("%Y-%m-%d %H:%M UTC", row.grant.expires, absl::UTCTimeZone()),
                     ": ask for a new one"));
  }
  return std::move(row.grant);
}

void Registry::Cut(const Principal& principal) {
  CutListener listener;
  {
    MutexLock lock(mutex_);
    listener = cut_listener_;
  }
  if (listener) listener(principal);
}

}  // namespace dims
