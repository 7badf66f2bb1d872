// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "agent/pipeline/batch_assembler.h"
#include "agent/site_formats/site_formats.h"
#include "common/config/config_description.h"

namespace dims {

// The words that an input's `format` may be: auto, syslog, json, keyvalue, raw and the names of
// TextFormats() and of `site`, which may be null.
std::vector<std::string> LineFormatNames(const SiteFormats* site);

// The values of an input's keys `format` and `timezone`. InvalidArgument names what would do.
absl::Status SetLineFormat(absl::string_view name, const SiteFormats* site, LineSettings& lines);
absl::Status SetLineZone(const std::string& name, LineSettings& lines);

// What is wrong with a path that must be absolute, or "".
std::string CheckAbsolute(absl::string_view path);

// Takes over a path that is absolute or empty. What is wrong with it, or "".
std::string TakePath(const std::string& path, std::string& out);

// What is wrong with a list of tags, or "".
std::string CheckTags(const std::vector<std::string>& tags);

// The key `tags` of an input, and all keys that inputs of lines have, bound to the last of `all`,
// which is looked up when a key is applied, as the list grows.
void AddTagsKey(ConfigTable& table, std::vector<LineSettings>& all);
void AddLineKeys(ConfigTable& table, std::vector<LineSettings>& all, const SiteFormats* site);

}  // namespace dims
