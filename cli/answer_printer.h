// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "cli/terminal.h"
#include "common/event/event_batch.h"
#include "dims/v1/query.pb.h"

namespace dims {

enum class AnswerFormat { kTable, kJson, kCsv, kRaw };

// Prints an answer batch by batch as it arrives. json: one object a line; csv: a header, then rows,
// safe for spreadsheets; raw: the original lines; table: aligned, held back until the end so that
// widths are right. Thread: one.
class AnswerPrinter {
 public:
  AnswerPrinter(AnswerFormat format, Terminal& terminal) : format_(format), terminal_(terminal) {}

  // Cancelled when nobody reads the output any more.
  absl::Status Print(EventBatch batch);

  // The rest, and the completeness line: below a table, on standard error as one JSON object
  // otherwise.
  absl::Status Finish(const v1::Completeness& completeness);

 private:
  absl::Status PrintCsv(const v1::Completeness& completeness);
  absl::Status PrintTable(const v1::Completeness& completeness);
  absl::Status Write(absl::string_view text);

  const AnswerFormat format_;
  Terminal& terminal_;
  std::vector<EventBatch> held_;  // table and csv: columns are known at the end only
};

// The completeness line as one JSON object, and as a sentence for people.
std::string CompletenessJson(const v1::Completeness& completeness);
std::string CompletenessText(const v1::Completeness& completeness);

}  // namespace dims
