// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/statusor.h"
#include "common/delivery/directives.h"
#include "dims/v1/collector.pb.h"

namespace dims {

v1::Directives ToWire(const DirectiveSet& set);
v1::DirectivesTaken ToWire(const DirectivesTaken& taken);

// The message is hostile: InvalidArgument when it holds more than a set may. Single directives are
// not looked at.
absl::StatusOr<DirectiveSet> FromWire(const v1::Directives& message);
absl::StatusOr<DirectivesTaken> FromWire(const v1::DirectivesTaken& message);

}  // namespace dims
