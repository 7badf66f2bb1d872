// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/fortigate_meaning.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/match.h"

namespace dims {
namespace {

constexpr absl::string_view kRefusals[] = {
    "deny",  "denied",     "block",         "blocked",      "blocked-ip", "dropped",  "drop",
    "reset", "reset_both", "reset_client",  "reset_server", "reject",     "rejected", "quarantine",
    "ban",   "ban-ip",     "clear_session", "drop_session", "violation",  "dns-fail"};

bool IsFailure(absl::string_view word) {
  return absl::StrContains(word, "fail") || absl::EqualsIgnoreCase(word, "denied") ||
         absl::EqualsIgnoreCase(word, "error") || absl::EqualsIgnoreCase(word, "blocked");
}

void SetTraffic(const FortigateKind& kind, EventRow& row) {
  const bool refused = IsFortigateRefusal(kind.action);
  row.Means({"network", "connection", "", refused ? "failure" : "success"});
  row.Means({"", refused ? "denied" : "allowed", "", ""});
  if (kind.action == "start") row.Means({"", "start", "", ""});
  if (kind.action == "close" || kind.action == "timeout" || kind.action == "client-rst" ||
      kind.action == "server-rst") {
    row.Means({"", "end", "", ""});
  }
}

void SetUtm(const FortigateKind& kind, EventRow& row) {
  row.Means({"network", "", "", ""});
  if (kind.subtype == "ips" || kind.subtype == "anomaly" || kind.type == "anomaly" ||
      kind.subtype == "waf") {
    row.Keyword(Field::kEventKind, "alert");
    row.Means({"intrusion_detection", "", "", ""});
  } else if (kind.subtype == "virus") {
    row.Keyword(Field::kEventKind, "alert");
    row.Means({"malware", "", "", ""});
  } else if (kind.subtype == "webfilter") {
    row.Means({"web", "", "", ""});
  } else if (kind.subtype == "dns") {
    row.Means({"", "protocol", "", ""});
  }
  if (kind.action.empty()) {
    row.Means({"", "info", "", ""});
    return;
  }
  const bool refused = IsFortigateRefusal(kind.action);
  row.Means({"", refused ? "denied" : "allowed", "", refused ? "failure" : "success"});
}

bool IsLogin(absl::string_view action) {
  return absl::EqualsIgnoreCase(action, "login") || absl::EqualsIgnoreCase(action, "logout") ||
         absl::StartsWithIgnoreCase(action, "auth") || absl::StartsWith(action, "ssl-login") ||
         absl::StrContains(action, "logon") || absl::StrContains(action, "logoff");
}

void SetEvent(const FortigateKind& kind, EventRow& row) {
  const bool failed = IsFailure(kind.status) || IsFailure(kind.action);
  const absl::string_view outcome = failed ? "failure" : "success";
  if (kind.subtype == "user" || IsLogin(kind.action)) {
    const bool end =
        absl::EqualsIgnoreCase(kind.action, "logout") || absl::StrContains(kind.action, "logoff");
    row.Means({"authentication", end ? "end" : "start", "", outcome});
  } else if (absl::StartsWith(kind.action, "tunnel-") || absl::StartsWith(kind.action, "ssl-") ||
             kind.subtype == "vpn") {
    row.Means({"network", "connection", "", outcome});
    if (kind.action == "tunnel-up") row.Means({"", "start", "", ""});
    if (kind.action == "tunnel-down") row.Means({"", "end", "", ""});
  } else if (kind.action == "Add" || kind.action == "Edit" || kind.action == "Delete" ||
             kind.action == "Move") {
    row.Means({"configuration",
               kind.action == "Add"      ? "creation"
               : kind.action == "Delete" ? "deletion"
                                         : "change",
               "", outcome});
  } else {
    row.Means({"host", "info", "", kind.action.empty() && kind.status.empty() ? "" : outcome});
  }
}

}  // namespace

bool IsFortigateRefusal(absl::string_view action) {
  return std::any_of(std::begin(kRefusals), std::end(kRefusals), [&](absl::string_view word) {
    return word.size() == action.size() && absl::EqualsIgnoreCase(action, word);
  });
}

void SetFortigateMeaning(const FortigateKind& kind, EventRow& row) {
  if (kind.type == "traffic") {
    SetTraffic(kind, row);
  } else if (kind.type == "event") {
    SetEvent(kind, row);
  } else {
    SetUtm(kind, row);
  }
}

}  // namespace dims
