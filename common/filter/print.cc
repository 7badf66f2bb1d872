// SPDX-License-Identifier: Apache-2.0
#include <re2/re2.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/filter/filter_node.h"

namespace dims {
namespace {

bool IsPlainWord(absl::string_view text) {
  for (const char c : text) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '.') return false;
  }
  return !text.empty() && !absl::EqualsIgnoreCase(text, "and") &&
         !absl::EqualsIgnoreCase(text, "or") && !absl::EqualsIgnoreCase(text, "not");
}

std::string Quoted(absl::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string Bound(const std::optional<std::string>& bound) {
  return bound ? Quoted(*bound) : "*";
}

absl::string_view Symbol(Comparison comparison) {
  switch (comparison) {
    case Comparison::kLess:
      return "<";
    case Comparison::kLessOrEqual:
      return "<=";
    case Comparison::kGreater:
      return ">";
    case Comparison::kGreaterOrEqual:
      return ">=";
  }
  return "";
}

std::string PrintPredicate(const Predicate& predicate) {
  switch (predicate.kind()) {
    case PredicateKind::kExists:
      return "*";
    case PredicateKind::kContains:
      return IsPlainWord(predicate.text()) ? predicate.text() : Quoted(predicate.text());
    case PredicateKind::kWildcard:
    case PredicateKind::kCidr:
      return predicate.text();
    case PredicateKind::kEquals:
      return absl::StrCat("=", Quoted(predicate.text()));
    case PredicateKind::kCompare:
      return absl::StrCat(Symbol(predicate.comparison()), Quoted(predicate.text()));
    case PredicateKind::kRange:
      return absl::StrCat("[", Bound(predicate.low()), " TO ", Bound(predicate.high()), "]");
    case PredicateKind::kRegex:
      return absl::StrCat("/", predicate.text(),
                          predicate.regex().options().case_sensitive() ? "/c" : "/");
    case PredicateKind::kOneOf:
      return absl::StrCat("one of ", predicate.values().size(), " values");
  }
  return "";
}

// `inside`: the kind of the node around, which decides about parentheses.
void Print(const FilterNode& node, FilterNode::Kind inside, std::string& out) {
  switch (node.kind) {
    case FilterNode::Kind::kEverything:
      return;
    case FilterNode::Kind::kTest:
      if (!node.field.empty()) absl::StrAppend(&out, node.field, ":");
      out += PrintPredicate(node.predicate);
      return;
    case FilterNode::Kind::kNot:
      out += "NOT ";
      Print(node.children.front(), FilterNode::Kind::kNot, out);
      return;
    case FilterNode::Kind::kAnd:
    case FilterNode::Kind::kOr:
      break;
  }
  const bool parentheses = inside != FilterNode::Kind::kEverything;
  if (parentheses) out += '(';
  bool first = true;
  for (const FilterNode& child : node.children) {
    if (!first) out += node.kind == FilterNode::Kind::kAnd ? " AND " : " OR ";
    first = false;
    Print(child, node.kind, out);
  }
  if (parentheses) out += ')';
}

}  // namespace

std::string PrintFilter(const FilterNode& filter) {
  std::string out;
  Print(filter, FilterNode::Kind::kEverything, out);
  return out;
}

}  // namespace dims
