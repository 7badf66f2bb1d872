// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/strings/string_view.h"
#include "agent/fields/event_row.h"

namespace dims {

// "pam_unix(sshd:session): session opened for user root by (uid=0)" and the other messages of PAM
// modules, whatever program wrote them. Of a session that one user opened for another, user.name is
// who asked and user.effective.name whose it is. False: `message` is none of them. Thread: any.
bool ParsePam(absl::string_view message, EventRow& row);

// The part of older Red Hat logs where the module stands in the tag, "sshd(pam_unix)[19939]:":
// `message` is what follows the module's name.
bool ParsePamText(absl::string_view message, EventRow& row);

// "logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1  user=root": user.name and the source.
void ParsePamOrigin(absl::string_view text, EventRow& row);

}  // namespace dims
