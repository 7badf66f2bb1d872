// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace re2 {
class RE2;
}  // namespace re2

namespace dims {

// A record of several lines is ended after this many, and before it would be longer than a chunk.
inline constexpr std::size_t kRecordLinesMax = 500;

// Which lines of a file belong together, as those of a stack trace do. Const: any thread.
class RecordRule {
 public:
  // Lines that begin with white space continue the record before them.
  static std::shared_ptr<const RecordRule> Indented();

  // A record begins with each line in which `pattern` (RE2) is found; the others continue it.
  // InvalidArgument says what is wrong with it.
  static absl::StatusOr<std::shared_ptr<const RecordRule>> StartingWith(const std::string& pattern);

  ~RecordRule();

  // True when `line` belongs to the record before it.
  bool Continues(absl::string_view line) const;

 private:
  explicit RecordRule(std::unique_ptr<const re2::RE2> start);

  const std::unique_ptr<const re2::RE2> start_;  // null: indented
};

}  // namespace dims
