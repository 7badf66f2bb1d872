// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "agent/fields/clock_text.h"
#include "agent/parse/layout_table.h"

namespace dims {

// What stands before the message of a syslog line. Views of the line. A value.
struct SyslogHeader {
  std::int32_t pri = -1;     // facility * 8 + severity, 0..191; -1: none
  std::int32_t version = 0;  // 0: the traditional form
  std::optional<ClockText> clock;
  absl::string_view host;
  absl::string_view app;
  std::int64_t pid = -1;
  absl::string_view procid;  // where it is not a number
  absl::string_view msgid;
  absl::string_view structured_data;  // with its brackets; empty for "-"
  absl::string_view body;
  // True when `shape` says every byte before the body (offset_s is still to be filled in).
  bool renderable = true;
  HeaderShape shape;
};

// The last traditional time of 16 bytes ("Jan  2 03:04:05 ") and what it was read as. A value.
struct ClockMemo {
  static constexpr std::size_t kBytes = 16;

  std::array<char, kBytes> text{};
  ClockText clock;
};

// Reads the header of RFC 5424, RFC 3164 as it is really sent (no priority in files; ISO time; no
// host; no tag; Cisco's sequence numbers; a year or a zone), and rsyslog's file format. Without a
// priority a line must start with a time, and after an ISO time also name a host and a program, to
// count as syslog. None: no such header; the line is something else. Thread: any.
// `memo`, where given, spares reading a traditional time again that the line before had too.
std::optional<SyslogHeader> ReadSyslogHeader(absl::string_view line, ClockMemo* memo = nullptr);

// The end of structured data that starts at `text` ("[" or "-"); 0 when it is malformed.
std::size_t StructuredDataLength(absl::string_view text);

}  // namespace dims
