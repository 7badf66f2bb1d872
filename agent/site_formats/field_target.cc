// SPDX-License-Identifier: Apache-2.0
#include "agent/site_formats/field_target.h"

#include <algorithm>
#include <span>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "agent/fields/field_alias.h"
#include "agent/fields/text_cursor.h"
#include "agent/fields/text_repair.h"
#include "common/config/config_description.h"
#include "common/event/ip_address.h"

namespace dims {
namespace {

constexpr absl::string_view kLabels = "labels.";

// The words ECS 8.11 allows.
constexpr absl::string_view kCategories[] = {"api",
                                             "authentication",
                                             "configuration",
                                             "database",
                                             "driver",
                                             "email",
                                             "file",
                                             "host",
                                             "iam",
                                             "library",
                                             "intrusion_detection",
                                             "malware",
                                             "network",
                                             "package",
                                             "process",
                                             "registry",
                                             "session",
                                             "threat",
                                             "vulnerability",
                                             "web"};
constexpr absl::string_view kTypes[] = {
    "access",   "admin",        "allowed",  "change", "connection", "creation",
    "deletion", "denied",       "end",      "error",  "group",      "indicator",
    "info",     "installation", "protocol", "start",  "user"};
constexpr absl::string_view kOutcomes[] = {"success", "failure", "unknown"};
constexpr absl::string_view kKinds[] = {"alert",  "asset", "enrichment", "event",
                                        "metric", "state", "signal"};

std::span<const absl::string_view> WordsOf(Field field) {
  switch (field) {
    case Field::kEventCategory:
      return kCategories;
    case Field::kEventType:
      return kTypes;
    case Field::kEventOutcome:
      return kOutcomes;
    case Field::kEventKind:
      return kKinds;
    default:
      return {};
  }
}

// Why a core field may not be set; "" when it may.
std::string KeptField(absl::string_view name, const FieldDefinition* core, Field field) {
  if (IsServerOwned(name)) return "only the server sets it";
  if (core == nullptr) return "";
  if (core->internal || IsReservedField(field)) return "the agent sets it itself";
  if (field == Field::kEventDataset) return "\"dataset\" in [parser] is it";
  if (absl::StartsWith(name, "related.")) return "it follows from the other fields";
  return "";
}

bool IsLabelName(absl::string_view name) {
  if (!absl::ConsumePrefix(&name, kLabels) || name.empty() || name.size() > 128) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return IsAsciiLetter(c) || IsDigit(c) || c == '.' || c == '_' || c == '-';
  });
}

std::string HintFor(absl::string_view name) {
  if (const auto meant = FieldAlias(name)) {
    return absl::StrCat("did you mean \"", NameOf(*meant), "\"?");
  }
  std::vector<std::string> known;
  for (std::size_t n = 0; n < CoreFields().size(); ++n) {
    const FieldDefinition& core = CoreFields()[n];
    if (KeptField(core.name, &core, static_cast<Field>(n)).empty()) known.emplace_back(core.name);
  }
  const std::string closest = ClosestName(name, known);
  if (!closest.empty()) return absl::StrCat("did you mean \"", closest, "\"?");
  return "what the schema has no field for goes to \"labels.NAME\"";
}

std::optional<FieldPlace> PlaceFor(absl::string_view name, Objection& objection) {
  if (IsLabelName(name)) return FieldWriter::LabelPlace(name);
  const FieldPlace place = FieldWriter::PlaceOf(name);
  const FieldDefinition* const core = FindCoreField(name);
  const Field field =
      core == nullptr ? Field::kCount : static_cast<Field>(core - CoreFields().data());
  const std::string kept = KeptField(name, core, field);
  if (!kept.empty()) {
    objection = {absl::StrCat("\"", name, "\" is not for a parser to set: ", kept), ""};
  } else if (core == nullptr || !place.exact) {
    objection = {absl::StrCat("\"", name, "\" is no field"), HintFor(name)};
  } else {
    return place;
  }
  return std::nullopt;
}

std::string Misfit(const FieldDefinition& core, absl::string_view value) {
  std::int64_t number = 0;
  switch (core.type) {
    case ColumnType::kInteger:
      return absl::SimpleAtoi(value, &number) ? "" : "a whole number";
    case ColumnType::kIp:
    case ColumnType::kIpList:
      return IpAddress::Parse(value) ? "" : "an address";
    case ColumnType::kBool:
      return value == "true" || value == "false" ? "" : "true or false";
    case ColumnType::kTime:
    case ColumnType::kDouble:
      return "no constant";
    case ColumnType::kKeyword:
    case ColumnType::kText:
    case ColumnType::kKeywordList:
      return "";
  }
  return "";
}

bool CheckWord(const FieldDefinition& core, Field field, absl::string_view value,
               Objection& objection) {
  const auto words = WordsOf(field);
  if (words.empty() || std::find(words.begin(), words.end(), value) != words.end()) return true;
  const std::string closest =
      ClosestName(value, std::vector<std::string>(words.begin(), words.end()));
  objection = {absl::StrCat("\"", value, "\" is no ", core.name, " of ECS"),
               closest.empty() ? absl::StrCat("there are ", absl::StrJoin(words, " "))
                               : absl::StrCat("did you mean \"", closest, "\"?")};
  return false;
}

}  // namespace

std::optional<SitePattern::Capture> CaptureTarget(absl::string_view field, Objection& objection) {
  using Target = SitePattern::Target;
  if (field == NameOf(Field::kTimestamp)) {
    return SitePattern::Capture{Target::kTime, FieldWriter::LabelPlace("time")};
  }
  if (field == NameOf(Field::kMessage)) {
    return SitePattern::Capture{Target::kMessage, FieldWriter::LabelPlace("message")};
  }
  const auto place = PlaceFor(field, objection);
  if (!place) return std::nullopt;
  return SitePattern::Capture{Target::kField, *place};
}

std::optional<SitePattern::Constant> ConstantTarget(absl::string_view field,
                                                    absl::string_view value, bool list,
                                                    Objection& objection) {
  const auto place = PlaceFor(field, objection);
  if (!place) return std::nullopt;
  if (value.empty() || value.size() > FieldWriter::kKeywordBytesMax || !IsPlainText(value)) {
    objection = {absl::StrCat("\"", field, "\" is set to no text of 1 to ",
                              FieldWriter::kKeywordBytesMax, " characters"),
                 ""};
    return std::nullopt;
  }
  SitePattern::Constant constant{*place, Field::kCount, std::string(value), false};
  const FieldDefinition* const core = place->core;
  const bool is_list = core != nullptr && (core->type == ColumnType::kKeywordList ||
                                           core->type == ColumnType::kIpList);
  constant.element = is_list || (core == nullptr && list);
  if (list && !constant.element) {
    objection = {absl::StrCat("\"", field, "\" has one value, not a list"), ""};
    return std::nullopt;
  }
  if (core == nullptr) return constant;
  const std::string misfit = Misfit(*core, value);
  if (!misfit.empty()) {
    objection = {absl::StrCat("\"", value, "\" does not fit \"", field, "\", which is ", misfit),
                 ""};
    return std::nullopt;
  }
  if (!CheckWord(*core, place->field, value, objection)) return std::nullopt;
  if (place->field == Field::kEventKind) constant.direct = place->field;
  return constant;
}

}  // namespace dims
