// SPDX-License-Identifier: Apache-2.0
#include "agent/parse/line_parser.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agent/fields/field_writer.h"
#include "agent/fields/leading_time.h"
#include "agent/fields/text_repair.h"
#include "agent/fields/time_value.h"
#include "agent/formats/accounts.h"
#include "agent/formats/cron.h"
#include "agent/formats/key_value.h"
#include "agent/formats/logind.h"
#include "agent/formats/pam.h"
#include "agent/formats/sshd.h"
#include "agent/formats/sudo.h"
#include "agent/parse/journal_entry.h"
#include "agent/parse/sd_elements.h"

namespace dims {
namespace {

constexpr absl::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr absl::string_view kNul("\0", 1);
constexpr EventMeaning kHostEvent = {"host", "info", "", ""};
constexpr EventMeaning kFlow = {"network", "connection", "", ""};

// Takes off what is no part of the text but may stand around it.
absl::string_view TakeEnds(absl::string_view line, HeaderShape& shape) {
  shape.bom_before_line = absl::ConsumePrefix(&line, kByteOrderMark);
  if (absl::ConsumeSuffix(&line, "\r\n")) {
    shape.suffix = LineSuffix::kCrLf;
  } else if (absl::ConsumeSuffix(&line, "\n")) {
    shape.suffix = LineSuffix::kLf;
  } else if (absl::ConsumeSuffix(&line, "\r")) {
    shape.suffix = LineSuffix::kCr;
  } else if (absl::ConsumeSuffix(&line, kNul)) {
    shape.suffix = LineSuffix::kNul;
  }
  return line;
}

// A JSON object written over several lines, on one: between its members line ends are blanks, and
// inside its strings there are none. False: something else.
bool JoinJsonLines(absl::string_view text, std::string* joined) {
  const absl::string_view begin = absl::StripLeadingAsciiWhitespace(text);
  if (begin.empty() || begin.front() != '{') return false;
  joined->assign(text.data(), text.size());
  std::replace_if(
      joined->begin(), joined->end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return IsPlainText(*joined);
}

bool HasEnds(const HeaderShape& shape) {
  return shape.bom_before_line || shape.suffix != LineSuffix::kNone;
}

void SetOrigin(const LineContext& context, EventRow& row) {
  switch (context.source) {
    case SourceKind::kFile:
      row.Keyword(Field::kLogFilePath, context.origin);
      break;
    case SourceKind::kJournal:
      break;  // the entry says more itself
    case SourceKind::kSyslogUdp:
    case SourceKind::kSyslogTcp:
      row.Keyword(Field::kLogSourceAddress, context.origin);
      break;
  }
}

// What the site calls the sender goes before what the line says.
absl::string_view HostOf(const SyslogHeader& header, const LineContext& context) {
  return context.host.empty() ? header.host : context.host;
}

void SetHeaderFields(const SyslogHeader& header, absl::string_view host,
                     absl::string_view process_name, EventRow& row) {
  if (header.pri >= 0) {
    row.Integer(Field::kLogSyslogFacilityCode, header.pri / 8);
    row.Integer(Field::kLogSyslogSeverityCode, header.pri % 8);
  }
  if (header.version > 0) {
    row.Keyword(Field::kLogSyslogVersion, header.version == 1 ? "1" : "other");
  }
  row.Keyword(Field::kHostName, host);
  if (host != header.host) row.Label("labels.syslog.hostname", header.host);
  row.Keyword(Field::kLogSyslogAppname, header.app);
  row.Keyword(Field::kProcessName, process_name);
  if (header.pid >= 0) row.Integer(Field::kProcessPid, header.pid);
  row.Label("labels.syslog.procid", header.procid);
  row.Keyword(Field::kLogSyslogMsgid, header.msgid);
}

// Junos says in structured data what others say in text: its format reads it.
void SetStructuredData(const SyslogHeader& header, Program program, EventRow& row) {
  if (header.structured_data.empty()) return;
  if (program == Program::kOther && absl::StartsWith(header.structured_data, "[junos@")) return;
  FieldWriter writer(row);
  ParseStructuredData(header.structured_data, writer);
}

// What only the header of a device's report says: who saw it, and how urgent it is.
void SetReporter(const SyslogHeader& header, absl::string_view host, EventRow& row) {
  constexpr absl::string_view kLevels[] = {"emergency", "alert",        "critical",      "error",
                                           "warning",   "notification", "informational", "debug"};
  if (!row.Has(Field::kObserverVendor)) return;
  if (!row.Has(Field::kObserverName)) row.Keyword(Field::kObserverName, host);
  if (header.pri >= 0 && !row.Has(Field::kLogLevel)) {
    row.Keyword(Field::kLogLevel, kLevels[header.pri % 8]);
  }
}

struct JournalFieldTarget {
  absl::string_view name;
  Field field;
};

// The journal's trusted fields that ECS has a name for (systemd.journal-fields(7)).
constexpr JournalFieldTarget kJournalFields[] = {{"_EXE", Field::kProcessExecutable},
                                                 {"_CMDLINE", Field::kProcessCommandLine},
                                                 {"_UID", Field::kUserId},
                                                 {"_SYSTEMD_UNIT", Field::kServiceName}};

// Says where an entry stands in the journal, or again what another field says.
bool IsJournalAddress(absl::string_view name) {
  return absl::StartsWith(name, "__") || name == "SYSLOG_TIMESTAMP" || name == "SYSLOG_PID" ||
         name == "_SOURCE_MONOTONIC_TIMESTAMP";
}

void SetJournalField(absl::string_view name, absl::string_view value, FieldWriter& writer) {
  for (const JournalFieldTarget& known : kJournalFields) {
    if (known.name == name) return writer.String(NameOf(known.field), value);
  }
  if (IsJournalAddress(name)) return;
  while (absl::ConsumePrefix(&name, "_")) continue;
  writer.String(absl::StrCat("labels.journald.", absl::AsciiStrToLower(name)), value);
}

// What the reserved fields are given may be any bytes.
void SetPlain(Field field, absl::string_view value, EventRow& row) {
  if (IsPlainText(value)) return row.Keyword(field, value);
  std::string plain;
  RepairText(value, &plain);
  row.Keyword(field, plain);
}

void SetJournalFields(const JournalEntry& entry, absl::string_view process_name, EventRow& row,
                      FieldWriter& writer) {
  if (entry.facility >= 0) row.Integer(Field::kLogSyslogFacilityCode, entry.facility);
  if (entry.severity >= 0) row.Integer(Field::kLogSyslogSeverityCode, entry.severity);
  SetPlain(Field::kProcessName, process_name, row);
  if (entry.pid >= 0) row.Integer(Field::kProcessPid, entry.pid);
  for (const auto& [name, value] : entry.others) SetJournalField(name, value, writer);
  SetPlain(Field::kHostName, entry.host, row);
  SetPlain(Field::kLogSyslogAppname, entry.identifier, row);
}

// False: the program's parser does not know this message.
bool ParseProgram(Program program, absl::string_view message, EventRow& row) {
  switch (program) {
    case Program::kSshd:
      ParseSshd(message, row);
      return true;
    case Program::kPamModule:
      return ParsePamText(message, row);
    case Program::kSudo:
      return ParsePam(message, row) || ParseSudo(message, row);
    case Program::kDoas:
      return ParseDoas(message, row);
    case Program::kSu:
      return ParsePam(message, row) || ParseSu(message, row);
    case Program::kCron:
      return ParseCron(message, row) || ParsePam(message, row);
    case Program::kLogind:
      return ParseLogind(message, row) || ParsePam(message, row);
    case Program::kOther:
      return ParsePam(message, row) || ParseAccountChange(message, row);
  }
  return false;
}

TextInput InputOf(const SyslogHeader& header, const LineContext& context) {
  TextInput input{
      .text = header.body, .app = header.app, .tagged = header.body, .origin = context.origin};
  if (!header.app.empty()) {
    const char* const end = header.body.data() + header.body.size();
    input.tagged =
        absl::string_view(header.app.data(), static_cast<std::size_t>(end - header.app.data()));
  }
  return input;
}

// Null: the site made none, or the input says that its lines have no text of their own.
const SiteTextFormats* SiteFormatsOf(const LineContext& context) {
  const bool open = context.format == LineFormat::kAuto || context.format == LineFormat::kSyslog;
  return open ? context.site_formats : nullptr;
}

std::optional<TextResult> ParseAs(const TextFormat& format, const TextInput& input, EventRow& row) {
  auto result = format.parse(input, row);
  if (result && !row.Has(Field::kEventDataset)) row.Keyword(Field::kEventDataset, format.name);
  return result;
}

}  // namespace

bool LineParser::Parse(absl::string_view line, const LineContext& context, BatchBuilder& builder) {
  read_ = true;
  EventRow row(builder, memory_);
  if (context.source == SourceKind::kJournal) {
    ParseJournal(line, context, row);
    row.Complete();
    return read_;
  }
  HeaderShape shape;
  absl::string_view text = TakeEnds(line, shape);
  const bool plain = IsPlainText(text);
  if (!plain) {
    if (!JoinJsonLines(text, &repaired_)) {
      RepairText(text, &repaired_);
      row.Tag("bytes_escaped");
    }
    text = repaired_;
  }
  if (context.cut) row.Tag("line_cut");
  row.Integer(Field::kEventCreated, context.received_ns);
  row.Keyword(Field::kEventKind, "event");
  SetOrigin(context, row);
  std::optional<SyslogHeader> header;
  // No header begins as JSON does.
  if ((context.format == LineFormat::kAuto || context.format == LineFormat::kSyslog) &&
      (text.empty() || text.front() != '{')) {
    header = ReadSyslogHeader(text, &clock_memo_);
  }
  bool renderable = false;
  if (header) {
    renderable = ParseSyslog(*header, context, row);
    header->shape.bom_before_line = shape.bom_before_line;
    header->shape.suffix = shape.suffix;
    shape = header->shape;
  } else {
    renderable = ParseBare(text, context, row);
  }
  if (!plain || !renderable) {
    builder.Text(Field::kEventOriginal, line);
  } else if (header || HasEnds(shape)) {
    builder.Keyword(Field::kLayout, layouts_.LayoutOf(shape));
  }
  row.Complete();
  return read_;
}

bool LineParser::ParseSyslog(SyslogHeader& header, const LineContext& context, EventRow& row) {
  const auto [program, process_name] = programs_.Find(header.app);
  const absl::string_view host = HostOf(header, context);
  SetHeaderFields(header, host, process_name, row);
  SetStructuredData(header, program, row);
  const TextResult content = ParseContent(InputOf(header, context), program, context, row);
  if (!row.Has(Field::kEventDataset)) row.Keyword(Field::kEventDataset, DatasetOf(program));
  if (!row.Has(Field::kEventCategory)) row.Means(row.has_both_ends() ? kFlow : kHostEvent);
  SetReporter(header, host, row);
  if (!content.message) row.builder().Text(Field::kMessage, header.body);
  bool renderable = header.renderable && !content.message && host == header.host;
  const bool complete = header.clock && header.clock->year != 0 && header.clock->has_zone;
  if (content.time_ns && !complete) {
    // The text knows better than a header without year or zone.
    row.Integer(Field::kTimestamp, *content.time_ns);
    renderable = renderable && !header.clock;
  } else if (content.clock && content.clock->year != 0 && !complete) {
    SetTime(*content.clock, context, row);
    renderable = renderable && !header.clock;
  } else if (header.clock) {
    header.shape.offset_s = SetTime(*header.clock, context, row).offset_s;
  } else if (content.clock) {
    SetTime(*content.clock, context, row);
  } else {
    row.Integer(Field::kTimestamp, context.latest_ns());
  }
  return renderable;
}

bool LineParser::ParseBare(absl::string_view text, const LineContext& context, EventRow& row) {
  TextResult content;
  row.Keyword(Field::kHostName, context.host);
  if (context.format != LineFormat::kRaw) {
    const TextInput input{.text = text, .app = "", .tagged = text, .origin = context.origin};
    content = ParseContent(input, Program::kOther, context, row);
  }
  if (!row.Has(Field::kEventDataset)) row.Keyword(Field::kEventDataset, "generic.raw");
  if (!row.Has(Field::kEventCategory) && row.has_both_ends()) row.Means(kFlow);
  if (!content.message) row.builder().Text(Field::kMessage, text);
  if (content.time_ns) {
    row.Integer(Field::kTimestamp, *content.time_ns);
  } else if (content.clock) {
    SetTime(*content.clock, context, row);
  } else if (const auto leading = ReadLeadingTime(text)) {
    SetTime(leading->clock, context, row);
    if (!row.Has(Field::kLogLevel)) {
      row.Keyword(Field::kLogLevel, absl::AsciiStrToLower(leading->level));
    }
  } else {
    row.Integer(Field::kTimestamp, context.latest_ns());
  }
  return !content.message;
}

void LineParser::ParseJournal(absl::string_view exported, const LineContext& context,
                              EventRow& row) {
  const JournalEntry entry = ReadJournalEntry(exported);
  if (context.cut) row.Tag("line_cut");
  row.Integer(Field::kEventCreated, context.received_ns);
  row.Keyword(Field::kEventKind, "event");
  const auto [program, process_name] = programs_.Find(entry.identifier);
  FieldWriter writer(row);
  SetJournalFields(entry, process_name, row, writer);
  absl::string_view text = entry.message;
  if (!IsPlainText(text)) {
    RepairText(text, &repaired_);
    text = repaired_;
    row.Tag("bytes_escaped");
    row.builder().Text(Field::kEventOriginal, entry.message);
  }
  const TextInput input{.text = text, .app = entry.identifier, .tagged = text, .origin = ""};
  const TextResult content = ParseContent(input, program, context, row);
  if (!row.Has(Field::kEventDataset)) row.Keyword(Field::kEventDataset, DatasetOf(program));
  if (!row.Has(Field::kEventCategory)) row.Means(row.has_both_ends() ? kFlow : kHostEvent);
  if (!content.message) row.builder().Text(Field::kMessage, text);
  row.Integer(Field::kTimestamp, entry.time_us ? *entry.time_us * 1000 : context.received_ns);
}

TextResult LineParser::ParseContent(const TextInput& input, Program program,
                                    const LineContext& context, EventRow& row) {
  if (context.site_format != nullptr) {
    if (const auto result = context.site_format->Parse(input, row)) return *result;
  }
  if (context.text_format != nullptr) {
    if (const auto result = ParseAs(*context.text_format, input, row)) return *result;
  }
  const SiteTextFormats* const site = SiteFormatsOf(context);
  if (site != nullptr) {
    if (const auto result = site->ParseNamed(input, row)) return *result;
  }
  if (context.format != LineFormat::kKeyValue) {
    if (auto content = ParseJson(input, row)) return *content;
  }
  if (context.format == LineFormat::kJson) {
    read_ = false;
    return {};
  }
  if (program == Program::kOther && context.format != LineFormat::kKeyValue) {
    if (const auto result = zeek_.Parse(input, row)) return *result;
    if (const TextFormat* format = RecognizeText(input)) {
      if (const auto result = ParseAs(*format, input, row)) return *result;
    }
  }
  if (ParseProgram(program, input.text, row)) return {};
  if (site != nullptr) {
    if (const auto result = site->ParseUnnamed(input, row)) return *result;
  }
  if (program == Program::kOther) return ParsePairs(input.text, context.format, row);
  read_ = false;
  return {};
}

TextResult LineParser::ParsePairs(absl::string_view text, LineFormat format, EventRow& row) {
  TextResult content;
  read_ = ParseKeyValue(text, format == LineFormat::kKeyValue, row);
  if (!read_) return content;
  if (!row.Has(Field::kLogSyslogAppname)) {
    row.Keyword(Field::kEventDataset, "generic.keyvalue");
  }
  return content;
}

std::optional<TextResult> LineParser::ParseJson(const TextInput& input, EventRow& row) {
  absl::string_view text = absl::StripLeadingAsciiWhitespace(input.text);
  if (absl::ConsumePrefix(&text, "@cee:")) text = absl::StripLeadingAsciiWhitespace(text);
  if (text.empty() || text.front() != '{') return std::nullopt;
  return json_.Parse(text, input.origin, row);
}

InferredTime LineParser::SetTime(const ClockText& clock, const LineContext& context,
                                 EventRow& row) {
  const InferredTime time = times_.Resolve(clock, context.latest_ns(), context.zone);
  row.Integer(Field::kTimestamp, time.time_ns);
  if (time.inferred) row.Tag("time_inferred");
  return time;
}

}  // namespace dims
