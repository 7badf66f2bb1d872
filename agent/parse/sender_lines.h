// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/time/time.h"
#include "agent/parse/line_context.h"
#include "common/event/ip_address.h"

namespace dims {

// How the lines of one sender, or of all in a block of addresses, are read, where it differs from
// the rest of its input. A value.
struct SenderLines {
  Cidr addresses = {};
  std::string host = {};  // its name; empty: as its lines say
  LineFormat format = LineFormat::kAuto;
  const TextFormat* text_format = nullptr;
  const SiteTextFormat* site_format = nullptr;
  absl::TimeZone zone = absl::UTCTimeZone();
};

}  // namespace dims
