// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/event/column.h"
#include "common/event/operand.h"
#include "common/event/row_bitmap.h"
#include "common/event/text_search.h"

namespace re2 {
class RE2;
}

namespace dims {

enum class PredicateKind : std::uint8_t {
  kExists,    // the row has a value
  kContains,  // bare word or "quoted text": contains `text`; on address, number, time and bool
              // columns: equals it
  kWildcard,  // bare word with * or ?: the pattern, anywhere in the value; on other types: matches
              // the printed form whole
  kEquals,    // =value: the whole value
  kCompare,   // > >= < <=
  kRange,     // [low TO high], inclusive; either side may be open
  kCidr,      // inside an address block; on keyword and text columns: the value is such an address
  kRegex,     // RE2, searched anywhere in the printed value
  kOneOf,     // the whole value is in a set
};

enum class Comparison : std::uint8_t { kLess, kLessOrEqual, kGreater, kGreaterOrEqual };

// Longest text of a predicate, in bytes: bounds what one row can cost.
inline constexpr std::size_t kPredicateBytesMax = 4096;

// A test of one value of one column: the leaf of filters, indicators, rules and policies.
// docs/query_language.md gives the meaning of each kind per column type; ASCII case is folded
// everywhere but in a regex marked case-sensitive. On list columns a predicate means "any element".
// Integers, times and doubles compare as numbers, addresses as addresses; keyword and text compare
// as bytes with case folded, but where the bound is a number only values that are numbers take
// part. A time as typed is a span (a date its whole day): equal is inside, greater is after it.
//
// Immutable after its factory; shared between threads.
class Predicate {
 public:
  static Predicate Exists();
  static Predicate Contains(absl::string_view text);
  static Predicate Wildcard(absl::string_view pattern);
  static Predicate Equals(absl::string_view text);
  static Predicate Compare(Comparison comparison, absl::string_view value);
  static Predicate Range(std::optional<std::string> low, std::optional<std::string> high);
  static Predicate InCidr(const Cidr& block);
  // InvalidArgument: not an RE2 expression, or too large (its compiled form is bounded).
  static absl::StatusOr<Predicate> Regex(absl::string_view pattern, bool case_sensitive);
  static Predicate OneOf(absl::flat_hash_set<std::string> values);

  PredicateKind kind() const { return kind_; }

  // The word, phrase, pattern or value as given.
  const std::string& text() const { return operand_.text; }

  // `text` with ASCII case folded.
  const std::string& folded() const { return operand_.folded; }

  // The text, and the bounds of a range, read as address, number, time and bool.
  const Operand& operand() const { return operand_; }

  // kContains: the search for `text`, made once.
  const FoldedSearch& search() const { return search_; }

  // kWildcard: the folded pattern with * at both ends.
  const std::string& anywhere() const { return anywhere_; }

  const std::optional<Operand>& low_operand() const { return low_operand_; }

  const std::optional<Operand>& high_operand() const { return high_operand_; }

  Comparison comparison() const { return comparison_; }

  const std::optional<std::string>& low() const { return low_; }

  const std::optional<std::string>& high() const { return high_; }

  const Cidr& cidr() const { return cidr_; }

  const re2::RE2& regex() const { return *regex_; }

  const absl::flat_hash_set<std::string>& values() const { return *values_; }  // folded

  // Literals (case folded) of which every matching text must hold each; empty when nothing is
  // known. Lets a store skip blocks and templates before the predicate itself is asked.
  const std::vector<std::string>& required_literals() const { return required_literals_; }

 private:
  Predicate() = default;

  PredicateKind kind_ = PredicateKind::kExists;
  Operand operand_;
  FoldedSearch search_{""};
  std::string anywhere_;
  Comparison comparison_ = Comparison::kLess;
  std::optional<std::string> low_;
  std::optional<std::string> high_;
  std::optional<Operand> low_operand_;
  std::optional<Operand> high_operand_;
  Cidr cidr_;
  std::shared_ptr<const re2::RE2> regex_;
  std::shared_ptr<const absl::flat_hash_set<std::string>> values_;
  std::vector<std::string> required_literals_;
};

// The rows of `column` that match: each distinct value of a dictionary is tested once, then spread
// by code.
RowBitmap EvaluatePredicate(const Predicate& predicate, const Column& column);

// One printed value against the predicate: what EvaluatePredicate does per distinct value of a text
// or keyword column.
bool MatchesText(const Predicate& predicate, absl::string_view value);

}  // namespace dims
