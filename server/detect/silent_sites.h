// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/detect/alert.h"
#include "server/registry/registry_snapshot.h"

namespace dims {

inline constexpr char kSiteSilent[] = "site_silent";

// What is known of one agent's stream.
struct AgentStream {
  std::string agent;  // uuid
  bool connected = false;
  absl::Time last_stream = absl::InfinitePast();
};

// Active agents without a stream for longer than their site's setting; some agents of a site may be
// silent while the site is not. One that joined and never came counts from when it joined.
std::size_t CountSilentAgents(const RegistrySnapshot& registry,
                              std::span<const AgentStream> streams, absl::Time now);

// Notices sites that fell silent: none of a site's active agents has had a stream for longer than
// the site's setting. A site that no agent ever joined is not silent, nor is one whose agents an
// operator suspended; the time the server was not running does not count.
//
// Guarantees: one alert until the site comes back, also over a restart of the server as long as the
// registry remembers the last stream. A state machine without clock; thread: one, from a timer.
class SilentSites {
 public:
  // `started`: since when agents could have come.
  explicit SilentSites(absl::Time started) : started_(started) {}

  // The alerts to raise now.
  std::vector<Alert> Check(const RegistrySnapshot& registry, std::span<const AgentStream> streams,
                           absl::Time now);

 private:
  const absl::Time started_;
  std::set<std::string> silent_;  // at the last Check
};

}  // namespace dims
