// SPDX-License-Identifier: Apache-2.0
// What the server asks of a site, and the site's answer: values and limits; directives_wire.h
// converts. Both ends keep to the limits; the agent checks again what it is sent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace dims {

inline constexpr std::size_t kDirectivesMax = 64;  // of one site
inline constexpr std::size_t kDropBytesMax = 4096;
inline constexpr std::size_t kWatchlistNameBytesMax = 64;
inline constexpr std::size_t kWatchValuesMax = 10'000;  // of all lists of a site together
inline constexpr std::size_t kWatchValueBytesMax = 256;
inline constexpr std::size_t kRefusalBytesMax = 512;
inline constexpr absl::Duration kDirectiveLifetimeMax = absl::Hours(24 * 90);

// Either `drop` or `watchlist` is set.
struct Directive {
  std::uint64_t id = 0;
  std::int64_t until_ns = 0;
  std::string drop;       // a filter
  std::string watchlist;  // a name: a-z 0-9 . _ -
  std::vector<std::string> values;

  friend bool operator==(const Directive&, const Directive&) = default;
};

struct DirectiveSet {
  std::uint64_t version = 0;
  std::vector<Directive> directives;

  friend bool operator==(const DirectiveSet&, const DirectiveSet&) = default;
};

struct RefusedDirective {
  std::uint64_t id = 0;  // 0: the whole set
  std::string reason;

  friend bool operator==(const RefusedDirective&, const RefusedDirective&) = default;
};

struct DirectivesTaken {
  std::uint64_t version = 0;
  std::vector<RefusedDirective> refused;

  friend bool operator==(const DirectivesTaken&, const DirectivesTaken&) = default;
};

// What can be said of one directive without a look at its query or its values. InvalidArgument
// names the limit.
absl::Status CheckDirective(const Directive& directive);

}  // namespace dims
