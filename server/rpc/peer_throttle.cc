// SPDX-License-Identifier: Apache-2.0
#include "server/rpc/peer_throttle.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "common/event/ip_address.h"

namespace dims {

bool PeerThrottle::Admit(absl::string_view peer, absl::Duration now) {
  const std::string network = NetworkOf(peer);
  MutexLock lock(mutex_);
  if (allowances_.size() >= kPeersMax && !allowances_.contains(network)) allowances_.clear();
  const auto [found, added] = allowances_.try_emplace(network, Allowance{kBurst, now});
  Allowance& allowance = found->second;
  const double refilled = absl::FDivDuration(now - allowance.as_of, kRefill);
  allowance = {std::min(kBurst, allowance.calls + refilled), now};
  if (allowance.calls < 1) return false;
  allowance.calls -= 1;
  return true;
}

void PeerThrottle::GiveBack(absl::string_view peer) {
  MutexLock lock(mutex_);
  const auto found = allowances_.find(NetworkOf(peer));
  if (found != allowances_.end()) found->second.calls += 1;
}

std::string NetworkOf(absl::string_view peer) {
  std::string text =
      absl::StrReplaceAll(peer.substr(0, 100), {{"%5B", ""}, {"%5D", ""}, {"[", ""}, {"]", ""}});
  absl::string_view host = text;
  if (!absl::ConsumePrefix(&host, "ipv4:") && !absl::ConsumePrefix(&host, "ipv6:")) return text;
  host = host.substr(0, host.rfind(':'));
  const std::optional<IpAddress> address = IpAddress::Parse(host);
  if (!address) return text;
  if (address->IsV4()) return address->ToString();
  std::array<std::uint8_t, 16> network = address->bytes();
  std::fill(network.begin() + 8, network.end(), std::uint8_t{0});
  return IpAddress(network).ToString();
}

}  // namespace dims
