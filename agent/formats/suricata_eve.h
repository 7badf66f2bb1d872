// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/formats/dialect.h"
#include "agent/formats/record_marks.h"

namespace dims {

// Suricata's EVE JSON, 2.0 to 8.0 (eve-log of suricata.yaml; doc/userguide/output/eve). All types
// of record: alert, drop, anomaly, flow, netflow, http, dns (versions 1 to 3), tls, fileinfo, ssh,
// smtp, ftp, smb, krb5, rdp, dhcp, stats ... What no field of ours means is labels.suricata.NAME.
// Thread: any.
const Dialect& SuricataEve();

// True for an object with these members.
bool IsSuricataEve(const RecordMarks& marks);

}  // namespace dims
