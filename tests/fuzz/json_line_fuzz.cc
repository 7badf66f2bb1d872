// SPDX-License-Identifier: Apache-2.0
// JSON of any shape becomes a row within the limits, and the row gives the same bytes back.
#include <cstddef>
#include <cstdint>

#include "agent/parse/line_parser.h"
#include "tests/fuzz/parse_line.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dims::LineContext context;
  context.format = dims::LineFormat::kJson;
  context.received_ns = 1'768'478'400'000'000'000;
  dims::ParseAndCheck({reinterpret_cast<const char*>(data), size}, context);
  return 0;
}
