// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/forcepoint_smc.h"

#include <cstdint>

#include "absl/strings/match.h"
#include "agent/fields/clock_text.h"
#include "agent/fields/text_cursor.h"
#include "agent/formats/cef.h"
#include "agent/formats/keyed_fields.h"

namespace dims {
namespace {

constexpr int kPairsMax = 96;
constexpr std::size_t kHeadBytes = 256;

enum Slot : std::uint8_t { kTime, kType, kResult, kAction };

constexpr auto kSlotRole = KeyRole::kSlot;
constexpr auto kNone = Field::kCount;

constexpr KeyRule kRules[] = {
    {"Timestamp", kSlotRole, kNone, kTime},
    {"TypeDescription", kSlotRole, kNone, kType},
    {"Result", kSlotRole, kNone, kResult},
    {"Action", kSlotRole, kNone, kAction},
    {"CompId", KeyRole::kKeyword, Field::kObserverName},
    {"InfoMsg", KeyRole::kKeyword, Field::kEventReason},
    {"UserOriginator", KeyRole::kUser, Field::kUserName},
    {"Username", KeyRole::kUser, Field::kUserName},
    {"ClientIpAddress", KeyRole::kSourceEnd},
    {"Src", KeyRole::kSourceEnd},
    {"Dst", KeyRole::kTargetEnd},
    {"Sport", KeyRole::kSourcePort},
    {"Dport", KeyRole::kTargetPort},
    {"Protocol", KeyRole::kTransport},
    {"Service", KeyRole::kLowerKeyword, Field::kNetworkProtocol},
    {"RuleId", KeyRole::kKeyword, Field::kRuleId},
    {"Situation", KeyRole::kKeyword, Field::kRuleName},
    {"SituationId", KeyRole::kKeyword, Field::kEventCode},
    {"NatSrc", KeyRole::kAddress, Field::kSourceNatIp},
    {"NatDst", KeyRole::kAddress, Field::kDestinationNatIp},
    {"AccTxBytes", KeyRole::kInteger, Field::kSourceBytes},
    {"AccRxBytes", KeyRole::kInteger, Field::kDestinationBytes},
};

const KeyTable& Keys() {
  static const auto& table = *new KeyTable("labels.forcepoint.", kRules);
  return table;
}

void SetMeaning(const KeyedFields& fields, EventRow& row) {
  const absl::string_view type = fields.slot(kType);
  const absl::string_view result = fields.slot(kResult);
  const absl::string_view action = fields.slot(kAction);
  const absl::string_view outcome = OutcomeOfAction(result.empty() ? action : result);
  if (absl::StrContains(type, ".login") || absl::StrContains(type, ".logout")) {
    row.Means({"authentication", absl::EndsWith(type, ".logout") ? "end" : "start", type, outcome});
  } else if (absl::StrContains(type, ".object.") || absl::StrContains(type, ".policy.")) {
    row.Means({"configuration", "change", type, outcome});
  } else if (row.has_both_ends()) {
    row.Means({"network", "connection", action, outcome});
    row.Means({"", outcome == "failure" ? "denied" : "allowed", "", ""});
  } else {
    row.Means(
        {"host", "info", type.empty() ? action : type, outcome.empty() ? "unknown" : outcome});
  }
}

}  // namespace

bool IsForcepointSmc(const TextInput& input) {
  const absl::string_view head = input.text.substr(0, kHeadBytes);
  return absl::StartsWith(head, "Timestamp=\"") && absl::StrContains(head, "NodeId=\"");
}

std::optional<TextResult> ParseForcepointSmc(const TextInput& input, EventRow& row) {
  if (!IsForcepointSmc(input)) return std::nullopt;
  KeyedFields fields(row, Keys());
  TextCursor cursor(input.text);
  for (int pairs = 0; pairs < kPairsMax && !cursor.empty(); ++pairs) {
    const absl::string_view key = cursor.TakeUntil('=');
    if (!cursor.Consume('"')) break;
    fields.Set(key, cursor.TakeUntil('"'));
    cursor.Consume(',');
  }
  row.Keyword(Field::kObserverVendor, "Forcepoint");
  SetMeaning(fields, row);
  TextResult result;
  result.clock = ReadIsoClock(fields.slot(kTime));
  return result;
}

}  // namespace dims
