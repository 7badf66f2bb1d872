// SPDX-License-Identifier: Apache-2.0
#include "agent/pipeline/sender_lookup.h"

#include <optional>

namespace dims {

const SenderLines* SenderLookup::Find(absl::string_view address) {
  if (senders_.empty()) return nullptr;
  const auto known = remembered_.find(address);
  if (known != remembered_.end()) return known->second;
  if (remembered_.size() >= kRememberedMax) remembered_.clear();
  const SenderLines* const found = Search(address);
  remembered_.emplace(address, found);
  return found;
}

const SenderLines* SenderLookup::Search(absl::string_view address) const {
  const std::optional<IpAddress> parsed = IpAddress::Parse(address);
  if (!parsed) return nullptr;
  const SenderLines* best = nullptr;
  for (const SenderLines& sender : senders_) {
    if (!sender.addresses.Contains(*parsed)) continue;
    if (best == nullptr || sender.addresses.prefix_bits() > best->addresses.prefix_bits()) {
      best = &sender;
    }
  }
  return best;
}

}  // namespace dims
