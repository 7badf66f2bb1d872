// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/strings/string_view.h"
#include "agent/fields/event_row.h"

namespace dims {

// useradd, usermod, userdel, groupadd, groupdel, gpasswd, passwd, chage: accounts and groups made,
// changed and removed. user.target.name is the account. False: none of them. Thread: any.
bool ParseAccountChange(absl::string_view message, EventRow& row);

}  // namespace dims
