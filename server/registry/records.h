// SPDX-License-Identifier: Apache-2.0
// What the registry remembers: values only. Names and limits are checked by Registry when they
// enter it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/join_token.h"
#include "common/crypto/sha256.h"
#include "common/delivery/directives.h"
#include "common/event/tlp.h"

namespace dims {

inline constexpr std::size_t kDisplayNameBytesMax = 120;
inline constexpr std::size_t kSiteCidrsMax = 256;
inline constexpr std::size_t kSiteDomainsMax = 256;
inline constexpr std::size_t kSitesMax = 4096;
inline constexpr std::size_t kAgentsMax = 20'000;
inline constexpr std::size_t kUsersMax = 4096;
inline constexpr std::size_t kOpenGrantsMax = 4096;
inline constexpr int kRecoveriesMax = 3;
inline constexpr absl::Duration kGrantLifetime = absl::Hours(72);
inline constexpr absl::Duration kDefaultSilentAfter = absl::Minutes(15);

// The group the server belongs to, and where it is reached. Set once by init.
struct TrustGroup {
  std::string id;    // slug: the first part of every URI name
  std::string name;  // as people write it
  std::string server_address;
  std::string join_address;
};

// A participant.
struct Site {
  std::string id;                    // slug
  std::string name;                  // as people write it
  std::vector<std::string> cidrs;    // in canonical form; no block belongs to two sites
  std::vector<std::string> domains;  // lower case; no domain belongs to two sites
  absl::Duration silent_after = kDefaultSilentAfter;  // without a stream: an alert
  absl::Time created;
};

// Suspended: may come back, its data waits at the site. Revoked: never again under this identity.
enum class MemberState : std::uint8_t { kActive = 0, kSuspended = 1, kRevoked = 2 };

absl::string_view MemberStateName(MemberState state);

struct AgentRecord {
  std::string uuid;
  std::string site;
  MemberState state = MemberState::kActive;
  std::string public_key_der;      // the enrolled key: certificates change, it stays
  std::string certificate_serial;  // of the latest certificate
  absl::Time certificate_not_after;
  std::string version;  // as it said last
  absl::Time created;
  absl::Time last_stream;                // when it last had a stream; infinite past: never
  int recoveries_left = kRecoveriesMax;  // uses of the expired key before an operator must agree
};

enum class UserRole : std::uint8_t { kOperator = 0, kAnalyst = 1, kSite = 2 };

absl::string_view UserRoleName(UserRole role);

struct UserRecord {
  std::string name;
  UserRole role = UserRole::kAnalyst;
  std::vector<std::string> sites;  // what the user may see; empty: every site (never for kSite)
  Tlp tlp_ceiling = Tlp::kAmber;
  MemberState state = MemberState::kActive;
  std::string public_key_der;  // empty until the invitation is used
  std::string certificate_serial;
  absl::Time certificate_not_after;
  absl::Time created;
};

// Something a site is asked.
struct DirectiveRecord {
  Directive asked;
  std::string site;
  std::string created_by;
  absl::Time created;
};

// All of one site. The version grows with each change and stays when nothing is left.
struct SiteDirectives {
  std::uint64_t version = 0;
  std::vector<DirectiveRecord> records;  // by id
};

// A join token as the server keeps it: the secret's hash, never the secret.
struct JoinGrant {
  Sha256Digest secret_hash{};
  JoinToken::Kind kind = JoinToken::Kind::kAgent;
  std::string site;      // agents
  std::string replaces;  // agents: the uuid to give out again; empty: a new one
  std::string user;      // users
  std::string created_by;
  absl::Time expires;
};

}  // namespace dims
