// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace dims {

// `text` as one gzip member.
std::string Gzip(absl::string_view text);

}  // namespace dims
