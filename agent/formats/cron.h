// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/strings/string_view.h"
#include "agent/fields/event_row.h"

namespace dims {

// "(root) CMD (run-parts /etc/cron.hourly)", "(alice) RELOAD (crontabs/alice)" and the like: whose
// table, what was done with it. False: none of them. Thread: any.
bool ParseCron(absl::string_view message, EventRow& row);

}  // namespace dims
