// SPDX-License-Identifier: Apache-2.0
#include "agent/status/monitoring_plugin.h"

#include <gtest/gtest.h>

namespace dims {
namespace {

constexpr std::int64_t kNow = 1'796'000'000'000'000'000;
constexpr std::int64_t kMinuteNs = 60'000'000'000;

AgentStatus Healthy() {
  AgentStatus status;
  status.running = true;
  status.connection = "streaming";
  status.certificate_until_ns = kNow + 1000 * kMinuteNs;
  status.waiting_rows = 3;
  status.waiting_bytes = 400;
  status.rows = 90;
  return status;
}

TEST(MonitoringPluginTest, AHealthyAgentIsOkWithItsFigures) {
  const PluginResult result = CheckPlugin(Healthy(), kNow);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.line,
            "DIMS OK - streaming, 3 waiting | waiting=3 waiting_bytes=400B events=90c lost=0c "
            "refused=0c");
}

TEST(MonitoringPluginTest, WhatStopsEventsIsCritical) {
  AgentStatus stopped = Healthy();
  stopped.running = false;
  AgentStatus full = Healthy();
  full.paused = true;
  AgentStatus expired = Healthy();
  expired.certificate_until_ns = kNow - 1;
  for (const AgentStatus& status : {stopped, full, expired}) {
    EXPECT_EQ(CheckPlugin(status, kNow).exit_code, 2);
  }
}

TEST(MonitoringPluginTest, WhatNeedsALookIsAWarning) {
  AgentStatus connecting = Healthy();
  connecting.connection = "connecting";
  AgentStatus late = Healthy();
  late.oldest_waiting_ns = kNow - 16 * kMinuteNs;
  AgentStatus blind = Healthy();
  blind.unreadable = {{"/var/log/x", "no"}};
  AgentStatus skewed = Healthy();
  skewed.server_clock_offset_s = -45;
  AgentStatus lossy = Healthy();
  lossy.lost_rows = 1;
  AgentStatus refused = Healthy();
  refused.quarantined_rows = 1;
  AgentStatus deaf = Healthy();
  deaf.outputs = {{"tcp://siem:514", {1, 0, 0, "tcp://siem:514: connection refused"}}};
  for (const AgentStatus& status : {connecting, late, blind, skewed, lossy, refused, deaf}) {
    EXPECT_EQ(CheckPlugin(status, kNow).exit_code, 1) << CheckPlugin(status, kNow).line;
  }
  AgentStatus punctual = Healthy();
  punctual.oldest_waiting_ns = kNow - 14 * kMinuteNs;
  EXPECT_EQ(CheckPlugin(punctual, kNow).exit_code, 0);
}

TEST(MonitoringPluginTest, NoStatusIsUnknownAndNamesCannotBreakTheLine) {
  EXPECT_EQ(CheckPlugin(absl::NotFoundError("no identity"), kNow).line,
            "DIMS UNKNOWN - no identity");
  EXPECT_EQ(CheckPlugin(absl::NotFoundError("no identity"), kNow).exit_code, 3);
  AgentStatus odd = Healthy();
  odd.unreadable = {{"/var/log/a|b\n", "no"}};
  const std::string line = CheckPlugin(odd, kNow).line;
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(line.find('|'), line.rfind('|')) << line;
}

}  // namespace
}  // namespace dims
