// SPDX-License-Identifier: Apache-2.0
#include "agent/parse/syslog_header.h"

#include <array>

#include "absl/strings/match.h"
#include "agent/fields/text_cursor.h"
#include "agent/parse/device_prefix.h"
#include "common/event/ip_address.h"

namespace dims {
namespace {

constexpr std::int64_t kPriMax = 191;
constexpr std::size_t kHostBytesMax = 255;
constexpr std::size_t kAppBytesMax = 128;
constexpr std::size_t kProcidBytesMax = 128;
constexpr absl::string_view kMessageByteOrderMark = "\xef\xbb\xbf";

// "<34>".
bool ReadPri(TextCursor& cursor, SyslogHeader& header) {
  TextCursor ahead = cursor;
  if (!ahead.Consume('<')) return false;
  const std::size_t before = ahead.rest().size();
  const bool leading_zero = ahead.Peek() == '0';
  const auto pri = ahead.TakeNumber(3);
  if (!pri || *pri > kPriMax) return false;
  if (leading_zero && before - ahead.rest().size() > 1) header.renderable = false;
  if (!ahead.Consume('>')) return false;
  header.pri = static_cast<std::int32_t>(*pri);
  header.shape.pri = PriStyle::kPlain;
  cursor = ahead;
  return true;
}

void SetClock(const ClockText& clock, SyslogHeader& header) {
  header.clock = clock;
  HeaderShape& shape = header.shape;
  shape.has_clock = true;
  shape.clock_style = clock.style;
  shape.zone_style = clock.zone_style;
  shape.blank_in_date = clock.date_separator == ' ';
  shape.comma_fraction = clock.fraction_digits > 0 && clock.fraction_separator == ',';
  if (clock.style == ClockStyle::kOther) {
    header.renderable = false;
  } else {
    shape.fraction_digits = static_cast<std::uint8_t>(clock.fraction_digits);
  }
}

// Number without leading zero, or another word.
void SetProcid(absl::string_view text, SyslogHeader& header) {
  const auto number = ParseDigits(text);
  if (number && (text.front() != '0' || text.size() == 1)) {
    header.pid = *number;
    header.shape.has_pid = true;
  } else {
    header.procid = text;
    header.renderable = false;
  }
}

// Sets of bytes, so that a word is read with one look-up a byte.
struct ByteSet {
  std::array<bool, 256> members{};

  constexpr bool Has(char c) const { return members[static_cast<unsigned char>(c)]; }
};

// Printable bytes without `excluded`.
constexpr ByteSet PrintableWithout(absl::string_view excluded) {
  ByteSet set;
  for (std::size_t byte = 0x21; byte < 256; ++byte) set.members[byte] = byte != 0x7f;
  for (const char c : excluded) set.members[static_cast<unsigned char>(c)] = false;
  return set;
}

constexpr ByteSet kTagBytes = PrintableWithout(":[]\"{=,");
constexpr ByteSet kHostBytes = PrintableWithout("[]{\"=(,");

// "[123]"; what is not a number counts only before a colon.
bool ReadTagPid(TextCursor& cursor, SyslogHeader& header) {
  if (!cursor.Consume('[')) return true;
  const std::size_t close = FindByte(cursor.rest().substr(0, kProcidBytesMax + 1), ']');
  if (close == absl::string_view::npos) return false;
  const absl::string_view text = cursor.rest().substr(0, close);
  cursor.Skip(close + 1);
  SetProcid(text, header);
  if (header.pid >= 0) return true;
  return cursor.Peek() == ':' && text.find(' ') == text.npos;
}

// What may end a tag: ": ", a colon before the text, or, after a pid, a blank.
bool ReadTagEnd(TextCursor& cursor, SyslogHeader& header) {
  HeaderShape& shape = header.shape;
  if (cursor.Consume(": ")) {
    shape.tag_end = TagEnd::kColonBlank;
  } else if (cursor.Consume(':')) {
    // "12:30", "http://", "a::b" are text; "su:text" is a tag.
    const char next = cursor.Peek();
    const bool word = IsAsciiLetter(header.app.front()) || header.pid >= 0;
    if (!cursor.empty() && (!word || next == ':' || next == '/' || next == '\\')) return false;
    shape.tag_end = TagEnd::kColon;
  } else if (header.pid >= 0 && cursor.Consume(' ')) {
    shape.tag_end = TagEnd::kBlank;
  } else {
    return false;
  }
  return true;
}

// "sshd[123]: ". On failure header and cursor are as before.
bool ReadTag(TextCursor& cursor, SyslogHeader& header) {
  const absl::string_view text = cursor.rest();
  std::size_t length = 0;
  while (length < text.size() && length <= kAppBytesMax && kTagBytes.Has(text[length])) ++length;
  if (length == 0 || length > kAppBytesMax || length == text.size()) return false;
  if (text[length] != ':' && text[length] != '[') return false;
  const bool renderable = header.renderable;
  TextCursor ahead = cursor;
  ahead.Skip(length);
  header.app = text.substr(0, length);
  header.shape.has_app = true;
  if (ReadTagPid(ahead, header) && ReadTagEnd(ahead, header)) {
    cursor = ahead;
    return true;
  }
  header.app = header.procid = {};
  header.pid = -1;
  header.shape.has_app = header.shape.has_pid = false;
  header.shape.tag_end = TagEnd::kNothing;
  header.renderable = renderable;
  return false;
}

bool IsHost(absl::string_view word) {
  if (word.empty() || word.size() > kHostBytesMax) return false;
  for (const char c : word) {
    if (!kHostBytes.Has(c)) return false;
  }
  return true;
}

// "gate " before the tag. A word with a colon at its end is the tag itself, unless it is an
// address.
void ReadHost(TextCursor& cursor, SyslogHeader& header) {
  TextCursor ahead = cursor;
  absl::string_view word = ahead.TakeWord();
  if (!word.empty() && word.back() == ':') {
    // "fw1.example: %ASA-6-302013: ...": devices of Cisco name themselves so.
    word.remove_suffix(1);
    if (!absl::StartsWith(ahead.rest(), " %") && !IpAddress::Parse(word)) return;
    header.renderable = false;
  }
  if (absl::StartsWith(word, "%")) return;
  if (!IsHost(word) || !(ahead.empty() || ahead.Consume(' '))) return;
  // A single blank belongs to the header, and the layout says so.
  if (ahead.empty() && (cursor.rest().empty() || cursor.rest().back() != ' ')) {
    header.renderable = false;
  }
  header.host = word;
  header.shape.has_host = true;
  cursor = ahead;
}

// What a device of Cisco writes before the name of its message. Its own time is nearer to the event
// than that of who passed the line on.
bool TakeDevicePrefix(TextCursor& cursor, SyslogHeader& header) {
  const auto prefix = ReadDevicePrefix(cursor.rest());
  if (!prefix) return false;
  header.renderable = false;
  if (header.host.empty()) header.host = prefix->host;
  if (prefix->clock) SetClock(*prefix->clock, header);
  cursor.Skip(prefix->length);
  return true;
}

// Host, tag and body after the time of a traditional header.
void ReadHostAndTag(TextCursor& cursor, SyslogHeader& header) {
  // "Jun  1 12:00:00: %ASA-...": the colon belongs to the time.
  if (cursor.Consume(": ")) {
    header.renderable = false;
  } else if (!cursor.Consume(' ')) {
    header.renderable = false;
    cursor.Consume(':');
  }
  if (cursor.Peek() == ' ') {
    header.renderable = false;
    cursor.SkipBlanks();
  }
  // AIX: "Message forwarded from gate: sshd[1]: ...".
  if (cursor.Consume("Message forwarded from ")) {
    header.renderable = false;
    header.host = cursor.TakeUntil(':');
    cursor.SkipBlanks();
  } else {
    ReadHost(cursor, header);
    if (cursor.Peek() != '%') TakeDevicePrefix(cursor, header);
  }
  ReadTag(cursor, header);
  header.body = cursor.rest();
}

// "1 2026-... host app procid msgid sd message" after the priority.
bool ReadVersioned(TextCursor cursor, SyslogHeader& header) {
  if (cursor.Peek() == '0') return false;
  const auto version = cursor.TakeNumber(3);
  if (!version || !cursor.Consume(' ')) return false;
  SyslogHeader out = header;
  out.version = static_cast<std::int32_t>(*version);
  out.shape.pri = PriStyle::kVersioned;
  if (*version != 1) out.renderable = false;
  if (!cursor.Consume('-')) {
    const auto clock = ReadIsoClock(cursor.rest());
    if (!clock || clock->date_separator != 'T') return false;
    SetClock(*clock, out);
    cursor.Skip(clock->length);
  }
  if (!cursor.Consume(' ')) return false;
  absl::string_view words[4];
  for (absl::string_view& word : words) {
    word = cursor.TakeWord();
    if (word.empty() || word.size() > kHostBytesMax) return false;
    if (!cursor.Consume(' ')) out.renderable = false;
  }
  const auto is_set = [](absl::string_view word) { return word != "-"; };
  out.shape.has_host = is_set(words[0]);
  if (out.shape.has_host) out.host = words[0];
  out.shape.has_app = is_set(words[1]);
  if (out.shape.has_app) out.app = words[1];
  if (is_set(words[2])) SetProcid(words[2], out);
  out.shape.has_msgid = is_set(words[3]);
  if (out.shape.has_msgid) out.msgid = words[3];
  const std::size_t length = StructuredDataLength(cursor.rest());
  if (length == 0 || cursor.Peek() != '-') out.renderable = false;
  if (cursor.Peek() == '[') out.structured_data = cursor.rest().substr(0, length);
  cursor.Skip(length);
  if (cursor.Consume(' ')) out.shape.tag_end = TagEnd::kBlank;
  out.shape.bom_before_message = cursor.Consume(kMessageByteOrderMark);
  out.body = cursor.rest();
  header = out;
  return true;
}

// Cisco: "<189>123: host: *Mar  1 ...", each part optional. Left of the time only.
void SkipSequenceNumber(TextCursor& cursor, SyslogHeader& header) {
  TextCursor ahead = cursor;
  if (!ahead.TakeNumber(12) || !ahead.Consume(": ")) return;
  header.renderable = false;
  cursor = ahead;
  const absl::string_view word = ahead.TakeWord();
  if (word.size() < 2 || word.back() != ':' || !ahead.Consume(' ')) return;
  if (!ReadBsdClock(ahead.rest())) return;
  header.host = word.substr(0, word.size() - 1);
  cursor = ahead;
}

// True when what follows a traditional time cannot belong to it: no year, zone or fraction.
bool StandsAlone(absl::string_view text) {
  if (text.size() <= ClockMemo::kBytes || text[ClockMemo::kBytes - 1] != ' ') return false;
  const char next = text[ClockMemo::kBytes];
  return IsAsciiLetter(next) && next != 'U' && next != 'G';
}

std::optional<ClockText> ReadClock(absl::string_view text, ClockMemo* memo) {
  if (text.empty()) return std::nullopt;
  if (IsDigit(text.front())) return ReadIsoClock(text);
  if (memo == nullptr || !StandsAlone(text)) return ReadBsdClock(text);
  if (std::memcmp(text.data(), memo->text.data(), ClockMemo::kBytes) == 0) return memo->clock;
  const auto clock = ReadBsdClock(text);
  if (clock && clock->length == ClockMemo::kBytes - 1) {
    std::memcpy(memo->text.data(), text.data(), ClockMemo::kBytes);
    memo->clock = *clock;
  }
  return clock;
}

bool IsLevelWord(absl::string_view word) {
  for (const char* level :
       {"INFO", "WARN", "WARNING", "ERROR", "DEBUG", "TRACE", "FATAL", "NOTICE", "CRITICAL"}) {
    if (absl::EqualsIgnoreCase(word, level)) return true;
  }
  return false;
}

// After a priority: whatever follows is syslog.
void ReadTraditional(TextCursor cursor, ClockMemo* memo, SyslogHeader& header) {
  if (cursor.Peek() == ' ') {
    header.renderable = false;
    cursor.SkipBlanks();
  }
  auto clock = ReadClock(cursor.rest(), memo);
  if (!clock) {
    if (TakeDevicePrefix(cursor, header)) {
      ReadTag(cursor, header);
      header.body = cursor.rest();
      return;
    }
    SkipSequenceNumber(cursor, header);
    clock = ReadClock(cursor.rest(), memo);
  }
  if (clock) {
    SetClock(*clock, header);
    cursor.Skip(clock->length);
    if (!header.host.empty()) {  // before the time already
      cursor.Consume(": ");
      ReadTag(cursor, header);
      header.body = cursor.rest();
      return;
    }
    ReadHostAndTag(cursor, header);
    return;
  }
  ReadTag(cursor, header);
  header.body = cursor.rest();
}

}  // namespace

std::optional<SyslogHeader> ReadSyslogHeader(absl::string_view line, ClockMemo* memo) {
  SyslogHeader header;
  TextCursor cursor(line);
  if (ReadPri(cursor, header)) {
    if (!IsDigit(cursor.Peek()) || !ReadVersioned(cursor, header)) {
      ReadTraditional(cursor, memo, header);
    }
    return header;
  }
  if (line.size() < 16) return std::nullopt;
  const auto clock = ReadClock(line, memo);
  if (!clock) {
    if (!TakeDevicePrefix(cursor, header)) return std::nullopt;
    ReadTag(cursor, header);
    header.body = cursor.rest();
    return header;
  }
  const bool iso = IsDigit(line.front());
  if (iso && clock->date_separator != 'T') return std::nullopt;
  if (clock->length < line.size() && line[clock->length] != ' ' && line[clock->length] != ':') {
    return std::nullopt;
  }
  SetClock(*clock, header);
  cursor.Skip(clock->length);
  ReadHostAndTag(cursor, header);
  if (iso && (header.host.empty() || header.app.empty() || IsLevelWord(header.host))) {
    return std::nullopt;
  }
  return header;
}

std::size_t StructuredDataLength(absl::string_view text) {
  if (text.empty()) return 0;
  if (text.front() == '-') return text.size() == 1 || text[1] == ' ' ? 1 : 0;
  std::size_t at = 0;
  while (at < text.size() && text[at] == '[') {
    bool quoted = false;
    for (++at; at < text.size() && (quoted || text[at] != ']'); ++at) {
      if (quoted && text[at] == '\\') {
        ++at;
      } else if (text[at] == '"') {
        quoted = !quoted;
      }
    }
    if (at >= text.size()) return 0;
    ++at;
  }
  return at == text.size() || text[at] == ' ' ? at : 0;
}

}  // namespace dims
