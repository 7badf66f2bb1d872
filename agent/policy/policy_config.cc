// SPDX-License-Identifier: Apache-2.0
#include "agent/policy/policy_config.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/policy/profile.h"
#include "common/base/durable_file.h"
#include "common/base/status_macros.h"
#include "common/config/taking.h"
#include "common/filter/query.h"

namespace dims {
namespace {

using Names = std::vector<std::string>;

constexpr std::size_t kNameBytesMax = 255;

std::string TakeNames(const Names& names, Names& out) {
  out = names;
  for (const std::string& name : out) {
    const bool blank = name.find_first_of(" \t\r\n") != name.npos;
    if (name.empty() || name.size() > kNameBytesMax || blank) {
      return absl::StrCat("\"", name, "\" is no name: 1 to ", kNameBytesMax,
                          " characters without blanks");
    }
  }
  return out.size() > kPolicyValuesMax ? absl::StrCat("more than ", kPolicyValuesMax) : "";
}

std::string TakeBlocks(const Names& blocks, std::vector<Cidr>& out) {
  if (blocks.size() > kPolicyValuesMax) return absl::StrCat("more than ", kPolicyValuesMax);
  for (const std::string& text : blocks) {
    const std::optional<Cidr> block = Cidr::Parse(text);
    if (!block) return absl::StrCat("\"", text, "\" is no address block such as \"10.0.0.0/8\"");
    out.push_back(*block);
  }
  return "";
}

std::string TakeFilter(const std::string& text, FilterNode& out) {
  absl::StatusOr<FilterNode> filter = ParseFilter(text);
  if (!filter.ok()) return absl::StrCat("no filter:\n", std::string(filter.status().message()));
  if (filter->kind == FilterNode::Kind::kEverything) {
    return "an empty filter means every event; write * if that is meant";
  }
  out = *std::move(filter);
  return "";
}

RedactionStyle StyleOf(absl::string_view word) {
  if (word == "hash") return RedactionStyle::kHash;
  if (word == "prefix") return RedactionStyle::kPrefix;
  if (word == "label") return RedactionStyle::kLabel;
  return RedactionStyle::kMask;
}

RemoteDirectives RemoteOf(absl::string_view word) {
  if (word == "watchlists") return RemoteDirectives::kWatchlists;
  if (word == "filters") return RemoteDirectives::kFilters;
  return RemoteDirectives::kOff;
}

ConfigTable PolicyTable(PolicyConfig& config) {
  ConfigTable table{.name = "policy", .meaning = "What holds where no other table says more."};
  table.keys.push_back({.name = "default",
                        .kind = ConfigKind::kChoice,
                        .fallback = "\"allow\"",
                        .meaning = "Whether fields of events leave that no `[[fields]]` names.",
                        .apply = TakingText([&config](const std::string& text) {
                          config.deny_by_default = text == "deny";
                        }),
                        .choices = {"allow", "deny"}});
  table.keys.push_back({.name = "profile",
                        .kind = ConfigKind::kChoice,
                        .fallback = "\"\"",
                        .meaning = "A shipped set of `[[fields]]`; further ones can only narrow "
                                   "it.",
                        .apply = TakingText([&config](const std::string& text) {
                          if (text.empty()) return;
                          const std::vector<FieldsRule> rules = HeadersAndAlertsOnly();
                          config.fields.insert(config.fields.begin(), rules.begin(), rules.end());
                        }),
                        .choices = {"", "headers-and-alerts-only"}});
  table.keys.push_back(
      {.name = "remote",
       .kind = ConfigKind::kChoice,
       .fallback = "\"off\"",
       .meaning = "What this site takes of the server's directives: nothing, lists of values to "
                  "tag, or also filters of events not to send.",
       .apply = TakingText([&config](const std::string& text) { config.remote = RemoteOf(text); }),
       .choices = {"off", "watchlists", "filters"}});
  return table;
}

ConfigTable FieldsTable(PolicyConfig& config) {
  ConfigTable table{.name = "fields",
                    .repeated = true,
                    .meaning =
                        "Which fields leave. Of several tables that fit an event, each "
                        "must let a field pass."};
  table.begin = [&config](const ConfigPlace& place) { config.fields.emplace_back().place = place; };
  table.keys.push_back({.name = "dataset",
                        .fallback = "\"*\"",
                        .meaning = "Of which datasets, with `*` and `?`.",
                        .apply = TakingText([&config](const std::string& text) {
                          config.fields.back().dataset = text;
                          return text.empty() ? "an empty dataset" : std::string();
                        })});
  table.keys.push_back({.name = "where",
                        .fallback = "",
                        .meaning = "Of which of their events: a filter.",
                        .apply = TakingText([&config](const std::string& text) {
                          return TakeFilter(text, config.fields.back().where.emplace());
                        })});
  table.keys.push_back({.name = "leave",
                        .kind = ConfigKind::kTextList,
                        .fallback = "[]",
                        .meaning = "Only these fields leave, with `*` and `?`.",
                        .apply = TakingList([&config](const Names& names) {
                          return TakeNames(names, config.fields.back().leave);
                        })});
  table.keys.push_back({.name = "stay",
                        .kind = ConfigKind::kTextList,
                        .fallback = "[]",
                        .meaning = "These fields never leave.",
                        .apply = TakingList([&config](const Names& names) {
                          return TakeNames(names, config.fields.back().stay);
                        })});
  return table;
}

ConfigTable DropTable(PolicyConfig& config) {
  ConfigTable table{
      .name = "drop", .repeated = true, .meaning = "Events that do not leave at all."};
  table.begin = [&config](const ConfigPlace&) { config.drops.emplace_back(); };
  table.keys.push_back({.name = "where",
                        .meaning = "A filter.",
                        .apply = TakingText([&config](const std::string& text) {
                          return TakeFilter(text, config.drops.back());
                        }),
                        .required = true});
  return table;
}

ConfigTable RedactTable(PolicyConfig& config) {
  ConfigTable table{.name = "redact",
                    .repeated = true,
                    .meaning =
                        "What is replaced wherever it stands in an event. Where several "
                        "tables fit a value, the first one does it."};
  table.begin = [&config](const ConfigPlace& place) {
    config.redactions.emplace_back().place = place;
  };
  table.keys.push_back({.name = "fields",
                        .kind = ConfigKind::kTextList,
                        .fallback = "[]",
                        .meaning = "Values of these fields, with `*` and `?`, wherever they stand "
                                   "in the same event.",
                        .apply = TakingList([&config](const Names& names) {
                          return TakeNames(names, config.redactions.back().fields);
                        })});
  table.keys.push_back({.name = "addresses",
                        .kind = ConfigKind::kTextList,
                        .fallback = "[]",
                        .meaning = "Addresses in these blocks.",
                        .apply = TakingList([&config](const Names& names) {
                          return TakeBlocks(names, config.redactions.back().addresses);
                        })});
  table.keys.push_back({.name = "names",
                        .kind = ConfigKind::kTextList,
                        .fallback = "[]",
                        .meaning = "These names; `*.city.example` is every name below "
                                   "`city.example`.",
                        .apply = TakingList([&config](const Names& names) {
                          return TakeNames(names, config.redactions.back().names);
                        })});
  table.keys.push_back({.name = "with",
                        .kind = ConfigKind::kChoice,
                        .fallback = "\"mask\"",
                        .meaning = "`mask`: `[redacted]`. `hash`: a name that only this site can "
                                   "connect to the value. `prefix`: another address, "
                                   "neighbours stay neighbours. `label`: as `hash`, under the "
                                   "table's label.",
                        .apply = TakingText([&config](const std::string& text) {
                          config.redactions.back().with = StyleOf(text);
                        }),
                        .choices = {"mask", "hash", "prefix", "label"}});
  table.keys.push_back({.name = "label",
                        .fallback = "\"\"",
                        .meaning = "For `with = \"label\"`: 1 to 32 letters, digits or dashes.",
                        .apply = TakingText([&config](const std::string& text) {
                          config.redactions.back().label = text;
                        })});
  return table;
}

ConfigTable TlpTable(PolicyConfig& config) {
  ConfigTable table{.name = "tlp",
                    .repeated = true,
                    .meaning =
                        "Another TLP label than `[agent] tlp` for some events. The last "
                        "table that fits decides."};
  table.begin = [&config](const ConfigPlace&) { config.tlps.emplace_back(); };
  table.keys.push_back({.name = "where",
                        .meaning = "A filter.",
                        .apply = TakingText([&config](const std::string& text) {
                          return TakeFilter(text, config.tlps.back().where);
                        }),
                        .required = true});
  ConfigKey label{.name = "tlp",
                  .kind = ConfigKind::kChoice,
                  .meaning = "The label.",
                  .apply = TakingText([&config](const std::string& text) {
                    config.tlps.back().tlp = ParseTlp(text).value_or(Tlp::kRed);
                  }),
                  .required = true};
  for (const absl::string_view name : kTlpNames) label.choices.emplace_back(name);
  table.keys.push_back(std::move(label));
  return table;
}

ConfigDescription Describe(PolicyConfig& config) {
  ConfigDescription description;
  description.program = "dims-agent";
  description.tables = {PolicyTable(config), FieldsTable(config), DropTable(config),
                        RedactTable(config), TlpTable(config)};
  return description;
}

void Complain(const ConfigPlace& place, std::string message, std::string hint,
              ConfigReport& report) {
  ConfigProblem problem;
  problem.place = place;
  problem.message = std::move(message);
  problem.hint = std::move(hint);
  report.Add(std::move(problem));
}

bool Lists(const Names& list, absl::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

void CheckFields(const FieldsRule& rule, ConfigReport& report) {
  if (rule.leave.empty() == rule.stay.empty()) {
    return Complain(rule.place, "[[fields]] needs \"leave\" or \"stay\", and not both",
                    "leave = [\"*\"] lets every field leave, stay = [\"*\"] none", report);
  }
  const bool everything = Lists(rule.stay, "*");
  const bool text_stays = Lists(rule.stay, "message") && Lists(rule.stay, "event.original");
  if (rule.stay.empty() || everything || text_stays) return;
  ConfigProblem problem;
  problem.severity = ConfigProblem::Severity::kWarning;
  problem.place = rule.place;
  problem.message = "the line's text may still hold what these fields say";
  problem.hint = "add \"message\" and \"event.original\" to \"stay\", or use [[redact]]";
  report.Add(std::move(problem));
}

bool IsLabel(absl::string_view text) {
  return !text.empty() && text.size() <= 32 && std::all_of(text.begin(), text.end(), [](char c) {
    return c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

void CheckRedaction(const RedactRule& rule, ConfigReport& report) {
  if (rule.fields.empty() && rule.addresses.empty() && rule.names.empty()) {
    Complain(rule.place, "[[redact]] needs \"fields\", \"addresses\" or \"names\"", "", report);
  }
  if (rule.with == RedactionStyle::kPrefix && !rule.names.empty()) {
    Complain(rule.place, "with = \"prefix\" is for addresses, not for names",
             "give the names a table of their own, with = \"hash\"", report);
  }
  if ((rule.with == RedactionStyle::kLabel) != IsLabel(rule.label)) {
    Complain(rule.place, "\"label\" goes with with = \"label\": 1 to 32 letters, digits or dashes",
             "", report);
  }
}

absl::StatusOr<PolicyConfig> Complete(PolicyConfig config, ConfigReport& report,
                                      std::size_t errors_before) {
  for (const FieldsRule& rule : config.fields) {
    if (rule.place.line != 0) CheckFields(rule, report);
  }
  for (const RedactRule& rule : config.redactions) CheckRedaction(rule, report);
  const std::size_t most = std::max(
      {config.fields.size(), config.drops.size(), config.redactions.size(), config.tlps.size()});
  if (most > kPolicyRulesMax) {
    Complain({}, absl::StrCat("more than ", kPolicyRulesMax, " tables of one kind"), "", report);
  }
  if (report.errors() > errors_before) return absl::InvalidArgumentError(report.Text());
  return config;
}

}  // namespace

bool PolicyConfig::needs_key() const {
  return std::any_of(redactions.begin(), redactions.end(),
                     [](const RedactRule& rule) { return rule.with != RedactionStyle::kMask; });
}

absl::StatusOr<PolicyConfig> LoadPolicyConfig(const std::string& path, ConfigReport& report) {
  absl::StatusOr<std::string> text = ReadSmallFile(path, kConfigBytesMax);
  if (!text.ok()) {
    ConfigPlace place;
    place.file = path;
    Complain(place, std::string(text.status().message()), "nothing leaves without its policy",
             report);
    return text.status();
  }
  return ParsePolicyConfig(path, *text, report);
}

absl::StatusOr<PolicyConfig> ParsePolicyConfig(const std::string& name, const std::string& text,
                                               ConfigReport& report) {
  const std::size_t errors_before = report.errors();
  PolicyConfig config;
  config.effective = ReadConfigText(name, text, Describe(config), report);
  return Complete(std::move(config), report, errors_before);
}

std::string PolicyConfigPage() {
  PolicyConfig config;
  return absl::StrCat(
      "# Keys of policy.toml\n\n"
      "The file that `[agent] policy` names; what it does is told in [policy.md](policy.md). "
      "Unknown keys and wrong values\nare refused, all at once, and the agent then does not "
      "start, or keeps the policy it has. This page is made from the\nsame description as the "
      "checks.\n\n",
      ConfigReferencePage(Describe(config)));
}

}  // namespace dims
