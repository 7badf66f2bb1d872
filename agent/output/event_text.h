// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "agent/output/output_options.h"
#include "common/event/event_batch.h"
#include "common/event/event_json.h"

namespace dims {

// Rows of a batch as foreign software takes them. The batch must outlive it. Thread: one.
class EventText {
 public:
  EventText(const EventBatch& batch, const OutputOptions& options);

  // Raw: the bytes of the line as it was received, and nothing else; what the agent cut off a line
  // above its limit is missing, as everywhere. JSON: one object; to syslog as the message of an
  // RFC 5424 header with the event's time, host, program, facility and severity. Without any
  // terminator.
  std::string Of(std::uint32_t row) const;

 private:
  void AppendHeader(std::uint32_t row, std::string& out) const;

  const EventBatch& batch_;
  const bool json_;
  const bool header_;
  EventPrinter printer_;
};

// `text` as one line: a line feed inside it, by which a sender could forge lines of others, and a
// NUL are written as rsyslog does (#012, #000).
std::string OnOneLine(std::string text);

}  // namespace dims
