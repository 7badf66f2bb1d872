// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/agent/formats/parsed_line.h"

namespace dims {

// "action outcome source port destination port transport user" of a line; "-" where absent.
inline std::string FactsOf(absl::string_view text) {
  const ParsedLine line(text);
  std::string facts;
  for (const char* field :
       {"event.action", "event.outcome", "source.ip", "source.port", "destination.ip",
        "destination.port", "network.transport", "user.name"}) {
    const std::string value = line[field];
    absl::StrAppend(&facts, facts.empty() ? "" : " ", value.empty() ? "-" : value);
  }
  return facts;
}

}  // namespace dims
