// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/leef.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "agent/fields/text_cursor.h"
#include "agent/formats/cef.h"
#include "agent/formats/cef_line.h"
#include "agent/formats/device_time.h"
#include "agent/formats/keyed_fields.h"

namespace dims {
namespace {

constexpr int kPairsMax = 256;

enum Slot : std::uint8_t { kTime, kZone, kUrlSlot, kReason, kUser, kHash, kName, kSender };

constexpr auto kSlotRole = KeyRole::kSlot;
constexpr auto kNone = Field::kCount;

constexpr KeyRule kRules[] = {
    {"src", KeyRole::kSourceEnd},
    {"dst", KeyRole::kTargetEnd},
    {"srcPort", KeyRole::kSourcePort},
    {"dstPort", KeyRole::kTargetPort},
    {"srcPostNAT", KeyRole::kAddress, Field::kSourceNatIp},
    {"dstPostNAT", KeyRole::kAddress, Field::kDestinationNatIp},
    {"srcMAC", KeyRole::kKeyword, Field::kSourceMac},
    {"dstMAC", KeyRole::kKeyword, Field::kDestinationMac},
    {"proto", KeyRole::kTransport},
    {"usrName", kSlotRole, kNone, kUser},
    {"accountName", KeyRole::kUser, Field::kUserTargetName},
    {"domain", KeyRole::kKeyword, Field::kUserDomain},
    {"groupName", KeyRole::kKeyword, Field::kGroupName},
    {"sender", kSlotRole, kNone, kSender},
    {"identHostName", KeyRole::kHost, Field::kSourceDomain},
    {"srcBytes", KeyRole::kInteger, Field::kSourceBytes},
    {"dstBytes", KeyRole::kInteger, Field::kDestinationBytes},
    {"srcPackets", KeyRole::kInteger, Field::kSourcePackets},
    {"dstPackets", KeyRole::kInteger, Field::kDestinationPackets},
    {"policy", KeyRole::kKeyword, Field::kRuleName},
    {"url", kSlotRole, kNone, kUrlSlot},
    {"sev", KeyRole::kInteger, Field::kEventSeverity},
    {"devTime", kSlotRole, kNone, kTime},
    {"devTimeFormat", kSlotRole, kNone, kName},
    {"reason", kSlotRole, kNone, kReason},
    {"msg", kSlotRole, kNone, kReason},
    {"fileHash", kSlotRole, kNone, kHash},
    {"filePath", KeyRole::kKeyword, Field::kFilePath},
    {"userAgent", KeyRole::kKeyword, Field::kUserAgentOriginal},
    {"method", KeyRole::kKeyword, Field::kHttpRequestMethod},
};

const KeyTable& Keys() {
  static const auto& table = *new KeyTable("labels.leef.", kRules);
  return table;
}

// "^", "x09", "0x7C", "\t"; '\0': none of them.
char DelimiterOf(absl::string_view text) {
  if (text.size() == 1) return text.front();
  if (text == "\\t") return '\t';
  std::uint32_t code = 0;
  absl::string_view hex = text;
  if (absl::ConsumePrefix(&hex, "0")) text = hex;
  if (!absl::ConsumePrefix(&hex, "x") && !absl::ConsumePrefix(&hex, "X")) return '\0';
  if (hex.empty() || hex.size() > 4 || !absl::SimpleHexAtoi(hex, &code) || code > 127) return '\0';
  return static_cast<char>(code);
}

// The header's parts behind the version, and the attributes.
struct Header {
  std::array<absl::string_view, 4> parts;  // vendor, product, version, event
  absl::string_view attributes;
  char delimiter = '\t';
};

std::optional<Header> ReadHeader(absl::string_view text) {
  Header header;
  TextCursor cursor(text);
  if (!cursor.Consume("LEEF:")) return std::nullopt;
  const absl::string_view version = cursor.TakeUntil('|');
  for (absl::string_view& part : header.parts) {
    if (FindByte(cursor.rest(), '|') == text.npos) return std::nullopt;
    part = absl::StripAsciiWhitespace(cursor.TakeUntil('|'));
  }
  header.attributes = cursor.rest();
  if (version.empty() || version.front() != '2') return header;
  const absl::string_view named = header.attributes.substr(0, FindByte(header.attributes, '|'));
  if (named.size() > 6 || named.size() == header.attributes.size()) return header;
  const char delimiter = named.empty() ? '\t' : DelimiterOf(named);
  if (delimiter == '\0') return header;
  header.delimiter = delimiter;
  header.attributes.remove_prefix(named.size() + 1);
  return header;
}

// Some senders break the rule of tabs with blanks or carets.
char UsedDelimiter(const Header& header) {
  if (FindByte(header.attributes, header.delimiter) != absl::string_view::npos) {
    return header.delimiter;
  }
  if (FindByte(header.attributes, '^') != absl::string_view::npos) return '^';
  return std::count(header.attributes.begin(), header.attributes.end(), '=') > 1 ? ' '
                                                                                 : header.delimiter;
}

void SetPairs(const Header& header, KeyedFields& fields, absl::string_view* action) {
  const char delimiter = UsedDelimiter(header);
  TextCursor cursor(header.attributes);
  for (int pairs = 0; pairs < kPairsMax && !cursor.empty(); ++pairs) {
    const absl::string_view pair = cursor.TakeUntil(delimiter);
    const std::size_t equals = FindByte(pair, '=');
    if (equals == pair.npos) continue;
    const absl::string_view key = absl::StripAsciiWhitespace(pair.substr(0, equals));
    const absl::string_view value = absl::StripAsciiWhitespace(pair.substr(equals + 1));
    if (key == "action") *action = value;
    fields.Set(key, value);
  }
}

}  // namespace

bool IsLeef(const TextInput& input) {
  return FindEventFormat(input.tagged, "LEEF:") != absl::string_view::npos;
}

std::optional<TextResult> ParseLeef(const TextInput& input, EventRow& row) {
  const std::size_t at = FindEventFormat(input.tagged, "LEEF:");
  if (at == absl::string_view::npos) return std::nullopt;
  const auto header = ReadHeader(input.tagged.substr(at));
  if (!header) return std::nullopt;
  KeyedFields fields(row, Keys());
  absl::string_view action;
  SetPairs(*header, fields, &action);
  row.Keyword(Field::kObserverVendor, header->parts[0]);
  fields.Label("product", header->parts[1]);
  fields.Label("product_version", header->parts[2]);
  row.Keyword(Field::kEventCode, header->parts[3]);
  row.Keyword(Field::kEventAction, header->parts[3]);
  if (const absl::string_view sender = fields.slot(kSender); !sender.empty()) {
    row.Keyword(Field::kObserverName, sender);
    if (!row.Has(Field::kHostName)) row.Keyword(Field::kHostName, sender);
  }
  const absl::string_view outcome = OutcomeOfAction(action);
  row.Keyword(Field::kEventOutcome, outcome.empty() ? "unknown" : outcome);
  if (!outcome.empty()) row.Means({"", outcome == "success" ? "allowed" : "denied", "", ""});
  SetUrl(fields.slot(kUrlSlot), {}, row);
  row.Keyword(Field::kEventReason, fields.slot(kReason));
  row.User(Field::kUserName, fields.slot(kUser));
  if (!fields.slot(kHash).empty() && !SetFileHash(fields.slot(kHash), row)) {
    fields.Label("fileHash", fields.slot(kHash));
  }
  const DeviceTime time = ReadDeviceTime(fields.slot(kTime), {});
  TextResult result;
  result.time_ns = time.time_ns;
  result.clock = time.clock;
  return result;
}

}  // namespace dims
