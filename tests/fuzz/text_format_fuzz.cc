// SPDX-License-Identifier: Apache-2.0
// Every text format takes any text, whether it recognises it or is told to, and a line that goes
// through them gives the same bytes back. What stands before a tab is the program's tag.
#include <cstddef>
#include <cstdint>
#include <string>

#include "agent/fields/text_cursor.h"
#include "agent/formats/format_memory.h"
#include "agent/formats/text_format.h"
#include "tests/fuzz/parse_line.h"

namespace dims {
namespace {

TextInput InputOf(absl::string_view text) {
  TextInput input{.text = text, .app = "", .tagged = text, .origin = "192.0.2.1"};
  const std::size_t tab = FindByte(text, '\t');
  if (tab != text.npos && tab > 0) {
    input.app = text.substr(0, tab);
    input.text = text.substr(tab + 1);
  }
  return input;
}

void ParseAsEvery(absl::string_view text) {
  static BatchBuilder& builder = *new BatchBuilder;
  static FormatMemory& memory = *new FormatMemory;
  const TextInput input = InputOf(text);
  for (const TextFormat& format : TextFormats()) {
    (void)format.recognize(input);
    EventRow row(builder, memory);
    const auto result = format.parse(input, row);
    DIMS_CHECK(result.has_value() || !row.Has(Field::kEventDataset));
    row.Integer(Field::kEventCreated, 0);
    row.Complete();
    builder.FinishRow();
  }
  const EventBatch batch = builder.Finish();
  for (const Column& column : batch.columns()) DIMS_CHECK(!IsServerOwned(column.name()));
}

}  // namespace
}  // namespace dims

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view line(reinterpret_cast<const char*>(data), size);
  if (dims::IsPlainText(line)) {
    dims::ParseAsEvery(line);
  } else {
    std::string repaired;
    dims::RepairText(line, &repaired);
    dims::ParseAsEvery(repaired);
  }
  dims::LineContext context;
  context.received_ns = 1'768'478'400'000'000'000;
  dims::ParseAndCheck(line, context);
  return 0;
}
