// SPDX-License-Identifier: Apache-2.0
#include "agent/site_formats/site_formats.h"

#include <glob.h>

#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "agent/parse/program.h"
#include "agent/site_formats/site_format_file.h"

namespace dims {
namespace {

void ReportFile(const std::string& path, std::string message, std::string hint,
                ConfigProblem::Severity severity, ConfigReport& report) {
  ConfigProblem problem;
  problem.severity = severity;
  problem.place.file = path;
  problem.message = std::move(message);
  problem.hint = std::move(hint);
  report.Add(std::move(problem));
}

std::vector<std::string> FilesOfPattern(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> paths;
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) {
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  }
  ::globfree(&found);
  return paths;
}

// Each file once, whatever patterns match it.
std::vector<std::string> FilesOfPatterns(const std::vector<std::string>& patterns,
                                         ConfigReport& report) {
  std::set<std::string> paths;
  for (const std::string& pattern : patterns) {
    if (pattern.find_first_of("*?[") == pattern.npos) {
      paths.insert(pattern);  // a file that is meant, and must be there
      continue;
    }
    const std::vector<std::string> matches = FilesOfPattern(pattern);
    if (matches.empty()) {
      ReportFile(pattern, "matches no file", "no parser of the site comes of it",
                 ConfigProblem::Severity::kWarning, report);
    }
    paths.insert(matches.begin(), matches.end());
  }
  return {paths.begin(), paths.end()};
}

std::optional<TextResult> ParseFirst(const std::vector<const SiteFormat*>& formats,
                                     const TextInput& input, EventRow& row) {
  for (const SiteFormat* format : formats) {
    if (const auto result = format->Parse(input, row)) return result;
  }
  return std::nullopt;
}

}  // namespace

SiteFormats::SiteFormats(std::vector<std::unique_ptr<const SiteFormat>> formats,
                         std::vector<std::string> refused)
    : formats_(std::move(formats)), names_(std::move(refused)) {
  for (const auto& format : formats_) {
    names_.push_back(format->name());
    for (const std::string& program : format->programs()) {
      by_program_[absl::AsciiStrToLower(program)].push_back(format.get());
    }
    if (format->begins()) beginning_.push_back(format.get());
    if (!format->named()) unnamed_.push_back(format.get());
  }
}

const SiteFormat* SiteFormats::Find(absl::string_view name) const {
  for (const auto& format : formats_) {
    if (format->name() == name) return format.get();
  }
  return nullptr;
}

std::optional<TextResult> SiteFormats::ParseNamed(const TextInput& input, EventRow& row) const {
  if (!input.app.empty() && !by_program_.empty()) {
    const auto named = by_program_.find(absl::AsciiStrToLower(ProcessNameOf(input.app)));
    if (named != by_program_.end()) {
      if (const auto result = ParseFirst(named->second, input, row)) return result;
    }
  }
  for (const SiteFormat* format : beginning_) {
    if (!format->Begins(input.text)) continue;
    if (const auto result = format->Parse(input, row)) return result;
  }
  return std::nullopt;
}

std::optional<TextResult> SiteFormats::ParseUnnamed(const TextInput& input, EventRow& row) const {
  return ParseFirst(unnamed_, input, row);
}

std::shared_ptr<const SiteFormats> LoadSiteFormats(const std::vector<std::string>& patterns,
                                                   ConfigReport& report) {
  std::vector<std::unique_ptr<const SiteFormat>> formats;
  std::vector<std::string> refused;
  std::set<std::string> names;
  std::size_t patterns_count = 0;
  for (const std::string& path : FilesOfPatterns(patterns, report)) {
    if (names.size() == kSiteFormatsMax) {
      ReportFile(path, absl::StrCat("there are more than ", kSiteFormatsMax, " parsers"), "",
                 ConfigProblem::Severity::kError, report);
      break;
    }
    SiteFormatFile file = LoadSiteFormatFile(path, report);
    if (!file.name.empty() && !names.insert(file.name).second) {
      ReportFile(path, absl::StrCat("another parser has the name \"", file.name, "\""),
                 "each file has a name of its own", ConfigProblem::Severity::kError, report);
    } else if (file.format == nullptr) {
      if (!file.name.empty()) refused.push_back(file.name);
    } else if ((patterns_count += file.format->patterns().size()) > kSitePatternsMax) {
      refused.push_back(file.name);
      ReportFile(path, absl::StrCat("there are more than ", kSitePatternsMax, " patterns"), "",
                 ConfigProblem::Severity::kError, report);
    } else {
      formats.push_back(std::move(file.format));
    }
  }
  return std::make_shared<const SiteFormats>(std::move(formats), std::move(refused));
}

}  // namespace dims
