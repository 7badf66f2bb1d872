// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/config/agent_config.h"
#include "common/config/config_description.h"

namespace dims {

// The tables of agent.toml, one source file each, bound to `config`, which must outlive them.
ConfigTable AgentTable(AgentConfig& config);
ConfigTable FileTable(AgentConfig& config);
ConfigTable JournalTable(AgentConfig& config);
ConfigTable HttpTable(AgentConfig& config);
ConfigTable SyslogTable(AgentConfig& config);
ConfigTable SyslogSenderTable(AgentConfig& config);
ConfigTable BufferTable(AgentConfig& config);
ConfigTable ForwardTable(AgentConfig& config);
ConfigTable EnrichTable(AgentConfig& config);
ConfigTable NatTable(AgentConfig& config);
ConfigTable TagTable(AgentConfig& config);
ConfigTable FileOutputTable(AgentConfig& config);
ConfigTable SyslogOutputTable(AgentConfig& config);
ConfigTable MetricsTable(AgentConfig& config);

// Certificates and keys of syslog listeners that cannot be used, with what would help.
void CheckSyslogTls(const AgentConfig& config, ConfigReport& report);

}  // namespace dims
