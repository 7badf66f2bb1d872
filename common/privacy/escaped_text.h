// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace dims {

// A text with its escapes undone, and where each byte of it came from: \x \" \\ \/ \= \| (the
// character itself), \uXXXX, \xXX, %XX. One level; ask it again for what was escaped twice.
struct PlainView {
  std::string text;
  std::vector<std::uint32_t> begins;  // by byte of text: where it begins in the source
  std::vector<std::uint32_t> ends;    // and ends
};

// None when nothing in `text` is escaped. Thread: any.
std::optional<PlainView> UndoEscapes(absl::string_view text);

// The view of `inner`, a view of outer.text, with places in the source of `outer`.
void Compose(const PlainView& outer, PlainView& inner);

}  // namespace dims
