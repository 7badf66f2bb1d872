// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"

namespace dims {

inline constexpr std::size_t kDomainBytesMax = 253;

// A domain as it is compared: lower case, no dot at the end; then it and each domain above it,
// longest first. Lives on the stack of a look-up.
//
//   for (DomainSuffixes s("www.Evil.example."); !s.done(); s.Up()) Find(s.text());
class DomainSuffixes {
 public:
  // Nothing to visit when `domain` is empty or longer than a domain may be.
  explicit DomainSuffixes(absl::string_view domain) {
    if (!domain.empty() && domain.back() == '.') domain.remove_suffix(1);
    if (domain.size() > kDomainBytesMax) return;
    for (std::size_t i = 0; i < domain.size(); ++i)
      bytes_[i] = absl::ascii_tolower(static_cast<unsigned char>(domain[i]));
    text_ = absl::string_view(bytes_.data(), domain.size());
  }

  DomainSuffixes(const DomainSuffixes&) = delete;
  DomainSuffixes& operator=(const DomainSuffixes&) = delete;

  bool done() const { return text_.empty(); }

  absl::string_view text() const { return text_; }

  void Up() {
    const std::size_t dot = text_.find('.');
    text_.remove_prefix(dot == absl::string_view::npos ? text_.size() : dot + 1);
  }

 private:
  std::array<char, kDomainBytesMax> bytes_;
  absl::string_view text_;
};

}  // namespace dims
