// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/strings/string_view.h"
#include "agent/fields/event_row.h"

namespace dims {

// The messages of the OpenSSH server (sshd, sshd-session, sshd-auth), 3.x to 10.x: who tried to log
// in from where, how it ended, and what the connection did. Names of users come from the attacker
// and may hold anything, " from 192.0.2.1 port 22" included: addresses are read from the end of the
// message wherever a name stands before them. Always sets a category. Thread: any.
void ParseSshd(absl::string_view message, EventRow& row);

}  // namespace dims
