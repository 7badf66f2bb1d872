// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agent/site_formats/site_format_file.h"
#include "agent/site_formats/site_formats.h"
#include "tests/agent/formats/parsed_line.h"

namespace dims {

// The formats of some files, which must be right.
inline SiteFormats SiteFormatsOf(const std::vector<std::string>& texts) {
  std::vector<std::unique_ptr<const SiteFormat>> formats;
  for (const std::string& text : texts) {
    ConfigReport report;
    SiteFormatFile file = ParseSiteFormatFile("city.toml", text, report);
    EXPECT_NE(file.format, nullptr) << report.Text();
    if (file.format != nullptr) formats.push_back(std::move(file.format));
  }
  return SiteFormats(std::move(formats));
}

// A line as an agent with these formats reads it.
inline ParsedLine ReadWith(const SiteFormats& formats, absl::string_view line) {
  LineContext context = FileContext();
  context.site_formats = &formats;
  return ParsedLine(line, context);
}

inline constexpr char kDoorLog[] = R"([parser]
name = "city.doorlog"
programs = ["doord"]

[[pattern]]
name = "entered"
match = '^(?P<user>\S+) entered (?P<door>[\w-]+) from (?P<ip>\S+?):(?P<port>\d+) to (?P<panel>\S+):(?P<to>\d+) badge (?P<badge>\d+)$'
fields = { user = "user.name", ip = "source.ip", port = "source.port", panel = "destination.ip", to = "destination.port", door = "labels.door" }
[pattern.set]
"event.category" = "authentication"
"event.type" = ["start", "access"]
"event.outcome" = "success"
"network.transport" = "tcp"
)";

}  // namespace dims
