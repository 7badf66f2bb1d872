// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "agent/formats/site_text_format.h"
#include "agent/site_formats/site_format.h"
#include "common/config/config_report.h"

namespace dims {

inline constexpr std::size_t kSiteFormatsMax = 64;
inline constexpr std::size_t kSitePatternsMax = 1024;  // of all together

// The formats that a site made, each from a file of its own (site_format_file.h). Immutable;
// thread: any.
class SiteFormats final : public SiteTextFormats {
 public:
  SiteFormats() = default;
  explicit SiteFormats(std::vector<std::unique_ptr<const SiteFormat>> formats,
                       std::vector<std::string> refused = {});

  // Null when no format has this name.
  const SiteFormat* Find(absl::string_view name) const;

  // Of all files, also of those that were refused: what an input names is known then.
  const std::vector<std::string>& names() const { return names_; }

  const std::vector<std::unique_ptr<const SiteFormat>>& formats() const { return formats_; }

  std::optional<TextResult> ParseNamed(const TextInput& input, EventRow& row) const override;
  std::optional<TextResult> ParseUnnamed(const TextInput& input, EventRow& row) const override;

 private:
  std::vector<std::unique_ptr<const SiteFormat>> formats_;
  std::vector<std::string> names_;
  absl::flat_hash_map<std::string, std::vector<const SiteFormat*>> by_program_;  // in lower case
  std::vector<const SiteFormat*> beginning_;
  std::vector<const SiteFormat*> unnamed_;
};

// Reads the files that `patterns` match (glob(7)), in order of name, and runs the tests in them.
// Every problem goes into `report`: a file with one is not among the formats.
std::shared_ptr<const SiteFormats> LoadSiteFormats(const std::vector<std::string>& patterns,
                                                   ConfigReport& report);

}  // namespace dims
