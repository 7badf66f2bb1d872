// SPDX-License-Identifier: Apache-2.0
#include "agent/http/event_body.h"

#include <simdjson.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace dims {
namespace {

// None: the body is not one JSON array or object.
std::vector<std::string> EventsOfJson(absl::string_view body) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  if (parser.parse(body.data(), body.size()).get(document) != simdjson::SUCCESS) return {};
  simdjson::dom::array array;
  if (document.get(array) != simdjson::SUCCESS) return {simdjson::minify(document)};
  std::vector<std::string> events;
  for (const simdjson::dom::element element : array) events.push_back(simdjson::minify(element));
  return events;
}

}  // namespace

std::vector<std::string> EventsOfBody(absl::string_view body) {
  body = absl::StripAsciiWhitespace(body);
  const bool one_line = body.find('\n') == body.npos;
  if (!body.empty() && (body.front() == '[' || (body.front() == '{' && !one_line))) {
    std::vector<std::string> events = EventsOfJson(body);
    if (!events.empty()) return events;
  }
  std::vector<std::string> lines;
  for (const absl::string_view line : absl::StrSplit(body, '\n', absl::SkipWhitespace())) {
    lines.emplace_back(absl::StripSuffix(line, "\r"));
  }
  return lines;
}

}  // namespace dims
