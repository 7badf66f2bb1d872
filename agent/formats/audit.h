// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/formats/text_format.h"

namespace dims {

// Records of the Linux audit system, one a line: "[node=HOST ]type=USER_AUTH
// msg=audit(1364481363.243:24287): pid=7 uid=0 ... msg='op=PAM:... acct="ann" ... res=failed'",
// with or without auditd's interpretation at the end (ENRICHED), and as the kernel prints them,
// "audit: type=1400 audit(1364481363.243:42): ...". Fields that audit writes in hexadecimal are
// decoded (linux-audit's message dictionary, auparse/typetab.h). event.code is the record's type,
// event.action what Elastic calls it; records of one event share labels.audit.serial.
bool IsAudit(const TextInput& input);
std::optional<TextResult> ParseAudit(const TextInput& input, EventRow& row);

}  // namespace dims
