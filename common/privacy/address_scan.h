// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/event/ip_address.h"

namespace dims {

// An address somewhere in a text: [begin, end) of it.
struct FoundAddress {
  std::size_t begin = 0;
  std::size_t end = 0;
  IpAddress address;
};

// Adds every address in `text` that `wanted` says yes to, ascending and not overlapping. Found are
// the usual forms of IPv4 and IPv6 wherever they stand (before a port, in brackets, before a prefix
// length, a zone or a full stop, glued to letters), IPv4 with leading zeros or with dashes
// (10-1-2-3), and the names under in-addr.arpa and ip6.arpa. In doubt, as where a port follows an
// IPv6 address without brackets, each reading is asked for, the longest first.
//
// Thread: any. Cost: linear but for runs of hexadecimal groups, which are tried from each group.
void FindAddresses(absl::string_view text, const std::function<bool(const IpAddress&)>& wanted,
                   std::vector<FoundAddress>& out);

}  // namespace dims
