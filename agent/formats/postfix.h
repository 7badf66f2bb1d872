// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/formats/text_format.h"

namespace dims {

// Postfix (smtpd, postscreen, cleanup, qmgr, smtp, lmtp, local, pipe, bounce ...) and the policy
// services beside it (postgrey, policyd-spf, spamd): connections, log-ins, refusals, and where each
// message came from and went. source is the client, else the sender's domain; destination the
// relay, else the recipient's domain. Queue, sender, recipient, status: labels.email.* and
// labels.postfix.* (postconf(5), and the log statements of Postfix' sources).
bool IsPostfix(const TextInput& input);
std::optional<TextResult> ParsePostfix(const TextInput& input, EventRow& row);

}  // namespace dims
