// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/panos_meaning.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace dims {
namespace {

bool IsRefusal(absl::string_view action) {
  return absl::StartsWith(action, "deny") || absl::StartsWith(action, "drop") ||
         absl::StartsWith(action, "block") || absl::StartsWith(action, "reset") ||
         absl::StartsWith(action, "sinkhole") || absl::StartsWith(action, "random-drop") ||
         absl::StartsWith(action, "override-lockout");
}

bool IsFailure(absl::string_view word) {
  constexpr absl::string_view kWords[] = {"fail", "denied", "timeout", "unauthorized", "error"};
  const std::string lower = absl::AsciiStrToLower(word);
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [&](absl::string_view part) { return absl::StrContains(lower, part); });
}

void SetFlow(const PanosKind& kind, EventRow& row) {
  const bool refused = IsRefusal(kind.action) || kind.subtype == "deny" || kind.subtype == "drop";
  row.Means({"network", "connection", "", refused ? "failure" : "success"});
  row.Means({"", refused ? "denied" : "allowed", "", ""});
  if (kind.subtype == "start" || kind.type == "START") {
    row.Means({"", "start", "flow_started", ""});
  } else if (kind.subtype == "end" || kind.type == "END") {
    row.Means({"", "end", "flow_terminated", ""});
  } else if (kind.subtype == "drop") {
    row.Means({"", "", "flow_dropped", ""});
  } else if (kind.subtype == "deny") {
    row.Means({"", "", "flow_denied", ""});
  } else {
    row.Means({"", "", kind.action, ""});
  }
}

struct ThreatWord {
  absl::string_view subtype;
  absl::string_view action;
  absl::string_view category;
  bool alert;
};

// The first that begins as the subtype does.
constexpr ThreatWord kThreats[] = {
    {"wildfire-virus", "wildfire_virus_detected", "malware", true},
    {"wildfire", "wildfire_verdict", "malware", false},
    {"virus", "virus_detected", "malware", true},
    {"ml-virus", "virus_detected", "malware", true},
    {"spyware", "spyware_detected", "intrusion_detection", true},
    {"vulnerability", "exploit_detected", "intrusion_detection", true},
    {"flood", "flood_detected", "intrusion_detection", true},
    {"packet", "packet_attack", "intrusion_detection", true},
    {"scan", "scan_detected", "intrusion_detection", true},
    {"url", "url_filtering", "web", false},
    {"file", "file_match", "file", false},
    {"data", "data_match", "file", false},
};

void SetThreat(const PanosKind& kind, EventRow& row) {
  const bool refused = IsRefusal(kind.action);
  row.Means({"network", refused ? "denied" : "allowed", "", refused ? "failure" : "success"});
  for (const ThreatWord& word : kThreats) {
    if (!absl::StartsWith(kind.subtype, word.subtype)) continue;
    row.Means({word.category, "", word.action, ""});
    if (word.alert) row.Keyword(Field::kEventKind, "alert");
    return;
  }
  row.Means({"intrusion_detection", "", kind.action, ""});
}

void SetSession(const PanosKind& kind, EventRow& row) {
  const absl::string_view event = kind.event.empty() ? kind.subtype : kind.event;
  const bool failed = IsFailure(kind.result.empty() ? event : kind.result);
  const bool end = absl::StrContains(event, "logout");
  row.Means({"authentication", end ? "end" : "start", event, failed ? "failure" : "success"});
}

void SetSystem(const PanosKind& kind, EventRow& row) {
  if (kind.subtype == "auth" || absl::StartsWith(kind.event, "auth-")) {
    SetSession(kind, row);
  } else {
    const bool failed = IsFailure(kind.event);
    row.Means({"host", failed ? "error" : "info", kind.event, failed ? "failure" : "success"});
  }
}

void SetConfig(const PanosKind& kind, EventRow& row) {
  row.Means({"configuration", "change", "", ""});
  if (!kind.event.empty()) row.Keyword(Field::kEventAction, absl::StrCat("cmd-", kind.event));
  if (kind.result == "Submitted") {
    row.Keyword(Field::kEventOutcome, "unknown");
  } else {
    row.Keyword(Field::kEventOutcome, IsFailure(kind.result) ? "failure" : "success");
  }
}

}  // namespace

void SetPanosMeaning(const PanosKind& kind, EventRow& row) {
  if (kind.type == "TRAFFIC" || kind.type == "START" || kind.type == "END" ||
      kind.type == "DECRYPTION" || kind.type == "GTP" || kind.type == "SCTP") {
    SetFlow(kind, row);
  } else if (kind.type == "THREAT") {
    SetThreat(kind, row);
  } else if (kind.type == "SYSTEM") {
    SetSystem(kind, row);
  } else if (kind.type == "CONFIG") {
    SetConfig(kind, row);
  } else if (kind.type == "CORRELATION") {
    row.Keyword(Field::kEventKind, "alert");
    row.Means({"intrusion_detection", "info", "", ""});
  } else if (kind.type == "IPTAG") {
    row.Means({"network", "info", kind.subtype, ""});
  } else if (absl::StartsWith(kind.type, "HIP")) {
    row.Means({"host", "info", "hip_match", ""});
  } else {
    SetSession(kind, row);
  }
}

}  // namespace dims
