// SPDX-License-Identifier: Apache-2.0
#include "agent/site_formats/site_format.h"

#include <algorithm>

#include "absl/strings/match.h"

namespace dims {

absl::StatusOr<std::unique_ptr<const SiteFormat>> SiteFormat::Make(Definition definition) {
  std::unique_ptr<RE2::Set> set;
  if (definition.patterns.size() > 1) {
    RE2::Options options = SiteRegexOptions();
    options.set_max_mem(kSetMemoryBytesMax);
    set = std::make_unique<RE2::Set>(options, RE2::UNANCHORED);
    for (const SitePattern& pattern : definition.patterns) {
      std::string error;
      if (set->Add(pattern.regex().pattern(), &error) < 0) {
        return absl::ResourceExhaustedError(error);
      }
    }
    if (!set->Compile()) return absl::ResourceExhaustedError("the patterns together are too large");
  }
  return std::unique_ptr<const SiteFormat>(new SiteFormat(std::move(definition), std::move(set)));
}

bool SiteFormat::Begins(absl::string_view text) const {
  return std::any_of(definition_.begins.begin(), definition_.begins.end(),
                     [&](const std::string& begin) { return absl::StartsWith(text, begin); });
}

std::size_t SiteFormat::FirstCandidate(absl::string_view text) const {
  if (set_ == nullptr) return 0;
  std::vector<int> matches;
  RE2::Set::ErrorInfo error{};
  if (set_->Match(re2::StringPiece(text.data(), text.size()), &matches, &error)) {
    return static_cast<std::size_t>(*std::min_element(matches.begin(), matches.end()));
  }
  // Out of memory it does not know: each is tried.
  return error.kind == RE2::Set::kNoError ? definition_.patterns.size() : 0;
}

std::optional<TextResult> SiteFormat::Parse(const TextInput& input, EventRow& row) const {
  std::size_t pattern = 0;
  return Parse(input, row, pattern);
}

std::optional<TextResult> SiteFormat::Parse(const TextInput& input, EventRow& row,
                                            std::size_t& pattern) const {
  if (input.text.size() > kTextBytesMax) return std::nullopt;
  for (pattern = FirstCandidate(input.text); pattern < definition_.patterns.size(); ++pattern) {
    const auto result = definition_.patterns[pattern].Parse(input.text, row);
    if (!result) continue;
    row.Keyword(Field::kEventDataset, definition_.dataset);
    return result;
  }
  return std::nullopt;
}

}  // namespace dims
