// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/base/random.h"
#include "common/privacy/crypto_pan.h"

namespace dims {

// The secret behind hashes, labels and prefixes: policy.key in the state directory, 32 bytes in
// hexadecimal, mode 0600. Made when it is first asked for, on disk when this returns. Whoever loses
// it gets other names for the same values; whoever has it can find values by trying. DataLoss: the
// file is there and holds no key; it is never replaced.
absl::StatusOr<PrivacyKey> LoadOrMakePolicyKey(const std::string& state_directory, Random& random);

}  // namespace dims
