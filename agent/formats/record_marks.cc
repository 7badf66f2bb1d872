// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/record_marks.h"

#include <array>

namespace dims {
namespace {

struct Name {
  absl::string_view name;
  RecordMarks::Mark mark;
};

// By length and then by the first byte: most names are refused by those two.
constexpr Name kNames[] = {
    {"ts", RecordMarks::kTs},
    {"uid", RecordMarks::kZeekId},
    {"win", RecordMarks::kWin},
    {"fuid", RecordMarks::kZeekId},
    {"_path", RecordMarks::kZeekPath},
    {"stats", RecordMarks::kStats},
    {"alert", RecordMarks::kAlert},
    {"Event", RecordMarks::kEventSystem},
    {"result", RecordMarks::kWrapper},
    {"src_ip", RecordMarks::kSrcIp},
    {"winlog", RecordMarks::kWinlog},
    {"flow_id", RecordMarks::kFlowId},
    {"message", RecordMarks::kWrapper},
    {"EventID", RecordMarks::kEventId},
    {"EventId", RecordMarks::kEventId},
    {"Channel", RecordMarks::kChannel},
    {"channel", RecordMarks::kChannel},
    {"event_id", RecordMarks::kEventId},
    {"in_iface", RecordMarks::kInterface},
    {"ts_delta", RecordMarks::kZeekRecord},
    {"port_num", RecordMarks::kZeekRecord},
    {"src_addr", RecordMarks::kZeekRecord},
    {"log_name", RecordMarks::kChannel},
    {"timestamp", RecordMarks::kTimestamp},
    {"pkts_proc", RecordMarks::kZeekRecord},
    {"id.orig_h", RecordMarks::kZeekId},
    {"conn_uids", RecordMarks::kZeekRecord},
    {"peer_descr", RecordMarks::kZeekRecord},
    {"event_type", RecordMarks::kEventType},
    {"SourceName", RecordMarks::kChannel},
    {"source_name", RecordMarks::kChannel},
    {"ProviderName", RecordMarks::kChannel},
    {"ProviderGuid", RecordMarks::kChannel},
    {"suppress_for", RecordMarks::kZeekRecord},
    {"software_type", RecordMarks::kZeekRecord},
    {"SourceModuleType", RecordMarks::kChannel},
    {"certificate.version", RecordMarks::kZeekRecord},
};

constexpr std::size_t kLengthMax = 19;

// The first name of each length.
constexpr std::array<std::uint8_t, kLengthMax + 2> kFirst = [] {
  std::array<std::uint8_t, kLengthMax + 2> first{};
  for (std::size_t length = 0; length < first.size(); ++length) {
    std::size_t at = 0;
    while (at < std::size(kNames) && kNames[at].name.size() < length) ++at;
    first[length] = static_cast<std::uint8_t>(at);
  }
  return first;
}();

}  // namespace

void RecordMarks::Add(absl::string_view name) {
  if (name.size() > kLengthMax || name.empty()) return;
  for (std::size_t at = kFirst[name.size()]; at < kFirst[name.size() + 1]; ++at) {
    if (kNames[at].name.front() == name.front() && kNames[at].name == name) {
      marks_ |= kNames[at].mark;
      return;
    }
  }
}

}  // namespace dims
