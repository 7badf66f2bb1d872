// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/strings/string_view.h"
#include "agent/fields/event_row.h"

namespace dims {

// key=value pairs of a line: values in "double" (with \" and \\) or 'single' quotes, in [brackets]
// or {braces}, or up to a blank or a separator before the next key; keys may have dots. Words that
// are no pair are passed over. A key that comes twice keeps its first value; further pairs than
// kPairsMax are left in the message.
//
// False, and nothing written, unless `force`: the text does not look like pairs, which takes three
// of them and no more other words than pairs. Thread: any.
bool ParseKeyValue(absl::string_view text, bool force, EventRow& row);

inline constexpr int kPairsMax = 256;

}  // namespace dims
