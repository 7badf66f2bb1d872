// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/mutex.h"

namespace dims {

// How many calls that lead to nothing one network may make on a port that asks for no certificate.
// Each call costs one of kBurst, which come back at one per kRefill; a call that was rightful gives
// its cost back, so that a hundred agents behind one address can join at once while a guesser is
// stopped.
//
// A network is an IPv4 address or an IPv6 /64. At most kPeersMax are remembered: when more are
// active at once the table is emptied, since a table that refuses newcomers could be filled by an
// attacker. Thread: any. No clock of its own.
class PeerThrottle {
 public:
  static constexpr double kBurst = 20;
  static constexpr absl::Duration kRefill = absl::Seconds(3);
  static constexpr std::size_t kPeersMax = 10'000;

  // False when `peer` (as ServerContext::peer() writes it) has used up what it had. `now` is
  // monotonic.
  bool Admit(absl::string_view peer, absl::Duration now) ABSL_LOCKS_EXCLUDED(mutex_);

  // The call of `peer` was rightful.
  void GiveBack(absl::string_view peer) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Allowance {
    double calls = kBurst;
    absl::Duration as_of;
  };

  Mutex mutex_;
  absl::flat_hash_map<std::string, Allowance> allowances_ ABSL_GUARDED_BY(mutex_);
};

// The network of a peer as ServerContext::peer() writes it ("ipv4:198.51.100.7:1234",
// "ipv6:%5B2001:db8::1%5D:1234"): the address, or the IPv6 /64. What is no address counts as one
// network of its own text.
std::string NetworkOf(absl::string_view peer);

}  // namespace dims
