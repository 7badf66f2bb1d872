// SPDX-License-Identifier: Apache-2.0
#include "agent/parse/line_parser.h"

#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "agent/parse/pam.h"
#include "agent/parse/sshd.h"
#include "agent/parse/text_repair.h"

namespace dims {
namespace {

constexpr absl::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr absl::string_view kNul("\0", 1);
constexpr EventMeaning kHostEvent = {"host", "info", "", ""};

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

void SetOrigin(const LineContext& context, EventRow& row) {
  switch (context.source) {
    case SourceKind::kFile:
      row.Keyword(Field::kLogFilePath, context.origin);
      break;
    case SourceKind::kSyslogUdp:
    case SourceKind::kSyslogTcp:
      row.Keyword(Field::kLogSourceAddress, context.origin);
      break;
  }
}

void SetHeaderFields(const SyslogHeader& header, EventRow& row) {
  if (header.pri >= 0) {
    row.Integer(Field::kLogSyslogFacilityCode, header.pri / 8);
    row.Integer(Field::kLogSyslogSeverityCode, header.pri % 8);
  }
  if (header.version > 0)
    row.Keyword(Field::kLogSyslogVersion, header.version == 1 ? "1" : "other");
  row.Keyword(Field::kHostName, header.host);
  row.Keyword(Field::kLogSyslogAppname, header.app);
  row.Keyword(Field::kProcessName, ProcessNameOf(header.app));
  if (header.pid >= 0) row.Integer(Field::kProcessPid, header.pid);
  row.Label("labels.syslog.procid", header.procid);
  row.Keyword(Field::kLogSyslogMsgid, header.msgid);
}

void ParseProgram(Program program, absl::string_view message, EventRow& row) {
  switch (program) {
    case Program::kSshd:
      ParseSshd(message, row);
      return;
    case Program::kPamModule:
      if (ParsePamText(message, row)) return;
      break;
    case Program::kSudo:
    case Program::kSu:
    case Program::kCron:
    case Program::kLogind:
    case Program::kOther:
      if (ParsePam(message, row)) return;
      break;
  }
  row.Means(kHostEvent);
}

bool IsTrivial(const HeaderShape& shape) {
  return !shape.bom_before_line && shape.suffix == LineSuffix::kNone;
}

}  // namespace

void LineParser::Parse(absl::string_view line, const LineContext& context, BatchBuilder& builder) {
  EventRow row(builder);
  HeaderShape ends;
  absl::string_view text = TakeEnds(line, ends);
  const bool plain = IsPlainText(text);
  if (!plain) {
    RepairText(text, &repaired_);
    text = repaired_;
    row.Tag("bytes_escaped");
  }
  row.Integer(Field::kEventCreated, context.received_ns);
  row.Keyword(Field::kEventKind, "event");
  SetOrigin(context, row);
  if (context.cut) row.Tag("line_cut");
  std::optional<SyslogHeader> found;
  if (context.format == LineFormat::kAuto || context.format == LineFormat::kSyslog) {
    found = ReadSyslogHeader(text);
  }
  if (found) {
    found->shape.bom_before_line = ends.bom_before_line;
    found->shape.suffix = ends.suffix;
    ParseSyslog(*found, context, row);
    if (plain && found->renderable) {
      builder.Keyword(Field::kLayout, layouts_.LayoutOf(found->shape));
    } else {
      builder.Text(Field::kEventOriginal, line);
    }
  } else {
    ParseBare(text, context, row);
    if (!plain) {
      builder.Text(Field::kEventOriginal, line);
    } else if (!IsTrivial(ends)) {
      builder.Keyword(Field::kLayout, layouts_.LayoutOf(ends));
    }
  }
  row.Complete();
}

void LineParser::ParseSyslog(SyslogHeader& header, const LineContext& context, EventRow& row) {
  if (header.clock) {
    const InferredTime time = times_.Resolve(*header.clock, context.received_ns, context.zone);
    header.shape.offset_s = time.offset_s;
    row.Integer(Field::kTimestamp, time.time_ns);
    if (time.inferred) row.Tag("time_inferred");
  } else {
    row.Integer(Field::kTimestamp, context.received_ns);
  }
  SetHeaderFields(header, row);
  const Program program = programs_.Find(header.app);
  row.Keyword(Field::kEventDataset, DatasetOf(program));
  row.builder().Text(Field::kMessage, header.body);
  ParseProgram(program, header.body, row);
}

void LineParser::ParseBare(absl::string_view text, const LineContext& context, EventRow& row) {
  row.Integer(Field::kTimestamp, context.received_ns);
  row.Keyword(Field::kEventDataset, "generic.raw");
  row.builder().Text(Field::kMessage, text);
}

}  // namespace dims
