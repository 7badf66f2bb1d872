// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace dims {

// What indicators name. Values are stored; never renumber.
enum class ObservableKind : std::uint8_t { kAddress = 1, kCidr = 2, kDomain = 3, kHash = 4 };

// "address", "cidr", "domain", "hash".
absl::string_view ObservableKindName(ObservableKind kind);
std::optional<ObservableKind> ParseObservableKind(absl::string_view name);

// A value that may be seen in an event, in the one form it is compared in. A value.
struct Observable {
  ObservableKind kind = ObservableKind::kAddress;
  std::string text;

  // Understands addresses, CIDR blocks, domains of at least two labels ("*." in front is dropped,
  // case too) and hexadecimal MD5, SHA-1, SHA-256 and SHA-512, also with "[.]" and "[:]" as lists
  // for people write dots and colons. A block without a prefix is an address. Empty: none of these.
  static std::optional<Observable> Parse(absl::string_view text);

  friend bool operator==(const Observable&, const Observable&) = default;
};

}  // namespace dims
