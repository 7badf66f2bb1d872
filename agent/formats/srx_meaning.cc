// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "agent/formats/srx.h"

namespace dims {
namespace {

bool IsRefusal(absl::string_view action) {
  constexpr absl::string_view kWords[] = {"drop",  "deny",   "denied", "block",
                                          "close", "reject", "discard"};
  const std::string lower = absl::AsciiStrToLower(action);
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [&](absl::string_view word) { return absl::StartsWith(lower, word); });
}

void SetAllowed(bool refused, EventRow& row) {
  row.Means({"", refused ? "denied" : "allowed", "", refused ? "failure" : "success"});
}

void SetFlow(absl::string_view tag, EventRow& row) {
  row.Means({"network", "connection", "", ""});
  const bool refused = absl::EndsWith(tag, "_DENY");
  SetAllowed(refused, row);
  if (refused) {
    row.Means({"", "", "flow_deny", ""});
  } else if (absl::EndsWith(tag, "_CLOSE")) {
    row.Means({"", "end", "flow_close", ""});
  } else {
    row.Means({"", "start", "flow_started", ""});
  }
}

// What the attack's name says that was seen.
void SetScreen(const SrxKind& kind, EventRow& row) {
  constexpr std::pair<absl::string_view, absl::string_view> kNames[] = {
      {"sweep", "sweep_detected"},
      {"flood", "flood_detected"},
      {"fragment", "fragment_detected"},
      {"scan", "scan_detected"},
      {"tunnel", "tunneling_screen"},
      {"spoof", "spoofing_detected"},
      {"attack", "attack_detected"},
      {"tcp flag", "illegal_tcp_flag_detected"},
      {"no ack", "illegal_tcp_flag_detected"},
      {"fin bits", "illegal_tcp_flag_detected"}};
  row.Keyword(Field::kEventKind, "alert");
  row.Means({"intrusion_detection", "info", "", ""});
  row.Means({"network", "connection", "", ""});
  SetAllowed(IsRefusal(kind.action), row);
  const std::string attack = absl::AsciiStrToLower(kind.attack);
  for (const auto& [part, action] : kNames) {
    if (!absl::StrContains(attack, part)) continue;
    row.Keyword(Field::kEventAction, action);
    return;
  }
  row.Keyword(Field::kEventAction, kind.tag);
}

void SetAlert(absl::string_view category, absl::string_view action, bool refused, EventRow& row) {
  row.Keyword(Field::kEventKind, "alert");
  row.Means({category, "info", action, ""});
  row.Means({"network", "connection", "", ""});
  SetAllowed(refused, row);
}

void SetContent(const SrxKind& kind, EventRow& row) {
  if (absl::StartsWith(kind.tag, "WEBFILTER_URL_BLOCKED")) {
    SetAlert("malware", "web_filter", true, row);
  } else if (absl::StartsWith(kind.tag, "AV_VIRUS_DETECTED")) {
    SetAlert("malware", "virus_detected", true, row);
  } else if (absl::StartsWith(kind.tag, "ANTISPAM_SPAM")) {
    SetAlert("malware", "antispam_filter", true, row);
  } else if (absl::StartsWith(kind.tag, "CONTENT_FILTERING_BLOCKED")) {
    SetAlert("malware", "content_filter", true, row);
  } else if (absl::StartsWith(kind.tag, "AAMW_") || absl::StartsWith(kind.tag, "SECINTEL_")) {
    SetAlert("malware", "malware_detected", IsRefusal(kind.action), row);
  } else {
    row.Means({"network", "connection", "", ""});
    SetAllowed(absl::StrContains(kind.tag, "_DROP"), row);
  }
}

}  // namespace

void SetSrxMeaning(const SrxKind& given, EventRow& row) {
  SrxKind kind = given;
  absl::ConsumeSuffix(&kind.tag, "_LS");
  if (absl::StartsWith(kind.tag, "RT_FLOW_SESSION_") || absl::StartsWith(kind.tag, "APPTRACK_")) {
    SetFlow(kind.tag, row);
  } else if (absl::StartsWith(kind.tag, "RT_SCREEN_")) {
    SetScreen(kind, row);
  } else if (absl::StartsWith(kind.tag, "IDP_APPDDOS")) {
    SetAlert("intrusion_detection", "application_ddos", IsRefusal(kind.action), row);
  } else if (absl::StartsWith(kind.tag, "IDP_")) {
    SetAlert("intrusion_detection", "security_threat", IsRefusal(kind.action), row);
  } else if (absl::StartsWith(kind.tag, "WEBFILTER_") || absl::StartsWith(kind.tag, "AV_") ||
             absl::StartsWith(kind.tag, "ANTISPAM_") || absl::StartsWith(kind.tag, "AAMW_") ||
             absl::StartsWith(kind.tag, "SECINTEL_") ||
             absl::StartsWith(kind.tag, "CONTENT_FILTERING_")) {
    SetContent(kind, row);
  } else {
    row.Means({"network", "info", kind.tag, ""});
  }
}

}  // namespace dims
