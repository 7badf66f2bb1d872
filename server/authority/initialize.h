// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/status/status.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "server/registry/registry.h"

namespace dims {

inline constexpr char kFirstOperator[] = "operator";

// Makes a trust group in `directory`, which must exist: the authority's and the server's keys and
// certificates, the group in `registry`, and the first operator with its `operator.identity`
// (0600). Addresses are those that agents and users will connect to. Run once: FailedPrecondition
// when the directory has an authority already (nothing is overwritten: that would cut off every
// member). After any other error run it again on an empty directory.
absl::Status InitializeAuthority(const std::string& directory, const TrustGroup& group,
                                 Registry& registry, Clock& clock, Random& random);

}  // namespace dims
