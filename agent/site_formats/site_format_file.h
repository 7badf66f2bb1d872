// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "agent/site_formats/site_format.h"
#include "common/config/config_report.h"

namespace dims {

inline constexpr std::size_t kSiteFormatPatternsMax = 256;  // of one file
inline constexpr std::size_t kSiteFormatTestsMax = 512;

// What a file gave. A value.
struct SiteFormatFile {
  std::string name;                          // empty: it names none that could be one
  std::unique_ptr<const SiteFormat> format;  // null: refused
};

// Reads a TOML file of [parser], [[pattern]] and [[test]] (docs/site_parsers.md), compiles the
// patterns and runs the tests. What is wrong goes into `report`, with its place; a pattern that no
// test reaches is a warning. Limits: kConfigBytesMax, those above and those of SitePattern.
SiteFormatFile LoadSiteFormatFile(const std::string& path, ConfigReport& report);
SiteFormatFile ParseSiteFormatFile(const std::string& name, const std::string& text,
                                   ConfigReport& report);

// docs/site_parsers_config.md.
std::string SiteFormatPage();

}  // namespace dims
