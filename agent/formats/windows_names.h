// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "agent/formats/dialect.h"

namespace dims {

// What the meaning of an event of Windows depends on.
namespace windows {

enum Note : std::uint8_t {
  kNone,
  kCode,
  kChannel,
  kProvider,
  kComputer,
  kCreated,
  kEventTime,
  kUtcTime,
  kStamp,
  kMessage,
  kKeywords,
  kEventType,
  kOutcome,
  kLevel,
  kExecutionPid,
  kSubjectName,
  kSubjectDomain,
  kSubjectSid,
  kTargetName,
  kTargetDomain,
  kTargetSid,
  kMember,
  kAccount,
  kAccountDomain,
  kAccountSid,
  kUser,
  kWorkstation,
  kIpAddress,
  kIpPort,
  kClientAddress,
  kProcessId,
  kProcessName,
  kNewProcessId,
  kNewProcessName,
  kParentProcessName,
  kImage,
  kHashes,
  kProtocol,
  kInitiated,
  kDirection,
  kStatus,
  kSourceAddress,
  kDestAddress,
  kDestPort,
  kQueryResults,
  kFileName,
  kParam1,
  kParam2,
  kParam3,
  kContext,
  kSourceHost,
  kDestinationHost,
};

}  // namespace windows

// The names of events in Winlogbeat's writing.
// clang-format off
inline constexpr DialectMember kWindowsMembers[] = {
    {"event.code", Field::kEventCode, windows::kCode},
    {"winlog.event_id", Field::kEventCode, windows::kCode},
    {"event.provider", Field::kCount, windows::kProvider, true},
    {"winlog.provider_name", Field::kCount, windows::kProvider, true},
    {"winlog.channel", Field::kCount, windows::kChannel, true},
    {"winlog.computer_name", Field::kCount, windows::kComputer, true},
    {"winlog.time_created", Field::kCount, windows::kCreated, true},
    {"winlog.event_time", Field::kCount, windows::kEventTime, true},
    {"@timestamp", Field::kCount, windows::kStamp, true},
    {"message", Field::kCount, windows::kMessage},
    {"winlog.keywords", Field::kCount, windows::kKeywords, true},
    {"winlog.event_type", Field::kCount, windows::kEventType, true},
    {"winlog.outcome", Field::kCount, windows::kOutcome},
    {"winlog.level", Field::kCount, windows::kLevel, true},
    {"winlog.process.pid", Field::kCount, windows::kExecutionPid, true},
    {"winlog.user.name", Field::kCount, windows::kAccount, true},
    {"winlog.user.domain", Field::kCount, windows::kAccountDomain, true},
    {"winlog.user.identifier", Field::kCount, windows::kAccountSid, true},
    {"winlog.event_data.SubjectUserName", Field::kCount, windows::kSubjectName, true},
    {"winlog.event_data.SubjectDomainName", Field::kCount, windows::kSubjectDomain, true},
    {"winlog.event_data.SubjectUserSid", Field::kCount, windows::kSubjectSid, true},
    {"winlog.user_data.SubjectUserName", Field::kCount, windows::kSubjectName, true},
    {"winlog.user_data.SubjectDomainName", Field::kCount, windows::kSubjectDomain, true},
    {"winlog.user_data.SubjectUserSid", Field::kCount, windows::kSubjectSid, true},
    {"winlog.event_data.TargetUserName", Field::kCount, windows::kTargetName, true},
    {"winlog.event_data.TargetDomainName", Field::kCount, windows::kTargetDomain, true},
    {"winlog.event_data.TargetUserSid", Field::kCount, windows::kTargetSid, true},
    {"winlog.event_data.TargetSid", Field::kCount, windows::kTargetSid, true},
    {"winlog.event_data.MemberName", Field::kCount, windows::kMember, true},
    {"winlog.event_data.AccountName", Field::kCount, windows::kAccount, true},
    {"winlog.event_data.AccountDomain", Field::kCount, windows::kAccountDomain, true},
    {"winlog.event_data.UtcTime", Field::kCount, windows::kUtcTime, true},
    {"winlog.event_data.User", Field::kCount, windows::kUser, true},
    {"winlog.event_data.WorkstationName", Field::kCount, windows::kWorkstation, true},
    {"winlog.event_data.Workstation", Field::kCount, windows::kWorkstation, true},
    {"winlog.event_data.ClientName", Field::kCount, windows::kWorkstation, true},
    {"winlog.event_data.IpAddress", Field::kCount, windows::kIpAddress, true},
    {"winlog.event_data.IpPort", Field::kCount, windows::kIpPort, true},
    {"winlog.event_data.ClientAddress", Field::kCount, windows::kClientAddress, true},
    {"winlog.event_data.SourceAddress", Field::kCount, windows::kSourceAddress, true},
    {"winlog.event_data.DestAddress", Field::kCount, windows::kDestAddress, true},
    {"winlog.event_data.DestPort", Field::kCount, windows::kDestPort, true},
    {"winlog.event_data.SourceIp", Field::kSourceIp},
    {"winlog.event_data.SourcePort", Field::kSourcePort},
    {"winlog.event_data.SourceHostname", Field::kCount, windows::kSourceHost},
    {"winlog.event_data.DestinationIp", Field::kDestinationIp},
    {"winlog.event_data.DestinationPort", Field::kDestinationPort},
    {"winlog.event_data.DestinationHostname", Field::kCount, windows::kDestinationHost},
    {"winlog.event_data.Protocol", Field::kCount, windows::kProtocol},
    {"winlog.event_data.Initiated", Field::kCount, windows::kInitiated, true},
    {"winlog.event_data.Direction", Field::kCount, windows::kDirection, true},
    {"winlog.event_data.ProcessId", Field::kCount, windows::kProcessId, true},
    {"winlog.event_data.ProcessName", Field::kCount, windows::kProcessName, true},
    {"winlog.event_data.Application", Field::kCount, windows::kProcessName, true},
    {"winlog.event_data.CallerProcessId", Field::kCount, windows::kProcessId, true},
    {"winlog.event_data.CallerProcessName", Field::kCount, windows::kProcessName, true},
    {"winlog.event_data.NewProcessId", Field::kCount, windows::kNewProcessId, true},
    {"winlog.event_data.NewProcessName", Field::kCount, windows::kNewProcessName, true},
    {"winlog.event_data.ParentProcessName", Field::kCount, windows::kParentProcessName, true},
    {"winlog.event_data.Image", Field::kCount, windows::kImage},
    {"winlog.event_data.SourceImage", Field::kCount, windows::kImage, true},
    {"winlog.event_data.SourceProcessId", Field::kCount, windows::kProcessId, true},
    {"winlog.event_data.ParentImage", Field::kProcessParentExecutable},
    {"winlog.event_data.CommandLine", Field::kProcessCommandLine},
    {"winlog.event_data.CurrentDirectory", Field::kProcessWorkingDirectory},
    {"winlog.event_data.Hashes", Field::kCount, windows::kHashes, true},
    {"winlog.event_data.Hash", Field::kCount, windows::kHashes, true},
    {"winlog.event_data.TargetFilename", Field::kFilePath},
    {"winlog.event_data.ImageLoaded", Field::kFilePath, windows::kNone, true},
    {"winlog.event_data.PipeName", Field::kCount, windows::kFileName, true},
    {"winlog.event_data.QueryName", Field::kDnsQuestionName},
    {"winlog.event_data.QueryResults", Field::kCount, windows::kQueryResults, true},
    {"winlog.event_data.param1", Field::kCount, windows::kParam1, true},
    {"winlog.event_data.param2", Field::kCount, windows::kParam2, true},
    {"winlog.event_data.param3", Field::kCount, windows::kParam3, true},
    {"winlog.event_data.ContextInfo", Field::kCount, windows::kContext, true},
    {"winlog.event_data.Path", Field::kCount, windows::kFileName, true},
    {"winlog.user_data.FilePath", Field::kCount, windows::kFileName, true},
    {"winlog.user_data.FileHash", Field::kFileHashSha256},
    {"winlog.event_data.ServiceName", Field::kServiceName},
    {"winlog.event_data.Status", Field::kCount, windows::kStatus, true},
};
// clang-format on

// The name a member has there: of flat records (NXLog and others), of the XML's shape, and of
// "win.system.eventID" and "win.eventdata.ipAddress" as Wazuh's agents write them.
// `scratch` may hold it. Thread: any.
absl::string_view FlatWindowsName(absl::string_view path, std::string& scratch);
absl::string_view XmlWindowsName(absl::string_view path, std::string& scratch);
absl::string_view NestedWindowsName(absl::string_view path, std::string& scratch);

}  // namespace dims
