// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "agent/parse/line_context.h"
#include "agent/parse/sender_lines.h"
#include "agent/parse/tagger.h"

namespace dims {

// How the lines of one input are read.
struct LineSettings {
  std::string name;  // of the input, where its lines are counted
  LineFormat format = LineFormat::kAuto;
  const TextFormat* text_format = nullptr;      // null: found out line by line
  const SiteTextFormat* site_format = nullptr;  // the same, one of PipelineOptions::site_formats
  absl::TimeZone zone = absl::UTCTimeZone();    // of times that name none
  Tagger tagger;
  std::vector<SenderLines> senders = {};  // syslog: those that differ
  bool journal = false;                   // the lines are entries in the Journal Export Format
};

}  // namespace dims
