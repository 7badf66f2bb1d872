// SPDX-License-Identifier: Apache-2.0
#include "common/delivery/directives.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace dims {
namespace {

bool IsListName(absl::string_view name) {
  return !name.empty() && name.size() <= kWatchlistNameBytesMax &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_islower(static_cast<unsigned char>(c)) ||
                  absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '.' || c == '_' ||
                  c == '-';
         });
}

}  // namespace

absl::Status CheckDirective(const Directive& directive) {
  if (directive.drop.empty() == directive.watchlist.empty()) {
    return absl::InvalidArgumentError("it must either drop or watch");
  }
  if (directive.drop.size() > kDropBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("its filter is longer than ", kDropBytesMax, " bytes"));
  }
  if (!directive.drop.empty()) return absl::OkStatus();
  if (!IsListName(directive.watchlist)) {
    return absl::InvalidArgumentError(absl::StrCat("a watchlist's name has 1 to ",
                                                   kWatchlistNameBytesMax,
                                                   " characters of a-z, 0-9, '.', '_' and '-'"));
  }
  if (directive.values.empty()) return absl::InvalidArgumentError("its watchlist has no values");
  const bool too_long = std::any_of(
      directive.values.begin(), directive.values.end(),
      [](const std::string& value) { return value.empty() || value.size() > kWatchValueBytesMax; });
  if (directive.values.size() <= kWatchValuesMax && !too_long) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("a site's watchlists hold at most ",
                                                 kWatchValuesMax, " values of 1 to ",
                                                 kWatchValueBytesMax, " bytes"));
}

}  // namespace dims
