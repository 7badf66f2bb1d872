// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/formats/dialect.h"
#include "agent/formats/record_marks.h"

namespace dims {

// Events of Windows as JSON, in the shapes collectors give them:
//   Winlogbeat  {"winlog":{"event_id":4624,"event_data":{...}},"event":{...},"host":{...}}
//   NXLog       {"EventID":4624,"SourceName":"...","TargetUserName":"...", ...} and other flat ones
//   Event XML   {"Event":{"System":{...},"EventData":{...}}}
// Names are Winlogbeat's in all of them: what no field of ours means is labels.winlog.NAME, values
// of the event labels.winlog.event_data.NAME. The channel gives the dataset (windows.security,
// windows.sysmon_operational, windows.powershell ...), the number of the event its meaning: logins,
// accounts, groups, tickets, processes, services, tasks, shares, firewall; all of Sysmon. What a
// record says in ECS itself stays. Thread: any.

// Null: no event of Windows.
const Dialect* WindowsDialect(const RecordMarks& marks);

}  // namespace dims
