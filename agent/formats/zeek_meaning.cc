// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agent/fields/clock_text.h"
#include "agent/fields/text_cursor.h"
#include "agent/formats/http_request.h"
#include "agent/formats/zeek_notes.h"

namespace dims {
namespace {

constexpr std::size_t kLogNameBytesMax = 64;
constexpr double kDurationSecondsMax = 1e9;

const RecordValue& NoteOf(const Record& record, ZeekNote note) {
  return record.notes[static_cast<std::uint8_t>(note)];
}

absl::string_view TextOf(const Record& record, ZeekNote note) {
  return NoteOf(record, note).AsText();
}

void SetTime(Record& record) {
  const RecordValue& value = NoteOf(record, ZeekNote::kTime);
  record.result.time_ns = value.AsTime();
  if (record.result.time_ns) return;
  const auto clock = ReadIsoClock(value.AsText());
  if (clock && clock->length == value.AsText().size()) {
    record.result.clock = clock;
  } else {
    record.writer.String("labels.zeek.ts", value.AsText());
  }
}

void SetDataset(Record& record) {
  absl::string_view log = record.dialect.log;
  if (log.empty()) log = TextOf(record, ZeekNote::kLog);
  if (log.empty() || log.size() > kLogNameBytesMax) return;
  record.row.Keyword(Field::kEventDataset, absl::StrCat("zeek.", log));
}

void SetPorts(Record& record, absl::string_view transport) {
  const auto source = NoteOf(record, ZeekNote::kOrigPort).AsInteger();
  const auto destination = NoteOf(record, ZeekNote::kRespPort).AsInteger();
  if (transport == "icmp") {
    // Where ports would be Zeek writes type and code.
    if (source && destination) record.row.IcmpTypeAndCode(*source, *destination);
    return;
  }
  if (source) record.row.SourcePort(*source);
  if (destination) record.row.DestinationPort(*destination);
}

void SetTransport(Record& record, const ZeekLogMeaning& meaning) {
  absl::string_view transport = TextOf(record, ZeekNote::kProto);
  if (transport.empty() && record.row.has_both_ends()) transport = meaning.transport;
  if (transport != "unknown_transport") record.row.Transport(transport);
  SetPorts(record, transport);
}

void SetProtocol(Record& record, const ZeekLogMeaning& meaning) {
  EventRow& row = record.row;
  if (row.Has(Field::kNetworkProtocol)) return;
  if (!meaning.protocol.empty()) {
    row.Keyword(Field::kNetworkProtocol, meaning.protocol);
  } else {
    row.Keyword(Field::kNetworkProtocol,
                absl::AsciiStrToLower(TextOf(record, ZeekNote::kProtocol)));
  }
}

// Bytes of the packets where Zeek counted them, else of the payload.
void SetBytes(Record& record, ZeekNote packets, ZeekNote payload, Field field) {
  auto bytes = NoteOf(record, packets).AsInteger();
  if (!bytes) bytes = NoteOf(record, payload).AsInteger();
  if (bytes && *bytes >= 0) record.row.Integer(field, *bytes);
}

void SetDuration(Record& record) {
  const RecordValue& value = NoteOf(record, ZeekNote::kDuration);
  const auto seconds = value.AsNumber();
  if (!seconds || *seconds < 0 || *seconds > kDurationSecondsMax) return;
  // Zeek's own resolution is the microsecond.
  record.row.Integer(Field::kEventDuration,
                     static_cast<std::int64_t>(std::llround(*seconds * 1e6)) * 1000);
}

void SetDirection(Record& record) {
  const RecordValue& from = NoteOf(record, ZeekNote::kLocalOrig);
  const RecordValue& to = NoteOf(record, ZeekNote::kLocalResp);
  if (from.has_value() && to.has_value()) {
    const bool inside = from.IsTrue();
    record.row.Keyword(Field::kNetworkDirection, inside ? (to.IsTrue() ? "internal" : "outbound")
                                                        : (to.IsTrue() ? "inbound" : "external"));
  }
  const absl::string_view word = TextOf(record, ZeekNote::kDirection);
  if (!word.empty()) record.row.Keyword(Field::kNetworkDirection, absl::AsciiStrToLower(word));
}

// How a connection went, docs.zeek.org, conn.log, "conn_state".
void SetConnState(Record& record) {
  EventRow& row = record.row;
  const absl::string_view state = TextOf(record, ZeekNote::kConnState);
  if (state == "S0" || state == "S1" || state == "SF" || state == "REJ") {
    row.Means({"", "start", "", ""});
    if (state == "SF") row.Means({"", "end", "", ""});
    if (state == "REJ") row.Means({"", "denied", "", ""});
  } else {
    row.Means({"", "info", "", ""});
  }
}

absl::string_view OutcomeOf(const Record& record) {
  const auto word = [](bool success) { return success ? "success" : "failure"; };
  if (const RecordValue& success = NoteOf(record, ZeekNote::kSuccess); success.has_value()) {
    return word(success.IsTrue());
  }
  if (const auto status = NoteOf(record, ZeekNote::kStatusCode).AsInteger()) {
    return word(*status < 400);
  }
  if (const auto rcode = NoteOf(record, ZeekNote::kRcode).AsInteger()) return word(*rcode == 0);
  const absl::string_view result = TextOf(record, ZeekNote::kResult);
  if (!result.empty()) {
    return word(absl::EqualsIgnoreCase(result, "success") ||
                absl::EqualsIgnoreCase(result, "succeeded"));
  }
  if (record.dialect.log == "modbus") {
    return word(!NoteOf(record, ZeekNote::kException).has_value());
  }
  return "";
}

// "jdoe/EXAMPLE.ORG", "host/pc1.example.org/EXAMPLE.ORG".
void SetKerberosClient(absl::string_view client, EventRow& row) {
  const std::size_t slash = client.rfind('/');
  row.User(Field::kUserName, client.substr(0, slash));
  if (slash != client.npos) row.Keyword(Field::kUserDomain, client.substr(slash + 1));
}

// The host of "sip:jdoe@voice.example:5060;transport=udp".
void SetSipDomain(absl::string_view uri, EventRow& row) {
  if (!absl::ConsumePrefix(&uri, "sip:") && !absl::ConsumePrefix(&uri, "sips:")) return;
  const std::size_t at = FindByte(uri, '@');
  if (at != uri.npos) uri.remove_prefix(at + 1);
  row.Keyword(Field::kUrlDomain, uri.substr(0, uri.find_first_of(":;?>")));
}

void SetNames(Record& record) {
  EventRow& row = record.row;
  SetUrl(TextOf(record, ZeekNote::kUri), row);
  if (const auto host = TextOf(record, ZeekNote::kUrlHost); !host.empty()) {
    // A proxy is asked for a whole URL: its host is what counts.
    if (!row.Has(Field::kUrlDomain)) {
      row.Keyword(Field::kUrlDomain, host);
    } else {
      record.writer.String("labels.zeek.host", host);
    }
    row.builder().AddKeyword(Field::kRelatedHosts, host);
  }
  SetSipDomain(TextOf(record, ZeekNote::kSipUri), row);
  if (const auto client = TextOf(record, ZeekNote::kClient); !client.empty()) {
    SetKerberosClient(client, row);
  }
  if (const auto host = IpAddress::Parse(TextOf(record, ZeekNote::kHost))) {
    row.Address(Field::kHostIp, *host);
  }
  if (const auto name = TextOf(record, ZeekNote::kHostName); !name.empty()) {
    row.builder().AddKeyword(Field::kRelatedHosts, name);
  }
  if (const auto hash = TextOf(record, ZeekNote::kHash); !hash.empty()) {
    row.builder().AddKeyword(Field::kRelatedHash, hash);
  }
  if (const auto address = IpAddress::Parse(TextOf(record, ZeekNote::kAddress))) {
    row.builder().AddIp(Field::kRelatedIp, *address);
  }
}

void SetMeaning(Record& record, const ZeekLogMeaning& meaning) {
  EventRow& row = record.row;
  row.Keyword(Field::kEventKind, meaning.kind);
  for (const absl::string_view category : meaning.categories) row.Means({category, "", "", ""});
  for (const absl::string_view type : meaning.types) row.Means({"", type, "", ""});
  const absl::string_view action = TextOf(record, ZeekNote::kAction);
  if (record.dialect.log == "dnp3") {
    row.Keyword(Field::kEventAction, absl::AsciiStrToLower(action));
  } else {
    row.Keyword(Field::kEventAction, action);
  }
  row.Keyword(Field::kEventOutcome, OutcomeOf(record));
  const RecordValue& dropped = NoteOf(record, ZeekNote::kDropped);
  if (dropped.has_value()) row.Means({"", dropped.IsTrue() ? "denied" : "allowed", "", ""});
}

}  // namespace

void ConcludeZeek(Record& record) {
  EventRow& row = record.row;
  const ZeekLogMeaning& meaning = ZeekMeaning(record.dialect.number);
  SetTime(record);
  SetDataset(record);
  row.Keyword(Field::kObserverVendor, "Zeek");
  row.Keyword(Field::kObserverType, "ids");
  SetTransport(record, meaning);
  SetProtocol(record, meaning);
  SetNames(record);
  SetMeaning(record, meaning);
  SetDirection(record);
  if (record.dialect.log == "conn") {
    SetBytes(record, ZeekNote::kOrigIpBytes, ZeekNote::kOrigBytes, Field::kSourceBytes);
    SetBytes(record, ZeekNote::kRespIpBytes, ZeekNote::kRespBytes, Field::kDestinationBytes);
    SetDuration(record);
    SetConnState(record);
  }
  if (const auto message = TextOf(record, ZeekNote::kMessage); !message.empty()) {
    row.builder().Text(Field::kMessage, message);
    record.result.message = true;
  }
}

}  // namespace dims
