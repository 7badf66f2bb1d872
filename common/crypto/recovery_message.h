// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace dims {

// What an agent's enrolled key signs to get a certificate in place of one that ran out. The label
// keeps the signature from meaning anything elsewhere.
inline std::string RecoveryMessage(absl::string_view nonce, absl::string_view request_der) {
  return absl::StrCat("dims-recover-v1", nonce, request_der);
}

}  // namespace dims
