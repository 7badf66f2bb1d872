// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/sshd.h"

#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "agent/fields/text_cursor.h"
#include "agent/formats/pam.h"

namespace dims {
namespace {

constexpr EventMeaning kLogin = {"authentication", "start", "ssh_login", "success"};
constexpr EventMeaning kLoginFailed = {"authentication", "start", "ssh_login", "failure"};
constexpr EventMeaning kPostponed = {"authentication", "info", "ssh_login_postponed", ""};
constexpr EventMeaning kInvalidUser = {"authentication", "info", "ssh_invalid_user", "failure"};
constexpr EventMeaning kNotAllowed = {"authentication", "info", "ssh_user_not_allowed", "failure"};
constexpr EventMeaning kTooMany = {"authentication", "end", "ssh_too_many_failures", "failure"};
constexpr EventMeaning kTimeout = {"authentication", "end", "ssh_login_timeout", "failure"};
constexpr EventMeaning kConnected = {"network", "start", "ssh_connection", ""};
constexpr EventMeaning kDisconnected = {"network", "end", "ssh_disconnect", ""};
constexpr EventMeaning kProtocolError = {"network", "protocol", "ssh_protocol_error", "failure"};
constexpr EventMeaning kPenalty = {"network", "info", "ssh_penalty", ""};
constexpr EventMeaning kRefused = {"network", "denied", "ssh_refused", "failure"};
constexpr EventMeaning kReverse = {"network", "info", "ssh_reverse_mapping_failed", "failure"};
constexpr EventMeaning kSession = {"session", "start", "ssh_session_start", "success"};
constexpr EventMeaning kSessionEnd = {"session", "end", "ssh_session_end", "success"};
constexpr EventMeaning kListening = {"process", "start", "ssh_listening", "success"};
constexpr EventMeaning kOther = {"authentication", "info", "", ""};

// "192.0.2.1 port 22": the address, and the port where there is one. Returns what follows.
TextCursor TakeSource(TextCursor cursor, EventRow& row) {
  absl::string_view word = cursor.TakeWord();
  // "Received disconnect from 192.0.2.1: 11:", "(192.0.2.1)".
  absl::ConsumePrefix(&word, "(");
  absl::ConsumeSuffix(&word, ")");
  if (absl::EndsWith(word, ":") && !absl::EndsWith(word, "::")) word.remove_suffix(1);
  absl::ConsumeSuffix(&word, ",");
  row.Source(word);
  if (cursor.Consume(" port ")) {
    if (const auto port = cursor.TakeNumber(5)) row.SourcePort(*port);
  }
  return cursor;
}

absl::string_view WithoutPreauth(absl::string_view text) {
  return text.substr(0, text.rfind(" [preauth]"));
}

// Splits "NAME from REST" at the last " from ": a name may contain it, an address cannot.
bool SplitAtFrom(absl::string_view text, absl::string_view* name, absl::string_view* rest) {
  const std::size_t at = text.rfind(" from ");
  if (at == text.npos) return false;
  *name = text.substr(0, at);
  *rest = text.substr(at + 6);
  return true;
}

// "[invalid user ]NAME from ADDRESS port N ssh2..." after "for ". Who was let in has an account,
// and no account's name holds a blank; any other name is the attacker's.
bool ParseLogin(absl::string_view text, bool let_in, EventRow& row) {
  absl::string_view name = text;
  absl::string_view rest;
  bool has_source = false;
  const std::size_t first = let_in ? text.find(" from ") : text.npos;
  if (first != text.npos) {
    has_source = true;
    name = text.substr(0, first);
    rest = text.substr(first + 6);
  } else {
    has_source = SplitAtFrom(text, &name, &rest);
  }
  const bool unknown =
      absl::ConsumePrefix(&name, "invalid user ") || absl::ConsumePrefix(&name, "illegal user ");
  if (unknown) row.Label("labels.ssh.user_unknown", "true");
  row.User(Field::kUserName, name);
  if (has_source) TakeSource(TextCursor(rest), row);
  return true;
}

// "password for root from ..." after "Failed " or "Accepted ".
bool ParseMethodAndLogin(TextCursor cursor, const EventMeaning& meaning, EventRow& row) {
  const std::size_t at = cursor.rest().find(" for ");
  if (at == absl::string_view::npos) return false;
  row.Means(meaning);
  row.Label("labels.ssh.method", cursor.rest().substr(0, at));
  return ParseLogin(cursor.rest().substr(at + 5), &meaning == &kLogin, row);
}

bool ParseInvalidUser(absl::string_view text, EventRow& row) {
  absl::string_view name = text;
  absl::string_view rest;
  row.Means(kInvalidUser);
  if (absl::StartsWith(text, "from ")) {
    TakeSource(TextCursor(text.substr(5)), row);  // "Invalid user  from ...": no name at all
    return true;
  }
  if (SplitAtFrom(text, &name, &rest)) TakeSource(TextCursor(rest), row);
  row.User(Field::kUserName, WithoutPreauth(name));
  return true;
}

// "[invalid user NAME |authenticating user NAME |user NAME ]ADDRESS[ port N]...". The name may
// hold blanks and addresses: the last address counts.
void ParsePeer(absl::string_view text, EventRow& row) {
  const bool named = absl::ConsumePrefix(&text, "invalid user ") ||
                     absl::ConsumePrefix(&text, "authenticating user ") ||
                     absl::ConsumePrefix(&text, "illegal user ") ||
                     absl::ConsumePrefix(&text, "user ");
  if (!named) {
    TakeSource(TextCursor(text), row);
    return;
  }
  const std::size_t port = text.rfind(" port ");
  // Without a port the address is the last word before "[preauth]".
  const absl::string_view head = WithoutPreauth(text.substr(0, port));
  const std::size_t blank = head.rfind(' ');
  if (blank == head.npos) {
    TakeSource(TextCursor(text), row);  // an empty name
    return;
  }
  row.User(Field::kUserName, head.substr(0, blank));
  TakeSource(TextCursor(text.substr(blank + 1)), row);
}

bool ParseConnection(TextCursor cursor, EventRow& row) {
  if (cursor.Consume("closed by ") || cursor.Consume("reset by ")) {
    row.Means(kDisconnected);
    ParsePeer(cursor.rest(), row);
    return true;
  }
  if (!cursor.Consume("from ")) return false;
  row.Means(kConnected);
  TextCursor rest = TakeSource(cursor, row);
  if (rest.Consume(" on ")) {
    row.Destination(rest.TakeWord());
    if (rest.Consume(" port ")) row.DestinationPort(rest.TakeNumber(5).value_or(-1));
    row.Transport("tcp");
  }
  return true;
}

// "Received disconnect from ADDRESS[ port N]:11: reason", "Disconnected from ...",
// "Disconnecting[ ...]: reason", "Did not receive identification string from ADDRESS".
bool ParseDisconnect(TextCursor cursor, EventRow& row) {
  if (cursor.Consume("Received disconnect from ")) {
    row.Means(kDisconnected);
    TakeSource(cursor, row);
    return true;
  }
  if (cursor.Consume("Disconnected from ")) {
    row.Means(kDisconnected);
    ParsePeer(cursor.rest(), row);
    return true;
  }
  if (cursor.Consume("Did not receive identification string from ")) {
    row.Means(kProtocolError);
    TakeSource(cursor, row);
    return true;
  }
  if (!cursor.Consume("Disconnecting")) return false;
  const bool too_many = absl::StrContains(cursor.rest(), "Too many authentication failures");
  row.Means(too_many ? kTooMany : kDisconnected);
  if (cursor.Consume(": Too many authentication failures for ")) {
    row.User(Field::kUserName, WithoutPreauth(cursor.rest()));
  } else if (cursor.Consume(' ')) {
    const std::size_t reason = cursor.rest().rfind(": ");
    ParsePeer(cursor.rest().substr(0, reason), row);
  }
  return true;
}

// "User NAME from ADDRESS not allowed because ...".
bool ParseNotAllowed(TextCursor cursor, EventRow& row) {
  if (cursor.Consume("child is on pid ")) return false;
  const std::size_t end = cursor.rest().rfind(" not allowed because ");
  if (end == absl::string_view::npos) return false;
  row.Means(kNotAllowed);
  absl::string_view name = cursor.rest().substr(0, end);
  absl::string_view rest;
  if (SplitAtFrom(name, &name, &rest)) row.Source(rest);
  row.User(Field::kUserName, name);
  return true;
}

// "reverse mapping checking getaddrinfo for NAME [ADDRESS] failed", "Address ADDRESS maps to NAME,
// but this does not map back to the address", "Nasty PTR record "X" is set up for ADDRESS".
bool ParseReverseMapping(absl::string_view message, EventRow& row) {
  TextCursor cursor(message);
  if (cursor.Consume("reverse mapping checking getaddrinfo for ")) {
    row.Means(kReverse);
    row.Keyword(Field::kSourceDomain, cursor.TakeWord());
    if (cursor.Consume(" [")) row.Source(cursor.TakeUntil(']'));
    return true;
  }
  if (cursor.Consume("Address ")) {
    const absl::string_view address = cursor.TakeWord();
    if (!cursor.Consume(" maps to ")) return false;
    row.Means(kReverse);
    row.Source(address);
    row.Keyword(Field::kSourceDomain, cursor.TakeUntil(','));
    return true;
  }
  if (!absl::StartsWith(message, "Nasty PTR record ")) return false;
  const std::size_t at = message.rfind(" is set up for ");
  if (at == message.npos) return false;
  row.Means(kReverse);
  row.Source(message.substr(at + 15, message.find(',', at) - at - 15));
  return true;
}

// Messages of the form "PREFIX ADDRESS[ port N]...": the prefix says all.
struct PrefixedSource {
  absl::string_view prefix;
  const EventMeaning* meaning;
};

constexpr PrefixedSource kPrefixedSources[] = {
    {"Unable to negotiate with ", &kProtocolError},
    {"Timeout before authentication for connection from ", &kTimeout},
    {"Timeout before authentication for ", &kTimeout},
    {"ROOT LOGIN REFUSED FROM ", &kNotAllowed},
    {"banner exchange: Connection from ", &kProtocolError},
    {"ssh_dispatch_run_fatal: Connection from ", &kProtocolError},
    {"Connection refused from ", &kRefused},
    {"refused connect from ", &kRefused},
    {"scanned from ", &kProtocolError},
    {"Corrupted MAC on input from ", &kProtocolError},
};

bool ParsePrefixedSource(absl::string_view message, EventRow& row) {
  for (const PrefixedSource& form : kPrefixedSources) {
    TextCursor cursor(message);
    if (!cursor.Consume(form.prefix)) continue;
    row.Means(*form.meaning);
    const TextCursor rest = TakeSource(cursor, row);
    // "refused connect from name (ADDRESS)": the address is the better half.
    if (absl::StartsWith(rest.rest(), " (")) {
      row.Source(rest.rest().substr(2, rest.rest().find(')') - 2));
    }
    return true;
  }
  return false;
}

bool ParseSessionLine(absl::string_view message, EventRow& row) {
  TextCursor cursor(message);
  absl::string_view name;
  absl::string_view rest;
  if (cursor.Consume("Starting session: ")) {
    row.Means(kSession);
    const std::size_t at = cursor.rest().find(" for ");
    if (at == absl::string_view::npos) return true;
    cursor.Skip(at + 5);
  } else if (cursor.Consume("Close session: user ")) {
    row.Means(kSessionEnd);
  } else {
    return false;
  }
  if (SplitAtFrom(cursor.rest(), &name, &rest)) {
    row.User(Field::kUserName, name);
    TakeSource(TextCursor(rest), row);
  }
  return true;
}

// Messages with a source at the very end or in a place of their own.
bool ParseRareLine(absl::string_view message, EventRow& row) {
  TextCursor cursor(message);
  absl::string_view name;
  absl::string_view rest;
  if (cursor.Consume("Bad protocol version identification ")) {
    row.Means(kProtocolError);
    if (SplitAtFrom(cursor.rest(), &name, &rest)) TakeSource(TextCursor(rest), row);
    return true;
  }
  if (cursor.Consume("drop connection #")) {
    row.Means(kRefused);
    const std::size_t at = cursor.rest().find("from [");
    if (at == absl::string_view::npos) return true;
    cursor.Skip(at + 6);
    row.Source(cursor.TakeUntil(']'));
    if (cursor.Consume(':')) row.SourcePort(cursor.TakeNumber(5).value_or(-1));
    return true;
  }
  if (cursor.Consume("srclimit_penalise: ")) {  // "ipv4: new 192.0.2.7/32 deferred penalty of ..."
    row.Means(kPenalty);
    const std::size_t at = cursor.rest().find("new ");
    if (at == absl::string_view::npos) return true;
    cursor.Skip(at + 4);
    const absl::string_view block = cursor.TakeWord();
    row.Source(block.substr(0, block.find('/')));
    return true;
  }
  if (cursor.Consume("Server listening on ")) {
    row.Means(kListening);
    return true;
  }
  if (cursor.Consume("Read from socket failed") || cursor.Consume("Write failed")) {
    row.Means(kDisconnected);
    return true;
  }
  if (cursor.Consume("kex_exchange_identification: ") ||
      absl::StartsWith(message, "no matching ")) {
    row.Means(kProtocolError);
    return true;
  }
  if (cursor.Consume("subsystem request for ")) {
    row.Means(kSession);
    const std::size_t at = message.rfind(" by user ");
    if (at != message.npos)
      row.User(Field::kUserName, TextCursor(message.substr(at + 9)).TakeWord());
    return true;
  }
  return false;
}

// "PAM: Authentication failure for [illegal user ]NAME from ADDRESS", "PAM 2 more authentication
// failures; ... rhost=ADDRESS".
bool ParsePamReport(TextCursor cursor, EventRow& row) {
  if (cursor.Consume("PAM: ")) {
    const std::size_t at = cursor.rest().find(" for ");
    row.Means(kLoginFailed);
    if (at != absl::string_view::npos) ParseLogin(cursor.rest().substr(at + 5), false, row);
    return true;
  }
  if (cursor.Consume("PAM service(sshd) ignoring max retries")) {
    row.Means(kTooMany);
    return true;
  }
  if (!cursor.Consume("PAM ") || !cursor.TakeNumber(9)) return false;
  if (!cursor.Consume(" more authentication failure")) return false;
  row.Means(kLoginFailed);
  ParsePamOrigin(cursor.rest(), row);
  return true;
}

bool ParseByFirstLetter(absl::string_view message, EventRow& row) {
  TextCursor cursor(message);
  switch (cursor.Peek()) {
    case 'A':
      if (cursor.Consume("Accepted ")) return ParseMethodAndLogin(cursor, kLogin, row);
      return ParseReverseMapping(message, row);
    case 'C':
      return cursor.Consume("Connection ") && ParseConnection(cursor, row);
    case 'D':
    case 'R':
      return ParseDisconnect(cursor, row);
    case 'F':
      return cursor.Consume("Failed ") && ParseMethodAndLogin(cursor, kLoginFailed, row);
    case 'I':
      return (cursor.Consume("Invalid user ") || cursor.Consume("Illegal user ")) &&
             ParseInvalidUser(cursor.rest(), row);
    case 'N':
    case 'r':
      return ParseReverseMapping(message, row);
    case 'P':
      if (cursor.Consume("Postponed ")) return ParseMethodAndLogin(cursor, kPostponed, row);
      return ParsePamReport(cursor, row);
    case 'U':
      return cursor.Consume("User ") && ParseNotAllowed(cursor, row);
    case 'i':
      return cursor.Consume("input_userauth_request: invalid user ") &&
             ParseInvalidUser(cursor.rest(), row);
    case 'm':
      if (!cursor.Consume("maximum authentication attempts exceeded for ")) return false;
      row.Means(kTooMany);
      return ParseLogin(cursor.rest(), false, row);
    case 'p':
      return ParsePam(message, row);
    default:
      return false;
  }
}

// "[ID 800047 auth.info] " before the text.
absl::string_view WithoutSolarisId(absl::string_view message) {
  if (!absl::StartsWith(message, "[ID ")) return message;
  const std::size_t end = message.find("] ");
  return end == message.npos ? message : message.substr(end + 2);
}

// "message repeated 5 times: [ Failed password for root from ...]": what was repeated.
absl::string_view Repeated(absl::string_view message, EventRow& row) {
  TextCursor cursor(message);
  if (!cursor.Consume("message repeated ")) return message;
  const auto times = cursor.TakeNumber(9);
  if (!times || !cursor.Consume(" times: [ ")) return message;
  if (!row.builder().NamedInteger("labels.repeated", *times)) row.Tag("fields_dropped");
  absl::string_view inner = cursor.rest();
  absl::ConsumeSuffix(&inner, "]");
  return inner;
}

}  // namespace

void ParseSshd(absl::string_view message, EventRow& row) {
  absl::string_view text = Repeated(WithoutSolarisId(message), row);
  if (!absl::ConsumePrefix(&text, "error: ")) absl::ConsumePrefix(&text, "fatal: ");
  if (ParseByFirstLetter(text, row) || ParsePrefixedSource(text, row) ||
      ParseSessionLine(text, row) || ParseRareLine(text, row)) {
    return;
  }
  row.Means(kOther);
  // A message of a version to come: the address at its end is still the peer's.
  absl::string_view name;
  absl::string_view rest;
  if (SplitAtFrom(text, &name, &rest)) TakeSource(TextCursor(rest), row);
}

}  // namespace dims
