// SPDX-License-Identifier: Apache-2.0
#include "common/filter/filter_parser.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"
#include "common/event/time_text.h"
#include "common/filter/field_names.h"

namespace dims {
namespace {

constexpr absl::string_view kOperand = "a word, a \"text\", field:value or (";

bool AllOf(absl::string_view text, absl::string_view chars) {
  return !text.empty() && text.find_first_not_of(chars) == text.npos;
}

// Words with a colon that are values nevertheless: addresses, times, MACs, Windows paths, URLs,
// and whatever starts with a number.
bool IsValueWithColon(absl::string_view word) {
  const std::size_t colon = word.find(':');
  const absl::string_view front = word.substr(0, colon);
  const absl::string_view rest = word.substr(colon + 1);
  if (front.empty() || AllOf(front, "0123456789.[]/-")) return true;
  if (front.size() == 1 && (absl::StartsWith(rest, "\\") || absl::StartsWith(rest, "/"))) {
    return true;
  }
  if (absl::StartsWith(rest, "//")) return true;
  return AllOf(word, "0123456789abcdefABCDEF:.*?/") || IpAddress::Parse(word).has_value() ||
         Cidr::Parse(word).has_value() || ParseTimeSpan(word).has_value();
}

// What an unquoted word asks for.
Predicate PredicateOfWord(absl::string_view word) {
  if (word == "*") return Predicate::Exists();
  if (word.find_first_of("*?") != word.npos) return Predicate::Wildcard(word);
  if (word.find('/') != word.npos) {
    if (const std::optional<Cidr> block = Cidr::Parse(word)) return Predicate::InCidr(*block);
  }
  return Predicate::Contains(word);
}

}  // namespace

absl::StatusOr<FilterNode> FilterParser::Parse() {
  scanner_.SkipBlanks();
  if (scanner_.AtEnd() || scanner_.Peek() == '|') return FilterNode();
  ASSIGN_OR_RETURN(FilterNode filter, ParseOr(0));
  scanner_.SkipBlanks();
  if (scanner_.Peek() == ')') {
    return scanner_.ErrorAt(scanner_.position(), "this ) closes nothing");
  }
  return filter;
}

absl::StatusOr<std::string> FilterParser::ParseFieldName() {
  scanner_.SkipBlanks();
  const std::size_t at = scanner_.position();
  const absl::string_view typed = scanner_.TakeName();
  if (typed.empty()) return scanner_.Expected("a field name");
  const std::optional<std::string> field = ResolveField(typed, known_);
  if (!field) return UnknownField(at, typed, "");
  return *field;
}

absl::StatusOr<FilterNode> FilterParser::ParseOr(int depth) {
  RETURN_IF_ERROR(CheckDepth(depth));
  std::vector<FilterNode> children;
  do {
    ASSIGN_OR_RETURN(FilterNode child, ParseAnd(depth));
    children.push_back(std::move(child));
    scanner_.SkipBlanks();
  } while (scanner_.TakeKeyword("or"));
  return FilterNode::Join(FilterNode::Kind::kOr, std::move(children));
}

absl::StatusOr<FilterNode> FilterParser::ParseAnd(int depth) {
  std::vector<FilterNode> children;
  for (;;) {
    scanner_.SkipBlanks();
    const bool joined = !children.empty() && scanner_.TakeKeyword("and");
    if (joined) scanner_.SkipBlanks();
    const bool ends = scanner_.AtEnd() || scanner_.Peek() == ')' || scanner_.Peek() == '|' ||
                      scanner_.AtKeyword("or") || scanner_.AtKeyword("and");
    if (ends && !joined && !children.empty()) break;
    if (ends) return scanner_.Expected(kOperand);
    ASSIGN_OR_RETURN(FilterNode child, ParseNot(depth));
    children.push_back(std::move(child));
  }
  return FilterNode::Join(FilterNode::Kind::kAnd, std::move(children));
}

absl::StatusOr<FilterNode> FilterParser::ParseNot(int depth) {
  RETURN_IF_ERROR(CheckDepth(depth));
  const char next = scanner_.Peek(1);
  const bool dash = scanner_.Peek() == '-' && next != '\0' && !IsBlank(next);
  if (dash) scanner_.Take('-');
  if (!dash && !scanner_.TakeKeyword("not")) return ParsePrimary(depth);
  scanner_.SkipBlanks();
  ASSIGN_OR_RETURN(FilterNode child, ParseNot(depth + 1));
  return FilterNode::Not(std::move(child));
}

absl::StatusOr<FilterNode> FilterParser::ParsePrimary(int depth) {
  if (scanner_.Take('(')) {
    ASSIGN_OR_RETURN(FilterNode inner, ParseOr(depth + 1));
    scanner_.SkipBlanks();
    if (!scanner_.Take(')')) return scanner_.Expected(")");
    return inner;
  }
  const absl::string_view word = scanner_.PeekWord();
  const bool quoted_or_regex = scanner_.Peek() == '"' || scanner_.Peek() == '/' ||
                               scanner_.Peek() == '=' || scanner_.Peek() == '<' ||
                               scanner_.Peek() == '>';
  if (!quoted_or_regex && word.find(':') != word.npos && !IsValueWithColon(word)) {
    return ParseFieldTest(word.substr(0, word.find(':')), depth);
  }
  return ParsePredicates("", depth);
}

absl::StatusOr<FilterNode> FilterParser::ParseFieldTest(absl::string_view typed, int depth) {
  const std::optional<std::string> field = ResolveField(typed, known_);
  if (!field) return UnknownField(scanner_.position(), typed, scanner_.PeekWord());
  scanner_.set_position(scanner_.position() + typed.size() + 1);
  scanner_.SkipBlanks();
  return ParsePredicates(*field, depth);
}

absl::StatusOr<FilterNode> FilterParser::ParsePredicates(const std::string& field, int depth) {
  if (!field.empty() && scanner_.Peek() == '(') return ParseAlternatives(field, depth + 1);
  if (++tests_ > kQueryTestsMax) {
    return scanner_.ErrorAt(scanner_.position(), "more than 4,096 tests in one query");
  }
  ASSIGN_OR_RETURN(Predicate predicate, ParsePredicate(field.empty()));
  return FilterNode::Test(field, std::move(predicate));
}

// field:(a OR b)
absl::StatusOr<FilterNode> FilterParser::ParseAlternatives(const std::string& field, int depth) {
  RETURN_IF_ERROR(CheckDepth(depth));
  scanner_.Take('(');
  std::vector<FilterNode> children;
  do {
    scanner_.SkipBlanks();
    if (scanner_.AtKeyword("or")) return scanner_.Expected("a value");
    ASSIGN_OR_RETURN(FilterNode child, ParsePredicates(field, depth));
    children.push_back(std::move(child));
    scanner_.SkipBlanks();
  } while (scanner_.TakeKeyword("or"));
  if (!scanner_.Take(')')) return scanner_.Expected("OR or )");
  return FilterNode::Join(FilterNode::Kind::kOr, std::move(children));
}

absl::StatusOr<Predicate> FilterParser::ParsePredicate(bool bare) {
  const std::size_t at = scanner_.position();
  switch (scanner_.Peek()) {
    case '"': {
      ASSIGN_OR_RETURN(const std::string text, scanner_.TakeQuoted());
      if (text.size() > kPredicateBytesMax) return scanner_.ErrorAt(at, "longer than 4,096 bytes");
      return Predicate::Contains(text);
    }
    case '=': {
      scanner_.Take('=');
      ASSIGN_OR_RETURN(const std::string value, ParseValue());
      return Predicate::Equals(value);
    }
    case '<':
    case '>':
      return ParseComparison(bare);
    case '@':
      return scanner_.NotYetAt(at, "a @list of indicators");
    case '/':
      if (std::optional<RegexText> regex = FindRegex()) {
        auto predicate = Predicate::Regex(regex->pattern, regex->case_sensitive);
        if (!predicate.ok()) {
          return scanner_.ErrorAt(
              at, absl::StrCat("not a regular expression (RE2): ", predicate.status().message()));
        }
        scanner_.set_position(regex->end);
        return predicate;
      }
      break;
    case '[':
      if (!bare) return ParseRange();
      break;
    default:
      break;
  }
  const absl::string_view word = scanner_.PeekWord();
  if (word.empty()) return scanner_.Expected(bare ? kOperand : "a value");
  if (word.size() > kPredicateBytesMax) return scanner_.ErrorAt(at, "longer than 4,096 bytes");
  if (absl::EqualsIgnoreCase(word, "in") && scanner_.Peek(2) == '(') {
    return scanner_.NotYetAt(at, "in( a query )");
  }
  scanner_.set_position(at + word.size());
  return PredicateOfWord(word);
}

absl::StatusOr<Predicate> FilterParser::ParseComparison(bool bare) {
  const std::size_t at = scanner_.position();
  if (bare) return scanner_.ErrorAt(at, "a comparison needs a field, as in source.port:>1024");
  const bool less = scanner_.Take('<');
  if (!less) scanner_.Take('>');
  const bool equal = scanner_.Take('=');
  ASSIGN_OR_RETURN(const std::string value, ParseValue());
  const Comparison below = equal ? Comparison::kLessOrEqual : Comparison::kLess;
  const Comparison above = equal ? Comparison::kGreaterOrEqual : Comparison::kGreater;
  return Predicate::Compare(less ? below : above, value);
}

absl::StatusOr<Predicate> FilterParser::ParseRange() {
  scanner_.Take('[');
  ASSIGN_OR_RETURN(std::optional<std::string> low, ParseBound());
  if (!scanner_.TakeKeyword("to")) return scanner_.Expected("TO, as in [1 TO 5]");
  ASSIGN_OR_RETURN(std::optional<std::string> high, ParseBound());
  if (!scanner_.Take(']')) return scanner_.Expected("]");
  return Predicate::Range(std::move(low), std::move(high));
}

// A value, or * for an open end; blanks around it are taken.
absl::StatusOr<std::optional<std::string>> FilterParser::ParseBound() {
  scanner_.SkipBlanks();
  std::optional<std::string> bound;
  if (scanner_.Peek() == '"') {
    ASSIGN_OR_RETURN(bound, scanner_.TakeQuoted());
  } else {
    const absl::string_view word = scanner_.PeekWord("]");
    if (word.empty()) return scanner_.Expected("a value or *");
    scanner_.set_position(scanner_.position() + word.size());
    if (word != "*") bound = std::string(word);
  }
  scanner_.SkipBlanks();
  return bound;
}

absl::StatusOr<std::string> FilterParser::ParseValue() {
  scanner_.SkipBlanks();
  if (scanner_.Peek() == '"') return scanner_.TakeQuoted();
  const absl::string_view word = scanner_.PeekWord();
  if (word.empty()) return scanner_.Expected("a value");
  scanner_.set_position(scanner_.position() + word.size());
  return std::string(word);
}

// /re/ or /re/c, ending at a slash that a blank, a ) or the end follows. A path is none: where the
// word that begins here has further slashes, one of them must end the expression.
std::optional<FilterParser::RegexText> FilterParser::FindRegex() const {
  const absl::string_view text = scanner_.text();
  const std::size_t begin = scanner_.position() + 1;
  bool in_first_word = true;
  bool slash_in_first_word = false;
  for (std::size_t at = begin; at < text.size(); ++at) {
    if (IsBlank(text[at])) in_first_word = false;
    if (!in_first_word && slash_in_first_word) return std::nullopt;
    if (text[at] == '\\') {
      ++at;
      continue;
    }
    if (text[at] != '/') continue;
    const bool flag = at + 1 < text.size() && text[at + 1] == 'c';
    const std::size_t end = at + (flag ? 2 : 1);
    if (end >= text.size() || IsBlank(text[end]) || text[end] == ')') {
      if (at == begin) return std::nullopt;  // "//"
      return RegexText{std::string(text.substr(begin, at - begin)), flag, end};
    }
    slash_in_first_word = slash_in_first_word || in_first_word;
  }
  return std::nullopt;
}

absl::Status FilterParser::CheckDepth(int depth) const {
  if (depth <= kQueryDepthMax) return absl::OkStatus();
  return scanner_.ErrorAt(scanner_.position(), "more than 64 levels inside one another");
}

absl::Status FilterParser::UnknownField(std::size_t at, absl::string_view typed,
                                        absl::string_view word) const {
  std::string message = absl::StrCat("there is no field ", typed.substr(0, 64));
  const std::string nearest = NearestField(typed, known_);
  absl::StrAppend(&message, nearest.empty() ? "." : "; did you mean ", nearest,
                  nearest.empty() ? "" : "?");
  if (!word.empty()) {
    absl::StrAppend(&message, " To search for the text itself, quote it: \"", word.substr(0, 64),
                    "\"");
  }
  return scanner_.ErrorAt(at, message);
}

}  // namespace dims
