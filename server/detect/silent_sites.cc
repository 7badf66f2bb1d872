// SPDX-License-Identifier: Apache-2.0
#include "server/detect/silent_sites.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"

namespace dims {
namespace {

// One site's agents together.
struct Contact {
  bool joined = false;     // has an active agent
  bool connected = false;  // one of them has a stream
  absl::Time last = absl::InfinitePast();
};

std::map<std::string, Contact> ContactsOf(const RegistrySnapshot& registry,
                                          std::span<const AgentStream> streams) {
  std::map<std::string, const AgentStream*> stream_of;
  for (const AgentStream& stream : streams) stream_of[stream.agent] = &stream;
  std::map<std::string, Contact> out;
  for (const auto& [uuid, agent] : registry.agents) {
    if (agent.state != MemberState::kActive) continue;
    Contact& contact = out[agent.site];
    contact.joined = true;
    contact.last = std::max({contact.last, agent.created, agent.last_stream});
    if (const auto found = stream_of.find(uuid); found != stream_of.end()) {
      contact.connected |= found->second->connected;
      contact.last = std::max(contact.last, found->second->last_stream);
    }
  }
  return out;
}

Alert AlertOf(const Site& site, absl::Time last, absl::Time now) {
  Alert alert;
  alert.raised_ns = absl::ToUnixNanos(now);
  alert.rule = kSiteSilent;
  alert.key = site.id;
  alert.window_start_ns = absl::ToUnixNanos(last);
  alert.title = absl::StrCat("site ", site.id, " (", site.name, ") is silent since ",
                             absl::FormatTime("%Y-%m-%d %H:%M:%SZ", last, absl::UTCTimeZone()),
                             ", longer than ", absl::FormatDuration(site.silent_after));
  alert.sites = {site.id};
  return alert;
}

}  // namespace

std::size_t CountSilentAgents(const RegistrySnapshot& registry,
                              std::span<const AgentStream> streams, absl::Time now) {
  std::map<std::string, const AgentStream*> stream_of;
  for (const AgentStream& stream : streams) stream_of[stream.agent] = &stream;
  std::size_t silent = 0;
  for (const auto& [uuid, agent] : registry.agents) {
    const Site* site = registry.FindSite(agent.site);
    if (agent.state != MemberState::kActive || site == nullptr) continue;
    absl::Time last = std::max(agent.created, agent.last_stream);
    if (const auto found = stream_of.find(uuid); found != stream_of.end()) {
      if (found->second->connected) continue;
      last = std::max(last, found->second->last_stream);
    }
    if (now - last > site->silent_after) ++silent;
  }
  return silent;
}

std::vector<Alert> SilentSites::Check(const RegistrySnapshot& registry,
                                      std::span<const AgentStream> streams, absl::Time now) {
  std::vector<Alert> out;
  const std::map<std::string, Contact> contacts = ContactsOf(registry, streams);
  std::set<std::string> silent_now;
  for (const auto& [id, site] : registry.sites) {
    const auto found = contacts.find(id);
    if (found == contacts.end() || !found->second.joined || found->second.connected) continue;
    if (now - std::max(found->second.last, started_) <= site.silent_after) continue;
    silent_now.insert(id);
    if (!silent_.contains(id)) out.push_back(AlertOf(site, found->second.last, now));
  }
  silent_ = std::move(silent_now);
  return out;
}

}  // namespace dims
