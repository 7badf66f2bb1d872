// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "common/config/config_description.h"
#include "common/config/config_report.h"

namespace dims {

// One key as it holds now, for --print-effective.
struct EffectiveValue {
  std::string table;  // "[agent]", "[[input.file]] 2"
  std::string key;
  std::string value;   // as it would be written
  std::string origin;  // "agent.toml:3:7" or "default"
};

// Reads a TOML configuration strictly against its description.
//
// `path` is read, then conf.d/*.toml beside it in order of name: [[tables]] add up, a key that two
// files set is an error that names both. Unknown tables and keys, wrong kinds, ranges and units,
// missing required keys: every problem goes into the report, none ends the reading. Keys that are
// not set are applied from their fallback. The object behind the description is complete when the
// report has no errors. Limits: kConfigBytesMax a file, kConfigFilesMax files. Thread: one.
std::vector<EffectiveValue> ReadConfig(const std::string& path,
                                       const ConfigDescription& description, ConfigReport& report);

// The same for text that is already here; `name` stands for the file in messages.
std::vector<EffectiveValue> ReadConfigText(const std::string& name, const std::string& text,
                                           const ConfigDescription& description,
                                           ConfigReport& report);

inline constexpr std::size_t kConfigBytesMax = 1u << 20;
inline constexpr std::size_t kConfigFilesMax = 256;

// Aligned lines "[agent] tlp = "amber"   # agent.toml:2:1".
std::string EffectiveText(const std::vector<EffectiveValue>& values);

}  // namespace dims
