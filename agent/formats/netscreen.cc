// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/netscreen.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agent/fields/clock_text.h"
#include "agent/fields/text_cursor.h"
#include "agent/formats/keyed_fields.h"

namespace dims {
namespace {

constexpr int kPairsMax = 64;
constexpr std::size_t kHeadBytes = 256;
constexpr absl::string_view kFirst = "NetScreen device_id=";

enum Slot : std::uint8_t { kAction, kStart, kIcmpType, kService, kReason };

constexpr auto kSlotRole = KeyRole::kSlot;
constexpr auto kNone = Field::kCount;

constexpr KeyRule kRules[] = {
    {"src", KeyRole::kSourceEnd},
    {"dst", KeyRole::kTargetEnd},
    {"src_port", KeyRole::kSourcePort},
    {"dst_port", KeyRole::kTargetPort},
    {"src-xlated ip", KeyRole::kAddress, Field::kSourceNatIp},
    {"dst-xlated ip", KeyRole::kAddress, Field::kDestinationNatIp},
    {"proto", KeyRole::kTransport},
    {"service", kSlotRole, kNone, kService},
    {"sent", KeyRole::kInteger, Field::kSourceBytes},
    {"rcvd", KeyRole::kInteger, Field::kDestinationBytes},
    {"duration", KeyRole::kSeconds},
    {"policy_id", KeyRole::kKeyword, Field::kRuleId},
    {"action", kSlotRole, kNone, kAction},
    {"start_time", kSlotRole, kNone, kStart},
    {"icmp type", kSlotRole, kNone, kIcmpType},
    {"reason", kSlotRole, kNone, kReason},
};

const KeyTable& Keys() {
  static const auto& table = *new KeyTable("labels.netscreen.", kRules);
  return table;
}

// Length of the key at the end of `text`: one word, or two where ScreenOS writes two.
std::size_t KeyLength(absl::string_view text) {
  const std::size_t blank = text.rfind(' ');
  const absl::string_view word = blank == text.npos ? text : text.substr(blank + 1);
  if (blank == text.npos || (word != "zone" && word != "ip" && word != "type")) return word.size();
  const absl::string_view before = text.substr(0, blank);
  const std::size_t second = before.rfind(' ');
  const absl::string_view first = second == before.npos ? before : before.substr(second + 1);
  constexpr absl::string_view kFirsts[] = {"src", "dst", "src-xlated", "dst-xlated", "icmp"};
  const bool two = std::find(std::begin(kFirsts), std::end(kFirsts), first) != std::end(kFirsts);
  return two ? first.size() + 1 + word.size() : word.size();
}

// The value at the start of `text` and where the next key begins. Values may hold blanks: they go
// up to the key before the next equals sign.
absl::string_view TakeValue(absl::string_view text, std::size_t* next) {
  if (!text.empty() && text.front() == '"') {
    const std::size_t end = FindByte(text, '"', 1);
    *next = end == text.npos ? text.size() : end + 1;
    return text.substr(1, end == text.npos ? end : end - 1);
  }
  const std::size_t equals = FindByte(text, '=');
  *next = text.size();
  if (equals != text.npos) *next = equals - KeyLength(text.substr(0, equals));
  return absl::StripAsciiWhitespace(text.substr(0, *next));
}

void SetPairs(absl::string_view text, KeyedFields& fields) {
  absl::string_view xlated;  // whose "port" comes next
  for (int pairs = 0; pairs < kPairsMax && !text.empty(); ++pairs) {
    text = absl::StripLeadingAsciiWhitespace(text);
    const std::size_t equals = FindByte(text, '=');
    if (equals == text.npos) return;
    absl::string_view key = text.substr(0, equals);
    key = key.substr(key.size() - KeyLength(key));
    std::size_t next = 0;
    const absl::string_view value = TakeValue(text.substr(equals + 1), &next);
    text.remove_prefix(equals + 1 + next);
    if (key == "port" && !xlated.empty()) {
      fields.Label(absl::StrCat(xlated.substr(0, 10), " port"), value);
    } else {
      fields.Set(key, value);
    }
    xlated = absl::EndsWith(key, "-xlated ip") ? key : absl::string_view();
  }
}

void SetTraffic(absl::string_view text, EventRow& row, TextResult& result) {
  KeyedFields fields(row, Keys());
  // Some releases end the line with "<000>" or the like.
  if (const std::size_t mark = text.rfind('<'); mark != text.npos && absl::EndsWith(text, ">")) {
    text = text.substr(0, mark);
  }
  SetPairs(text, fields);
  const absl::string_view action = fields.slot(kAction);
  const bool refused = !absl::StartsWithIgnoreCase(action, "permit");
  row.Means(
      {"network", "connection", absl::AsciiStrToLower(action), refused ? "failure" : "success"});
  row.Means({"", refused ? "denied" : "allowed", "", ""});
  const absl::string_view reason = fields.slot(kReason);
  row.Keyword(Field::kEventReason, reason);
  if (absl::StartsWith(reason, "Close")) row.Means({"", "end", "", ""});
  row.Keyword(Field::kNetworkProtocol, absl::AsciiStrToLower(fields.slot(kService)));
  if (const auto type = ParseDigits(fields.slot(kIcmpType))) row.IcmpTypeAndCode(*type, 0);
  fields.Label("icmp type", fields.slot(kIcmpType));
  result.clock = ReadIsoClock(fields.slot(kStart));
}

// "192.0.2.1:5" or "192.0.2.1"; what punctuation ends is cut off.
void SetEnd(absl::string_view word, bool source, EventRow& row) {
  while (!word.empty() && (word.back() == ',' || word.back() == '.' || word.back() == ')')) {
    word.remove_suffix(1);
  }
  auto address = IpAddress::Parse(word);
  const std::size_t colon = word.rfind(':');
  if (!address && colon != word.npos) {
    address = IpAddress::Parse(word.substr(0, colon));
    const auto port = ParseDigits(word.substr(colon + 1));
    if (address && port) source ? row.SourcePort(*port) : row.DestinationPort(*port);
  }
  if (address) row.Address(source ? Field::kSourceIp : Field::kDestinationIp, *address);
}

// The word behind `before`; empty when it is not there.
absl::string_view WordBehind(absl::string_view text, absl::string_view before) {
  const std::size_t at = text.find(before);
  if (at == text.npos) return {};
  TextCursor cursor(text.substr(at + before.size()));
  return absl::StripSuffix(absl::StripSuffix(cursor.TakeWord(), ","), ":");
}

// Sentences name addresses behind "from" and "to", and people behind a few words.
void SetSentenceEnds(absl::string_view text, EventRow& row) {
  for (const absl::string_view before : {"from host ", " from ", "From "}) {
    if (!row.Has(Field::kSourceIp)) SetEnd(WordBehind(text, before), true, row);
  }
  if (!row.Has(Field::kDestinationIp)) SetEnd(WordBehind(text, " to "), false, row);
  if (const absl::string_view protocol = WordBehind(text, "proto "); !protocol.empty()) {
    row.Transport(protocol);
  }
  for (const absl::string_view before :
       {"Admin user ", "for admin ", "login name ", " by admin ", "for user ", "User ", " by "}) {
    if (row.Has(Field::kUserName)) return;
    absl::string_view name = WordBehind(text, before);
    absl::ConsumePrefix(&name, "\"");
    absl::ConsumeSuffix(&name, "\"");
    row.User(Field::kUserName, name);
  }
}

void SetSentence(absl::string_view text, absl::string_view level, EventRow& row,
                 TextResult& result) {
  // "... (2026-01-02 03:04:05)"
  if (const std::size_t open = text.rfind('('); open != text.npos && absl::EndsWith(text, ")")) {
    const auto clock = ReadIsoClock(text.substr(open + 1));
    if (clock) {
      result.clock = clock;
      text = absl::StripTrailingAsciiWhitespace(text.substr(0, open));
    }
  }
  SetSentenceEnds(text, row);
  row.Keyword(Field::kEventReason, text);
  const bool failed = absl::StrContains(text, "fail") || absl::StrContains(text, "denied");
  if (absl::StrContains(text, "log") || absl::StrContains(text, "uthenticat") ||
      absl::StrContains(text, "Management session")) {
    const bool end = absl::StrContains(text, "logged out") || absl::StrContains(text, "timed out");
    row.Means({"authentication", end ? "end" : "start", "", failed ? "failure" : "success"});
  } else if (absl::StrContains(text, "onfiguration") || absl::StrContains(text, "modified") ||
             absl::StrContains(text, " was added") || absl::StrContains(text, " was deleted")) {
    row.Means({"configuration", "change", "", failed ? "failure" : "success"});
  } else if ((level == "emergency" || level == "alert" || level == "critical") &&
             row.Has(Field::kSourceIp)) {
    row.Keyword(Field::kEventKind, "alert");
    row.Means({"intrusion_detection", "info", "", ""});
    row.Keyword(Field::kRuleName, text.substr(0, FindByte(text, '!')));
  } else {
    row.Means({"network", "info", "", ""});
  }
}

}  // namespace

bool IsNetscreen(const TextInput& input) {
  return FindKey(input.tagged.substr(0, kHeadBytes), kFirst) != absl::string_view::npos;
}

std::optional<TextResult> ParseNetscreen(const TextInput& input, EventRow& row) {
  const std::size_t at = input.tagged.substr(0, kHeadBytes).find(kFirst);
  if (at == absl::string_view::npos) return std::nullopt;
  TextCursor cursor(input.tagged.substr(at + kFirst.size()));
  const absl::string_view device = cursor.TakeWord();
  cursor.SkipBlanks();
  absl::string_view vsys;
  if (cursor.Consume('[')) vsys = cursor.TakeUntil(']');
  if (!cursor.Consume("system-")) return std::nullopt;
  const absl::string_view level = cursor.TakeUntil('-');
  const absl::string_view code =
      cursor.rest().substr(0, cursor.rest().find_first_not_of("0123456789"));
  if (code.empty()) return std::nullopt;
  cursor.Skip(code.size());
  const bool traffic = cursor.Consume("(traffic)");
  cursor.TakeUntil(':');
  cursor.SkipBlanks();
  row.Keyword(Field::kObserverVendor, "Juniper");
  row.Keyword(Field::kObserverType, "firewall");
  row.Keyword(Field::kObserverName, device);
  row.Keyword(Field::kLogLevel, level);
  row.Keyword(Field::kEventCode, code);
  row.Label("labels.netscreen.vsys", vsys);
  TextResult result;
  if (traffic) {
    SetTraffic(cursor.rest(), row, result);
  } else {
    SetSentence(cursor.rest(), level, row, result);
  }
  return result;
}

}  // namespace dims
