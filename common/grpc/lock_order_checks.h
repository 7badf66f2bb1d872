// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace dims {

// Debian builds Abseil with its checks on: each lock that gRPC takes enters a graph of all locks
// held, a twentieth of a busy server's processor time. Call once in main, before the first thread.
void SwitchOffLockOrderChecks();

}  // namespace dims
