// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/web_error.h"

#include <cstddef>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "agent/fields/text_cursor.h"
#include "agent/formats/http_request.h"

namespace dims {
namespace {

constexpr EventMeaning kError = {"web", "error", "", ""};
constexpr EventMeaning kInfo = {"web", "info", "", ""};
constexpr EventMeaning kWebLoginFailed = {"authentication", "", "web_login", "failure"};
constexpr EventMeaning kWebAccessDenied = {"", "denied", "web_access_denied", "failure"};

bool IsErrorLevel(absl::string_view level) {
  return level == "emerg" || level == "alert" || level == "crit" || level == "error";
}

void SetLevel(absl::string_view level, EventRow& row) {
  row.Keyword(Field::kLogLevel, level);
  row.Means(IsErrorLevel(level) ? kError : kInfo);
}

// "192.0.2.1:5555", "192.0.2.1", "2001:db8::1:5555", "[2001:db8::1]:5555", "192.0.2.1 :42".
void SetClient(absl::string_view client, EventRow& row) {
  const std::size_t colon = client.rfind(':');
  if (colon != client.npos && !IpAddress::Parse(client)) {
    absl::string_view host = client.substr(0, colon);
    absl::ConsumeSuffix(&host, " ");
    const auto port = ParseDigits(client.substr(colon + 1));
    if (port && *port > 0) row.SourcePort(*port);
    client = host;
  }
  row.Source(client);
}

// "core:error", ":error" or "error".
void SetModuleAndLevel(absl::string_view word, EventRow& row) {
  const std::size_t colon = word.rfind(':');
  if (colon == word.npos) {
    SetLevel(word, row);
    return;
  }
  row.Label("labels.apache.module", word.substr(0, colon));
  SetLevel(word.substr(colon + 1), row);
}

// "7:tid 9" behind "pid ".
void SetProcess(absl::string_view word, EventRow& row) {
  TextCursor cursor(word);
  if (const auto pid = cursor.TakeNumber()) row.Integer(Field::kProcessPid, *pid);
  if (cursor.Consume(":tid ")) row.Label("labels.apache.thread", cursor.rest());
}

// ModSecurity: [id "960015"] [msg "..."] [hostname "www.example"] [uri "/x"] ...
void SetModSecurityTag(absl::string_view name, absl::string_view value, EventRow& row) {
  if (name == "id") {
    row.Keyword(Field::kRuleId, value);
  } else if (name == "msg") {
    row.Keyword(Field::kRuleName, value);
  } else if (name == "tag") {
    if (!row.Has(Field::kRuleCategory)) row.Keyword(Field::kRuleCategory, value);
  } else if (name == "hostname") {
    row.Destination(value);
    row.Keyword(Field::kUrlDomain, value);
  } else if (name == "uri") {
    SetUrl(value, row);
  } else if (name == "file" || name == "line" || name == "severity" || name == "unique_id" ||
             name == "data") {
    row.Label(name == "file"       ? "labels.modsecurity.file"
              : name == "line"     ? "labels.modsecurity.line"
              : name == "severity" ? "labels.modsecurity.severity"
              : name == "data"     ? "labels.modsecurity.data"
                                   : "labels.modsecurity.unique_id",
              value);
  }
}

void ParseModSecurity(absl::string_view text, EventRow& row) {
  constexpr int kTagsMax = 64;
  TextCursor cursor(text);
  for (int tags = 0; tags < kTagsMax && !cursor.empty(); ++tags) {
    const std::size_t at = FindByte(cursor.rest(), '[');
    if (at == absl::string_view::npos) return;
    cursor.Skip(at + 1);
    const absl::string_view name = cursor.TakeWord();
    absl::string_view value;
    if (cursor.Consume(' ') && TakeQuoted(cursor, &value)) SetModSecurityTag(name, value, row);
  }
}

// "user NAME: authentication failure ...", "user NAME not found: ..." and the like.
void ParseApacheText(absl::string_view text, EventRow& row) {
  TextCursor cursor(text);
  if (absl::StartsWith(text, "AH") && text.size() > 8 && ParseDigits(text.substr(2, 5)) &&
      text[7] == ':') {
    row.Keyword(Field::kEventCode, text.substr(0, 7));
    cursor.Skip(8);
    cursor.SkipBlanks();
  }
  if (absl::StartsWith(cursor.rest(), "client denied by server configuration")) {
    row.Means(kWebAccessDenied);
  } else if (cursor.Consume("user ")) {
    const absl::string_view rest = cursor.rest();
    for (const char* const end : {": authentication failure", " not found", " in realm ",
                                  ": password mismatch", " was not found"}) {
      const std::size_t at = rest.find(end);
      if (at == rest.npos) continue;
      row.Means(kWebLoginFailed);
      row.User(Field::kUserName, rest.substr(0, at));
      break;
    }
  } else if (absl::StrContains(text, "ModSecurity")) {
    ParseModSecurity(text, row);
  }
}

// The next "[...]", after blanks; an address in it may have brackets of its own.
bool TakeBracket(TextCursor& cursor, absl::string_view* inner) {
  cursor.SkipBlanks();
  if (!cursor.Consume('[')) return false;
  const absl::string_view text = cursor.rest();
  std::size_t end = text.find(']');
  const std::size_t open = text.substr(0, end).find('[');
  if (open != text.npos && end != text.npos) end = text.find(']', end + 1);
  *inner = text.substr(0, end);
  cursor.Skip(end == text.npos ? text.size() : end + 1);
  return true;
}

bool IsApacheTag(absl::string_view app) {
  return absl::StartsWith(app, "apache") || absl::StartsWith(app, "httpd");
}

// "2021/12/01 13:53:33".
std::optional<ClockText> ReadSlashClock(absl::string_view text) {
  if (text.size() < 19 || text[4] != '/' || text[7] != '/' || text[10] != ' ') return std::nullopt;
  char iso[19];
  text.copy(iso, sizeof iso);
  iso[4] = iso[7] = '-';
  return ReadIsoClock(absl::string_view(iso, sizeof iso));
}

// The value behind ", NAME: ", with or without quotes.
absl::string_view Named(absl::string_view text, absl::string_view name) {
  const std::size_t at = text.rfind(name);
  if (at == text.npos) return {};
  TextCursor cursor(text.substr(at + name.size()));
  absl::string_view value;
  if (TakeQuoted(cursor, &value)) return value;
  return cursor.TakeUntil(',');
}

// "user "NAME": password mismatch", "user "NAME" was not found in ...".
void ParseNginxText(absl::string_view text, EventRow& row) {
  TextCursor cursor(text);
  if (cursor.Consume("user \"")) {
    const absl::string_view rest = cursor.rest();
    for (const char* const end : {"\": password mismatch", "\" was not found"}) {
      const std::size_t at = rest.find(end);
      if (at == rest.npos) continue;
      row.Means(kWebLoginFailed);
      row.User(Field::kUserName, rest.substr(0, at));
      return;
    }
  } else if (cursor.Consume("PAM: user '")) {
    row.Means(kWebLoginFailed);
    row.User(Field::kUserName, cursor.TakeUntil('\''));
  } else if (absl::StartsWith(text, "access forbidden by rule")) {
    row.Means(kWebAccessDenied);
  } else if (absl::StartsWith(text, "ModSecurity")) {
    ParseModSecurity(text, row);
  }
}

}  // namespace

bool IsApacheError(const TextInput& input) {
  TextCursor cursor(input.text);
  if (!cursor.Consume('[')) return false;
  if (IsApacheTag(input.app)) return true;
  if (!IsAsciiLetter(cursor.Peek())) return false;
  const auto clock = ReadAsctimeClock(cursor.rest());
  return clock && absl::StartsWith(cursor.rest().substr(clock->length), "] [");
}

std::optional<TextResult> ParseApacheError(const TextInput& input, EventRow& row) {
  TextCursor cursor(input.text);
  if (!absl::StartsWith(input.text, "[")) return std::nullopt;
  TextResult result;
  result.clock = ReadAsctimeClock(input.text.substr(1));
  if (!result.clock && !IsApacheTag(input.app)) return std::nullopt;
  row.Keyword(Field::kEventDataset, "apache.error");
  if (result.clock) cursor.Skip(result.clock->length + 2);
  absl::string_view bracket;
  if (TakeBracket(cursor, &bracket)) SetModuleAndLevel(bracket, row);
  while (TakeBracket(cursor, &bracket)) {
    if (absl::ConsumePrefix(&bracket, "pid ")) {
      SetProcess(bracket, row);
    } else if (absl::ConsumePrefix(&bracket, "client ")) {
      if (!row.Has(Field::kSourceIp)) SetClient(bracket, row);
    } else if (absl::ConsumePrefix(&bracket, "remote ")) {
      SetClient(bracket, row);
    }
  }
  const std::size_t client = cursor.rest().find("[client ");
  if (client != absl::string_view::npos && !row.Has(Field::kSourceIp)) {
    // "mod_rewrite.c(470): [client ...] text", "(70014)End of file found: [client ...] AH01991:
    // ..."
    TextCursor inner(cursor.rest().substr(client));
    if (TakeBracket(inner, &bracket)) SetClient(bracket.substr(7), row);
    inner.SkipBlanks();
    cursor = inner;
  }
  ParseApacheText(cursor.rest(), row);
  return result;
}

bool IsNginxError(const TextInput& input) {
  return ReadSlashClock(input.text) && absl::StartsWith(input.text.substr(19), " [");
}

std::optional<TextResult> ParseNginxError(const TextInput& input, EventRow& row) {
  TextResult result;
  result.clock = ReadSlashClock(input.text);
  if (!result.clock) return std::nullopt;
  TextCursor cursor(input.text.substr(19));
  if (!cursor.Consume(" [")) return std::nullopt;
  row.Keyword(Field::kEventDataset, "nginx.error");
  SetLevel(cursor.TakeUntil(']'), row);
  cursor.SkipBlanks();
  if (const auto pid = cursor.TakeNumber()) row.Integer(Field::kProcessPid, *pid);
  if (cursor.Consume('#')) {
    if (const absl::string_view thread = cursor.TakeUntil(':'); !thread.empty()) {
      row.Label("labels.nginx.thread", thread);
    }
  }
  cursor.SkipBlanks();
  if (cursor.Consume('*')) row.Label("labels.nginx.connection", cursor.TakeWord());
  cursor.SkipBlanks();
  const absl::string_view text = cursor.rest();
  ParseNginxText(text, row);
  SetClient(Named(text, ", client: "), row);
  const absl::string_view host = Named(text, ", host: ");
  if (Says(host)) row.Keyword(Field::kUrlDomain, host.substr(0, host.rfind(':')));
  if (const absl::string_view server = Named(text, ", server: "); Says(server)) {
    row.Destination(server);
  }
  SetRequestLine(Named(text, ", request: "), row);
  if (const absl::string_view from = Named(text, ", referrer: "); Says(from)) {
    row.Keyword(Field::kHttpRequestReferrer, from);
  }
  if (const absl::string_view upstream = Named(text, ", upstream: "); Says(upstream)) {
    row.Label("labels.nginx.upstream", upstream);
  }
  return result;
}

}  // namespace dims
