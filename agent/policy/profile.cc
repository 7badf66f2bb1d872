// SPDX-License-Identifier: Apache-2.0
#include "agent/policy/profile.h"

#include "common/base/check.h"
#include "common/filter/query.h"

namespace dims {
namespace {

// Neither message nor event.original, URLs, queries, command lines, files, user agents or labels.
const char* const kHeaders[] = {"event.kind",
                                "event.category",
                                "event.type",
                                "event.action",
                                "event.outcome",
                                "event.code",
                                "event.severity",
                                "event.duration",
                                "event.start",
                                "event.end",
                                "event.reason",
                                "observer.*",
                                "host.*",
                                "source.*",
                                "destination.*",
                                "network.*",
                                "user.*",
                                "group.name",
                                "rule.*",
                                "log.level",
                                "service.name",
                                "process.name",
                                "process.pid",
                                "dns.response_code",
                                "related.ip",
                                "related.user",
                                "related.hosts",
                                "log.syslog.*",
                                "tags",
                                "dns.question.type",
                                "http.request.method",
                                "http.response.status_code",
                                "http.response.bytes"};

constexpr char kIsAlert[] = "event.kind:=alert OR event.category:=intrusion_detection";

}  // namespace

std::vector<FieldsRule> HeadersAndAlertsOnly() {
  absl::StatusOr<FilterNode> alert = ParseFilter(kIsAlert);
  DIMS_CHECK(alert.ok());
  FieldsRule whole;
  whole.where = *alert;
  whole.leave = {"*"};
  FieldsRule headers;
  headers.where = FilterNode::Not(*std::move(alert));
  headers.leave.assign(std::begin(kHeaders), std::end(kHeaders));
  return {whole, headers};
}

}  // namespace dims
