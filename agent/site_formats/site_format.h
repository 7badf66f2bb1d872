// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <re2/set.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/formats/site_text_format.h"
#include "agent/site_formats/site_pattern.h"

namespace dims {

// One format that the site made: patterns, and when they are asked.
//
// All patterns are searched for at once; of those that match, the first one of the file counts. A
// text longer than kTextBytesMax is not searched. Time is linear in the text, memory bounded.
// Immutable; thread: any.
class SiteFormat final : public SiteTextFormat {
 public:
  static constexpr std::size_t kTextBytesMax = 16'384;
  static constexpr std::int64_t kSetMemoryBytesMax = 8 << 20;

  struct Definition {
    std::string name;
    std::string dataset;
    std::vector<std::string> programs;
    std::vector<std::string> begins;
    std::vector<SitePattern> patterns;
    std::size_t tests = 0;  // that the file has
  };

  // ResourceExhausted: the patterns together are too large.
  static absl::StatusOr<std::unique_ptr<const SiteFormat>> Make(Definition definition);

  const std::string& name() const { return definition_.name; }

  const std::vector<SitePattern>& patterns() const { return definition_.patterns; }

  const std::vector<std::string>& programs() const { return definition_.programs; }

  // How many tests its file has; they all passed.
  std::size_t tests() const { return definition_.tests; }

  // It names beginnings.
  bool begins() const { return !definition_.begins.empty(); }

  // It names programs or beginnings of its own.
  bool named() const { return !definition_.programs.empty() || !definition_.begins.empty(); }

  // The text begins with one of its beginnings.
  bool Begins(absl::string_view text) const;

  std::optional<TextResult> Parse(const TextInput& input, EventRow& row) const override;

  // The same; `pattern` becomes the number of the one that matched.
  std::optional<TextResult> Parse(const TextInput& input, EventRow& row,
                                  std::size_t& pattern) const;

 private:
  SiteFormat(Definition definition, std::unique_ptr<const RE2::Set> set)
      : definition_(std::move(definition)), set_(std::move(set)) {}

  // Where to begin: the first pattern that can match. One behind the last: none does.
  std::size_t FirstCandidate(absl::string_view text) const;

  const Definition definition_;
  const std::unique_ptr<const RE2::Set> set_;  // null: one pattern
};

}  // namespace dims
