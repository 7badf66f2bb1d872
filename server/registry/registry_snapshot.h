// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/crypto/principal.h"
#include "common/crypto/sha256.h"
#include "server/registry/records.h"

namespace dims {

// The registry at one moment, complete and immutable: whoever holds it decides a whole request on
// one state.
//
// Thread: any. Shared by shared_ptr<const>; Registry publishes a new one after each change.
class RegistrySnapshot {
 public:
  TrustGroup group;
  std::map<std::string, Site> sites;                 // by id
  std::map<std::string, AgentRecord> agents;         // by uuid
  std::map<std::string, UserRecord> users;           // by name
  std::map<std::string, SiteDirectives> directives;  // by site

  // Null when there is none.
  const Site* FindSite(absl::string_view id) const;
  const AgentRecord* FindAgent(absl::string_view uuid) const;
  const UserRecord* FindUser(absl::string_view name) const;
  const SiteDirectives* FindDirectives(absl::string_view site) const;

  // OK when `principal` may act now with a key of this SHA-256 fingerprint: it is registered here,
  // under this site, is active and this is its enrolled key. Deny by default. Every refusal is
  // PermissionDenied and names the principal and the reason, for the log; what a peer is told is
  // the caller's choice. Also asked for TLS sessions that are resumed.
  absl::Status Authorize(const Principal& principal, const Sha256Digest& key_fingerprint) const;
};

}  // namespace dims
