// SPDX-License-Identifier: Apache-2.0
#include "agent/site_formats/site_format_text.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/fields/text_cursor.h"
#include "agent/formats/text_format.h"
#include "agent/site_formats/site_format.h"
#include "agent/site_formats/site_format_file.h"

namespace dims {
namespace {

constexpr std::size_t kNameBytesMax = 64;
constexpr std::size_t kWordsMax = 64;  // programs, beginnings
constexpr std::size_t kWordBytesMax = 128;
constexpr absl::string_view kGeneralFormats[] = {"auto", "syslog", "json", "keyvalue", "raw"};

const std::string& TextIn(const ConfigValue& value) {
  return std::get<std::string>(value);
}

// As event.dataset is: small letters, digits, and . _ - inside.
std::string CheckFormatName(absl::string_view name) {
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (IsAsciiLetter(c) && absl::ascii_islower(static_cast<unsigned char>(c))) || IsDigit(c) ||
           c == '.' || c == '_' || c == '-';
  });
  if (name.empty() || name.size() > kNameBytesMax || !plain) {
    return absl::StrCat("\"", name, "\" is no name: 1 to ", kNameBytesMax,
                        " small letters, digits, dots, dashes and underscores");
  }
  return "";
}

std::string TakeName(const std::string& name, std::string& out) {
  const std::string wrong = CheckFormatName(name);
  if (!wrong.empty()) return wrong;
  const bool general = std::find(std::begin(kGeneralFormats), std::end(kGeneralFormats), name) !=
                       std::end(kGeneralFormats);
  if (general || FindTextFormat(name) != nullptr) {
    return absl::StrCat("\"", name, "\" is the name of a format that the agent has");
  }
  out = name;
  return "";
}

std::string TakeWords(const ConfigValue& value, std::vector<std::string>& out) {
  out = std::get<std::vector<std::string>>(value);
  if (out.size() > kWordsMax) return absl::StrCat("more than ", kWordsMax);
  for (const std::string& word : out) {
    if (word.empty() || word.size() > kWordBytesMax) {
      return absl::StrCat("\"", word, "\" has not 1 to ", kWordBytesMax, " bytes");
    }
  }
  return "";
}

std::string TakeRegex(const std::string& text, SiteFormatText::Pattern& out) {
  if (text.empty()) return "an empty pattern would match every line";
  if (text.size() > kSitePatternBytesMax) {
    return absl::StrCat("a pattern has up to ", kSitePatternBytesMax, " bytes");
  }
  auto regex = std::make_unique<const RE2>(text, SiteRegexOptions());
  if (!regex->ok()) return absl::StrCat("no regular expression: ", regex->error());
  if (static_cast<std::size_t>(regex->NumberOfCapturingGroups()) > kSiteCapturesMax) {
    return absl::StrCat("more than ", kSiteCapturesMax, " captures");
  }
  const auto captures = static_cast<std::size_t>(regex->NumberOfCapturingGroups());
  if (regex->CapturingGroupNames().size() == captures &&
      regex->NamedCapturingGroups().size() != captures) {
    return "two captures have the same name";
  }
  if (regex->CapturingGroupNames().size() != captures) {
    return "a capture has no name: write (?P<name>...), or (?:...) for one that is not meant";
  }
  out.regex = std::move(regex);
  return "";
}

std::string TakeLayout(const std::string& layout, TimeLayout& out) {
  absl::StatusOr<TimeLayout> time = TimeLayout::Parse(layout);
  if (!time.ok()) return std::string(time.status().message());
  out = *std::move(time);
  return "";
}

ConfigKey EntriesKey(std::string name, std::string meaning,
                     std::function<std::vector<ConfigEntry>&()> out) {
  ConfigKey key{.name = std::move(name),
                .kind = ConfigKind::kEntries,
                .fallback = "{}",
                .meaning = std::move(meaning)};
  key.apply = [out = std::move(out)](const ConfigValue& value) {
    out() = std::get<std::vector<ConfigEntry>>(value);
    return std::string();
  };
  return key;
}

ConfigTable ParserTable(SiteFormatText& text) {
  ConfigTable table{.name = "parser", .meaning = "The format as a whole."};
  table.keys.push_back(
      {.name = "name",
       .meaning = "What `format` of an input names it by, as `\"city.doorlog\"`.",
       .apply = [&text](const ConfigValue& value) { return TakeName(TextIn(value), text.name); },
       .required = true});
  table.keys.push_back({.name = "dataset",
                        .fallback = "\"\"",
                        .meaning = "`event.dataset` of its events; without it the name.",
                        .apply = [&text](const ConfigValue& value) {
                          text.dataset = TextIn(value);
                          return text.dataset.empty() ? "" : CheckFormatName(text.dataset);
                        }});
  table.keys.push_back(
      {.name = "programs",
       .kind = ConfigKind::kTextList,
       .fallback = "[]",
       .meaning = "Lines whose syslog header names one of these programs are "
                  "tried with it before all other formats.",
       .apply = [&text](const ConfigValue& value) { return TakeWords(value, text.programs); }});
  table.keys.push_back(
      {.name = "begins",
       .kind = ConfigKind::kTextList,
       .fallback = "[]",
       .meaning = "The same for texts (behind the header) that begin so.",
       .apply = [&text](const ConfigValue& value) { return TakeWords(value, text.begins); }});
  return table;
}

ConfigTable PatternTable(SiteFormatText& text) {
  ConfigTable table{.name = "pattern",
                    .repeated = true,
                    .meaning = "One kind of line. Of several that match, the first one counts."};
  table.begin = [&text](const ConfigPlace& place) { text.patterns.emplace_back().place = place; };
  table.keys.push_back({.name = "name",
                        .fallback = "\"\"",
                        .meaning = "For messages about it.",
                        .apply = [&text](const ConfigValue& value) {
                          text.patterns.back().name = TextIn(value);
                          return std::string();
                        }});
  table.keys.push_back({.name = "match",
                        .meaning = "A regular expression (RE2) with named captures; begin with `^` "
                                   "and end with `$` unless it may stand anywhere.",
                        .apply =
                            [&text](const ConfigValue& value) {
                              return TakeRegex(TextIn(value), text.patterns.back());
                            },
                        .required = true});
  table.keys.push_back(EntriesKey(
      "fields",
      "The field of each capture: `user = \"user.name\"`. `@timestamp` "
      "is the time, `labels.NAME` what the schema has no field for. "
      "A capture that does not stand here goes to "
      "`labels.PARSER.CAPTURE`.",
      [&text]() -> auto& { return text.patterns.back().fields; }));
  table.keys.push_back(EntriesKey(
      "set", "Fields that always have the same value.", [&text]() -> auto& {
        return text.patterns.back().constants;
      }));
  table.keys.push_back({.name = "time",
                        .fallback = "\"\"",
                        .meaning =
                            "How the capture for `@timestamp` is written, as "
                            "`\"%d.%m.%Y %H:%M:%S\"`; without it ISO 8601, as syslog, as web "
                            "servers, or seconds since 1970.",
                        .apply = [&text](const ConfigValue& value) {
                          return TakeLayout(TextIn(value), text.patterns.back().time);
                        }});
  return table;
}

ConfigTable TestTable(SiteFormatText& text) {
  ConfigTable table{.name = "test",
                    .repeated = true,
                    .meaning =
                        "A line, and what must come of it. It arrives on 1 January 2026 at "
                        "12:00 UTC, in UTC."};
  table.begin = [&text](const ConfigPlace& place) { text.tests.emplace_back().place = place; };
  table.keys.push_back({.name = "line",
                        .meaning = "A whole line, with its syslog header if it has one.",
                        .apply =
                            [&text](const ConfigValue& value) {
                              text.tests.back().line = TextIn(value);
                              return TextIn(value).size() > SiteFormat::kTextBytesMax
                                         ? "longer than 16 KiB"
                                         : "";
                            },
                        .required = true});
  table.keys.push_back(EntriesKey(
      "expect", "Fields, and the values they must have.", [&text]() -> auto& {
        return text.tests.back().expect;
      }));
  table.keys.push_back({.name = "matches",
                        .kind = ConfigKind::kBool,
                        .fallback = "true",
                        .meaning = "`false`: no pattern may match the line.",
                        .apply = [&text](const ConfigValue& value) {
                          text.tests.back().matches = std::get<bool>(value);
                          return std::string();
                        }});
  return table;
}

}  // namespace

ConfigDescription DescribeSiteFormat(SiteFormatText& text) {
  ConfigDescription description;
  description.program = "dims-agent";
  description.tables = {ParserTable(text), PatternTable(text), TestTable(text)};
  return description;
}

std::string SiteFormatPage() {
  SiteFormatText text;
  return absl::StrCat(
      "# Keys of a parser of the site\n\n"
      "A TOML file that `[agent] parsers` matches; how it works is told in\n"
      "[site_parsers.md](site_parsers.md). This page is made from the same description as the "
      "checks.\n\n",
      ConfigReferencePage(DescribeSiteFormat(text)));
}

ShownLines::ShownLines(const std::string& text, ConfigReport& report)
    : lines_(absl::StrSplit(text, '\n')), report_(report) {}

void ShownLines::Complain(const ConfigPlace& place, std::uint32_t width, std::string message,
                          std::string hint, ConfigProblem::Severity severity) {
  ConfigProblem problem;
  problem.severity = severity;
  problem.place = place;
  problem.message = std::move(message);
  problem.hint = std::move(hint);
  problem.marked = width;
  if (place.line > 0 && place.line <= lines_.size()) problem.source_line = lines_[place.line - 1];
  report_.Add(std::move(problem));
}

}  // namespace dims
