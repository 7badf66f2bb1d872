// SPDX-License-Identifier: Apache-2.0
#include "server/registry/registry_rows.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"
#include "server/registry/directive_rows.h"

namespace dims {
namespace {

constexpr char kListSeparator = '\n';  // in no slug, block or domain

std::string JoinList(const std::vector<std::string>& list) {
  return absl::StrJoin(list, std::string(1, kListSeparator));
}

std::vector<std::string> SplitList(absl::string_view text) {
  return absl::StrSplit(text, kListSeparator, absl::SkipEmpty());
}

absl::Time TimeOf(const Statement& row, int column) {
  return row.IsNull(column) ? absl::InfinitePast() : absl::FromUnixNanos(row.Int64(column));
}

void BindTime(Statement& statement, int parameter, absl::Time time) {
  if (time == absl::InfinitePast()) {
    statement.BindNull(parameter);
  } else {
    statement.BindInt64(parameter, absl::ToUnixNanos(time));
  }
}

// A value written by a newer version, or a damaged one, must not become a right.
MemberState StateOf(std::int64_t value) {
  switch (value) {
    case 0:
      return MemberState::kActive;
    case 1:
      return MemberState::kSuspended;
    default:
      return MemberState::kRevoked;
  }
}

UserRole RoleOf(std::int64_t value) {
  switch (value) {
    case 0:
      return UserRole::kOperator;
    case 1:
      return UserRole::kAnalyst;
    default:
      return UserRole::kSite;
  }
}

Tlp TlpOf(std::int64_t value) {
  return value >= 0 && value <= static_cast<std::int64_t>(Tlp::kRed) ? static_cast<Tlp>(value)
                                                                     : Tlp::kClear;
}

absl::Status LoadGroup(Database& database, TrustGroup& group) {
  ASSIGN_OR_RETURN(
      Statement rows,
      database.Prepare("SELECT id, name, server_address, join_address FROM trust_group"));
  ASSIGN_OR_RETURN(const bool found, rows.Step());
  if (found) {
    group = {std::string(rows.Text(0)), std::string(rows.Text(1)), std::string(rows.Text(2)),
             std::string(rows.Text(3))};
  }
  return absl::OkStatus();
}

absl::Status LoadSites(Database& database, std::map<std::string, Site>& sites) {
  ASSIGN_OR_RETURN(Statement rows,
                   database.Prepare("SELECT id, name, cidrs, domains, silent_after_ns, created_ns "
                                    "FROM site ORDER BY id"));
  while (true) {
    ASSIGN_OR_RETURN(const bool found, rows.Step());
    if (!found) return absl::OkStatus();
    Site site;
    site.id = std::string(rows.Text(0));
    site.name = std::string(rows.Text(1));
    site.cidrs = SplitList(rows.Text(2));
    site.domains = SplitList(rows.Text(3));
    site.silent_after = absl::Nanoseconds(rows.Int64(4));
    site.created = TimeOf(rows, 5);
    sites.emplace_hint(sites.end(), site.id, site);
  }
}

absl::Status LoadAgents(Database& database, std::map<std::string, AgentRecord>& agents) {
  ASSIGN_OR_RETURN(
      Statement rows,
      database.Prepare("SELECT uuid, site, state, public_key, serial, not_after_ns, version, "
                       "created_ns, last_stream_ns, recoveries_left FROM agent ORDER BY uuid"));
  while (true) {
    ASSIGN_OR_RETURN(const bool found, rows.Step());
    if (!found) return absl::OkStatus();
    AgentRecord agent;
    agent.uuid = std::string(rows.Text(0));
    agent.site = std::string(rows.Text(1));
    agent.state = StateOf(rows.Int64(2));
    agent.public_key_der = std::string(rows.Blob(3));
    agent.certificate_serial = std::string(rows.Text(4));
    agent.certificate_not_after = TimeOf(rows, 5);
    agent.version = std::string(rows.Text(6));
    agent.created = TimeOf(rows, 7);
    agent.last_stream = TimeOf(rows, 8);
    agent.recoveries_left =
        static_cast<int>(std::clamp<std::int64_t>(rows.Int64(9), 0, kRecoveriesMax));
    agents.emplace_hint(agents.end(), agent.uuid, agent);
  }
}

absl::Status LoadUsers(Database& database, std::map<std::string, UserRecord>& users) {
  ASSIGN_OR_RETURN(Statement rows,
                   database.Prepare("SELECT name, role, sites, tlp, state, public_key, serial, "
                                    "not_after_ns, created_ns FROM user ORDER BY name"));
  while (true) {
    ASSIGN_OR_RETURN(const bool found, rows.Step());
    if (!found) return absl::OkStatus();
    UserRecord user;
    user.name = std::string(rows.Text(0));
    user.role = RoleOf(rows.Int64(1));
    user.sites = SplitList(rows.Text(2));
    user.tlp_ceiling = TlpOf(rows.Int64(3));
    user.state = StateOf(rows.Int64(4));
    user.public_key_der = std::string(rows.Blob(5));
    user.certificate_serial = std::string(rows.Text(6));
    user.certificate_not_after = TimeOf(rows, 7);
    user.created = TimeOf(rows, 8);
    users.emplace_hint(users.end(), user.name, user);
  }
}

}  // namespace

absl::StatusOr<RegistrySnapshot> LoadSnapshot(Database& database) {
  RegistrySnapshot snapshot;
  RETURN_IF_ERROR(LoadGroup(database, snapshot.group));
  RETURN_IF_ERROR(LoadSites(database, snapshot.sites));
  RETURN_IF_ERROR(LoadAgents(database, snapshot.agents));
  RETURN_IF_ERROR(LoadUsers(database, snapshot.users));
  RETURN_IF_ERROR(LoadDirectives(database, snapshot.directives));
  return snapshot;
}

absl::Status SaveGroup(Database& database, const TrustGroup& group) {
  ASSIGN_OR_RETURN(Statement write, database.Prepare("INSERT OR REPLACE INTO trust_group "
                                                     "VALUES(1, ?1, ?2, ?3, ?4)"));
  write.BindText(1, group.id);
  write.BindText(2, group.name);
  write.BindText(3, group.server_address);
  write.BindText(4, group.join_address);
  return write.Run();
}

absl::Status SaveSite(Database& database, const Site& site) {
  ASSIGN_OR_RETURN(
      Statement write,
      database.Prepare("INSERT INTO site VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(id) DO UPDATE "
                       "SET name=?2, cidrs=?3, domains=?4, silent_after_ns=?5"));
  write.BindText(1, site.id);
  write.BindText(2, site.name);
  write.BindText(3, JoinList(site.cidrs));
  write.BindText(4, JoinList(site.domains));
  write.BindInt64(5, absl::ToInt64Nanoseconds(site.silent_after));
  BindTime(write, 6, site.created);
  return write.Run();
}

absl::Status SaveAgent(Database& database, const AgentRecord& agent) {
  ASSIGN_OR_RETURN(Statement write,
                   database.Prepare("INSERT OR REPLACE INTO agent "
                                    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"));
  write.BindText(1, agent.uuid);
  write.BindText(2, agent.site);
  write.BindInt64(3, static_cast<std::int64_t>(agent.state));
  write.BindBlob(4, agent.public_key_der);
  write.BindText(5, agent.certificate_serial);
  BindTime(write, 6, agent.certificate_not_after);
  write.BindText(7, agent.version);
  BindTime(write, 8, agent.created);
  BindTime(write, 9, agent.last_stream);
  write.BindInt64(10, agent.recoveries_left);
  return write.Run();
}

absl::Status SaveUser(Database& database, const UserRecord& user) {
  ASSIGN_OR_RETURN(Statement write, database.Prepare("INSERT OR REPLACE INTO user "
                                                     "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"));
  write.BindText(1, user.name);
  write.BindInt64(2, static_cast<std::int64_t>(user.role));
  write.BindText(3, JoinList(user.sites));
  write.BindInt64(4, static_cast<std::int64_t>(user.tlp_ceiling));
  write.BindInt64(5, static_cast<std::int64_t>(user.state));
  write.BindBlob(6, user.public_key_der);
  write.BindText(7, user.certificate_serial);
  write.BindInt64(8, absl::ToUnixNanos(user.certificate_not_after));
  BindTime(write, 9, user.created);
  return write.Run();
}

absl::Status InsertGrant(Database& database, const JoinGrant& grant) {
  ASSIGN_OR_RETURN(Statement write,
                   database.Prepare("INSERT INTO join_grant "
                                    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, '', x'')"));
  write.BindBlob(1, BytesOf(grant.secret_hash));
  write.BindInt64(2, static_cast<std::int64_t>(grant.kind));
  write.BindText(3, grant.site);
  write.BindText(4, grant.replaces);
  write.BindText(5, grant.user);
  write.BindText(6, grant.created_by);
  BindTime(write, 7, grant.expires);
  return write.Run();
}

absl::StatusOr<GrantRow> LoadGrant(Database& database, const Sha256Digest& secret_hash) {
  ASSIGN_OR_RETURN(Statement row,
                   database.Prepare("SELECT kind, site, replaces, user, created_by, expires_ns, "
                                    "redeemed_by, redeemed_key FROM join_grant "
                                    "WHERE secret_hash = ?1"));
  row.BindBlob(1, BytesOf(secret_hash));
  ASSIGN_OR_RETURN(const bool found, row.Step());
  if (!found) {
    return absl::NotFoundError(
        "this server never gave out this join token, or it expired more than a week ago: ask for a "
        "new one");
  }
  GrantRow loaded;
  loaded.grant.secret_hash = secret_hash;
  loaded.grant.kind = row.Int64(0) == static_cast<std::int64_t>(JoinToken::Kind::kAgent)
                          ? JoinToken::Kind::kAgent
                          : JoinToken::Kind::kUser;
  loaded.grant.site = std::string(row.Text(1));
  loaded.grant.replaces = std::string(row.Text(2));
  loaded.grant.user = std::string(row.Text(3));
  loaded.grant.created_by = std::string(row.Text(4));
  loaded.grant.expires = TimeOf(row, 5);
  loaded.redeemed_by = std::string(row.Text(6));
  loaded.redeemed_key = std::string(row.Blob(7));
  return loaded;
}

}  // namespace dims
