// SPDX-License-Identifier: Apache-2.0
#include "server/registry/record_rules.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"
#include "common/base/tcp_connect.h"
#include "common/crypto/principal.h"
#include "common/event/ip_address.h"
#include "common/match/observable.h"

namespace dims {
namespace {

constexpr absl::Duration kSilentAfterMin = absl::Seconds(1);
constexpr absl::Duration kSilentAfterMax = absl::Hours(24 * 30);
constexpr std::size_t kDomainBytesMax = 253;
constexpr std::size_t kLabelBytesMax = 63;

// Names are shown on terminals and in reports.
absl::Status CheckDisplayName(absl::string_view object, absl::string_view name) {
  const bool control = std::any_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_iscntrl(static_cast<unsigned char>(c));
  });
  if (name.empty() || name.size() > kDisplayNameBytesMax || control) {
    return absl::InvalidArgumentError(absl::StrCat(object, ": its name needs 1 to ",
                                                   kDisplayNameBytesMax,
                                                   " bytes without control characters"));
  }
  return absl::OkStatus();
}

bool IsDomain(absl::string_view domain) {
  if (domain.empty() || domain.size() > kDomainBytesMax) return false;
  for (const absl::string_view label : absl::StrSplit(domain, '.')) {
    const bool letters = std::all_of(label.begin(), label.end(), [](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return absl::ascii_islower(byte) || absl::ascii_isdigit(byte) || c == '-' || c == '_';
    });
    if (label.empty() || label.size() > kLabelBytesMax || !letters) return false;
  }
  return true;
}

void SortUnique(std::vector<std::string>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

absl::Status CanonicalNetworks(absl::string_view object, Site& site) {
  if (site.cidrs.size() > kSiteCidrsMax || site.domains.size() > kSiteDomainsMax) {
    return absl::InvalidArgumentError(absl::StrCat(object, ": more than ", kSiteCidrsMax,
                                                   " blocks or ", kSiteDomainsMax, " domains"));
  }
  for (std::string& cidr : site.cidrs) {
    const std::optional<Cidr> block = Cidr::Parse(cidr);
    if (!block) {
      return absl::InvalidArgumentError(
          absl::StrCat(object, ": \"", cidr, "\" is no network; write 198.51.100.0/24"));
    }
    cidr = block->ToString();
  }
  for (std::string& domain : site.domains) {
    absl::AsciiStrToLower(&domain);
    if (!IsDomain(domain)) {
      return absl::InvalidArgumentError(
          absl::StrCat(object, ": \"", domain, "\" is no domain; write seattle.example"));
    }
  }
  SortUnique(site.cidrs);
  SortUnique(site.domains);
  return absl::OkStatus();
}

// The first entry that both lists have, or null. Both are sorted.
const std::string* Shared(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  const auto found = std::find_if(a.begin(), a.end(), [&](const std::string& entry) {
    return std::binary_search(b.begin(), b.end(), entry);
  });
  return found == a.end() ? nullptr : &*found;
}

absl::Status NoSuchSite(absl::string_view object, absl::string_view site) {
  return absl::NotFoundError(absl::StrCat(object, ": no site \"", site.substr(0, kSlugBytesMax),
                                          "\" (see dims site list, or dims site add)"));
}

}  // namespace

absl::Status CheckGroup(const TrustGroup& group) {
  if (!IsSlug(group.id)) {
    return absl::InvalidArgumentError(
        "trust group: its name needs at least one Latin letter or digit");
  }
  RETURN_IF_ERROR(CheckDisplayName("trust group", group.name));
  RETURN_IF_ERROR(HostPort::Parse(group.server_address).status(), "trust group: main address");
  return Annotate(HostPort::Parse(group.join_address).status(), "trust group: join address");
}

absl::StatusOr<Site> CheckedSite(Site site, const RegistrySnapshot& snapshot) {
  if (!IsSlug(site.id)) {
    return absl::InvalidArgumentError(
        absl::StrCat("site \"", site.id.substr(0, kSlugBytesMax),
                     "\": an id is 1 to 32 of a-z 0-9 and inner dashes; give the full name with "
                     "--name"));
  }
  const std::string object = absl::StrCat("site ", site.id);
  RETURN_IF_ERROR(CheckDisplayName(object, site.name));
  RETURN_IF_ERROR(CanonicalNetworks(object, site));
  if (site.silent_after < kSilentAfterMin || site.silent_after > kSilentAfterMax) {
    return absl::InvalidArgumentError(
        absl::StrCat(object, ": silent_after must be between 1s and 30 days"));
  }
  for (const auto& [id, other] : snapshot.sites) {
    if (id == site.id) continue;
    const std::string* shared = Shared(site.cidrs, other.cidrs);
    if (shared == nullptr) shared = Shared(site.domains, other.domains);
    if (shared != nullptr) {
      return absl::AlreadyExistsError(
          absl::StrCat(object, ": ", *shared, " already belongs to site ", id));
    }
  }
  return site;
}

absl::Status CheckUser(const UserRecord& user, const RegistrySnapshot& snapshot) {
  if (!IsUserName(user.name)) {
    return absl::InvalidArgumentError(
        absl::StrCat("user \"", user.name.substr(0, kUserNameBytesMax),
                     "\": a name is 1 to 32 of a-z 0-9 . _ - and starts with a letter or digit"));
  }
  const std::string object = absl::StrCat("user ", user.name);
  for (const std::string& site : user.sites) {
    if (snapshot.FindSite(site) == nullptr) return NoSuchSite(object, site);
  }
  if (user.role == UserRole::kSite && user.sites.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(object, ": role site needs the sites it may see (--site)"));
  }
  if (user.role == UserRole::kOperator && !user.sites.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(object, ": an operator serves all sites; leave --site out"));
  }
  return absl::OkStatus();
}

absl::Status CheckDirectiveRecord(const DirectiveRecord& record, const RegistrySnapshot& snapshot) {
  if (snapshot.FindSite(record.site) == nullptr) {
    return absl::NotFoundError(absl::StrCat("no site ", record.site, " (see dims site list)"));
  }
  RETURN_IF_ERROR(CheckDirective(record.asked), "directive");
  for (const std::string& value : record.asked.values) {
    if (Observable::Parse(value)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("directive: ", value, " is neither an address, a block, a domain nor a hash"));
  }
  const std::int64_t now_ns = absl::ToUnixNanos(record.created);
  const absl::Duration lifetime = absl::Nanoseconds(record.asked.until_ns - now_ns);
  if (lifetime <= absl::ZeroDuration() || lifetime > kDirectiveLifetimeMax) {
    return absl::InvalidArgumentError(absl::StrCat(
        "directive: it may last up to ", absl::ToInt64Hours(kDirectiveLifetimeMax) / 24, " days"));
  }
  std::size_t directives = 1;
  std::size_t values = record.asked.values.size();
  if (const SiteDirectives* of_site = snapshot.FindDirectives(record.site)) {
    for (const DirectiveRecord& other : of_site->records) {
      if (other.asked.until_ns <= now_ns) continue;
      ++directives;
      values += other.asked.values.size();
    }
  }
  if (directives <= kDirectivesMax && values <= kWatchValuesMax) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("site ", record.site, ": at most ", kDirectivesMax, " directives with ",
                   kWatchValuesMax, " values in all; remove one first (dims directive list)"));
}

absl::Status CheckGrant(const JoinGrant& grant, const RegistrySnapshot& snapshot) {
  if (grant.kind == JoinToken::Kind::kUser) {
    const UserRecord* user = snapshot.FindUser(grant.user);
    if (user == nullptr) {
      return absl::NotFoundError(absl::StrCat("invitation: no user \"", grant.user, "\""));
    }
    return absl::OkStatus();
  }
  if (snapshot.FindSite(grant.site) == nullptr) return NoSuchSite("invitation", grant.site);
  if (grant.replaces.empty()) return absl::OkStatus();
  const AgentRecord* replaced = snapshot.FindAgent(grant.replaces);
  if (replaced == nullptr || replaced->site != grant.site) {
    return absl::NotFoundError(absl::StrCat("invitation: site ", grant.site, " has no agent ",
                                            grant.replaces, " (see dims agent list)"));
  }
  if (replaced->state == MemberState::kRevoked) {
    return absl::FailedPreconditionError(
        absl::StrCat("agent ", grant.replaces, " is revoked for good: invite a new one instead"));
  }
  return absl::OkStatus();
}

}  // namespace dims
