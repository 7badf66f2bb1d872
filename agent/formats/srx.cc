// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/srx.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "agent/fields/text_cursor.h"

namespace dims {
namespace {

constexpr int kPairsMax = 256;
constexpr std::size_t kHeadBytes = 320;
constexpr int kHeadWords = 6;

enum Slot : std::uint8_t {
  kAction,
  kAttack,
  kService,
  kApplication,
  kUrlSlot,
  kObject,
  kFile,
  kPolicy,
  kRule,
  kRulebase,
  kIcmpType,
  kProtocolName,
};

constexpr auto kSlotRole = KeyRole::kSlot;
constexpr auto kNone = Field::kCount;

constexpr KeyRule kRules[] = {
    {"source-address", KeyRole::kSourceEnd},
    {"local-address", KeyRole::kSourceEnd},
    {"source-port", KeyRole::kSourcePort},
    {"destination-address", KeyRole::kTargetEnd},
    {"remote-address", KeyRole::kTargetEnd},
    {"destination-port", KeyRole::kTargetPort},
    {"nat-source-address", KeyRole::kAddress, Field::kSourceNatIp},
    {"nat-destination-address", KeyRole::kAddress, Field::kDestinationNatIp},
    {"protocol-id", KeyRole::kTransport},
    {"protocol-name", kSlotRole, kNone, kProtocolName},
    {"protocol", KeyRole::kLowerKeyword, Field::kNetworkProtocol},
    {"icmp-type", kSlotRole, kNone, kIcmpType},
    {"service-name", kSlotRole, kNone, kService},
    {"application", kSlotRole, kNone, kApplication},
    {"application-name", kSlotRole, kNone, kApplication},
    {"policy-name", kSlotRole, kNone, kPolicy},
    {"rule-name", kSlotRole, kNone, kRule},
    {"rulebase-name", kSlotRole, kNone, kRulebase},
    {"username", KeyRole::kUser, Field::kUserName},
    {"bytes-from-client", KeyRole::kInteger, Field::kSourceBytes},
    {"bytes-from-server", KeyRole::kInteger, Field::kDestinationBytes},
    {"packets-from-client", KeyRole::kInteger, Field::kSourcePackets},
    {"packets-from-server", KeyRole::kInteger, Field::kDestinationPackets},
    {"inbound-bytes", KeyRole::kInteger, Field::kSourceBytes},
    {"outbound-bytes", KeyRole::kInteger, Field::kDestinationBytes},
    {"inbound-packets", KeyRole::kInteger, Field::kSourcePackets},
    {"outbound-packets", KeyRole::kInteger, Field::kDestinationPackets},
    {"elapsed-time", KeyRole::kSeconds},
    {"reason", KeyRole::kKeyword, Field::kEventReason},
    {"error-message", KeyRole::kKeyword, Field::kEventReason},
    {"action", kSlotRole, kNone, kAction},
    {"attack-name", kSlotRole, kNone, kAttack},
    {"url", kSlotRole, kNone, kUrlSlot},
    {"obj", kSlotRole, kNone, kObject},
    {"filename", kSlotRole, kNone, kFile},
    {"sample-sha256", KeyRole::kHash, Field::kFileHashSha256},
    {"hostname", KeyRole::kHost, Field::kSourceDomain},
};

const KeyTable& Keys() {
  static const auto& table = *new KeyTable("labels.juniper.", kRules);
  return table;
}

constexpr absl::string_view kTags[] = {"RT_FLOW_SESSION_", "RT_SCREEN_",
                                       "APPTRACK_",        "IDP_",
                                       "WEBFILTER_",       "AV_",
                                       "ANTISPAM_",        "AAMW_",
                                       "SECINTEL_",        "CONTENT_FILTERING_"};

struct Message {
  absl::string_view tag;
  absl::string_view data;  // from the bracket on; empty: text
  absl::string_view text;  // behind the tag
};

bool IsTag(absl::string_view word) {
  return std::any_of(std::begin(kTags), std::end(kTags),
                     [&](absl::string_view tag) { return absl::StartsWith(word, tag); });
}

// The tag among the first words, and what stands behind it.
std::optional<Message> ReadMessage(absl::string_view text) {
  const std::size_t data = text.substr(0, kHeadBytes).find("[junos@");
  TextCursor cursor(text);
  absl::string_view word;
  for (int words = 0; words < kHeadWords && !cursor.empty(); ++words) {
    cursor.SkipBlanks();
    if (data != text.npos && cursor.rest().data() >= text.data() + data) break;
    word = cursor.TakeWord();
    if (!IsTag(word)) continue;
    Message message;
    message.tag = absl::StripSuffix(word, ":");
    cursor.SkipBlanks();
    message.text = cursor.rest();
    if (cursor.Peek() == '[') message.data = cursor.rest();
    return message;
  }
  if (data == text.npos) return std::nullopt;
  return Message{absl::StripSuffix(word, ":"), text.substr(data), {}};
}

// The value up to its quote; `plain` keeps one that had escapes.
absl::string_view TakeValue(TextCursor& cursor, std::string& plain) {
  const absl::string_view rest = cursor.rest();
  std::size_t end = 0;
  bool escaped = false;
  while ((end = FindByte(rest, '"', end)) != rest.npos && end > 0 && rest[end - 1] == '\\') {
    escaped = true;
    ++end;
  }
  const absl::string_view value = rest.substr(0, end);
  cursor.Skip(end == rest.npos ? rest.size() : end + 1);
  if (!escaped && FindByte(value, '\\') == value.npos) return value;
  const std::size_t begin = plain.size();  // reserved: earlier values stay where they are
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char next = i + 1 < value.size() ? value[i + 1] : '\0';
    const bool escape = value[i] == '\\' && (next == '"' || next == '\\' || next == ']');
    plain.push_back(value[escape ? ++i : i]);
  }
  return absl::string_view(plain).substr(begin);
}

bool SaysNothing(absl::string_view value) {
  return value.empty() || value == "N/A" || value == "UNKNOWN" || value == "None" || value == "-" ||
         value == "unknown-user";
}

void SetData(absl::string_view data, std::string& plain, KeyedFields& fields) {
  TextCursor cursor(data);
  cursor.Consume('[');
  if (cursor.Consume("junos@")) cursor.TakeWord();
  for (int pairs = 0; pairs < kPairsMax && !cursor.empty(); ++pairs) {
    cursor.SkipBlanks();
    const std::size_t equals = cursor.rest().find("=\"");
    if (equals == absl::string_view::npos || cursor.Peek() == ']') return;
    const absl::string_view key = cursor.rest().substr(0, equals);
    cursor.Skip(equals + 2);
    const absl::string_view value = TakeValue(cursor, plain);
    if (!SaysNothing(value)) fields.Set(key, value);
  }
}

void SetRule(absl::string_view tag, KeyedFields& fields, EventRow& row) {
  if (!absl::StartsWith(tag, "IDP_")) {
    row.Keyword(Field::kRuleName, fields.slot(kPolicy));
    fields.Label("rule-name", fields.slot(kRule));
    return;
  }
  row.Keyword(Field::kRuleName, fields.slot(kRulebase));
  row.Keyword(Field::kRuleId, fields.slot(kRule));
  fields.Label("policy-name", fields.slot(kPolicy));
}

void SetProtocol(KeyedFields& fields, EventRow& row) {
  absl::string_view service = fields.slot(kService);
  const absl::string_view application = fields.slot(kApplication);
  if (const absl::string_view name = fields.slot(kProtocolName); !name.empty()) row.Transport(name);
  fields.Label("service-name", service);
  absl::ConsumePrefix(&service, "junos-");
  if (!row.Has(Field::kNetworkProtocol)) {
    row.Keyword(Field::kNetworkProtocol,
                absl::AsciiStrToLower(application.empty() ? service : application));
  }
  std::int64_t type = 0;
  if (absl::SimpleAtoi(fields.slot(kIcmpType), &type)) row.IcmpTypeAndCode(type, 0);
}

void SetContent(KeyedFields& fields, EventRow& row) {
  const absl::string_view url = fields.slot(kUrlSlot);
  const absl::string_view object = fields.slot(kObject);
  const absl::string_view file = fields.slot(kFile);
  if (FindByte(url, '/') != url.npos) {
    SetUrl(url, {}, row);
  } else if (!url.empty()) {
    row.Keyword(Field::kUrlDomain, url);
    row.builder().AddKeyword(Field::kRelatedHosts, url);
  }
  row.Keyword(Field::kUrlPath, object.substr(0, FindByte(object, '?')));
  if (const std::size_t query = FindByte(object, '?'); query != object.npos) {
    row.Keyword(Field::kUrlQuery, object.substr(query + 1));
  }
  if (FindByte(file, '/') != file.npos && !row.Has(Field::kUrlOriginal)) {
    row.Text(Field::kUrlOriginal, file);
  } else {
    fields.Label("filename", file);
  }
}

}  // namespace

bool IsSrx(const TextInput& input) {
  const absl::string_view head = input.tagged.substr(0, kHeadBytes);
  if (FindByte(head, '@') == head.npos || !absl::StrContains(head, "junos@")) {
    const absl::string_view text = input.text.substr(0, kHeadBytes);
    if (text.empty() || text.front() < 'A' || text.front() > 'Z') return false;
  }
  return ReadMessage(input.tagged).has_value();
}

std::optional<TextResult> ParseSrx(const TextInput& input, EventRow& row) {
  const auto message = ReadMessage(input.tagged);
  if (!message) return std::nullopt;
  KeyedFields fields(row, Keys());
  std::string plain;
  if (!message->data.empty()) {
    if (FindByte(message->data, '\\') != absl::string_view::npos)
      plain.reserve(message->data.size());
    SetData(message->data, plain, fields);
  } else if (!ParseSrxFlowText(message->text, fields)) {
    row.Keyword(Field::kEventReason, message->text);
  }
  row.Keyword(Field::kObserverVendor, "Juniper");
  row.Keyword(Field::kObserverType, "firewall");
  row.Keyword(Field::kEventCode, message->tag);
  SetSrxMeaning({message->tag, fields.slot(kAction), fields.slot(kAttack)}, row);
  fields.Label("action", fields.slot(kAction));
  fields.Label("attack-name", fields.slot(kAttack));
  SetRule(message->tag, fields, row);
  SetProtocol(fields, row);
  SetContent(fields, row);
  return TextResult{};
}

}  // namespace dims
