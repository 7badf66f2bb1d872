// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/tcp_connect.h"
#include "common/base/unique_fd.h"

namespace dims {

// A proxy that opens tunnels by CONNECT, as the environment names it: the first that is set of
// grpc_proxy, https_proxy and http_proxy, unless no_grpc_proxy or no_proxy ends the target's host.
// These are gRPC's own rules, so that joining goes the way the stream goes later. A value.
struct HttpProxy {
  HostPort address;
  std::string credentials;  // "user:password", percent-decoded; empty: none

  // Looks up one variable; null when it is not set. What getenv is, but in tests.
  using Environment = std::function<const char*(const char* name)>;

  // The proxy on the way to `target`; none when the way is direct. InvalidArgument: a variable that
  // names no http:// proxy (TLS to the proxy, NTLM and Kerberos are not spoken).
  static absl::StatusOr<std::optional<HttpProxy>> For(const HostPort& target,
                                                      const Environment& environment);

  // The same from this process' environment.
  static absl::StatusOr<std::optional<HttpProxy>> For(const HostPort& target);

  // Sends CONNECT over `connected` and reads the answer: what is read after it comes from `target`.
  // Errors say in words what the proxy objects to: PermissionDenied (403, 407), Unavailable.
  absl::Status OpenTunnel(const UniqueFd& connected, const HostPort& target,
                          absl::Duration timeout) const;
};

// A connected, blocking socket to `target`, through the proxy on the way if there is one. Resolves
// names: the target's where the way is direct, else the proxy's. Blocks. Errors as ResolveHost's,
// ConnectTcp's and OpenTunnel's.
absl::StatusOr<UniqueFd> ConnectOutward(const HostPort& target, absl::Duration timeout);

}  // namespace dims
