// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/unique_fd.h"

namespace dims {

// HOST:PORT as people write it: a name, an IPv4 address, or an IPv6 address in brackets. A value.
struct HostPort {
  std::string host;  // without brackets
  std::uint16_t port = 0;

  // InvalidArgument says what is missing. Port 0 is accepted: a listener means "any" by it.
  static absl::StatusOr<HostPort> Parse(absl::string_view text);

  // With brackets where the host is an IPv6 address.
  std::string Text() const;

  // True when the host is an address rather than a name.
  bool IsAddress() const;

  friend bool operator==(const HostPort&, const HostPort&) = default;
};

// The addresses of `target`, as numeric HOST:PORT, in the system's order of preference. NotFound
// when the name has none, Unavailable when the resolver did not answer. Blocks as long as the
// resolver does.
absl::StatusOr<std::vector<HostPort>> ResolveHost(const HostPort& target);

// A connected, blocking socket to the first address that accepts within `timeout` (each). REQUIRES:
// numeric addresses. Unavailable tells what each address answered.
absl::StatusOr<UniqueFd> ConnectTcp(const std::vector<HostPort>& addresses, absl::Duration timeout);

}  // namespace dims
