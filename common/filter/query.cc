// SPDX-License-Identifier: Apache-2.0
#include "common/filter/query.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "common/base/status_macros.h"
#include "common/filter/filter_parser.h"
#include "common/filter/pipe_parser.h"
#include "common/filter/scanner.h"

namespace dims {
namespace {

absl::Status CheckSize(const Scanner& scanner) {
  if (scanner.text().size() <= kQueryBytesMax) return absl::OkStatus();
  return scanner.ErrorAt(kQueryBytesMax, "a query has at most 64 KiB");
}

}  // namespace

absl::StatusOr<Query> ParseQuery(absl::string_view text, const KnownFields& known) {
  Scanner scanner(text);
  RETURN_IF_ERROR(CheckSize(scanner));
  Query query;
  ASSIGN_OR_RETURN(query.filter, FilterParser(scanner, known).Parse());
  PipeParser pipes(scanner, known);
  for (scanner.SkipBlanks(); !scanner.AtEnd(); scanner.SkipBlanks()) {
    if (query.pipes.size() >= kPipesMax) return scanner.Expected("at most 32 pipes");
    if (!scanner.Take('|')) return scanner.Expected("| or the end");
    ASSIGN_OR_RETURN(Pipe pipe, pipes.Parse());
    query.pipes.push_back(std::move(pipe));
  }
  return query;
}

absl::StatusOr<FilterNode> ParseFilter(absl::string_view text, const KnownFields& known) {
  Scanner scanner(text);
  RETURN_IF_ERROR(CheckSize(scanner));
  ASSIGN_OR_RETURN(FilterNode filter, FilterParser(scanner, known).Parse());
  scanner.SkipBlanks();
  if (!scanner.AtEnd()) return scanner.Expected("the end: pipes have no place in a filter");
  return filter;
}

std::optional<std::int64_t> ParseDuration(absl::string_view text) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  constexpr std::int64_t kHour = 3600 * kSecond;
  constexpr std::int64_t kLongest = 36'525 * 24 * kHour;
  if (text.size() < 2) return std::nullopt;
  std::int64_t unit = 0;
  if (text.back() == 's') unit = kSecond;
  if (text.back() == 'm') unit = 60 * kSecond;
  if (text.back() == 'h') unit = kHour;
  if (text.back() == 'd') unit = 24 * kHour;
  if (text.back() == 'w') unit = 168 * kHour;
  std::int64_t count = 0;
  if (unit == 0 || !absl::SimpleAtoi(text.substr(0, text.size() - 1), &count)) return std::nullopt;
  if (count <= 0 || count > kLongest / unit) return std::nullopt;
  return count * unit;
}

}  // namespace dims
