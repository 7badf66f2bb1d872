// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/websense.h"

#include <cstdint>

#include "absl/strings/match.h"
#include "agent/fields/text_cursor.h"
#include "agent/formats/cef.h"
#include "agent/formats/cef_line.h"
#include "agent/formats/keyed_fields.h"

namespace dims {
namespace {

constexpr int kPairsMax = 96;
constexpr std::size_t kHeadBytes = 200;

enum Slot : std::uint8_t { kUser, kUrlSlot, kAction, kSummary, kVendor };

constexpr auto kSlotRole = KeyRole::kSlot;
constexpr auto kNone = Field::kCount;

constexpr KeyRule kRules[] = {
    {"vendor", kSlotRole, kNone, kVendor},
    {"action", kSlotRole, kNone, kAction},
    {"action_summary", kSlotRole, kNone, kSummary},
    {"severity", KeyRole::kInteger, Field::kEventSeverity},
    {"category", KeyRole::kKeyword, Field::kRuleCategory},
    {"policy", KeyRole::kKeyword, Field::kRuleName},
    {"disposition", KeyRole::kKeyword, Field::kEventCode},
    {"user", kSlotRole, kNone, kUser},
    {"src_ip", KeyRole::kSourceEnd},
    {"src_host", KeyRole::kSourceEnd},
    {"src_port", KeyRole::kSourcePort},
    {"dst_ip", KeyRole::kTargetEnd},
    {"dst_host", KeyRole::kHost, Field::kDestinationDomain},
    {"dst_port", KeyRole::kTargetPort},
    {"bytes_out", KeyRole::kInteger, Field::kSourceBytes},
    {"bytes_in", KeyRole::kInteger, Field::kDestinationBytes},
    {"protocol", KeyRole::kLowerKeyword, Field::kNetworkProtocol},
    {"http_response", KeyRole::kInteger, Field::kHttpResponseStatusCode},
    {"http_method", KeyRole::kKeyword, Field::kHttpRequestMethod},
    {"http_user_agent", KeyRole::kKeyword, Field::kUserAgentOriginal},
    {"referer_url", KeyRole::kKeyword, Field::kHttpRequestReferrer},
    {"reason", KeyRole::kKeyword, Field::kEventReason},
    {"scan_reason", KeyRole::kKeyword, Field::kEventReason},
    {"url", kSlotRole, kNone, kUrlSlot},
    {"file_name", KeyRole::kKeyword, Field::kFilePath},
};

const KeyTable& Keys() {
  static const auto& table = *new KeyTable("labels.websense.", kRules);
  return table;
}

constexpr absl::string_view kVendorKey = "vendor=";

// Where the pairs begin; npos: nowhere.
std::size_t BeginOf(absl::string_view text) {
  const absl::string_view head = text.substr(0, kHeadBytes);
  const std::size_t at = FindKey(head, kVendorKey);
  if (at == head.npos) return at;
  const absl::string_view name = head.substr(at + kVendorKey.size());
  const bool known = absl::StartsWith(name, "Websense") || absl::StartsWith(name, "Forcepoint");
  return known ? at : head.npos;
}

// "LDAP://192.0.2.1 OU=Users,DC=example/Alice Smith", "EXAMPLE\alice", "alice".
void SetUser(absl::string_view user, EventRow& row) {
  if (absl::StrContains(user, "://")) user = user.substr(user.rfind('/') + 1);
  if (const std::size_t slash = user.find('\\'); slash != user.npos) {
    row.Keyword(Field::kUserDomain, user.substr(0, slash));
    user = user.substr(user.rfind('\\') + 1);
  }
  row.User(Field::kUserName, user);
}

}  // namespace

bool IsWebsense(const TextInput& input) {
  return BeginOf(input.tagged) != absl::string_view::npos;
}

std::optional<TextResult> ParseWebsense(const TextInput& input, EventRow& row) {
  const std::size_t begin = BeginOf(input.tagged);
  if (begin == absl::string_view::npos) return std::nullopt;
  SpacedPairs pairs(input.tagged.substr(begin));
  KeyedFields fields(row, Keys());
  absl::string_view key;
  absl::string_view value;
  for (int count = 0; count < kPairsMax && pairs.Next(&key, &value); ++count) {
    if (value != "-") fields.Set(key, value);
    if (key == "url") break;  // the last one: whatever follows is part of it
  }
  row.Keyword(Field::kObserverVendor,
              absl::StartsWith(fields.slot(kVendor), "Force") ? "Forcepoint" : "Websense");
  row.Keyword(Field::kObserverType, "proxy");
  absl::string_view action = fields.slot(kSummary);
  if (action.empty()) action = fields.slot(kAction);
  const absl::string_view outcome = OutcomeOfAction(action);
  row.Means({"web", "access", action, outcome});
  row.Means({"network", outcome == "failure" ? "denied" : "allowed", "", ""});
  if (action.data() != fields.slot(kAction).data()) fields.Label("action", fields.slot(kAction));
  SetUser(fields.slot(kUser), row);
  SetUrl(fields.slot(kUrlSlot), {}, row);
  return TextResult{};
}

}  // namespace dims
