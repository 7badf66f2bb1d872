// SPDX-License-Identifier: Apache-2.0
#include "common/event/fields.h"

#include <array>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"

namespace dims {
namespace {

constexpr auto kw = ColumnType::kKeyword;
constexpr auto tx = ColumnType::kText;
constexpr auto ip = ColumnType::kIp;
constexpr auto in = ColumnType::kInteger;
constexpr auto ti = ColumnType::kTime;
constexpr auto bo = ColumnType::kBool;
constexpr auto kl = ColumnType::kKeywordList;
constexpr auto il = ColumnType::kIpList;

// clang-format off
constexpr FieldDefinition kFields[] = {
  {"@timestamp", ti, false, false}, {"message", tx, false, false}, {"tags", kl, false, false}, {"ecs.version", kw, true, false},
  {"event.original", tx, false, false}, {"event.kind", kw, false, false}, {"event.category", kl, false, false},
  {"event.type", kl, false, false}, {"event.action", kw, false, false}, {"event.outcome", kw, false, false},
  {"event.code", kw, false, false}, {"event.dataset", kw, false, false}, {"event.severity", in, false, false},
  {"event.duration", in, false, false}, {"event.start", ti, false, false}, {"event.end", ti, false, false},
  {"event.created", ti, false, false}, {"event.ingested", ti, true, false}, {"event.reason", kw, false, false},
  {"organization.id", kw, true, false}, {"organization.name", kw, true, false}, {"agent.id", kw, true, false},
  {"agent.version", kw, true, false},
  {"observer.name", kw, false, false}, {"observer.vendor", kw, false, false}, {"observer.type", kw, false, false},
  {"host.name", kw, false, false}, {"host.ip", ip, false, false},
  {"log.level", kw, false, false}, {"log.syslog.facility.code", in, false, false}, {"log.syslog.severity.code", in, false, false},
  {"log.syslog.appname", kw, false, false}, {"log.syslog.msgid", kw, false, false}, {"log.syslog.version", kw, false, false},
  {"log.file.path", kw, false, false}, {"log.file.offset", in, false, false}, {"log.source.address", kw, false, false},
  {"source.ip", ip, false, false}, {"destination.ip", ip, false, false}, {"source.port", in, false, false},
  {"destination.port", in, false, false}, {"source.bytes", in, false, false}, {"destination.bytes", in, false, false},
  {"source.packets", in, false, false}, {"destination.packets", in, false, false}, {"source.domain", kw, false, false},
  {"destination.domain", kw, false, false}, {"source.mac", kw, false, false}, {"destination.mac", kw, false, false},
  {"source.geo.country_iso_code", kw, false, false}, {"destination.geo.country_iso_code", kw, false, false},
  {"source.as.number", in, false, false}, {"destination.as.number", in, false, false}, {"source.nat.ip", ip, false, false},
  {"destination.nat.ip", ip, false, false},
  {"network.transport", kw, false, false}, {"network.protocol", kw, false, false}, {"network.iana_number", kw, false, false},
  {"network.direction", kw, false, false}, {"network.community_id", kw, false, false}, {"network.vlan.id", kw, false, false},
  {"user.name", kw, false, false}, {"user.id", kw, false, false}, {"user.domain", kw, false, false},
  {"user.target.name", kw, false, false}, {"user.effective.name", kw, false, false}, {"group.name", kw, false, false},
  {"dns.question.name", kw, false, false}, {"dns.question.type", kw, false, false}, {"dns.response_code", kw, false, false},
  {"dns.resolved_ip", il, false, false},
  {"url.original", tx, false, false}, {"url.domain", kw, false, false}, {"url.path", kw, false, false}, {"url.query", kw, false, false},
  {"http.request.method", kw, false, false}, {"http.request.referrer", kw, false, false}, {"http.version", kw, false, false},
  {"http.response.status_code", in, false, false}, {"http.response.bytes", in, false, false},
  {"user_agent.original", kw, false, false}, {"tls.client.server_name", kw, false, false}, {"tls.client.ja3", kw, false, false},
  {"rule.id", kw, false, false}, {"rule.name", kw, false, false}, {"rule.category", kw, false, false},
  {"threat.indicator.ip", ip, true, false}, {"threat.indicator.name", kw, true, false},
  {"threat.indicator.confidence", in, true, false}, {"threat.indicator.provider", kw, true, false},
  {"process.name", kw, false, false}, {"process.pid", in, false, false}, {"process.executable", kw, false, false},
  {"process.command_line", tx, false, false}, {"process.parent.executable", kw, false, false},
  {"process.working_directory", kw, false, false},
  {"file.path", kw, false, false}, {"file.hash.sha256", kw, false, false}, {"file.hash.sha1", kw, false, false},
  {"file.hash.md5", kw, false, false}, {"service.name", kw, false, false},
  {"related.ip", il, false, false}, {"related.user", kl, false, false}, {"related.hosts", kl, false, false}, {"related.hash", kl, false, false},
  {"source.iff", kw, true, false}, {"destination.iff", kw, true, false}, {"source.owner", kw, true, false},
  {"destination.owner", kw, true, false}, {"dims.tlp", kw, false, false}, {"dims.layout", kw, false, false},
  {"dims.source", kw, false, true}, {"dims.position", in, false, true}, {"delivery.maybe_repeated", bo, false, false},
};
// clang-format on
static_assert(std::size(kFields) == static_cast<std::size_t>(Field::kCount));

constexpr absl::string_view kIpGroup[] = {
    "source.ip", "destination.ip", "source.nat.ip",   "destination.nat.ip",
    "host.ip",   "related.ip",     "dns.resolved_ip", "threat.indicator.ip"};
constexpr absl::string_view kPortGroup[] = {"source.port", "destination.port"};
constexpr absl::string_view kHostGroup[] = {"host.name", "observer.name", "related.hosts",
                                            "source.domain", "destination.domain"};
constexpr absl::string_view kUserGroup[] = {"user.name", "user.target.name", "user.effective.name",
                                            "related.user"};
constexpr absl::string_view kHashGroup[] = {"file.hash.sha256", "file.hash.sha1", "file.hash.md5",
                                            "related.hash", "tls.client.ja3"};
constexpr absl::string_view kDomainGroup[] = {
    "url.domain",         "dns.question.name",      "source.domain",
    "destination.domain", "tls.client.server_name", "related.hosts"};

}  // namespace

std::span<const FieldDefinition> CoreFields() {
  return kFields;
}

const FieldDefinition* FindCoreField(absl::string_view name) {
  // Built on first use and never changed: a table, not state.
  static const auto& by_name = *[] {
    auto* map = new absl::flat_hash_map<absl::string_view, const FieldDefinition*>;
    for (const FieldDefinition& field : kFields) map->emplace(field.name, &field);
    return map;
  }();
  const auto found = by_name.find(name);
  return found == by_name.end() ? nullptr : found->second;
}

bool IsServerOwned(absl::string_view name) {
  if (absl::StartsWith(name, "labels.")) return false;  // where parsers put such names of a line
  if (absl::StartsWith(name, "organization.") || absl::StartsWith(name, "agent.") ||
      absl::StartsWith(name, "threat.") || absl::EndsWith(name, ".iff") ||
      absl::EndsWith(name, ".owner")) {
    return true;
  }
  return name == "event.id" || name == "event.ingested" || name == "event.stream" ||
         name == "event.ordinal" || name == "ecs.version";
}

bool IsInternal(absl::string_view name) {
  return name == "dims.source" || name == "dims.position" || name == "dims.layout" ||
         name == "event.stream" || name == "event.ordinal";
}

std::span<const absl::string_view> GroupFields(absl::string_view name) {
  if (name == "ip") return kIpGroup;
  if (name == "port") return kPortGroup;
  if (name == "host") return kHostGroup;
  if (name == "user") return kUserGroup;
  if (name == "hash") return kHashGroup;
  if (name == "domain") return kDomainGroup;
  return {};
}

}  // namespace dims
