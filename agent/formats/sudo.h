// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/strings/string_view.h"
#include "agent/fields/event_row.h"

namespace dims {

// "alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/id" and its refusals: who ran
// what as whom. user.name is who asked, user.effective.name whom the command ran as. False: none of
// them. Thread: any.
bool ParseSudo(absl::string_view message, EventRow& row);

// OpenBSD's doas: "alice ran command id as root from /home/alice", "failed auth for alice".
bool ParseDoas(absl::string_view message, EventRow& row);

// The many ways su says who became whom, and whether it was let. Thread: any.
bool ParseSu(absl::string_view message, EventRow& row);

}  // namespace dims
