// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/audit.h"

#include <cstddef>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agent/fields/text_cursor.h"
#include "agent/fields/text_repair.h"
#include "agent/fields/time_value.h"
#include "agent/formats/audit_record.h"

namespace dims {
namespace {

constexpr int kAuditFieldsMax = 192;
constexpr std::size_t kAuditNameBytesMax = 64;
constexpr std::size_t kAuditHexBytesMax = 8u << 10;
// What stands between a record and auditd's interpretation of it, a control character, as text.
constexpr absl::string_view kInterpretation = "\\x1d";

struct AuditHead {
  absl::string_view node;
  absl::string_view type;
  std::int64_t time_ns = 0;
  absl::string_view serial;
};

// "[node=HOST ]type=TYPE msg=audit(SECONDS.MILLIS:SERIAL): ".
bool TakeAuditHead(TextCursor& cursor, AuditHead* head) {
  cursor.Consume("audit: ");
  if (cursor.Consume("node=")) {
    head->node = cursor.TakeWord();
    if (!cursor.Consume(' ')) return false;
  }
  if (!cursor.Consume("type=")) return false;
  head->type = AuditTypeName(cursor.TakeWord());
  cursor.Consume(' ');
  cursor.Consume("msg=");
  if (!cursor.Consume("audit(")) return false;
  TextCursor stamp(cursor.TakeUntil(')'));
  const auto time = ReadTimeValue(stamp.TakeUntil(':'));
  if (!time) return false;
  cursor.Consume(':');  // "...:34) config changed, auid=0" has none
  head->time_ns = *time;
  head->serial = stamp.rest();
  return ParseDigits(head->serial).has_value();
}

// Values that audit writes in hexadecimal when they hold a blank, a quote or a control character.
bool MayBeHex(absl::string_view name, bool execve) {
  for (const absl::string_view known :
       {"comm", "exe", "cmd", "name", "cwd", "proctitle", "acct", "key", "data", "dir", "sw"}) {
    if (name == known) return true;
  }
  return execve && name.size() > 1 && name.front() == 'a' && IsDigit(name[1]);
}

// The bytes behind hexadecimal digits as plain text; NUL between arguments is a blank. Empty: it is
// none.
std::string FromHex(absl::string_view value) {
  if (value.size() < 2 || value.size() % 2 != 0 || value.size() > kAuditHexBytesMax) return "";
  for (const char c : value) {
    if (!IsDigit(c) && (c < 'A' || c > 'F')) return "";
  }
  std::string bytes = absl::HexStringToBytes(value);
  while (!bytes.empty() && bytes.back() == '\0') bytes.pop_back();
  for (char& c : bytes) c = c == '\0' ? ' ' : c;
  std::string text;
  RepairText(bytes, &text);
  return text;
}

// The fields of one record while they are read: what must be known whole before it is set.
struct AuditRecord {
  bool execve = false;
  bool login = false;  // of accounts, log-ins or sessions
  std::string command;
  std::string auid;
  std::string uid;
  std::string result;
};

// "02000050A9FEA9FE...": an IPv4 or IPv6 end with its port.
void SetSocketAddress(absl::string_view value, EventRow& row) {
  if (value.size() > 64) value = value.substr(0, 64);
  std::string hex(value.substr(0, value.size() / 2 * 2));
  for (const char c : hex) {
    if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) return;
  }
  const std::string bytes = absl::HexStringToBytes(hex);
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
  std::string address;
  if (bytes.size() >= 8 && byte(0) == 2 && byte(1) == 0) {
    address = absl::StrCat(byte(4), ".", byte(5), ".", byte(6), ".", byte(7));
  } else if (bytes.size() >= 24 && byte(0) == 10 && byte(1) == 0) {
    for (std::size_t at = 8; at < 24; at += 2) {
      absl::StrAppend(&address, at > 8 ? ":" : "", absl::Hex(byte(at) * 256 + byte(at + 1)));
    }
  } else {
    return;
  }
  row.Destination(address);
  row.DestinationPort(byte(2) * 256 + byte(3));
}

void SetOutcome(absl::string_view value, EventRow& row) {
  if (row.Has(Field::kEventOutcome)) return;
  if (value == "success" || value == "yes" || value == "1") {
    row.Keyword(Field::kEventOutcome, "success");
  } else if (value == "failed" || value == "no" || value == "0" || value == "fail") {
    row.Keyword(Field::kEventOutcome, "failure");
  }
}

struct AuditField {
  absl::string_view name;
  Field field;
};

constexpr AuditField kAuditFields[] = {
    {"comm", Field::kProcessName},
    {"exe", Field::kProcessExecutable},
    {"cwd", Field::kProcessWorkingDirectory},
    {"cmd", Field::kProcessCommandLine},
    {"proctitle", Field::kProcessCommandLine},
    {"name", Field::kFilePath},
    {"unit", Field::kServiceName},
    {"sw", Field::kServiceName},
    {"EUID", Field::kUserEffectiveName},
    {"GID", Field::kGroupName},
};

// True when the value has a place of its own.
bool SetKnown(absl::string_view name, absl::string_view value, AuditRecord& record, EventRow& row) {
  for (const AuditField& known : kAuditFields) {
    if (known.name != name || (known.field == Field::kFilePath && record.execve)) continue;
    if (DefinitionOf(known.field).type == ColumnType::kText) {
      row.Text(known.field, value);
    } else if (known.field == Field::kUserEffectiveName) {
      row.User(known.field, value);
    } else {
      row.Keyword(known.field, value);
    }
    return true;
  }
  if (name == "acct" || name == "UID" || name == "user") {
    if (!row.Has(Field::kUserName) && value != "unset") row.User(Field::kUserName, value);
    if (name == "acct" && record.login) row.User(Field::kUserEffectiveName, value);
    return true;
  }
  if (name == "addr" || name == "src" || name == "hostname") {
    if (name != "hostname" || !IpAddress::Parse(value)) row.Source(value);
    return true;
  }
  if (name == "dst" || name == "laddr") {
    if (!row.Has(Field::kDestinationIp)) row.Destination(value);
    return true;
  }
  const auto number = ParseDigits(value);
  if (number && name == "pid") {
    row.Integer(Field::kProcessPid, *number);
  } else if (number && name == "rport") {
    row.SourcePort(*number);
  } else if (number && name == "lport") {
    if (!row.Has(Field::kDestinationPort)) row.DestinationPort(*number);
  } else if (name == "saddr") {
    SetSocketAddress(value, row);
    return false;
  } else {
    return false;
  }
  return true;
}

void SetAuditField(absl::string_view name, absl::string_view value, AuditRecord& record,
                   EventRow& row) {
  if (value.empty() || value == "?" || value == "(null)" || value == "(none)") return;
  if (name == "res" || name == "success") {
    SetOutcome(value, row);
    return;
  }
  if (record.execve && name.size() > 1 && name.front() == 'a' && IsDigit(name[1])) {
    if (record.command.empty()) row.Keyword(Field::kProcessExecutable, value);
    absl::StrAppend(&record.command, record.command.empty() ? "" : " ", value);
    return;
  }
  if (name == "auid" || name == "uid") {
    (name == "uid" ? record.uid : record.auid) = std::string(value);
    return;
  }
  if (SetKnown(name, value, record, row)) return;
  row.Label(absl::StrCat("labels.audit.", name), value);
}

bool IsAuditName(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
}

// The next "name=value"; words that are none are passed over. `quoted`: it stood in double quotes.
bool TakeAuditField(TextCursor& cursor, absl::string_view* name, absl::string_view* value,
                    bool* quoted) {
  while (!cursor.empty()) {
    cursor.SkipBlanks();
    if (cursor.Consume(kInterpretation) || cursor.Consume(',') || cursor.Consume('\'')) continue;
    const absl::string_view text = cursor.rest();
    std::size_t length = 0;
    while (length < text.size() && length < kAuditNameBytesMax && IsAuditName(text[length])) {
      ++length;
    }
    if (length == 0 || length == text.size() || text[length] != '=') {
      cursor.Skip(length > 0 ? length : 1);
      continue;
    }
    *name = text.substr(0, length);
    cursor.Skip(length + 1);
    *quoted = cursor.Consume('"');
    if (*quoted) {
      *value = cursor.TakeUntil('"');
      return true;
    }
    if (*name == "msg" && cursor.Consume('\'')) continue;  // fields of a program within the record
    std::size_t end = 0;
    const absl::string_view rest = cursor.rest();
    while (end < rest.size() && rest[end] != ' ' && rest[end] != '\'' && rest[end] != '\\' &&
           rest[end] != ',') {
      ++end;
    }
    *value = rest.substr(0, end);
    cursor.Skip(end);
    return true;
  }
  return false;
}

void SetAuditFields(TextCursor cursor, AuditRecord& record, EventRow& row) {
  absl::string_view name;
  absl::string_view value;
  bool quoted = false;
  for (int fields = 0; fields < kAuditFieldsMax; ++fields) {
    if (!TakeAuditField(cursor, &name, &value, &quoted)) return;
    if (!quoted && MayBeHex(name, record.execve)) {
      if (const std::string decoded = FromHex(value); !decoded.empty()) {
        SetAuditField(name, decoded, record, row);
        continue;
      }
    }
    SetAuditField(name, value, record, row);
  }
}

bool IsLoginRecord(const EventMeaning* meaning) {
  return meaning != nullptr &&
         (meaning->category == "iam" || meaning->category == "authentication" ||
          meaning->category == "session");
}

// Of accounts and log-ins it counts who logged in once, of all else who runs the process.
void SetAuditUser(const AuditRecord& record, EventRow& row) {
  const bool once = record.login && !record.auid.empty();
  row.Keyword(Field::kUserId, once ? record.auid : record.uid);
  row.Label(once ? "labels.audit.uid" : "labels.audit.auid", once ? record.uid : record.auid);
}

// Sends and connects of x86-64: connect, sendto, sendmsg.
bool SendsOut(absl::string_view text) {
  if (!absl::StartsWith(text, " arch=c000003e ") && !absl::StrContains(text, "ARCH=x86_64")) {
    return false;
  }
  return absl::StrContains(text, " syscall=42 ") || absl::StrContains(text, " syscall=44 ") ||
         absl::StrContains(text, " syscall=46 ");
}

// SELinux' "avc:  denied  { read } for ..." and AppArmor's apparmor="DENIED".
void SetAccessVector(absl::string_view text, EventRow& row) {
  if (absl::StrContains(text, "apparmor=")) {
    row.Keyword(Field::kEventAction, "violated-apparmor-policy");
    SetOutcome(absl::StrContains(text, "DENIED") ? "no" : "yes", row);
  } else if (absl::StrContains(text, "avc:")) {
    SetOutcome(absl::StrContains(text, " denied ") ? "no" : "yes", row);
  }
}

void SetAuditMeaning(absl::string_view type, const EventMeaning* meaning, absl::string_view text,
                     EventRow& row) {
  if (absl::EndsWith(type, "AVC")) SetAccessVector(text, row);
  const bool execve = type == "SYSCALL" && (absl::StrContains(text, " syscall=execve ") ||
                                            absl::StrContains(text, " syscall=59 "));
  if (execve) {
    row.Means({"process", "start", "executed", ""});
  } else if (meaning == nullptr) {
    row.Means({"process", "info", "", ""});
    row.Keyword(Field::kEventAction, absl::AsciiStrToLower(type));
  } else if (row.Has(Field::kEventAction)) {
    row.Means({meaning->category, meaning->type, "", ""});
  } else {
    row.Means(*meaning);
  }
}

}  // namespace

bool IsAudit(const TextInput& input) {
  AuditHead head;
  TextCursor tagged(input.tagged);
  TextCursor text(input.text);
  return TakeAuditHead(tagged, &head) || TakeAuditHead(text, &head);
}

std::optional<TextResult> ParseAudit(const TextInput& input, EventRow& row) {
  AuditHead head;
  TextCursor cursor(input.tagged);
  if (!TakeAuditHead(cursor, &head)) {
    cursor = TextCursor(input.text);
    head = AuditHead();
    if (!TakeAuditHead(cursor, &head)) return std::nullopt;
  }
  row.Keyword(Field::kEventDataset, "auditd.log");
  row.Keyword(Field::kEventCode, head.type);
  row.Label("labels.audit.serial", head.serial);
  if (!head.node.empty()) row.Keyword(Field::kHostName, head.node);
  const EventMeaning* const meaning = MeaningOfAudit(head.type);
  const absl::string_view text = cursor.rest();
  SetAuditMeaning(head.type, meaning, text, row);
  AuditRecord record;
  record.login = IsLoginRecord(meaning);
  record.execve = head.type == "EXECVE";
  SetAuditFields(cursor, record, row);
  SetAuditUser(record, row);
  if (head.type == "SYSCALL" && SendsOut(text)) row.Keyword(Field::kNetworkDirection, "egress");
  row.Text(Field::kProcessCommandLine, record.command);
  TextResult result;
  result.time_ns = head.time_ns;
  return result;
}

}  // namespace dims
