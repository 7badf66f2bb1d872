// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "common/event/event_batch.h"

namespace dims {

// event.original without storing it twice: a layout says how the columns of a row render the bytes
// of the line they were parsed from. The agent writes one (dims.layout) only when the rendering is
// the line, byte for byte.
//
// A layout is literal text with placeholders in braces; "{{" is a brace.
//   {pri}                 facility * 8 + severity
//   {bsd+3600}            "Jan  2 03:04:05", 3600 s east of UTC
//   {bsd0+3600}           the same with "02"
//   {iso6T.Z+0}           6 digits of a second, 'T' or '_' (blank) between date and time, '.' or
//                         ',' before the fraction, zone as Z, c (+01:00), b (+0100), h (+01) or
//                         n (none), seconds east of UTC
//   {host} {app} {pid} {msgid} {message}
//   {bom} {cr} {lf} {nul}
struct LineParts {
  std::int64_t time_ns = 0;
  std::optional<std::int64_t> pri;
  std::optional<std::int64_t> pid;
  absl::string_view host;
  absl::string_view app;
  absl::string_view msgid;
  absl::string_view message;
};

// Appends the line to `out`. False when the layout is not one of the above (nothing useful was
// appended then): a layout comes over the wire. Thread: any.
bool RenderLine(absl::string_view layout, const LineParts& parts, std::string* out);

// The original bytes of a row: event.original where it is stored, else its columns put together by
// dims.layout, else its message. A time the server replaced is taken from labels.time_claimed.
// Empty when the row has neither. REQUIRES: row < batch.rows(). Thread: any.
std::optional<std::string> OriginalLine(const EventBatch& batch, std::uint32_t row);

}  // namespace dims
