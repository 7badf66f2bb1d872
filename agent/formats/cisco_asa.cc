// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/cisco_asa.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "agent/fields/text_cursor.h"
#include "agent/formats/cisco_asa_message.h"
#include "agent/formats/cisco_asa_row.h"
#include "agent/formats/cisco_asa_text.h"
#include "agent/formats/cisco_ftd_event.h"
#include "agent/formats/cisco_tag.h"
#include "common/event/ip_address.h"

namespace dims {
namespace {

struct Product {
  absl::string_view facility;
  absl::string_view dataset;
};

constexpr Product kProducts[] = {{"ASA", "cisco.asa"},   {"FTD", "cisco.ftd"},
                                 {"FWSM", "cisco.fwsm"}, {"PIX", "cisco.asa"},
                                 {"NGIPS", "cisco.ftd"}, {"", "cisco.asa"}};

// What messages are about by the first three digits, for numbers that the table does not know.
struct Class {
  std::int32_t first;
  std::int32_t last;
  EventMeaning meaning;
};

constexpr Class kClasses[] = {
    {101, 105, {"host", "info", "", ""}},
    {106, 106, {"network", "info", "firewall-rule", ""}},
    {109, 109, {"authentication", "info", "", ""}},
    {111, 112, {"configuration", "info", "configuration", ""}},
    {113, 113, {"authentication", "info", "", ""}},
    {199, 199, {"host", "info", "", ""}},
    {201, 202, {"network", "info", "firewall-rule", ""}},
    {208, 210, {"network", "info", "firewall-rule", ""}},
    {302, 305, {"network", "info", "firewall-rule", ""}},
    {313, 313, {"network", "info", "firewall-rule", ""}},
    {315, 315, {"session", "info", "", ""}},
    {321, 323, {"host", "info", "", ""}},
    {338, 338, {"network", "info", "dynamic-filter", ""}},
    {400, 421, {"network", "info", "firewall-rule", ""}},
    {444, 444, {"host", "info", "", ""}},
    {500, 501, {"network", "info", "firewall-rule", ""}},
    {502, 502, {"iam", "info", "", ""}},
    {505, 505, {"host", "info", "", ""}},
    {506, 509, {"network", "info", "firewall-rule", ""}},
    {605, 606, {"authentication", "info", "", ""}},
    {607, 609, {"network", "info", "firewall-rule", ""}},
    {611, 611, {"authentication", "info", "", ""}},
    {701, 725, {"network", "info", "", ""}},
    {733, 733, {"network", "info", "firewall-rule", ""}},
    {734, 755, {"network", "info", "", ""}},
    {771, 776, {"network", "info", "", ""}},
    {803, 852, {"network", "info", "firewall-rule", ""}},
};

const Product* FindProduct(absl::string_view facility) {
  for (const Product& product : kProducts) {
    if (product.facility == facility) return &product;
  }
  return nullptr;
}

// Numbers have six digits.
std::int32_t NumberOf(const CiscoTag& tag) {
  const auto number = ParseDigits(tag.mnemonic);
  return number && tag.mnemonic.size() == 6 ? static_cast<std::int32_t>(*number) : -1;
}

void SetMeaning(const AsaMeaning& meaning, EventRow& row) {
  row.Means({meaning.category, meaning.type, meaning.action, meaning.outcome});
  if (!meaning.more_category.empty()) {
    row.builder().AddKeyword(Field::kEventCategory, meaning.more_category);
  }
  if (!meaning.more_type.empty()) row.builder().AddKeyword(Field::kEventType, meaning.more_type);
  if (meaning.category == "intrusion_detection") row.Keyword(Field::kEventKind, "alert");
}

void SetClassMeaning(std::int32_t number, EventRow& row) {
  for (const Class& known : kClasses) {
    if (number / 1'000 >= known.first && number / 1'000 <= known.last) row.Means(known.meaning);
  }
}

// "... from inside:192.0.2.1/80 to outside:198.51.100.2/443 ..." of a message not in the table:
// only where both are addresses.
void SetFromTo(absl::string_view text, EventRow& row) {
  const std::size_t from = text.find(" from ");
  if (from == text.npos) return;
  absl::string_view rest = text.substr(from + 6);
  const std::size_t to = rest.find(" to ");
  if (to == rest.npos) return;
  const AsaEnd source = ReadAsaEnd(rest.substr(0, to));
  rest.remove_prefix(to + 4);
  absl::string_view word = rest.substr(0, rest.find_first_of(" ,;"));
  if (!word.empty() && word.back() == '.') word.remove_suffix(1);
  const AsaEnd destination = ReadAsaEnd(word);
  if (!IpAddress::Parse(source.host) || !IpAddress::Parse(destination.host)) return;
  row.Source(source.host);
  row.Destination(destination.host);
  if (const auto port = ParseDigits(source.port)) row.SourcePort(*port);
  if (const auto port = ParseDigits(destination.port)) row.DestinationPort(*port);
}

void ParseMessage(std::int32_t number, absl::string_view text, EventRow& row) {
  const AsaMessages messages = FindAsaMessages(number);
  AsaSession session;
  TakeAsaSession(&text, &session);
  AsaCaptures captures;
  const auto* found =
      std::find_if(messages.begin(), messages.end(), [text, &captures](const AsaMessage& message) {
        return MatchAsaPattern(message.pattern, text, &captures);
      });
  if (found == messages.end()) captures.count = 0;
  if (messages.begin() == messages.end()) {
    SetClassMeaning(number, row);
  } else {
    SetMeaning(*(found == messages.end() ? messages.begin() : found)->meaning, row);
  }
  SetAsaCaptures(number, captures, session, row);
  if (found == messages.end() && session.address.empty()) SetFromTo(text, row);
}

// "Group <g> User <u> IP <a> ..." of senders that cut the tag off.
bool LooksLikeSession(absl::string_view text) {
  text = absl::StripLeadingAsciiWhitespace(text);
  return (absl::StartsWith(text, "Group <") && absl::StrContains(text, "> User <")) ||
         (absl::StartsWith(text, "Group = ") && absl::StrContains(text, ", IP = "));
}

}  // namespace

bool IsCiscoAsa(const TextInput& input) {
  const auto tag = FindCiscoTag(input);
  return tag && FindProduct(tag->facility) != nullptr && NumberOf(*tag) >= 0;
}

std::optional<TextResult> ParseCiscoAsa(const TextInput& input, EventRow& row) {
  const auto tag = FindCiscoTag(input);
  if (!tag) return std::nullopt;
  const Product* product = FindProduct(tag->facility);
  const std::int32_t number = NumberOf(*tag);
  if (product == nullptr || number < 0) return std::nullopt;
  SetCiscoTag(*tag, "firewall", row);
  row.Keyword(Field::kEventDataset, product->dataset);
  row.Label("labels.cisco.class", tag->subfacility);
  const bool security_event = number >= 430'001 && number <= 430'005;
  if (!security_event || !ParseFtdEvent(number, tag->text, row)) {
    ParseMessage(number, tag->text, row);
  }
  return TextResult{};
}

bool IsCiscoFtd(const TextInput& input) {
  return LooksLikeFtdEvent(input.text) || LooksLikeSession(input.text) ||
         IsManagementAudit(input.text);
}

std::optional<TextResult> ParseCiscoFtd(const TextInput& input, EventRow& row) {
  absl::string_view dataset = "cisco.ftd";
  const absl::string_view text = absl::StripLeadingAsciiWhitespace(input.text);
  if (IsManagementAudit(text)) {
    ParseManagementAudit(text, row);
  } else if (LooksLikeSession(text)) {
    dataset = "cisco.asa";
    row.Means({"network", "info", "", ""});
    ParseMessage(0, text, row);
  } else if (!LooksLikeFtdEvent(text) || !ParseFtdEvent(0, text, row)) {
    return std::nullopt;
  }
  row.Keyword(Field::kEventDataset, dataset);
  row.Keyword(Field::kObserverVendor, "Cisco");
  row.Keyword(Field::kObserverType, "firewall");
  return TextResult{};
}

}  // namespace dims
