// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/windows_names.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace dims {
namespace {

constexpr absl::string_view kEventData = "winlog.event_data.";

// clang-format off
// Names of the envelope in flat records, however they write them.
constexpr std::pair<absl::string_view, absl::string_view> kEnvelope[] = {
    {"@timestamp", "@timestamp"}, {"@version", "winlog.@version"}, {"tags", "tags"}, {"host", "host"},
    {"EventID", "winlog.event_id"}, {"EventId", "winlog.event_id"}, {"event_id", "winlog.event_id"},
    {"Channel", "winlog.channel"}, {"channel", "winlog.channel"}, {"log_name", "winlog.channel"},
    {"SourceName", "winlog.provider_name"}, {"source_name", "winlog.provider_name"}, {"ProviderName", "winlog.provider_name"},
    {"Provider.Name", "winlog.provider_name"}, {"Provider.Guid", "winlog.provider_guid"}, {"ProviderGuid", "winlog.provider_guid"},
    {"Hostname", "winlog.computer_name"}, {"HOSTNAME", "winlog.computer_name"}, {"Computer", "winlog.computer_name"},
    {"ComputerName", "winlog.computer_name"}, {"computer_name", "winlog.computer_name"}, {"hostname", "winlog.computer_name"},
    {"RecordNumber", "winlog.record_id"}, {"EventRecordID", "winlog.record_id"}, {"RecordID", "winlog.record_id"}, {"record_number", "winlog.record_id"},
    {"EventTime", "winlog.event_time"}, {"TimeCreated", "winlog.time_created"}, {"TimeCreated.SystemTime", "winlog.time_created"}, {"SystemTime", "winlog.time_created"},
    {"EventReceivedTime", "winlog.received_time"}, {"Keywords", "winlog.keywords"}, {"keywords", "winlog.keywords"}, {"Severity", "winlog.level"},
    {"level", "winlog.level"}, {"Level", "winlog.level_value"}, {"SeverityValue", "winlog.severity_value"}, {"EventType", "winlog.event_type"},
    {"Task", "winlog.task"}, {"task", "winlog.task"}, {"Category", "winlog.category"}, {"Opcode", "winlog.opcode"}, {"OpcodeValue", "winlog.opcode_value"},
    {"Version", "winlog.version"}, {"ActivityID", "winlog.activity_id"}, {"ProcessID", "winlog.process.pid"}, {"ExecutionProcessID", "winlog.process.pid"},
    {"Execution.ProcessID", "winlog.process.pid"}, {"ThreadID", "winlog.process.thread.id"}, {"ExecutionThreadID", "winlog.process.thread.id"},
    {"Execution.ThreadID", "winlog.process.thread.id"}, {"Message", "message"}, {"message", "message"},
    {"AccountName", "winlog.user.name"}, {"Domain", "winlog.user.domain"}, {"UserID", "winlog.user.identifier"}, {"Security.UserID", "winlog.user.identifier"},
    {"AccountType", "winlog.user.type"}, {"SourceModuleName", "winlog.source_module"}, {"SourceModuleType", "winlog.source_module_type"},
};

// clang-format on

absl::string_view Joined(absl::string_view prefix, absl::string_view name, std::string& scratch) {
  scratch = absl::StrCat(prefix, name);
  return scratch;
}

}  // namespace

absl::string_view FlatWindowsName(absl::string_view path, std::string& scratch) {
  for (const auto& [flat, canonical] : kEnvelope) {
    if (flat == path) return canonical;
  }
  absl::string_view name = path;
  if (absl::ConsumePrefix(&name, "event_data.") || absl::ConsumePrefix(&name, "EventData.")) {
    return Joined(kEventData, name, scratch);
  }
  return Joined(kEventData, path, scratch);
}

absl::string_view XmlWindowsName(absl::string_view path, std::string& scratch) {
  absl::string_view name = path;
  if (absl::ConsumePrefix(&name, "Event.System.")) {
    std::string plain =
        absl::StrReplaceAll(name, {{"#attributes.", ""}, {".#text", ""}, {"@", ""}});
    for (const auto& [flat, canonical] : kEnvelope) {
      if (flat == plain) return canonical;
    }
    return Joined("winlog.", plain, scratch);
  }
  if (absl::ConsumePrefix(&name, "Event.EventData.")) return Joined(kEventData, name, scratch);
  if (absl::ConsumePrefix(&name, "Event.UserData.")) {
    return Joined("winlog.user_data.", name, scratch);
  }
  return path;
}

absl::string_view NestedWindowsName(absl::string_view path, std::string& scratch) {
  absl::string_view name = path;
  const bool system = absl::ConsumePrefix(&name, "win.system.");
  if (!system && !absl::ConsumePrefix(&name, "win.eventdata.")) return path;
  if (name.empty()) return path;
  std::string plain(name);
  plain[0] = absl::ascii_toupper(static_cast<unsigned char>(plain[0]));
  if (!system) return Joined(kEventData, plain, scratch);
  if (plain == "SeverityValue") return "winlog.event_type";
  for (const auto& [flat, canonical] : kEnvelope) {
    if (flat == plain) return canonical;
  }
  return Joined("winlog.", name, scratch);
}

}  // namespace dims
