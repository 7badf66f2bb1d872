// SPDX-License-Identifier: Apache-2.0
#include "agent/site_formats/site_format_file.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/site_formats/field_target.h"
#include "agent/site_formats/format_trial.h"
#include "agent/site_formats/site_format_text.h"
#include "common/config/config_reader.h"

namespace dims {
namespace {

// The captures of a pattern by number, each with the place that "fields" gives it.
std::vector<SitePattern::Capture> CapturesOf(const SiteFormatText::Pattern& pattern,
                                             const std::string& parser, ShownLines& shown) {
  const std::map<std::string, int>& numbers = pattern.regex->NamedCapturingGroups();
  std::vector<SitePattern::Capture> captures(
      static_cast<std::size_t>(pattern.regex->NumberOfCapturingGroups()));
  std::vector<std::string> names;
  for (const auto& [name, number] : numbers) {
    names.push_back(name);
    captures[static_cast<std::size_t>(number - 1)].place =
        FieldWriter::LabelPlace(absl::StrCat(parser, ".", name));
  }
  for (const ConfigEntry& entry : pattern.fields) {
    const auto number = numbers.find(entry.name);
    if (number == numbers.end()) {
      const std::string closest = ClosestName(entry.name, names);
      shown.Complain(entry.name_place, static_cast<std::uint32_t>(entry.name.size()),
                     absl::StrCat("\"match\" has no capture \"", entry.name, "\""),
                     closest.empty() ? absl::StrCat("it has ", absl::StrJoin(names, ", "))
                                     : absl::StrCat("did you mean \"", closest, "\"?"));
      continue;
    }
    Objection objection{"one capture has one field", ""};
    const auto target =
        entry.values.size() == 1 ? CaptureTarget(entry.values.front(), objection) : std::nullopt;
    if (target) {
      captures[static_cast<std::size_t>(number->second - 1)] = *target;
    } else {
      shown.Complain(entry.value_place, entry.value_width, objection.message, objection.hint);
    }
  }
  return captures;
}

std::vector<SitePattern::Constant> ConstantsOf(const SiteFormatText::Pattern& pattern,
                                               ShownLines& shown) {
  std::vector<SitePattern::Constant> constants;
  for (const ConfigEntry& entry : pattern.constants) {
    for (const std::string& value : entry.values) {
      Objection objection;
      const auto target = ConstantTarget(entry.name, value, entry.values.size() > 1, objection);
      if (target) {
        constants.push_back(*target);
      } else {
        shown.Complain(entry.value_place, entry.value_width, objection.message, objection.hint);
      }
    }
  }
  return constants;
}

void CheckCounts(const std::string& name, const SiteFormatText& text, ShownLines& shown) {
  const ConfigPlace whole{name, 0, 0};
  if (text.patterns.empty()) {
    shown.Complain(whole, 1, "there is no [[pattern]]", "a parser has at least one");
  }
  if (text.patterns.size() > kSiteFormatPatternsMax) {
    shown.Complain(whole, 1, absl::StrCat("more than ", kSiteFormatPatternsMax, " patterns"), "");
  }
  if (text.tests.size() > kSiteFormatTestsMax) {
    shown.Complain(whole, 1, absl::StrCat("more than ", kSiteFormatTestsMax, " tests"), "");
  }
}

SiteFormat::Definition DefinitionFrom(SiteFormatText& text, ShownLines& shown) {
  SiteFormat::Definition definition{text.name,
                                    text.dataset.empty() ? text.name : text.dataset,
                                    text.programs,
                                    text.begins,
                                    {},
                                    text.tests.size()};
  for (SiteFormatText::Pattern& pattern : text.patterns) {
    std::vector<SitePattern::Capture> captures = CapturesOf(pattern, text.name, shown);
    std::vector<SitePattern::Constant> constants = ConstantsOf(pattern, shown);
    definition.patterns.emplace_back(pattern.name, std::move(pattern.regex), std::move(captures),
                                     std::move(constants), pattern.time);
  }
  return definition;
}

}  // namespace

SiteFormatFile LoadSiteFormatFile(const std::string& path, ConfigReport& report) {
  std::error_code error;
  std::ifstream in;
  // What is no file may never come to an end.
  if (std::filesystem::is_regular_file(path, error)) in.open(path, std::ios::binary);
  std::string text(kConfigBytesMax + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  ConfigProblem problem;
  problem.place.file = path;
  if (!in.is_open() || in.bad()) {
    problem.message = "cannot be read";
  } else if (static_cast<std::size_t>(in.gcount()) > kConfigBytesMax) {
    problem.message = "is larger than 1 MiB";
  } else {
    text.resize(static_cast<std::size_t>(in.gcount()));
    return ParseSiteFormatFile(path, text, report);
  }
  report.Add(std::move(problem));
  return {};
}

SiteFormatFile ParseSiteFormatFile(const std::string& name, const std::string& text,
                                   ConfigReport& report) {
  SiteFormatText read;
  SiteFormatFile out;
  const std::size_t errors_before = report.errors();
  ReadConfigText(name, text, DescribeSiteFormat(read), report);
  out.name = read.name;
  ShownLines shown(text, report);
  if (report.errors() > errors_before) return out;
  CheckCounts(name, read, shown);
  if (report.errors() > errors_before) return out;
  SiteFormat::Definition definition = DefinitionFrom(read, shown);
  if (report.errors() > errors_before) return out;
  auto format = SiteFormat::Make(std::move(definition));
  if (!format.ok()) {
    shown.Complain({name, 0, 0}, 1, std::string(format.status().message()),
                   "several files may share the work");
    return out;
  }
  RunFormatTests(**format, read, shown);
  if (report.errors() > errors_before) return out;
  out.format = *std::move(format);
  return out;
}

}  // namespace dims
