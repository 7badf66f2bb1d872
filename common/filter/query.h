// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/filter/filter_node.h"

namespace dims {

// Limits of a query's text; beyond them it is refused with a message that names the limit.
inline constexpr std::size_t kQueryBytesMax = 64u << 10;
inline constexpr int kQueryDepthMax = 64;    // parentheses and NOTs inside one another
inline constexpr int kQueryTestsMax = 4096;  // leaves of all filters together
inline constexpr std::size_t kPipesMax = 32;
inline constexpr std::size_t kPipeNamesMax = 64;  // names, keys or aggregates of one pipe
inline constexpr std::uint64_t kHeadRowsMax = 1'000'000'000;

struct SortKey {
  std::string name;
  bool descending = false;

  friend bool operator==(const SortKey&, const SortKey&) = default;
};

// One column of a stats answer.
struct Aggregate {
  enum class Kind : std::uint8_t {
    kCount,
    kSum,
    kAverage,
    kMin,
    kMax,
    kDistinct,
    kPercentile,
    kValues,
    kFirst,
    kLast
  };

  Kind kind = Kind::kCount;
  std::string field;       // empty for count()
  std::uint32_t size = 0;  // the percentile, or how many values at most
  std::string label;       // "sum(source.bytes)": the column's name in the answer

  friend bool operator==(const Aggregate&, const Aggregate&) = default;
};

// What stats groups by: a field's value, its time bucket, or its network.
struct GroupKey {
  enum class Kind : std::uint8_t { kValue, kBucket, kNetwork };

  Kind kind = Kind::kValue;
  std::string field;
  std::int64_t bucket_ns = 0;
  std::uint32_t prefix = 0;  // as typed: of IPv4; IPv6 addresses use prefix + 32, at most 128
  std::string label;         // the column's name in the answer

  friend bool operator==(const GroupKey&, const GroupKey&) = default;
};

// One step after the filter; which members count depends on the kind.
struct Pipe {
  enum class Kind : std::uint8_t {
    kWhere,
    kFields,
    kDrop,
    kSort,
    kHead,
    kDedup,
    kStats,
    kTop,
    kRare
  };

  Kind kind = Kind::kHead;
  FilterNode filter;                  // where
  std::vector<std::string> names;     // fields, drop, dedup, top, rare
  std::vector<SortKey> sort;          // sort
  std::uint64_t rows = 0;             // head, top, rare
  std::vector<Aggregate> aggregates;  // stats ("count by x" is stats count() by x)
  std::vector<GroupKey> by;           // stats
};

// A whole query. A value; the time range is not part of it.
struct Query {
  FilterNode filter;
  std::vector<Pipe> pipes;
};

// Names beside the core fields that may stand before a colon; labels.* may always.
struct KnownFields {
  std::vector<std::string> more;
};

// Parses docs/query_language.md. InvalidArgument: three lines, the text, a caret under the place,
// and what was expected there (with the nearest field name where one was meant). Unimplemented: the
// language has it, this version does not.
absl::StatusOr<Query> ParseQuery(absl::string_view text, const KnownFields& known = {});

// The filter alone: a | is an error.
absl::StatusOr<FilterNode> ParseFilter(absl::string_view text, const KnownFields& known = {});

// "90s", "5m", "24h", "7d", "2w" as nanoseconds; empty: no duration, or not positive, or beyond 100
// years.
std::optional<std::int64_t> ParseDuration(absl::string_view text);

}  // namespace dims
