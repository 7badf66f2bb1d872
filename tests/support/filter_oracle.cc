// SPDX-License-Identifier: Apache-2.0
#include "tests/support/filter_oracle.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/predicate_oracle.h"
#include "tests/support/random_predicate.h"

namespace dims {
namespace {

// What an unquoted pattern may be made of, so that it stands in a query as it is.
bool CanBePrinted(const Predicate& predicate, bool bare) {
  switch (predicate.kind()) {
    case PredicateKind::kOneOf:
      return false;
    case PredicateKind::kCompare:
    case PredicateKind::kRange:
      return !bare;
    case PredicateKind::kWildcard: {
      const std::string& text = predicate.text();
      const bool simple = text.find_first_not_of(
                              "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                              "0123456789._*?") == text.npos;
      return simple && text.find_first_of("*?") != text.npos && text != "*";
    }
    case PredicateKind::kExists:
    case PredicateKind::kContains:
    case PredicateKind::kEquals:
    case PredicateKind::kCidr:
    case PredicateKind::kRegex:
      return true;
  }
  return false;
}

FilterNode RandomTest(SeededRandom& random) {
  static const char* const kFields[] = {"",
                                        "",
                                        "message",
                                        "user.name",
                                        "event.action",
                                        "source.ip",
                                        "ip",
                                        "port",
                                        "user",
                                        "source.port",
                                        "destination.port",
                                        "tags",
                                        "related.ip",
                                        "labels.code",
                                        "labels.score",
                                        "@timestamp",
                                        "delivery.maybe_repeated",
                                        "user.domain"};
  for (;;) {
    std::string field = kFields[random.Below(std::size(kFields))];
    Predicate predicate = RandomPredicate(random);
    if (CanBePrinted(predicate, field.empty())) {
      return FilterNode::Test(std::move(field), std::move(predicate));
    }
  }
}

FilterNode RandomFilterOfDepth(int depth, SeededRandom& random) {
  if (depth == 0 || random.OneIn(3)) return RandomTest(random);
  if (random.OneIn(3)) return FilterNode::Not(RandomFilterOfDepth(depth - 1, random));
  std::vector<FilterNode> children;
  for (std::uint64_t i = 2 + random.Below(2); i > 0; --i) {
    children.push_back(RandomFilterOfDepth(depth - 1, random));
  }
  return FilterNode::Join(random.OneIn(2) ? FilterNode::Kind::kAnd : FilterNode::Kind::kOr,
                          std::move(children));
}

bool LooksAt(const std::string& field, const Column& column) {
  const ColumnType type = column.type();
  const bool address = type == ColumnType::kIp || type == ColumnType::kIpList;
  const bool text =
      type == ColumnType::kKeyword || type == ColumnType::kText || type == ColumnType::kKeywordList;
  if (field.empty()) {
    static const std::set<std::string> kHidden = {"dims.source", "dims.layout", "event.stream"};
    return (address || text) && !kHidden.contains(column.name());
  }
  if (field == "ip") return address;
  if (field == "port") return column.name() == "source.port" || column.name() == "destination.port";
  if (field == "user") {
    static const std::set<std::string> kUsers = {"user.name", "user.target.name",
                                                 "user.effective.name", "related.user"};
    return kUsers.contains(column.name());
  }
  return column.name() == field;
}

}  // namespace

FilterNode RandomFilter(SeededRandom& random) {
  return RandomFilterOfDepth(3, random);
}

bool OracleMatchesFilter(const FilterNode& filter, const EventBatch& batch, std::uint32_t row) {
  const auto matches = [&](const FilterNode& child) {
    return OracleMatchesFilter(child, batch, row);
  };
  const std::vector<FilterNode>& children = filter.children;
  switch (filter.kind) {
    case FilterNode::Kind::kEverything:
      return true;
    case FilterNode::Kind::kAnd:
      return std::all_of(children.begin(), children.end(), matches);
    case FilterNode::Kind::kOr:
      return std::any_of(children.begin(), children.end(), matches);
    case FilterNode::Kind::kNot:
      return !matches(children.front());
    case FilterNode::Kind::kTest:
      break;
  }
  const bool bare_star = filter.field.empty() && filter.predicate.kind() == PredicateKind::kExists;
  return bare_star ||
         std::any_of(batch.columns().begin(), batch.columns().end(), [&](const Column& column) {
           return LooksAt(filter.field, column) && OracleMatches(filter.predicate, column, row);
         });
}

}  // namespace dims
