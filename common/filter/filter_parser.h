// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/filter/filter_node.h"
#include "common/filter/query.h"
#include "common/filter/scanner.h"

namespace dims {

// Recursive descent over the filter grammar of docs/query_language.md. Stops at a | or the end.
//
// Thread: one. Scanner and names must outlive it. Limits: kQueryDepthMax, kQueryTestsMax.
class FilterParser {
 public:
  FilterParser(Scanner& scanner, const KnownFields& known) : scanner_(scanner), known_(known) {}

  // Possibly empty: then it matches everything.
  absl::StatusOr<FilterNode> Parse();

  // A field's name, as columns have it.
  absl::StatusOr<std::string> ParseFieldName();

 private:
  struct RegexText {
    std::string pattern;
    bool case_sensitive = false;
    std::size_t end = 0;
  };

  absl::StatusOr<FilterNode> ParseOr(int depth);
  absl::StatusOr<FilterNode> ParseAnd(int depth);
  absl::StatusOr<FilterNode> ParseNot(int depth);
  absl::StatusOr<FilterNode> ParsePrimary(int depth);
  absl::StatusOr<FilterNode> ParseFieldTest(absl::string_view typed, int depth);
  absl::StatusOr<FilterNode> ParsePredicates(const std::string& field, int depth);
  absl::StatusOr<FilterNode> ParseAlternatives(const std::string& field, int depth);
  absl::StatusOr<Predicate> ParsePredicate(bool bare);
  absl::StatusOr<Predicate> ParseComparison(bool bare);
  absl::StatusOr<Predicate> ParseRange();
  absl::StatusOr<std::optional<std::string>> ParseBound();
  absl::StatusOr<std::string> ParseValue();
  std::optional<RegexText> FindRegex() const;
  absl::Status CheckDepth(int depth) const;
  absl::Status UnknownField(std::size_t at, absl::string_view typed, absl::string_view word) const;

  Scanner& scanner_;
  const KnownFields& known_;
  int tests_ = 0;
};

}  // namespace dims
