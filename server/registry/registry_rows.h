// SPDX-License-Identifier: Apache-2.0
// For this folder's sources only: the registry's records as rows of registry.db.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/sqlite/database.h"
#include "server/registry/records.h"
#include "server/registry/registry_snapshot.h"

namespace dims {

// Steps once released never change: add a new one.
inline constexpr std::array<absl::string_view, 2> kRegistrySchema = {R"(
CREATE TABLE trust_group(
  only INTEGER PRIMARY KEY CHECK(only = 1), id TEXT NOT NULL, name TEXT NOT NULL,
  server_address TEXT NOT NULL, join_address TEXT NOT NULL) STRICT;
CREATE TABLE site(
  id TEXT PRIMARY KEY, name TEXT NOT NULL, cidrs TEXT NOT NULL, domains TEXT NOT NULL,
  silent_after_ns INTEGER NOT NULL, created_ns INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE agent(
  uuid TEXT PRIMARY KEY, site TEXT NOT NULL REFERENCES site(id), state INTEGER NOT NULL,
  public_key BLOB NOT NULL, serial TEXT NOT NULL, not_after_ns INTEGER NOT NULL,
  version TEXT NOT NULL, created_ns INTEGER NOT NULL, last_stream_ns INTEGER,
  recoveries_left INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE user(
  name TEXT PRIMARY KEY, role INTEGER NOT NULL, sites TEXT NOT NULL, tlp INTEGER NOT NULL,
  state INTEGER NOT NULL, public_key BLOB NOT NULL, serial TEXT NOT NULL,
  not_after_ns INTEGER NOT NULL, created_ns INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE join_grant(
  secret_hash BLOB PRIMARY KEY, kind INTEGER NOT NULL, site TEXT NOT NULL, replaces TEXT NOT NULL,
  user TEXT NOT NULL, created_by TEXT NOT NULL, expires_ns INTEGER NOT NULL,
  redeemed_by TEXT NOT NULL, redeemed_key BLOB NOT NULL) STRICT, WITHOUT ROWID;
)",
                                                                     R"(
CREATE TABLE directive(
  id INTEGER PRIMARY KEY AUTOINCREMENT, site TEXT NOT NULL REFERENCES site(id),
  drop_filter TEXT NOT NULL, watchlist TEXT NOT NULL, watch_values TEXT NOT NULL,
  until_ns INTEGER NOT NULL, created_by TEXT NOT NULL, created_ns INTEGER NOT NULL) STRICT;
CREATE TABLE directive_version(
  site TEXT PRIMARY KEY REFERENCES site(id), version INTEGER NOT NULL) STRICT, WITHOUT ROWID;
)"};

// One kind of record each: everything there is, and one record in place of an older one of its key.
absl::StatusOr<RegistrySnapshot> LoadSnapshot(Database& database);
absl::Status SaveGroup(Database& database, const TrustGroup& group);
absl::Status SaveSite(Database& database, const Site& site);
absl::Status SaveAgent(Database& database, const AgentRecord& agent);
absl::Status SaveUser(Database& database, const UserRecord& user);
absl::Status InsertGrant(Database& database, const JoinGrant& grant);

// A grant and what became of it.
struct GrantRow {
  JoinGrant grant;
  std::string redeemed_by;
  std::string redeemed_key;  // SHA-256 of the key; empty: not redeemed
};

// NotFound when no grant has this hash.
absl::StatusOr<GrantRow> LoadGrant(Database& database, const Sha256Digest& secret_hash);

}  // namespace dims
