// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/formats/site_text_format.h"
#include "agent/formats/text_format.h"

namespace dims {

// The lines of kJournal are entries in the Journal Export Format (journal_entry.h).
enum class SourceKind : std::uint8_t { kFile, kSyslogUdp, kSyslogTcp, kJournal };

// What the input says about its lines; kAuto finds out line by line.
enum class LineFormat : std::uint8_t { kAuto, kSyslog, kJson, kKeyValue, kRaw };

// What the input knows about a line besides its bytes; the same for all lines of a read chunk. A
// value; `origin` must live as long as the call it is given to.
struct LineContext {
  SourceKind source = SourceKind::kFile;
  absl::string_view origin;                   // path of the file, or the peer's address
  absl::string_view host;                     // what the site calls the sender; empty: as it says
  std::int64_t received_ns = 0;               // wall time of the agent when the chunk was read
  std::int64_t written_ns = 0;                // of old lines: no line is newer; 0: as received
  absl::TimeZone zone = absl::UTCTimeZone();  // of times that name none
  LineFormat format = LineFormat::kAuto;
  const TextFormat* text_format = nullptr;        // the one format its texts have; null: found out
  const SiteTextFormat* site_format = nullptr;    // the same, of the formats that the site made
  const SiteTextFormats* site_formats = nullptr;  // all that the site made
  bool cut = false;                               // the input cut the line at its limit

  // What a missing year or time is taken from.
  std::int64_t latest_ns() const { return written_ns != 0 ? written_ns : received_ns; }
};

}  // namespace dims
