// SPDX-License-Identifier: Apache-2.0
// Any text is a parser of a site or a report, and a parser takes any line. What stands behind the
// first NUL is the line.
#include <cstddef>
#include <cstdint>
#include <string>

#include "agent/site_formats/site_format_file.h"
#include "agent/site_formats/site_formats.h"
#include "common/base/check.h"
#include "tests/fuzz/parse_line.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = input.find('\0');
  const std::string line = end == input.npos ? "gate 7 opened by alice" : input.substr(end + 1);
  dims::ConfigReport report;
  dims::SiteFormatFile file = dims::ParseSiteFormatFile("x.toml", input.substr(0, end), report);
  DIMS_CHECK((file.format == nullptr) == (report.errors() > 0));
  DIMS_CHECK(report.Text().find('\x1b') == std::string::npos);
  if (file.format == nullptr) return 0;
  const dims::SiteFormat* const format = file.format.get();
  std::vector<std::unique_ptr<const dims::SiteFormat>> formats;
  formats.push_back(std::move(file.format));
  const dims::SiteFormats all(std::move(formats));
  dims::LineContext context;
  context.received_ns = 1'768'478'400'000'000'000;
  context.site_formats = &all;
  dims::ParseAndCheck(line, context);
  context.site_format = format;
  dims::ParseAndCheck(line, context);
  return 0;
}
