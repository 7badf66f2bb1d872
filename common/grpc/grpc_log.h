// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace dims {

// Sends gRPC's own messages through Log, so that they look like ours, cannot carry control
// characters and are subject to its limit a second: whoever opens connections could otherwise fill
// the disk with failed handshakes. Call once in main, before the first credentials.
void RouteGrpcLog();

}  // namespace dims
