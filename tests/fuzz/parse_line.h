// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/strings/string_view.h"
#include "agent/fields/text_repair.h"
#include "agent/parse/line_parser.h"
#include "common/base/check.h"
#include "common/event/line_layout.h"

namespace dims {

// Parses `line` twice, the second time with everything remembered, and checks the promises of
// LineParser: original bytes, plain text, nothing that the server owns.
inline void ParseAndCheck(absl::string_view line, const LineContext& context) {
  static LineParser& parser = *new LineParser;
  BatchBuilder builder;
  for (int pass = 0; pass < 2; ++pass) {
    parser.Parse(line, context, builder);
    builder.FinishRow();
  }
  const EventBatch batch = builder.Finish();
  for (std::uint32_t row = 0; row < batch.rows(); ++row) {
    const auto original = OriginalLine(batch, row);
    DIMS_CHECK(original.has_value());
    DIMS_CHECK(line.size() > kValueBytesMax || *original == line);
    const Column* message = batch.Find("message");
    DIMS_CHECK(message != nullptr && IsPlainText(message->TextAt(row)));
    DIMS_CHECK(batch.Find("@timestamp")->Has(row));
    DIMS_CHECK(batch.Find("event.created")->Has(row));
  }
  for (const Column& column : batch.columns()) DIMS_CHECK(!IsServerOwned(column.name()));
}

}  // namespace dims
