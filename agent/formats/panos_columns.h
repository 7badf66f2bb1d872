// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "absl/strings/string_view.h"

namespace dims {

// The names of the columns behind the seven that all records of PAN-OS begin with, for one type of
// record ("TRAFFIC"); empty when the type is not known. An empty name is a column without a
// meaning. Newer releases append columns, so one table serves all. Thread: any.
std::span<const absl::string_view> PanosColumns(absl::string_view type);

}  // namespace dims
