// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/sqlite/statement.h"
#include "server/detect/alert.h"

namespace dims {

// The columns AlertsOf expects, in its order.
inline constexpr absl::string_view kAlertColumns =
    "id, raised_ns, rule, key, window_start_ns, title, sites, evidence, tlp";

// Every row that `rows` gives.
absl::StatusOr<std::vector<Alert>> AlertsOf(Statement& rows);

}  // namespace dims
