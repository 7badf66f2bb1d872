// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "agent/policy/policy_config.h"

namespace dims {

// The rules of the shipped profile "headers-and-alerts-only": of every event who, when, what and
// how much, but no text; alerts of intrusion detection whole.
std::vector<FieldsRule> HeadersAndAlertsOnly();

}  // namespace dims
