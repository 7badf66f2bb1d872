// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/systemd.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "agent/fields/text_cursor.h"

namespace dims {
namespace {

constexpr EventMeaning kUnitStarting = {"process", "start", "unit_starting", ""};
constexpr EventMeaning kUnitStarted = {"process", "start", "unit_started", "success"};
constexpr EventMeaning kUnitStopping = {"process", "end", "unit_stopping", ""};
constexpr EventMeaning kUnitStopped = {"process", "end", "unit_stopped", "success"};
constexpr EventMeaning kUnitFailed = {"process", "error", "unit_failed", "failure"};
constexpr EventMeaning kUnitExited = {"process", "end", "unit_process_exited", ""};
constexpr EventMeaning kUnitReloaded = {"process", "change", "unit_reloaded", "success"};
constexpr EventMeaning kUnitNote = {"process", "info", "", ""};

struct UnitVerb {
  absl::string_view verb;
  const EventMeaning* meaning;
};

constexpr UnitVerb kUnitVerbs[] = {
    {"Starting ", &kUnitStarting},
    {"Started ", &kUnitStarted},
    {"Finished ", &kUnitStopped},
    {"Stopping ", &kUnitStopping},
    {"Stopped target ", &kUnitStopped},
    {"Stopped ", &kUnitStopped},
    {"Closed ", &kUnitStopped},
    {"Removed slice ", &kUnitStopped},
    {"Unmounted ", &kUnitStopped},
    {"Deactivated ", &kUnitStopped},
    {"Created slice ", &kUnitStarted},
    {"Reached target ", &kUnitStarted},
    {"Listening on ", &kUnitStarted},
    {"Mounted ", &kUnitStarted},
    {"Activated ", &kUnitStarted},
    {"Reloaded ", &kUnitReloaded},
    {"Failed to start ", &kUnitFailed},
    {"Failed to mount ", &kUnitFailed},
    {"Failed to listen on ", &kUnitFailed},
    {"Dependency failed for ", &kUnitFailed},
    {"Timed out waiting for ", &kUnitFailed},
    {"Timed out starting ", &kUnitFailed},
};

constexpr absl::string_view kUnitKinds[] = {".service", ".socket", ".target",   ".mount",
                                            ".timer",   ".slice",  ".scope",    ".path",
                                            ".device",  ".swap",   ".automount"};

bool IsUnit(absl::string_view word) {
  return std::any_of(std::begin(kUnitKinds), std::end(kUnitKinds), [&](absl::string_view kind) {
    return word.size() > kind.size() && absl::EndsWith(word, kind);
  });
}

// "nginx.service - A web server.", "A web server." or "Session 4 of user ann...".
void SetUnit(absl::string_view text, EventRow& row) {
  absl::ConsumeSuffix(&text, ".");
  absl::ConsumeSuffix(&text, "..");
  TextCursor cursor(text);
  const absl::string_view word = cursor.TakeWord();
  if (IsUnit(word)) {
    row.Keyword(Field::kServiceName, word);
    if (cursor.Consume(" - ")) text = cursor.rest();
  }
  row.Label("labels.systemd.description", text);
}

const UnitVerb* FindVerb(absl::string_view text) {
  if (text.empty() || !absl::ascii_isupper(static_cast<unsigned char>(text.front()))) {
    return nullptr;
  }
  for (const UnitVerb& known : kUnitVerbs) {
    if (absl::StartsWith(text, known.verb)) return &known;
  }
  return nullptr;
}

// "x.service" of "x.service: text"; empty: it begins otherwise.
absl::string_view UnitBefore(absl::string_view text) {
  const std::size_t colon = text.find(": ");
  if (colon == text.npos) return {};
  const absl::string_view unit = text.substr(0, colon);
  return unit.find(' ') == unit.npos && IsUnit(unit) ? unit : absl::string_view();
}

void ParseUnitLine(absl::string_view unit, absl::string_view text, EventRow& row) {
  row.Keyword(Field::kServiceName, unit);
  if (absl::StrContains(text, "process exited")) {
    row.Means(kUnitExited);
    const std::size_t status = text.find("status=");
    if (status != text.npos) {
      const absl::string_view value = text.substr(status + 7);
      row.Label("labels.systemd.status", value);
      row.Keyword(Field::kEventOutcome, absl::StartsWith(value, "0/") ? "success" : "failure");
    }
  } else if (absl::StartsWith(text, "Failed") || absl::StartsWith(text, "Unit entered failed") ||
             absl::StrContains(text, "timed out") || absl::StartsWith(text, "Start request")) {
    row.Means(kUnitFailed);
  } else if (absl::StartsWith(text, "Succeeded") || absl::StartsWith(text, "Deactivated")) {
    row.Means(kUnitStopped);
  } else {
    row.Means(kUnitNote);
  }
}

}  // namespace

bool IsSystemd(const TextInput& input) {
  return input.app == "systemd" &&
         (FindVerb(input.text) != nullptr || !UnitBefore(input.text).empty());
}

std::optional<TextResult> ParseSystemd(const TextInput& input, EventRow& row) {
  if (const UnitVerb* const known = FindVerb(input.text)) {
    row.Means(*known->meaning);
    SetUnit(input.text.substr(known->verb.size()), row);
  } else {
    const absl::string_view unit = UnitBefore(input.text);
    if (unit.empty()) return std::nullopt;
    ParseUnitLine(unit, input.text.substr(unit.size() + 2), row);
  }
  row.Keyword(Field::kEventDataset, "system.syslog");
  return TextResult{};
}

}  // namespace dims
