// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "agent/fields/clock_text.h"
#include "agent/fields/event_row.h"
#include "agent/formats/format_memory.h"
#include "agent/formats/json_line.h"
#include "agent/formats/text_format.h"
#include "agent/formats/zeek_tsv.h"
#include "agent/parse/layout_table.h"
#include "agent/parse/line_context.h"
#include "agent/parse/program.h"
#include "agent/parse/syslog_header.h"
#include "agent/parse/time_inference.h"
#include "common/event/batch_builder.h"

namespace dims {

// Bytes of a line to fields of a row: syslog header, known programs, JSON, key=value, else the
// text.
//
// Guarantees: every line becomes a row with @timestamp, event.created and message, whatever its
// bytes; OriginalLine() (common/event/line_layout.h) gives those bytes back exactly, less what the
// input cut off (tag "line_cut"). Bytes that are no text are escaped in message (tag
// "bytes_escaped"). A guessed year or zone gives the tag "time_inferred"; without any time in it a
// line happened when it was received. Never fails.
//
// Cost: well under a microsecond a line; seconds, layouts and programs that repeat are remembered.
// Thread: one. Owns no input; remembers a few hundred times and layouts.
class LineParser {
 public:
  // Fills the current row of `builder`; FinishRow is the caller's, after tags of its own. False:
  // nothing behind the header could be read; the line is kept as text.
  bool Parse(absl::string_view line, const LineContext& context, BatchBuilder& builder);

 private:
  void ParseJournal(absl::string_view exported, const LineContext& context, EventRow& row);
  // Both return whether layouts_ can render the line: `shape` says how.
  bool ParseSyslog(SyslogHeader& header, const LineContext& context, EventRow& row);
  bool ParseBare(absl::string_view text, const LineContext& context, EventRow& row);
  TextResult ParseContent(const TextInput& input, Program program, const LineContext& context,
                          EventRow& row);
  TextResult ParsePairs(absl::string_view text, LineFormat format, EventRow& row);
  std::optional<TextResult> ParseJson(const TextInput& input, EventRow& row);
  InferredTime SetTime(const ClockText& clock, const LineContext& context, EventRow& row);

  bool read_ = false;  // somebody knew the text of the current line
  ClockMemo clock_memo_;
  TimeInference times_;
  LayoutTable layouts_;
  ProgramTable programs_;
  JsonLine json_;
  ZeekTsv zeek_;
  FormatMemory memory_;
  std::string repaired_;
};

}  // namespace dims
