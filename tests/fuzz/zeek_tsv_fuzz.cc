// SPDX-License-Identifier: Apache-2.0
// Lines of a Zeek log file, head and rows in any order and state, become rows that give the same
// bytes back; what one line says about the file never breaks the next.
#include <cstddef>
#include <cstdint>

#include "absl/strings/str_split.h"
#include "agent/parse/line_parser.h"
#include "common/base/check.h"
#include "common/event/line_layout.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  dims::LineParser parser;
  dims::BatchBuilder builder;
  dims::LineContext context;
  context.origin = "/zeek/conn.log";
  context.received_ns = 1'768'478'400'000'000'000;
  std::size_t lines = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (++lines > 64 || line.size() > dims::kValueBytesMax) break;
    parser.Parse(line, context, builder);
    builder.FinishRow();
    const dims::EventBatch batch = builder.Finish();
    const auto original = dims::OriginalLine(batch, 0);
    DIMS_CHECK(original.has_value() && *original == line);
    for (const dims::Column& column : batch.columns()) {
      DIMS_CHECK(!dims::IsServerOwned(column.name()));
    }
  }
  return 0;
}
