// SPDX-License-Identifier: Apache-2.0
#include "agent/config/line_keys.h"

#include <iterator>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/formats/text_format.h"
#include "common/config/taking.h"

namespace dims {
namespace {

struct NamedFormat {
  absl::string_view name;
  LineFormat format;
};

constexpr NamedFormat kLineFormats[] = {{"auto", LineFormat::kAuto},
                                        {"syslog", LineFormat::kSyslog},
                                        {"json", LineFormat::kJson},
                                        {"keyvalue", LineFormat::kKeyValue},
                                        {"raw", LineFormat::kRaw},
                                        // Found out line by line, in JSON and in tables.
                                        {"suricata.eve", LineFormat::kAuto},
                                        {"windows", LineFormat::kAuto},
                                        {"zeek", LineFormat::kAuto}};

}  // namespace

std::vector<std::string> LineFormatNames(const SiteFormats* site) {
  std::vector<std::string> names;
  for (const NamedFormat& known : kLineFormats) names.emplace_back(known.name);
  for (const TextFormat& format : TextFormats()) names.emplace_back(format.name);
  if (site != nullptr) names.insert(names.end(), site->names().begin(), site->names().end());
  return names;
}

absl::Status SetLineFormat(absl::string_view name, const SiteFormats* site, LineSettings& lines) {
  lines.text_format = nullptr;
  lines.site_format = nullptr;
  for (const NamedFormat& known : kLineFormats) {
    if (known.name != name) continue;
    lines.format = known.format;
    return absl::OkStatus();
  }
  lines.format = LineFormat::kAuto;
  lines.text_format = FindTextFormat(name);
  if (lines.text_format != nullptr) return absl::OkStatus();
  if (site != nullptr) {
    lines.site_format = site->Find(name);
    // A file that was refused has said so: its name is known.
    if (absl::c_linear_search(site->names(), name)) return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("\"", name, "\" is no format; there are ",
                                                 absl::StrJoin(LineFormatNames(site), " ")));
}

absl::Status SetLineZone(const std::string& name, LineSettings& lines) {
  if (name == "local") {
    lines.zone = absl::LocalTimeZone();
    return absl::OkStatus();
  }
  if (absl::LoadTimeZone(name, &lines.zone)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "\"", name, "\" is no time zone this machine knows; write a name like \"Europe/Berlin\", ",
      "\"UTC\" or \"local\""));
}

std::string CheckAbsolute(absl::string_view path) {
  return absl::StartsWith(path, "/") ? "" : absl::StrCat("\"", path, "\" is no absolute path");
}

std::string TakePath(const std::string& path, std::string& out) {
  out = path;
  return path.empty() ? "" : CheckAbsolute(path);
}

std::string CheckTags(const std::vector<std::string>& tags) {
  for (const std::string& tag : tags) {
    if (tag.empty() || tag.size() > 64) return "a tag has 1 to 64 characters";
  }
  return tags.size() > 32 ? "more than 32 tags" : "";
}

void AddTagsKey(ConfigTable& table, std::vector<LineSettings>& all) {
  table.keys.push_back({.name = "tags",
                        .kind = ConfigKind::kTextList,
                        .fallback = "[]",
                        .meaning = "Added to the tags of every event of this input.",
                        .apply = TakingList([&all](const std::vector<std::string>& list) {
                          all.back().tagger.tags = list;
                          return CheckTags(list);
                        })});
}

void AddLineKeys(ConfigTable& table, std::vector<LineSettings>& all, const SiteFormats* site) {
  AddTagsKey(table, all);
  table.keys.push_back({.name = "format",
                        .kind = ConfigKind::kChoice,
                        .fallback = "\"auto\"",
                        .meaning = "How lines are read; `auto` finds out line by line.",
                        .apply = TakingText([&all, site](const std::string& text) {
                          return Complaint(SetLineFormat(text, site, all.back()));
                        }),
                        .choices = LineFormatNames(site)});
  table.keys.push_back({.name = "timezone",
                        .fallback = "\"local\"",
                        .meaning = "Of times that name no zone, as `\"Europe/Berlin\"`; `local` is "
                                   "the machine's.",
                        .apply = TakingText([&all](const std::string& text) {
                          return Complaint(SetLineZone(text, all.back()));
                        })});
}

}  // namespace dims
