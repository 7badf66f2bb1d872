// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace dims {

// Traffic Light Protocol 2.0, from what everybody may see to what only the recipient may.
// Comparable: a reader with ceiling `c` sees what is labelled `<= c`. Values are stored; never
// renumber.
enum class Tlp : std::uint8_t { kClear = 0, kGreen = 1, kAmber = 2, kAmberStrict = 3, kRed = 4 };

inline constexpr std::array<absl::string_view, 5> kTlpNames = {"clear", "green", "amber",
                                                               "amber+strict", "red"};

inline absl::string_view TlpName(Tlp label) {
  return kTlpNames[static_cast<std::size_t>(label)];
}

// Any case, with or without "tlp:" in front; "white" is the name CLEAR had before 2022.
inline std::optional<Tlp> ParseTlp(absl::string_view text) {
  if (absl::StartsWithIgnoreCase(text, "tlp:")) text.remove_prefix(4);
  for (std::size_t i = 0; i < kTlpNames.size(); ++i) {
    if (absl::EqualsIgnoreCase(text, kTlpNames[i])) return static_cast<Tlp>(i);
  }
  if (absl::EqualsIgnoreCase(text, "white")) return Tlp::kClear;
  return std::nullopt;
}

}  // namespace dims
