// SPDX-License-Identifier: Apache-2.0
// Any bytes become a row, and the row gives the same bytes back.
#include <cstddef>
#include <cstdint>

#include "agent/parse/line_parser.h"
#include "common/base/check.h"
#include "common/event/line_layout.h"
#include "tests/fuzz/parse_line.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  // The first byte chooses what the input says about the line.
  dims::LineContext context;
  context.format = static_cast<dims::LineFormat>(data[0] % 3 == 0 ? 0 : data[0] % 5);
  context.received_ns = 1'768'478'400'000'000'000;
  dims::ParseAndCheck({reinterpret_cast<const char*>(data + 1), size - 1}, context);
  return 0;
}
