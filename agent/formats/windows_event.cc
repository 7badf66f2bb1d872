// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/windows_event.h"

#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/fields/clock_text.h"
#include "agent/fields/text_cursor.h"
#include "agent/fields/time_value.h"
#include "agent/formats/windows_meaning.h"
#include "agent/formats/windows_names.h"

namespace dims {
namespace {

using windows::Note;
using enum windows::Note;

constexpr std::size_t kListPartsMax = 64;

absl::string_view TextOf(const Record& record, Note note) {
  const absl::string_view text = absl::StripAsciiWhitespace(record.notes[note].AsText());
  return text == "-" ? absl::string_view() : text;
}

void SetFree(EventRow& row, Field field, absl::string_view value) {
  if (!row.Has(field)) row.Keyword(field, value);
}

// "0x354" and "852".
std::optional<std::int64_t> NumberOf(const RecordValue& value) {
  if (const auto number = value.AsInteger()) return number;
  absl::string_view text = value.AsText();
  std::uint32_t hex = 0;
  if (absl::ConsumePrefix(&text, "0x") && absl::SimpleHexAtoi(text, &hex)) return hex;
  return std::nullopt;
}

void SetTime(Record& record) {
  for (const Note note : {kCreated, kEventTime, kStamp}) {
    record.result.time_ns = record.notes[note].AsTime();
    if (record.result.time_ns) return;
  }
  if (auto utc = ReadIsoClock(TextOf(record, kUtcTime)); utc && !utc->has_zone) {
    utc->has_zone = true;  // Sysmon's own clock
    record.result.time_ns = CompleteTime(*utc);
    return;
  }
  const absl::string_view text = TextOf(record, kEventTime);
  const auto clock = ReadIsoClock(text);
  if (clock && !clock->has_zone && clock->length == text.size()) record.result.clock = clock;
}

// "Microsoft-Windows-Sysmon/Operational" to "windows.sysmon_operational".
void SetDataset(Record& record, absl::string_view channel) {
  if (record.row.Has(Field::kEventDataset)) return;
  absl::ConsumePrefix(&channel, "Microsoft-Windows-");
  if (channel.empty() || channel.size() > 100) return;
  std::string name = "windows.";
  for (const char c : channel) {
    const auto byte = static_cast<unsigned char>(c);
    name.push_back(absl::ascii_isalnum(byte) || c == '-' ? absl::ascii_tolower(byte) : '_');
  }
  record.row.Keyword(Field::kEventDataset, name);
}

void SetOutcome(Record& record) {
  if (record.row.Has(Field::kEventOutcome)) return;
  const absl::string_view keywords = TextOf(record, kKeywords);
  const absl::string_view type = TextOf(record, kEventType);
  const absl::string_view outcome = TextOf(record, kOutcome);
  // The two bits of Keywords by which the Security log tells success from failure.
  constexpr std::uint64_t kAuditSuccess = 0x20000000000000;
  constexpr std::uint64_t kAuditFailure = 0x10000000000000;
  std::uint64_t bits = static_cast<std::uint64_t>(record.notes[kKeywords].AsInteger().value_or(0));
  if (absl::StartsWith(keywords, "0x")) (void)absl::SimpleHexAtoi(keywords, &bits);
  const bool classic = (bits >> 63) != 0 || absl::StartsWith(keywords, "0x8");
  if (outcome == "failure" || type == "AUDIT_FAILURE" || keywords == "Audit Failure" ||
      (classic && (bits & kAuditFailure) != 0)) {
    record.row.Keyword(Field::kEventOutcome, "failure");
  } else if (outcome == "success" || type == "AUDIT_SUCCESS" || keywords == "Audit Success" ||
             (classic && (bits & kAuditSuccess) != 0)) {
    record.row.Keyword(Field::kEventOutcome, "success");
  } else if (const auto code = record.notes[kCode].AsInteger()) {
    if (*code == 4625 || *code == 4771) record.row.Keyword(Field::kEventOutcome, "failure");
  }
}

void SetMeaning(Record& record, const WindowsMeaning& meaning) {
  EventRow& row = record.row;
  if (!row.Has(Field::kEventCategory)) {
    for (const auto category : meaning.categories) row.Means({category, "", "", ""});
  }
  if (!row.Has(Field::kEventType)) {
    for (const auto type : meaning.types) row.Means({"", type, "", ""});
  }
  SetFree(row, Field::kEventAction, meaning.action);
}

void SetUser(Record& record, Note name, Note domain, Note sid) {
  EventRow& row = record.row;
  if (!row.Has(Field::kUserName)) row.User(Field::kUserName, TextOf(record, name));
  SetFree(row, Field::kUserDomain, TextOf(record, domain));
  SetFree(row, Field::kUserId, TextOf(record, sid));
}

// "CN=Jane Doe,OU=Users,DC=example" to "Jane Doe".
absl::string_view CommonName(absl::string_view name) {
  if (!absl::ConsumePrefix(&name, "CN=") && !absl::ConsumePrefix(&name, "cn=")) return name;
  return name.substr(0, FindByte(name, ','));
}

void SetUsers(Record& record, WindowsRole role) {
  EventRow& row = record.row;
  const absl::string_view target = TextOf(record, kTargetName);
  if (target.empty()) role = WindowsRole::kSubject;
  switch (role) {
    case WindowsRole::kTarget:
      // Kerberos writes "jdoe@EXAMPLE.ORG".
      if (!row.Has(Field::kUserName)) {
        row.User(Field::kUserName, target.substr(0, FindByte(target, '@')));
      }
      SetUser(record, kTargetName, kTargetDomain, kTargetSid);
      if (const auto subject = TextOf(record, kSubjectName); !subject.empty()) {
        row.builder().AddKeyword(Field::kRelatedUser, subject);
      }
      return;
    case WindowsRole::kGroup:
      SetFree(row, Field::kGroupName, target);
      if (!row.Has(Field::kUserTargetName)) {
        row.User(Field::kUserTargetName, CommonName(TextOf(record, kMember)));
      }
      break;
    case WindowsRole::kSubjectTarget:
      if (!row.Has(Field::kUserTargetName)) row.User(Field::kUserTargetName, target);
      break;
    case WindowsRole::kExplicit:
      if (!row.Has(Field::kUserEffectiveName)) row.User(Field::kUserEffectiveName, target);
      break;
    case WindowsRole::kSubject:
      break;
  }
  SetUser(record, kSubjectName, kSubjectDomain, kSubjectSid);
  SetUser(record, kAccount, kAccountDomain, kAccountSid);
}

// "EXAMPLE\jdoe".
void SetUserWithDomain(absl::string_view user, EventRow& row) {
  const std::size_t slash = FindByte(user, '\\');
  if (slash != user.npos) SetFree(row, Field::kUserDomain, user.substr(0, slash));
  const absl::string_view name = slash == user.npos ? user : user.substr(slash + 1);
  if (!row.Has(Field::kUserName)) row.User(Field::kUserName, name);
}

absl::string_view BaseName(absl::string_view path) {
  const std::size_t slash = path.find_last_of("\\/");
  return slash == path.npos ? path : path.substr(slash + 1);
}

void SetProcess(Record& record) {
  EventRow& row = record.row;
  absl::string_view executable = TextOf(record, kImage);
  const RecordValue* pid = &record.notes[kProcessId];
  if (const auto created = TextOf(record, kNewProcessName); !created.empty()) {
    executable = created;
    pid = &record.notes[kNewProcessId];
    SetFree(row, Field::kProcessParentExecutable, TextOf(record, kParentProcessName));
  }
  if (executable.empty()) executable = TextOf(record, kProcessName);
  SetFree(row, Field::kProcessExecutable, executable);
  SetFree(row, Field::kProcessName, BaseName(executable));
  auto number = NumberOf(*pid);
  // Else the process that wrote the event.
  if (!number) number = NumberOf(record.notes[kExecutionPid]);
  if (number && !row.Has(Field::kProcessPid)) row.Integer(Field::kProcessPid, *number);
}

void SetAddress(Record& record, Field field, absl::string_view text) {
  if (record.row.Has(field) || text.empty()) return;
  if (const auto address = IpAddress::Parse(text)) record.row.Address(field, *address);
}

void SetNetwork(Record& record) {
  EventRow& row = record.row;
  for (const Note note : {kIpAddress, kClientAddress, kSourceAddress}) {
    SetAddress(record, Field::kSourceIp, TextOf(record, note));
  }
  SetAddress(record, Field::kDestinationIp, TextOf(record, kDestAddress));
  const auto port = record.notes[kIpPort].AsInteger();
  if (port && *port > 0 && !row.Has(Field::kSourcePort)) row.SourcePort(*port);
  const auto to = record.notes[kDestPort].AsInteger();
  if (to && !row.Has(Field::kDestinationPort)) row.DestinationPort(*to);
  for (const auto& [note, field] :
       {std::pair(kWorkstation, Field::kSourceDomain), std::pair(kSourceHost, Field::kSourceDomain),
        std::pair(kDestinationHost, Field::kDestinationDomain)}) {
    const absl::string_view name = TextOf(record, note);
    if (name.empty() || row.Has(field)) continue;
    row.Keyword(field, name);
    row.builder().AddKeyword(Field::kRelatedHosts, name);
  }
  const RecordValue& protocol = record.notes[kProtocol];
  if (row.has_both_ends() && !row.Has(Field::kNetworkTransport)) {
    row.Transport(protocol.AsInteger() ? absl::StrCat(*protocol.AsInteger())
                                       : std::string(protocol.AsText()));
  } else {
    record.writer.String("labels.winlog.event_data.Protocol", protocol.AsText());
  }
  const RecordValue& initiated = record.notes[kInitiated];
  if (initiated.has_value()) {
    SetFree(row, Field::kNetworkDirection, initiated.IsTrue() ? "egress" : "ingress");
  }
  const absl::string_view direction = TextOf(record, kDirection);
  if (direction == "%%14592") SetFree(row, Field::kNetworkDirection, "inbound");
  if (direction == "%%14593") SetFree(row, Field::kNetworkDirection, "outbound");
}

// "SHA1=..,MD5=..,SHA256=..,IMPHASH=.."
void SetHashes(Record& record) {
  EventRow& row = record.row;
  std::size_t count = 0;
  for (const absl::string_view part : absl::StrSplit(TextOf(record, kHashes), ',')) {
    const std::size_t equals = FindByte(part, '=');
    if (equals == part.npos || ++count > kListPartsMax) continue;
    const absl::string_view name = part.substr(0, equals);
    const std::string digits = absl::AsciiStrToLower(part.substr(equals + 1));
    if (name == "SHA256") SetFree(row, Field::kFileHashSha256, digits);
    if (name == "SHA1") SetFree(row, Field::kFileHashSha1, digits);
    if (name == "MD5") SetFree(row, Field::kFileHashMd5, digits);
    if (!digits.empty()) row.builder().AddKeyword(Field::kRelatedHash, digits);
  }
}

// "type:  5 www.example;::ffff:203.0.113.5;"
void SetDnsAnswers(Record& record) {
  std::size_t count = 0;
  for (absl::string_view part : absl::StrSplit(TextOf(record, kQueryResults), ';')) {
    if (++count > kListPartsMax) return;
    const auto address = IpAddress::Parse(absl::StripAsciiWhitespace(part));
    if (address) record.row.builder().AddIp(Field::kDnsResolvedIp, *address);
  }
}

// The value of "NAME=" or "NAME = " in lines of such.
absl::string_view LineValue(absl::string_view text, absl::string_view name) {
  const std::size_t at = text.find(name);
  if (at == text.npos) return {};
  text.remove_prefix(at + name.size());
  return absl::StripAsciiWhitespace(text.substr(0, text.find_first_of("\r\n")));
}

// What an engine of PowerShell says about itself, in lines of one value: events 400, 403, 600, 800
// and 4103. Line ends are escaped in values.
void SetPowerShell(Record& record) {
  EventRow& row = record.row;
  for (const Note note : {kParam1, kParam2, kParam3, kContext}) {
    const std::string text =
        absl::StrReplaceAll(record.notes[note].AsText(), {{"\\x0a", "\n"}, {"\\x0d", ""}});
    absl::string_view command = LineValue(text, "HostApplication=");
    if (command.empty()) command = LineValue(text, "Host Application = ");
    if (!command.empty() && !row.Has(Field::kProcessCommandLine)) {
      row.Text(Field::kProcessCommandLine, command);
      // Up to the first blank, which a quoted path may hold.
      const absl::string_view path = command.substr(0, FindByte(command, ' '));
      if (path.front() != '"') SetFree(row, Field::kProcessExecutable, path);
      if (path.front() != '"') SetFree(row, Field::kProcessName, BaseName(path));
    }
    absl::string_view user = LineValue(text, "UserId=");
    if (user.empty()) user = LineValue(text, "        User = ");
    if (!user.empty()) SetUserWithDomain(user, row);
    absl::string_view script = LineValue(text, "ScriptName=");
    if (script.empty()) script = LineValue(text, "Script Name = ");
    SetFree(row, Field::kFilePath, script);
  }
}

void SetHost(Record& record) {
  EventRow& row = record.row;
  SetFree(row, Field::kHostName, TextOf(record, kComputer));
  if (!row.Has(Field::kLogLevel)) {
    row.Keyword(Field::kLogLevel, absl::AsciiStrToLower(TextOf(record, kLevel)));
  }
}

void Conclude(Record& record) {
  EventRow& row = record.row;
  const absl::string_view channel = TextOf(record, kChannel);
  const absl::string_view provider = TextOf(record, kProvider);
  const bool sysmon = absl::StrContains(provider, "Sysmon") || absl::StrContains(channel, "Sysmon");
  const std::int64_t code = record.notes[kCode].AsInteger().value_or(0);
  SetTime(record);
  SetDataset(record, channel);
  SetHost(record);
  SetOutcome(record);
  const bool audited = absl::StrContains(provider, "Security-Auditing") ||
                       absl::StrContains(provider, "Eventlog") ||
                       absl::StrContains(provider, "Service Control Manager") ||
                       channel == "Security" || (provider.empty() && code > 1000);
  const WindowsMeaning* meaning =
      sysmon ? SysmonMeaning(code) : (audited ? SecurityMeaning(code) : nullptr);
  if (meaning != nullptr) SetMeaning(record, *meaning);
  if (sysmon) SetUserWithDomain(TextOf(record, kUser), row);
  if (absl::StrContains(provider, "PowerShell")) SetPowerShell(record);
  SetUsers(record, meaning == nullptr ? WindowsRole::kSubjectTarget : meaning->role);
  SetProcess(record);
  SetNetwork(record);
  SetHashes(record);
  SetDnsAnswers(record);
  if (sysmon && code == 22) SetFree(row, Field::kNetworkProtocol, "dns");
  SetFree(row, Field::kFilePath, TextOf(record, kFileName));
  if (!row.Has(Field::kEventCategory)) row.Means({"host", "info", "", ""});
  if (const auto message = record.notes[kMessage].AsText(); !message.empty()) {
    row.builder().Text(Field::kMessage, message);
    record.result.message = true;
  }
}

constexpr Dialect kWinlogbeat = {.name = "windows",
                                 .names = Dialect::Names::kCore,
                                 .members = kWindowsMembers,
                                 .conclude = Conclude};
constexpr Dialect kFlat = {.name = "windows",
                           .names = Dialect::Names::kCore,
                           .members = kWindowsMembers,
                           .canonical = FlatWindowsName,
                           .conclude = Conclude};
constexpr Dialect kXml = {.name = "windows",
                          .names = Dialect::Names::kCore,
                          .members = kWindowsMembers,
                          .canonical = XmlWindowsName,
                          .conclude = Conclude};
constexpr Dialect kNested = {.name = "windows",
                             .names = Dialect::Names::kCore,
                             .members = kWindowsMembers,
                             .canonical = NestedWindowsName,
                             .conclude = Conclude};

}  // namespace

const Dialect* WindowsDialect(const RecordMarks& marks) {
  if (marks.HasAll(RecordMarks::kWinlog)) return &kWinlogbeat;
  if (marks.HasAll(RecordMarks::kEventSystem)) return &kXml;
  if (marks.HasAll(RecordMarks::kWin)) return &kNested;
  if (marks.HasAll(RecordMarks::kEventId | RecordMarks::kChannel)) return &kFlat;
  return nullptr;
}

}  // namespace dims
