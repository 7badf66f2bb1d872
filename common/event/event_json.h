// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/event/event_batch.h"

namespace dims {

// Rows of a batch as text: the last step of an answer. What is printed is decided by the batch
// alone, so the same rows give the same bytes. Columns of fields.h IsInternal are left out.
//
// Values: times as ISO 8601 in UTC with the digits needed, addresses as they are usually written,
// doubles as the shortest decimal. Log text is hostile: nothing printed can end a JSON string,
// start a spreadsheet formula or steer a terminal.
//
// The batch must outlive the printer. Thread: any, after construction.
class EventPrinter {
 public:
  explicit EventPrinter(const EventBatch& batch);

  // Names of the shown columns that have a value in some row: @timestamp first, then by name.
  const std::vector<std::string>& names() const { return names_; }

  // One flat object {"@timestamp":"...","event.action":"..."} without a line end: fields the row
  // has, in the order of names(); lists as arrays, numbers and bools as such; a field with values
  // of two types is an array of both. Bytes that are no UTF-8 become U+FFFD, control characters
  // \u00XX.
  void AppendJson(std::uint32_t row, std::string& out) const;

  // One field for a spreadsheet (RFC 4180): quoted where needed; text that a spreadsheet would take
  // for a formula (= + - @ tab) gets a leading apostrophe; list elements are joined by ";".
  void AppendCsvCell(absl::string_view name, std::uint32_t row, std::string& out) const;

  // One field for a terminal: control characters as \xNN, bytes that are no UTF-8 as U+FFFD, list
  // elements joined by ", ". Nothing when absent.
  void AppendPlain(absl::string_view name, std::uint32_t row, std::string& out) const;

 private:
  // The columns of one name, by type.
  struct NamedColumns {
    std::string key;  // "name": as JSON
    std::vector<const Column*> columns;
  };

  const NamedColumns* Find(absl::string_view name) const;

  std::vector<std::string> names_;
  std::vector<NamedColumns> fields_;  // parallel to names_
};

// `text` as a JSON string, quotes included; for names and messages outside batches.
void AppendJsonString(absl::string_view text, std::string& out);

// A header cell or any other text for a spreadsheet, by the rules of AppendCsvCell.
void AppendCsvText(absl::string_view text, std::string& out);

}  // namespace dims
