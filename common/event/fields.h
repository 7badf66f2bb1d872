// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "absl/strings/string_view.h"
#include "common/event/column.h"

namespace dims {

// The core fields of an event, ECS names (Elastic Common Schema 8.11), plus ours under dims.*; the
// order is the order of the table in fields.cc. Anything else a parser finds goes under labels.* as
// a named column.
enum class Field : std::uint16_t {
  kTimestamp,
  kMessage,
  kTags,
  kEcsVersion,
  kEventOriginal,
  kEventKind,
  kEventCategory,
  kEventType,
  kEventAction,
  kEventOutcome,
  kEventCode,
  kEventDataset,
  kEventSeverity,
  kEventDuration,
  kEventStart,
  kEventEnd,
  kEventCreated,
  kEventIngested,
  kEventReason,
  kOrganizationId,
  kOrganizationName,
  kAgentId,
  kAgentVersion,
  kObserverName,
  kObserverVendor,
  kObserverType,
  kHostName,
  kHostIp,
  kLogLevel,
  kLogSyslogFacilityCode,
  kLogSyslogSeverityCode,
  kLogSyslogAppname,
  kLogSyslogMsgid,
  kLogSyslogVersion,
  kLogFilePath,
  kLogFileOffset,
  kLogSourceAddress,
  kSourceIp,
  kDestinationIp,
  kSourcePort,
  kDestinationPort,
  kSourceBytes,
  kDestinationBytes,
  kSourcePackets,
  kDestinationPackets,
  kSourceDomain,
  kDestinationDomain,
  kSourceMac,
  kDestinationMac,
  kSourceCountry,
  kDestinationCountry,
  kSourceAsNumber,
  kDestinationAsNumber,
  kSourceCountryName,
  kDestinationCountryName,
  kSourceCity,
  kDestinationCity,
  kSourceRegion,
  kDestinationRegion,
  kSourceContinent,
  kDestinationContinent,
  kSourceLatitude,
  kDestinationLatitude,
  kSourceLongitude,
  kDestinationLongitude,
  kSourceAsOrganization,
  kDestinationAsOrganization,
  kSourceNatIp,
  kDestinationNatIp,
  kNetworkTransport,
  kNetworkProtocol,
  kNetworkIanaNumber,
  kNetworkDirection,
  kNetworkCommunityId,
  kNetworkVlanId,
  kUserName,
  kUserId,
  kUserDomain,
  kUserTargetName,
  kUserEffectiveName,
  kGroupName,
  kDnsQuestionName,
  kDnsQuestionType,
  kDnsResponseCode,
  kDnsResolvedIp,
  kUrlOriginal,
  kUrlDomain,
  kUrlPath,
  kUrlQuery,
  kHttpRequestMethod,
  kHttpRequestReferrer,
  kHttpVersion,
  kHttpResponseStatusCode,
  kHttpResponseBytes,
  kUserAgentOriginal,
  kTlsClientServerName,
  kTlsClientJa3,
  kRuleId,
  kRuleName,
  kRuleCategory,
  kThreatIndicatorIp,
  kThreatIndicatorName,
  kThreatIndicatorConfidence,
  kThreatIndicatorProvider,
  kProcessName,
  kProcessPid,
  kProcessExecutable,
  kProcessCommandLine,
  kProcessParentExecutable,
  kProcessWorkingDirectory,
  kFilePath,
  kFileHashSha256,
  kFileHashSha1,
  kFileHashMd5,
  kServiceName,
  kRelatedIp,
  kRelatedUser,
  kRelatedHosts,
  kRelatedHash,
  kSourceIff,
  kDestinationIff,
  kSourceOwner,
  kDestinationOwner,
  kTlp,
  kLayout,  // how the columns render the line's bytes: line_layout.h
  kDeliverySource,
  kDeliveryPosition,
  kDeliveryMaybeRepeated,
  kCount,  // not a field
};

struct FieldDefinition {
  absl::string_view name;
  ColumnType type;
  bool server_owned;  // a payload that carries it is quarantined: D10
  bool internal;      // rides with the batch, is dropped at sealing and never shown: source and
                      // position of each row
};

// All core fields, indexed by Field.
std::span<const FieldDefinition> CoreFields();

inline const FieldDefinition& DefinitionOf(Field field) {
  return CoreFields()[static_cast<std::size_t>(field)];
}

inline absl::string_view NameOf(Field field) {
  return DefinitionOf(field).name;
}

// Null when `name` is no core field.
const FieldDefinition* FindCoreField(absl::string_view name);

// True for every name only the server may set: organization.* agent.* event.id event.ingested
// event.stream event.ordinal threat.* *.iff *.owner.
bool IsServerOwned(absl::string_view name);

// True for columns that ride with an event but are never shown: dims.source, dims.position,
// dims.layout, event.stream and event.ordinal.
bool IsInternal(absl::string_view name);

// A name a query may use for several fields at once: ip, port, host, user, hash, domain (QUERY.md).
// Empty when `name` is none.
std::span<const absl::string_view> GroupFields(absl::string_view name);

}  // namespace dims
