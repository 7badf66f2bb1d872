// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace dims {

// True when `text` is UTF-8 without control characters other than tab: it may be shown, stored and
// searched as it is.
bool IsPlainText(absl::string_view text);

// `text` as plain text, in `out` (replaced): what is no UTF-8 becomes U+FFFD, one for each
// ill-formed part; a control character becomes "\x1b" or "\u009b". Thread: any.
void RepairText(absl::string_view text, std::string* out);

}  // namespace dims
