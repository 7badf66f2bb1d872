// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "absl/strings/string_view.h"
#include "agent/fields/event_row.h"
#include "agent/formats/text_format.h"

namespace dims {

// A line that is one JSON object, to fields. Objects of a producer whose names are known
// (Suricata's EVE, Zeek, events of Windows) are read by its dialect; of all others the names are
// joined by dots to depth kDepthMax, arrays of scalars are lists, arrays of objects are one list
// per leaf, the first of "@timestamp", "timestamp", "ts", "time" ... that holds a complete time is
// the event's, the first of "message", "msg", "log" that holds text is its message. What lies
// deeper than kDepthMax stays JSON text in labels.
//
// Limits: kLeavesMax values a line (then the tag "fields_dropped"). Thread: one; owns the parser's
// memory and the names met (DialectTree).
class JsonLine {
 public:
  static constexpr int kDepthMax = 8;
  static constexpr int kLeavesMax = 1024;

  JsonLine();
  ~JsonLine();

  // `origin` is the path of the file, or "". None: `text` is not a JSON object, and nothing was
  // written.
  std::optional<TextResult> Parse(absl::string_view text, absl::string_view origin, EventRow& row);

 private:
  class Document;
  std::unique_ptr<Document> document_;
};

}  // namespace dims
