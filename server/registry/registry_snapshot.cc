// SPDX-License-Identifier: Apache-2.0
#include "server/registry/registry_snapshot.h"

#include "absl/strings/str_cat.h"

namespace dims {
namespace {

// A template because the maps differ in their record only.
template <typename Record>
const Record* Find(const std::map<std::string, Record>& records, absl::string_view key) {
  const auto found = records.find(std::string(key));
  return found == records.end() ? nullptr : &found->second;
}

absl::Status Deny(const Principal& principal, absl::string_view reason) {
  return absl::PermissionDeniedError(absl::StrCat(principal.Uri(), ": ", reason));
}

absl::Status CheckMember(const Principal& principal, MemberState state,
                         absl::string_view public_key_der, const Sha256Digest& key_fingerprint) {
  switch (state) {
    case MemberState::kActive:
      break;
    case MemberState::kSuspended:
      return Deny(principal, "suspended by an operator");
    case MemberState::kRevoked:
      return Deny(principal, "revoked; it must join anew");
  }
  if (public_key_der.empty() || Sha256(public_key_der) != key_fingerprint) {
    return Deny(principal, "not the key that was enrolled for it (was it replaced or cloned?)");
  }
  return absl::OkStatus();
}

}  // namespace

absl::string_view MemberStateName(MemberState state) {
  switch (state) {
    case MemberState::kActive:
      return "active";
    case MemberState::kSuspended:
      return "suspended";
    case MemberState::kRevoked:
      return "revoked";
  }
  return "";
}

absl::string_view UserRoleName(UserRole role) {
  switch (role) {
    case UserRole::kOperator:
      return "operator";
    case UserRole::kAnalyst:
      return "analyst";
    case UserRole::kSite:
      return "site";
  }
  return "";
}

const Site* RegistrySnapshot::FindSite(absl::string_view id) const {
  return Find(sites, id);
}

const AgentRecord* RegistrySnapshot::FindAgent(absl::string_view uuid) const {
  return Find(agents, uuid);
}

const UserRecord* RegistrySnapshot::FindUser(absl::string_view name) const {
  return Find(users, name);
}

const SiteDirectives* RegistrySnapshot::FindDirectives(absl::string_view site) const {
  return Find(directives, site);
}

absl::Status RegistrySnapshot::Authorize(const Principal& principal,
                                         const Sha256Digest& key_fingerprint) const {
  if (principal.group != group.id) return Deny(principal, "of another trust group");
  switch (principal.kind) {
    case Principal::Kind::kServer:
      return Deny(principal, "the server is no client of its own");
    case Principal::Kind::kAgent: {
      const AgentRecord* agent = FindAgent(principal.name);
      if (agent == nullptr) return Deny(principal, "no such agent is registered");
      if (agent->site != principal.site) return Deny(principal, "registered under another site");
      return CheckMember(principal, agent->state, agent->public_key_der, key_fingerprint);
    }
    case Principal::Kind::kUser: {
      const UserRecord* user = FindUser(principal.name);
      if (user == nullptr) return Deny(principal, "no such user is registered");
      return CheckMember(principal, user->state, user->public_key_der, key_fingerprint);
    }
  }
  return Deny(principal, "of no known kind");
}

}  // namespace dims
