// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/record_rule.h"

#include <re2/re2.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace dims {
namespace {

constexpr std::int64_t kPatternMemoryMax = 1 << 20;

// What decides stands at the beginning of a line, not deep in a long one.
constexpr std::size_t kSearchedBytes = 4096;

}  // namespace

RecordRule::RecordRule(std::unique_ptr<const re2::RE2> start) : start_(std::move(start)) {}

RecordRule::~RecordRule() = default;

std::shared_ptr<const RecordRule> RecordRule::Indented() {
  return std::shared_ptr<const RecordRule>(new RecordRule(nullptr));
}

absl::StatusOr<std::shared_ptr<const RecordRule>> RecordRule::StartingWith(
    const std::string& pattern) {
  re2::RE2::Options options(re2::RE2::Latin1);  // bytes: a line need not be UTF-8
  options.set_log_errors(false);
  options.set_max_mem(kPatternMemoryMax);
  auto start = std::make_unique<const re2::RE2>(pattern, options);
  if (!start->ok()) return absl::InvalidArgumentError(start->error());
  return std::shared_ptr<const RecordRule>(new RecordRule(std::move(start)));
}

bool RecordRule::Continues(absl::string_view line) const {
  if (start_ == nullptr) return !line.empty() && (line[0] == ' ' || line[0] == '\t');
  const std::size_t size = std::min(line.size(), kSearchedBytes);
  return !re2::RE2::PartialMatch(re2::StringPiece(line.data(), size), *start_);
}

}  // namespace dims
