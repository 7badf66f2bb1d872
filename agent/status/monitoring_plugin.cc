// SPDX-License-Identifier: Apache-2.0
#include "agent/status/monitoring_plugin.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "common/base/log.h"

namespace dims {
namespace {

constexpr std::int64_t kWaitMaxNs = 15 * 60 * 1'000'000'000LL;
constexpr double kSkewMaxSeconds = 30;

struct Verdict {
  int exit_code = 0;
  std::string words;
};

Verdict Judge(const AgentStatus& s, std::int64_t now_ns) {
  if (!s.running) return {2, "the agent does not run"};
  if (s.paused) return {2, "the buffer is full, inputs wait"};
  if (s.certificate_until_ns != 0 && s.certificate_until_ns <= now_ns) {
    return {2, "the certificate has expired"};
  }
  if (s.connection != "streaming") return {1, absl::StrCat("no stream: ", s.connection)};
  if (s.oldest_waiting_ns != 0 && now_ns - s.oldest_waiting_ns > kWaitMaxNs) {
    return {1, "events wait for more than 15 minutes"};
  }
  if (!s.unreadable.empty())
    return {1, absl::StrCat(s.unreadable.begin()->first, ": ", s.unreadable.begin()->second)};
  for (const auto& [name, output] : s.outputs) {
    if (!output.trouble.empty()) return {1, absl::StrCat("output: ", output.trouble)};
  }
  if (std::abs(s.server_clock_offset_s) > kSkewMaxSeconds) {
    return {1, absl::StrFormat("the clock is %.0f s off", s.server_clock_offset_s)};
  }
  if (s.lost_rows > 0) return {1, absl::StrCat(s.lost_rows, " events lost")};
  if (s.quarantined_rows > 0) return {1, absl::StrCat(s.quarantined_rows, " events refused")};
  return {0, absl::StrCat("streaming, ", s.waiting_rows, " waiting")};
}

// A bar would end the words and begin the figures.
std::string Words(absl::string_view text) {
  return absl::StrReplaceAll(EscapeControls(text), {{"|", "/"}});
}

}  // namespace

PluginResult CheckPlugin(const absl::StatusOr<AgentStatus>& status, std::int64_t now_ns) {
  static constexpr const char* kNames[] = {"OK", "WARNING", "CRITICAL"};
  if (!status.ok()) return {3, absl::StrCat("DIMS UNKNOWN - ", Words(status.status().message()))};
  const Verdict verdict = Judge(*status, now_ns);
  return {verdict.exit_code,
          absl::StrCat("DIMS ", kNames[verdict.exit_code], " - ", Words(verdict.words),
                       " | waiting=", status->waiting_rows,
                       " waiting_bytes=", status->waiting_bytes, "B events=", status->rows,
                       "c lost=", status->lost_rows, "c refused=", status->quarantined_rows, "c")};
}

}  // namespace dims
