// SPDX-License-Identifier: Apache-2.0
#include "agent/join/clock_hint.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace dims {
namespace {

std::string Span(absl::Duration span) {
  const std::int64_t hours = absl::ToInt64Hours(span);
  if (hours >= 48) return absl::StrCat(hours / 24, " d");
  return hours >= 2 ? absl::StrCat(hours, " h") : absl::StrCat(absl::ToInt64Minutes(span), " min");
}

bool FailedInTls(absl::string_view error) {
  const std::string lower = absl::AsciiStrToLower(error);
  return absl::StrContains(lower, "handshake") || absl::StrContains(lower, "certificate") ||
         absl::StrContains(lower, "ssl");
}

}  // namespace

std::string ClockHint(absl::string_view error, absl::Time not_before, absl::Time not_after,
                      absl::Time now) {
  if (now < not_before) {
    return absl::StrCat("this machine's clock is wrong, ", Span(not_before - now),
                        " behind or more: set it");
  }
  if (now > not_after && FailedInTls(error)) {
    return absl::StrCat("this machine's clock is wrong, ", Span(now - not_after),
                        " ahead or more: set it");
  }
  return "";
}

}  // namespace dims
