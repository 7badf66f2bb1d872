// SPDX-License-Identifier: Apache-2.0
#include "common/event/fields.h"

#include <array>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"

namespace dims {
namespace {

constexpr auto kWord = ColumnType::kKeyword;
constexpr auto kText = ColumnType::kText;
constexpr auto kIp = ColumnType::kIp;
constexpr auto kInt = ColumnType::kInteger;
constexpr auto kTime = ColumnType::kTime;
constexpr auto kReal = ColumnType::kDouble;
constexpr auto kFlag = ColumnType::kBool;
constexpr auto kWords = ColumnType::kKeywordList;
constexpr auto kIps = ColumnType::kIpList;

// clang-format off
constexpr FieldDefinition kFields[] = {
  {"@timestamp", kTime, false, false}, {"message", kText, false, false}, {"tags", kWords, false, false}, {"ecs.version", kWord, true, false},
  {"event.original", kText, false, false}, {"event.kind", kWord, false, false}, {"event.category", kWords, false, false},
  {"event.type", kWords, false, false}, {"event.action", kWord, false, false}, {"event.outcome", kWord, false, false},
  {"event.code", kWord, false, false}, {"event.dataset", kWord, false, false}, {"event.severity", kInt, false, false},
  {"event.duration", kInt, false, false}, {"event.start", kTime, false, false}, {"event.end", kTime, false, false},
  {"event.created", kTime, false, false}, {"event.ingested", kTime, true, false}, {"event.reason", kWord, false, false},
  {"organization.id", kWord, true, false}, {"organization.name", kWord, true, false}, {"agent.id", kWord, true, false},
  {"agent.version", kWord, true, false},
  {"observer.name", kWord, false, false}, {"observer.vendor", kWord, false, false}, {"observer.type", kWord, false, false},
  {"host.name", kWord, false, false}, {"host.ip", kIp, false, false},
  {"log.level", kWord, false, false}, {"log.syslog.facility.code", kInt, false, false}, {"log.syslog.severity.code", kInt, false, false},
  {"log.syslog.appname", kWord, false, false}, {"log.syslog.msgid", kWord, false, false}, {"log.syslog.version", kWord, false, false},
  {"log.file.path", kWord, false, false}, {"log.file.offset", kInt, false, false}, {"log.source.address", kWord, false, false},
  {"source.ip", kIp, false, false}, {"destination.ip", kIp, false, false}, {"source.port", kInt, false, false},
  {"destination.port", kInt, false, false}, {"source.bytes", kInt, false, false}, {"destination.bytes", kInt, false, false},
  {"source.packets", kInt, false, false}, {"destination.packets", kInt, false, false}, {"source.domain", kWord, false, false},
  {"destination.domain", kWord, false, false}, {"source.mac", kWord, false, false}, {"destination.mac", kWord, false, false},
  {"source.geo.country_iso_code", kWord, false, false}, {"destination.geo.country_iso_code", kWord, false, false},
  {"source.as.number", kInt, false, false}, {"destination.as.number", kInt, false, false},
  {"source.geo.country_name", kWord, false, false}, {"destination.geo.country_name", kWord, false, false},
  {"source.geo.city_name", kWord, false, false}, {"destination.geo.city_name", kWord, false, false},
  {"source.geo.region_name", kWord, false, false}, {"destination.geo.region_name", kWord, false, false},
  {"source.geo.continent_name", kWord, false, false}, {"destination.geo.continent_name", kWord, false, false},
  {"source.geo.location.lat", kReal, false, false}, {"destination.geo.location.lat", kReal, false, false},
  {"source.geo.location.lon", kReal, false, false}, {"destination.geo.location.lon", kReal, false, false},
  {"source.as.organization.name", kWord, false, false}, {"destination.as.organization.name", kWord, false, false},
  {"source.nat.ip", kIp, false, false},
  {"destination.nat.ip", kIp, false, false},
  {"network.transport", kWord, false, false}, {"network.protocol", kWord, false, false}, {"network.iana_number", kWord, false, false},
  {"network.direction", kWord, false, false}, {"network.community_id", kWord, false, false}, {"network.vlan.id", kWord, false, false},
  {"user.name", kWord, false, false}, {"user.id", kWord, false, false}, {"user.domain", kWord, false, false},
  {"user.target.name", kWord, false, false}, {"user.effective.name", kWord, false, false}, {"group.name", kWord, false, false},
  {"dns.question.name", kWord, false, false}, {"dns.question.type", kWord, false, false}, {"dns.response_code", kWord, false, false},
  {"dns.resolved_ip", kIps, false, false},
  {"url.original", kText, false, false}, {"url.domain", kWord, false, false}, {"url.path", kWord, false, false}, {"url.query", kWord, false, false},
  {"http.request.method", kWord, false, false}, {"http.request.referrer", kWord, false, false}, {"http.version", kWord, false, false},
  {"http.response.status_code", kInt, false, false}, {"http.response.bytes", kInt, false, false},
  {"user_agent.original", kWord, false, false}, {"tls.client.server_name", kWord, false, false}, {"tls.client.ja3", kWord, false, false},
  {"rule.id", kWord, false, false}, {"rule.name", kWord, false, false}, {"rule.category", kWord, false, false},
  {"threat.indicator.ip", kIp, true, false}, {"threat.indicator.name", kWord, true, false},
  {"threat.indicator.confidence", kInt, true, false}, {"threat.indicator.provider", kWord, true, false},
  {"process.name", kWord, false, false}, {"process.pid", kInt, false, false}, {"process.executable", kWord, false, false},
  {"process.command_line", kText, false, false}, {"process.parent.executable", kWord, false, false},
  {"process.working_directory", kWord, false, false},
  {"file.path", kWord, false, false}, {"file.hash.sha256", kWord, false, false}, {"file.hash.sha1", kWord, false, false},
  {"file.hash.md5", kWord, false, false}, {"service.name", kWord, false, false},
  {"related.ip", kIps, false, false}, {"related.user", kWords, false, false}, {"related.hosts", kWords, false, false}, {"related.hash", kWords, false, false},
  {"source.iff", kWord, true, false}, {"destination.iff", kWord, true, false}, {"source.owner", kWord, true, false},
  {"destination.owner", kWord, true, false}, {"dims.tlp", kWord, false, false}, {"dims.layout", kWord, false, false},
  {"dims.source", kWord, false, true}, {"dims.position", kInt, false, true}, {"delivery.maybe_repeated", kFlag, false, false},
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
