// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace dims {

// Bytes by which lines of one format tell themselves from lines of most others.
inline constexpr absl::string_view kSignBytes = "=,|\"%_[(/W";

// A set of them, by their places in kSignBytes. A value.
using ByteSigns = std::uint32_t;

inline constexpr std::size_t kByteSignSets = std::size_t{1} << kSignBytes.size();

// The set that holds each of `bytes`. Only for bytes of kSignBytes: others do not compile.
consteval ByteSigns SignsFor(absl::string_view bytes) {
  ByteSigns signs = 0;
  for (const char byte : bytes) {
    std::size_t at = 0;
    while (kSignBytes[at] != byte) ++at;  // beyond the end: no constant expression
    signs |= ByteSigns{1} << at;
  }
  return signs;
}

// Which of them occur in `text`, in one pass over it. Thread: any.
ByteSigns FindByteSigns(absl::string_view text);

}  // namespace dims
