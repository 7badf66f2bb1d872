// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/fortigate_record.h"

#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agent/fields/clock_text.h"
#include "agent/fields/text_cursor.h"
#include "agent/fields/time_value.h"
#include "agent/formats/fortigate_meaning.h"

namespace dims {
namespace {

constexpr std::int64_t kSecondNanos = 1'000'000'000;
// eventtime and date/time of one record differ by the time it took to write it.
constexpr std::int64_t kSameTimeNanos = 2 * kSecondNanos;

enum Slot : std::uint8_t {
  kDate,
  kTime,
  kZone,
  kEventTime,
  kType,
  kSubtype,
  kEventType,
  kAction,
  kStatus,
  kReason,
  kMsg,
  kUnauthUser,
  kHostname,
  kUrlSlot,
  kUi,
  kRemoteIp,
  kIcmpType,
  kStamp,
  kIpList,
  kIcmpCode,
  kCategory,
  kAppCategory,
  kService,
  kDirection,
};

constexpr auto kSlotRole = KeyRole::kSlot;
constexpr auto kNone = Field::kCount;

constexpr KeyRule kRules[] = {
    {"date", kSlotRole, kNone, kDate},
    {"time", kSlotRole, kNone, kTime},
    {"tz", kSlotRole, kNone, kZone},
    {"timezone", kSlotRole, kNone, kZone},
    {"eventtime", kSlotRole, kNone, kEventTime},
    {"timestamp", kSlotRole, kNone, kStamp},
    {"itime", kSlotRole, kNone, kStamp},
    {"type", kSlotRole, kNone, kType},
    {"subtype", kSlotRole, kNone, kSubtype},
    {"eventtype", kSlotRole, kNone, kEventType},
    {"action", kSlotRole, kNone, kAction},
    {"status", kSlotRole, kNone, kStatus},
    {"reason", kSlotRole, kNone, kReason},
    {"msg", kSlotRole, kNone, kMsg},
    {"unauthuser", kSlotRole, kNone, kUnauthUser},
    {"hostname", kSlotRole, kNone, kHostname},
    {"url", kSlotRole, kNone, kUrlSlot},
    {"ui", kSlotRole, kNone, kUi},
    {"remip", kSlotRole, kNone, kRemoteIp},
    {"transip", KeyRole::kAddress, Field::kSourceNatIp},
    {"tranip", KeyRole::kAddress, Field::kDestinationNatIp},
    {"ipaddr", kSlotRole, kNone, kIpList},
    {"catdesc", kSlotRole, kNone, kCategory},
    {"appcat", kSlotRole, kNone, kAppCategory},
    {"devname", KeyRole::kHost, Field::kObserverName},
    {"logid", KeyRole::kKeyword, Field::kEventCode},
    {"log_id", KeyRole::kKeyword, Field::kEventCode},
    {"level", KeyRole::kKeyword, Field::kLogLevel},
    {"pri", KeyRole::kKeyword, Field::kLogLevel},
    {"srcip", KeyRole::kSourceEnd},
    {"src", KeyRole::kSourceEnd},
    {"locip", KeyRole::kTargetEnd},
    {"dstip", KeyRole::kTargetEnd},
    {"dst", KeyRole::kTargetEnd},
    {"srcport", KeyRole::kSourcePort},
    {"src_port", KeyRole::kSourcePort},
    {"remport", KeyRole::kSourcePort},
    {"dstport", KeyRole::kTargetPort},
    {"dst_port", KeyRole::kTargetPort},
    {"locport", KeyRole::kTargetPort},
    {"srcname", KeyRole::kHost, Field::kSourceDomain},
    {"dstname", KeyRole::kHost, Field::kDestinationDomain},
    {"srcmac", KeyRole::kKeyword, Field::kSourceMac},
    {"dstmac", KeyRole::kKeyword, Field::kDestinationMac},
    {"proto", KeyRole::kTransport},
    {"service", kSlotRole, kNone, kService},
    {"direction", kSlotRole, kNone, kDirection},
    {"icmptype", kSlotRole, kNone, kIcmpType},
    {"icmpcode", kSlotRole, kNone, kIcmpCode},
    {"duration", KeyRole::kSeconds},
    {"sentbyte", KeyRole::kInteger, Field::kSourceBytes},
    {"rcvdbyte", KeyRole::kInteger, Field::kDestinationBytes},
    {"sentpkt", KeyRole::kInteger, Field::kSourcePackets},
    {"rcvdpkt", KeyRole::kInteger, Field::kDestinationPackets},
    {"vlanid", KeyRole::kKeyword, Field::kNetworkVlanId},
    {"user", KeyRole::kUser, Field::kUserName},
    {"dstuser", KeyRole::kUser, Field::kUserTargetName},
    {"group", KeyRole::kKeyword, Field::kGroupName},
    {"policyid", KeyRole::kKeyword, Field::kRuleId},
    {"policyname", KeyRole::kKeyword, Field::kRuleName},
    {"qname", KeyRole::kHost, Field::kDnsQuestionName},
    {"qtype", KeyRole::kKeyword, Field::kDnsQuestionType},
    {"rcode", KeyRole::kKeyword, Field::kDnsResponseCode},
    {"agent", KeyRole::kKeyword, Field::kUserAgentOriginal},
    {"httpmethod", KeyRole::kKeyword, Field::kHttpRequestMethod},
    {"referralurl", KeyRole::kKeyword, Field::kHttpRequestReferrer},
    {"httpcode", KeyRole::kInteger, Field::kHttpResponseStatusCode},
    {"analyticscksum", KeyRole::kHash, Field::kFileHashSha256},
    {"filehash", KeyRole::kHash, Field::kFileHashSha256},
    {"sni", KeyRole::kHost, Field::kTlsClientServerName},
};

const KeyTable& Keys() {
  static const auto& table = *new KeyTable("labels.fortinet.", kRules);
  return table;
}

bool SaysNothing(absl::string_view value) {
  return value.empty() || value == "N/A" || value == "n/a" || value == "(null)";
}

std::optional<std::int64_t> EventTimeOf(const KeyedFields& fields) {
  const absl::string_view text = fields.slot(kEventTime);
  return text.empty() ? std::nullopt : ReadTimeValue(text);
}

// date=2026-01-02 time=03:04:05 tz="+0100".
std::optional<ClockText> ClockOf(const KeyedFields& fields) {
  if (fields.slot(kDate).empty() || fields.slot(kTime).empty()) return std::nullopt;
  const std::string text =
      absl::StrCat(fields.slot(kDate), "T", fields.slot(kTime), fields.slot(kZone));
  const auto clock = ReadIsoClock(text);
  if (clock && clock->length == text.size()) return clock;
  // A zone that is a name says nothing here.
  const auto bare = ReadIsoClock(absl::StrCat(fields.slot(kDate), "T", fields.slot(kTime)));
  return bare;
}

void SetTimes(const KeyedFields& fields, EventRow& row, TextResult& result) {
  const auto event_time = EventTimeOf(fields);
  const auto clock = ClockOf(fields);
  if (event_time) row.Integer(Field::kEventStart, *event_time);
  const auto written = clock ? CompleteTime(*clock) : std::nullopt;
  if (written && (!event_time || std::abs(*written - *event_time) > kSameTimeNanos)) {
    result.time_ns = written;
  } else if (event_time) {
    result.time_ns = event_time;
  } else if (const auto stamp = ReadTimeValue(fields.slot(kStamp))) {
    result.time_ns = stamp;
  } else {
    result.clock = clock;
  }
}

// "https(192.0.2.7)", "ssh(192.0.2.7)", "jsconsole(192.0.2.7)": who sits at the console.
void SetConsole(absl::string_view ui, EventRow& row) {
  const std::size_t open = FindByte(ui, '(');
  if (open == ui.npos || row.Has(Field::kSourceIp)) return;
  const auto address = IpAddress::Parse(ui.substr(open + 1, FindByte(ui, ')', open) - open - 1));
  if (address) row.Address(Field::kSourceIp, *address);
}

// "192.0.2.1, 192.0.2.2".
void SetResolved(absl::string_view list, EventRow& row) {
  while (!list.empty()) {
    const std::size_t comma = FindByte(list, ',');
    const auto address = IpAddress::Parse(absl::StripAsciiWhitespace(list.substr(0, comma)));
    if (address) {
      row.builder().AddIp(Field::kDnsResolvedIp, *address);
      row.builder().AddIp(Field::kRelatedIp, *address);
    }
    list = comma == list.npos ? absl::string_view() : list.substr(comma + 1);
  }
}

// "0x08" and "8".
std::optional<std::int64_t> SmallNumber(absl::string_view text) {
  std::uint32_t number = 0;
  if (absl::StartsWith(text, "0x")) {
    if (!absl::SimpleHexAtoi(text, &number) || number > 255) return std::nullopt;
    return number;
  }
  return ParseDigits(text.substr(0, 4));
}

// What community ids need in the place of ports: service="icmp/8/0", or keys of their own.
void SetIcmp(const KeyedFields& fields, EventRow& row) {
  TextCursor cursor(fields.slot(kService));
  if (cursor.Consume("icmp6/") || cursor.Consume("icmp/")) {
    const auto type = cursor.TakeNumber(3);
    if (!type || !cursor.Consume('/')) return;
    if (const auto code = cursor.TakeNumber(3)) row.IcmpTypeAndCode(*type, *code);
    return;
  }
  const auto type = SmallNumber(fields.slot(kIcmpType));
  const auto code = SmallNumber(fields.slot(kIcmpCode));
  if (type && code) row.IcmpTypeAndCode(*type, *code);
}

void SetNetwork(KeyedFields& fields, EventRow& row) {
  row.Keyword(Field::kNetworkProtocol, absl::AsciiStrToLower(fields.slot(kService)));
  const absl::string_view direction = fields.slot(kDirection);
  if (direction == "outgoing") {
    row.Keyword(Field::kNetworkDirection, "outbound");
  } else if (direction == "incoming") {
    row.Keyword(Field::kNetworkDirection, "inbound");
  } else {
    fields.Label("direction", direction);
  }
  SetIcmp(fields, row);
  fields.Label("icmptype", fields.slot(kIcmpType));
  fields.Label("icmpcode", fields.slot(kIcmpCode));
}

void SetPeople(KeyedFields& fields, EventRow& row) {
  if (!row.Has(Field::kUserName)) {
    row.User(Field::kUserName, fields.slot(kUnauthUser));
  } else {
    fields.Label("unauthuser", fields.slot(kUnauthUser));
  }
  const absl::string_view remote = fields.slot(kRemoteIp);
  if (!row.Has(Field::kSourceIp)) {
    row.Source(remote);
  } else if (!row.Has(Field::kDestinationIp)) {
    row.Destination(remote);
  } else {
    fields.Label("remip", remote);
  }
  SetConsole(fields.slot(kUi), row);
  fields.Label("ui", fields.slot(kUi));
}

void SetWeb(const KeyedFields& fields, EventRow& row) {
  const absl::string_view host = fields.slot(kHostname);
  SetUrl(fields.slot(kUrlSlot), host, row);
  if (!host.empty() && !row.Has(Field::kDestinationDomain)) {
    row.Keyword(Field::kDestinationDomain, host);
  }
  SetResolved(fields.slot(kIpList), row);
}

void SetCategory(KeyedFields& fields, EventRow& row) {
  const absl::string_view category = fields.slot(kCategory);
  row.Keyword(Field::kRuleCategory, category.empty() ? fields.slot(kAppCategory) : category);
  if (!category.empty()) fields.Label("appcat", fields.slot(kAppCategory));
}

void SetReason(KeyedFields& fields, EventRow& row) {
  absl::string_view reason = fields.slot(kReason);
  const absl::string_view msg = fields.slot(kMsg);
  if (SaysNothing(reason)) reason = msg;
  row.Keyword(Field::kEventReason, absl::StripAsciiWhitespace(reason));
  if (reason.data() != msg.data()) fields.Label("msg", msg);
}

}  // namespace

FortigateRecord::FortigateRecord(EventRow& row) : row_(row), fields_(row, Keys()) {}

void FortigateRecord::Set(absl::string_view key, absl::string_view value) {
  if (!SaysNothing(value)) fields_.Set(key, value);
}

bool FortigateRecord::KeepsView(absl::string_view key) {
  const KeyRule* const rule = Keys().Find(key);
  return rule != nullptr && rule->role == kSlotRole;
}

std::optional<TextResult> FortigateRecord::Finish() {
  if (fields_.slot(kType).empty() && !row_.Has(Field::kEventCode)) return std::nullopt;
  row_.Keyword(Field::kObserverVendor, "Fortinet");
  row_.Keyword(Field::kObserverType, "firewall");
  const absl::string_view action = fields_.slot(kAction);
  row_.Keyword(Field::kEventAction, action.empty() ? fields_.slot(kEventType) : action);
  if (!action.empty()) fields_.Label("eventtype", fields_.slot(kEventType));
  fields_.Label("type", fields_.slot(kType));
  fields_.Label("subtype", fields_.slot(kSubtype));
  fields_.Label("status", fields_.slot(kStatus));
  SetFortigateMeaning({fields_.slot(kType), fields_.slot(kSubtype), action, fields_.slot(kStatus)},
                      row_);
  SetNetwork(fields_, row_);
  SetPeople(fields_, row_);
  SetWeb(fields_, row_);
  SetCategory(fields_, row_);
  SetReason(fields_, row_);
  TextResult result;
  SetTimes(fields_, row_, result);
  return result;
}

}  // namespace dims
