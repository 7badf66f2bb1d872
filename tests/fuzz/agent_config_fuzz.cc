// SPDX-License-Identifier: Apache-2.0
// Any text is a configuration or a report, and the report can be shown.
#include <cstddef>
#include <cstdint>
#include <string>

#include "agent/config/agent_config.h"
#include "common/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dims::ConfigReport report;
  const auto config =
      dims::ParseAgentConfig("agent.toml", std::string(reinterpret_cast<const char*>(data), size),
                             {"/var/lib/own"}, report);
  DIMS_CHECK(config.ok() == (report.errors() == 0));
  DIMS_CHECK(report.Text().find('\x1b') == std::string::npos);
  if (config.ok()) dims::EffectiveText(config->effective);
  return 0;
}
