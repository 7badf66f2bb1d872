// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/strings/string_view.h"
#include "agent/fields/clock_text.h"
#include "agent/fields/event_row.h"

namespace dims {

// A line that is one JSON object, to fields: nested names joined by dots to depth kDepthMax, arrays
// of scalars as lists, arrays of objects as one list per leaf; what lies deeper stays JSON text in
// labels. The first of "@timestamp", "timestamp", "ts", "time" ... that holds a complete time is
// the event's; the first of "message", "msg", "log" that holds text is its message.
//
// Limits: kLeavesMax values a line (then the tag "fields_dropped"). Thread: one; owns the parser's
// memory.
class JsonLine {
 public:
  static constexpr int kDepthMax = 8;
  static constexpr int kLeavesMax = 1024;

  JsonLine();
  ~JsonLine();

  struct Outcome {
    std::optional<std::int64_t> time_ns;
    std::optional<ClockText> clock;  // a time without a zone
    bool message = false;            // the row's message was set from a member
  };

  // None: `text` is not a JSON object, and nothing was written.
  std::optional<Outcome> Parse(absl::string_view text, EventRow& row);

 private:
  class Document;
  std::unique_ptr<Document> document_;
};

}  // namespace dims
