// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/postfix.h"

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "agent/fields/text_cursor.h"

namespace dims {
namespace {

constexpr int kMailPairsMax = 64;
constexpr std::size_t kQueueIdBytesMax = 20;

constexpr EventMeaning kSmtpConnect = {"network", "start", "smtp_connect", "success"};
constexpr EventMeaning kSmtpDisconnect = {"network", "end", "smtp_disconnect", "success"};
constexpr EventMeaning kSmtpLost = {"network", "end", "smtp_connection_lost", "success"};
constexpr EventMeaning kSmtpReject = {"", "denied", "smtp_reject", "failure"};
constexpr EventMeaning kSmtpFilter = {"", "info", "smtp_filter", "success"};
constexpr EventMeaning kSmtpAccept = {"", "allowed", "smtp_accept", "success"};
constexpr EventMeaning kSmtpLogin = {"authentication", "start", "smtp_login", "success"};
constexpr EventMeaning kSmtpLoginFailed = {"authentication", "start", "smtp_login", "failure"};
constexpr EventMeaning kSmtpTls = {"network", "protocol", "smtp_tls", ""};
constexpr EventMeaning kScreened = {"network", "info", "smtp_screened", ""};
constexpr EventMeaning kMailSent = {"", "info", "mail_sent", "success"};
constexpr EventMeaning kMailDeferred = {"", "info", "mail_deferred", "failure"};
constexpr EventMeaning kMailBounced = {"", "info", "mail_bounced", "failure"};
constexpr EventMeaning kMailPolicy = {"", "info", "mail_policy", "success"};
constexpr EventMeaning kMailPolicyFailed = {"", "denied", "mail_policy", "failure"};
constexpr EventMeaning kMailOther = {"", "info", "", ""};

// What is known of the two ends before it is decided which names stand for them.
struct MailEnds {
  absl::string_view client;  // "mx.example[192.0.2.7]:25"
  absl::string_view server;
  absl::string_view client_ip;  // named apart from its host
  absl::string_view client_host;
  std::int64_t client_port = -1;
  absl::string_view sender;
  absl::string_view recipient;
  absl::string_view helo;
};

// "ABA141A0109: " or "4TwNdH5zwCz7fxV: ": letters and digits with at least one digit.
absl::string_view TakeQueueId(TextCursor& cursor) {
  const absl::string_view text = cursor.rest().substr(0, kQueueIdBytesMax + 2);
  std::size_t length = 0;
  bool digit = false;
  while (length < text.size() && absl::ascii_isalnum(static_cast<unsigned char>(text[length]))) {
    digit = digit || IsDigit(text[length]);
    ++length;
  }
  if (length < 6 || !digit || !absl::StartsWith(text.substr(length), ": ")) return {};
  cursor.Skip(length + 2);
  return text.substr(0, length);
}

// The word at `at` that looks like "host[address]" with a port or not; its end is a blank, a comma
// or a colon that no port follows.
absl::string_view PeerAt(absl::string_view text, std::size_t at) {
  const absl::string_view rest = text.substr(at);
  const std::size_t open = rest.find('[');
  if (open == rest.npos || open > 255 || rest.substr(0, open).find(' ') != rest.npos) return {};
  std::size_t end = rest.find(']', open);
  if (end == rest.npos) return {};
  TextCursor after(rest.substr(++end));
  if (after.Consume(':')) {
    const std::size_t before = after.rest().size();
    if (after.TakeNumber(5)) end += 1 + before - after.rest().size();
  }
  return rest.substr(0, end);
}

// The peer behind the first of these words.
absl::string_view PeerBehind(absl::string_view text, absl::string_view word) {
  std::size_t at = text.find(word);
  for (int tries = 0; tries < 8 && at != text.npos; ++tries) {
    const absl::string_view peer = PeerAt(text, at + word.size());
    if (!peer.empty()) return peer;
    at = text.find(word, at + word.size());
  }
  return {};
}

// "host[192.0.2.7]:25" in its parts; "unknown" is no name.
struct MailPeer {
  absl::string_view host;
  absl::string_view address;
  std::int64_t port = -1;
};

MailPeer SplitPeer(absl::string_view peer) {
  MailPeer parts;
  const std::size_t open = peer.find('[');
  const std::size_t close = peer.find(']');
  if (open == peer.npos) {
    TextCursor cursor(peer);  // "127.0.0.1:2525"
    const absl::string_view host = cursor.TakeUntil(':');
    if (IpAddress::Parse(host)) {
      parts.address = host;
      parts.port = cursor.TakeNumber(5).value_or(-1);
    }
    return parts;
  }
  if (close == peer.npos || close < open) return parts;
  parts.host = peer.substr(0, open);
  if (parts.host == "unknown" || IpAddress::Parse(parts.host)) parts.host = {};
  parts.address = peer.substr(open + 1, close - open - 1);
  parts.address = parts.address.substr(0, parts.address.find('/'));  // "192.0.2.7/32"
  absl::ConsumePrefix(&parts.address, "IPv6:");
  TextCursor after(peer.substr(close + 1));
  if (after.Consume(':')) parts.port = after.TakeNumber(5).value_or(-1);
  return parts;
}

absl::string_view DomainOf(absl::string_view mail_address) {
  const std::size_t at = mail_address.rfind('@');
  return at == mail_address.npos ? absl::string_view() : mail_address.substr(at + 1);
}

// A host by its name; what is an address, or stands for none, is not one.
void SetMailHost(absl::string_view name, Field field, EventRow& row) {
  if (name.empty() || row.Has(field) || IpAddress::Parse(name) || name == "unknown" ||
      name.front() == '[') {
    return;
  }
  if (field == Field::kSourceDomain) {
    row.Source(name);
  } else {
    row.Destination(name);
  }
}

void SetEnds(const MailEnds& ends, EventRow& row) {
  const MailPeer client = SplitPeer(ends.client);
  SetMailHost(client.host, Field::kSourceDomain, row);
  SetMailHost(ends.client_host, Field::kSourceDomain, row);
  // What the client calls itself, or who writes, stands in where no name of it is known.
  SetMailHost(ends.helo, Field::kSourceDomain, row);
  const absl::string_view address = client.address.empty() ? ends.client_ip : client.address;
  if (address.empty()) SetMailHost(DomainOf(ends.sender), Field::kSourceDomain, row);
  row.Source(address);
  row.SourcePort(client.port >= 0 ? client.port : ends.client_port);
  const MailPeer server = SplitPeer(ends.server);
  SetMailHost(server.host, Field::kDestinationDomain, row);
  SetMailHost(DomainOf(ends.recipient), Field::kDestinationDomain, row);
  row.Destination(server.address);
  row.DestinationPort(server.port);
}

// A value of "key=value": "<...>" whole, else up to a comma, a semicolon or a blank.
absl::string_view TakeMailValue(TextCursor& cursor) {
  if (cursor.Consume('<')) return cursor.TakeUntil('>');
  const absl::string_view text = cursor.rest();
  std::size_t end = 0;
  while (end < text.size() && text[end] != ',' && text[end] != ';' && text[end] != ' ') ++end;
  cursor.Skip(end);
  return text.substr(0, end);
}

struct MailLabel {
  absl::string_view key;
  absl::string_view label;
};

constexpr MailLabel kMailLabels[] = {
    {"message-id", "labels.email.message_id"},
    {"orig_to", "labels.postfix.orig_to"},
    {"delay", "labels.postfix.delay"},
    {"delays", "labels.postfix.delays"},
    {"dsn", "labels.postfix.dsn"},
    {"status", "labels.postfix.status"},
    {"proto", "labels.postfix.proto"},
    {"nrcpt", "labels.postfix.nrcpt"},
    {"size", "labels.email.size"},
    {"sasl_method", "labels.postfix.sasl_method"},
    {"uid", "labels.postfix.uid"},
    {"mid", "labels.email.message_id"},
    {"reason", "labels.postfix.reason"},
    {"action", "labels.postfix.action"},
};

void SetPair(absl::string_view key, absl::string_view value, MailEnds& ends, EventRow& row) {
  if (key == "from" || key == "sender" || key == "envelope-from") {
    ends.sender = value;
    row.Label("labels.email.from", value);
  } else if (key == "to" || key == "recipient") {
    ends.recipient = value;
    row.Label("labels.email.to", value);
  } else if (key == "relay") {
    row.Label("labels.postfix.relay", value);
    ends.server = value;
  } else if (key == "client") {
    ends.client = value;
  } else if (key == "client-ip" || key == "client_address" || key == "raddr") {
    ends.client_ip = value.substr(0, value.find('/'));
  } else if (key == "client_name" || key == "rhost") {
    ends.client_host = value;
  } else if (key == "rport") {
    ends.client_port = ParseDigits(value).value_or(-1);
  } else if (key == "helo") {
    ends.helo = value;
    row.Label("labels.smtp.helo", value);
  } else if (key == "sasl_username" || key == "user") {
    row.User(Field::kUserName, value);
  } else {
    for (const MailLabel& known : kMailLabels) {
      if (known.key == key) row.Label(known.label, value);
    }
  }
}

bool IsMailKey(char c) {
  return absl::ascii_islower(static_cast<unsigned char>(c)) || c == '_' || c == '-';
}

// All "key=value" of a line, whatever stands between; a "(...)" at the end is a remote server's
// text and holds none of ours.
void TakePairs(absl::string_view text, MailEnds& ends, EventRow& row) {
  TextCursor cursor(text);
  for (int pairs = 0; pairs < kMailPairsMax && !cursor.empty(); ++pairs) {
    const absl::string_view rest = cursor.rest();
    const std::size_t equals = FindByte(rest, '=');
    if (equals == rest.npos) return;
    std::size_t begin = equals;
    while (begin > 0 && IsMailKey(rest[begin - 1])) --begin;
    const absl::string_view key = rest.substr(begin, equals - begin);
    cursor.Skip(equals + 1);
    if (key.empty()) continue;
    const bool prose = key == "reason" && cursor.Peek() != '<';
    const absl::string_view value = prose ? cursor.TakeUntil(',') : TakeMailValue(cursor);
    if (!value.empty()) SetPair(key, value, ends, row);
    if (key == "status") return;
  }
}

const EventMeaning& MeaningOfStatus(absl::string_view text) {
  if (absl::StrContains(text, "status=sent")) return kMailSent;
  if (absl::StrContains(text, "status=deferred") || absl::StrContains(text, "status=undeliverable"))
    return kMailDeferred;
  if (absl::StrContains(text, "status=bounced") || absl::StrContains(text, "status=expired"))
    return kMailBounced;
  return kMailOther;
}

// How a message begins, what it means, and before what its client stands ("" = nowhere).
struct MailForm {
  absl::string_view prefix;
  const EventMeaning* meaning;
  absl::string_view before_client;
  absl::string_view before_server;
};

constexpr MailForm kMailForms[] = {
    {"connect from ", &kSmtpConnect, "from ", ""},
    {"disconnect from ", &kSmtpDisconnect, "from ", ""},
    {"lost connection ", &kSmtpLost, "from ", ""},
    {"timeout ", &kSmtpLost, "from ", ""},
    {"too many errors ", &kSmtpLost, "from ", ""},
    {"improper command pipelining ", &kSmtpReject, "from ", ""},
    {"reject", &kSmtpReject, "from ", ""},
    {"proxy-reject: ", &kSmtpReject, "from ", ""},
    {"proxy-accept: ", &kSmtpAccept, "from ", ""},
    {"milter-reject: ", &kSmtpReject, "from ", ""},
    {"discard: ", &kSmtpReject, "from ", ""},
    {"filter: ", &kSmtpFilter, "from ", ""},
    {"redirect: ", &kSmtpFilter, "from ", ""},
    {"prepend: ", &kSmtpFilter, "from ", ""},
    {"replace: ", &kSmtpFilter, "from ", ""},
    {"hold: ", &kSmtpFilter, "from ", ""},
    {"info: ", &kMailOther, "from ", ""},
    {"SSL_accept error ", &kSmtpLost, "from ", ""},
    {"setting up TLS connection from ", &kSmtpTls, "from ", ""},
    {"setting up TLS connection to ", &kSmtpTls, "", "to "},
    {"Used TLS for ", &kSmtpTls, "", "for "},
    {"CONNECT from ", &kSmtpConnect, "from ", "to "},
    {"DISCONNECT ", &kSmtpDisconnect, "DISCONNECT ", ""},
    {"HANGUP ", &kSmtpLost, "from ", ""},
    {"PASS ", &kScreened, "PASS NEW ", ""},
    {"DNSBL ", &kScreened, "for ", ""},
    {"WHITELISTED ", &kScreened, "WHITELISTED ", ""},
    {"ALLOWLISTED ", &kScreened, "ALLOWLISTED ", ""},
    {"BLACKLISTED ", &kSmtpReject, "BLACKLISTED ", ""},
    {"DENYLISTED ", &kSmtpReject, "DENYLISTED ", ""},
    {"PREGREET ", &kScreened, "from ", ""},
    {"COMMAND ", &kScreened, "from ", ""},
    {"BARE NEWLINE ", &kScreened, "from ", ""},
    {"NON-SMTP COMMAND ", &kScreened, "from ", ""},
    {"host ", &kMailOther, "", "host "},
    {"connect to ", &kMailDeferred, "", "to "},
    {"whitelisted: ", &kMailOther, "whitelisted: ", ""},
};

// "Anonymous TLS connection established from host[address]: TLSv1.3 with cipher X".
bool ParseTlsLine(absl::string_view text, MailEnds& ends, EventRow& row) {
  const std::size_t at = text.find(" TLS connection established ");
  if (at == text.npos) return false;
  row.Means(kSmtpTls);
  const absl::string_view rest = text.substr(at + 28);
  ends.client = absl::StartsWith(rest, "from ") ? PeerAt(rest, 5) : "";
  ends.server = absl::StartsWith(rest, "to ") ? PeerAt(rest, 3) : "";
  const std::size_t version = rest.find(": ");
  if (version == rest.npos) return true;
  TextCursor cursor(rest.substr(version + 2));
  row.Label("labels.tls.version", cursor.TakeWord());
  if (cursor.Consume(" with cipher ")) row.Label("labels.tls.cipher", cursor.TakeWord());
  return true;
}

// "warning: host[address]: SASL LOGIN authentication failed: ...", "warning: hostname X does not
// resolve to address 192.0.2.7".
void ParseWarning(absl::string_view text, MailEnds& ends, EventRow& row) {
  row.Keyword(Field::kLogLevel, "warning");
  ends.client = PeerAt(text, 0);
  if (absl::StrContains(text, "authentication failed") ||
      absl::StrContains(text, "authentication failure")) {
    row.Means(kSmtpLoginFailed);
    return;
  }
  row.Means(kMailOther);
  if (ends.client.empty()) ends.client = PeerBehind(text, " from ");
  TextCursor cursor(text);
  if (cursor.Consume("hostname ")) {
    ends.client_host = cursor.TakeWord();
    const std::size_t at = text.find("address ");
    if (at == text.npos) return;
    ends.client_ip = TextCursor(text.substr(at + 8)).TakeWord();
    absl::ConsumeSuffix(&ends.client_ip, ":");
  }
}

// What postgrey ("action=pass, ...") and policyd-spf ("Softfail; identity=...") decided.
bool ParsePolicy(absl::string_view text, EventRow& row) {
  const bool spf = absl::StrContains(text, "client-ip=");
  if (!spf && !absl::StartsWith(text, "action=")) return false;
  const absl::string_view verdict = text.substr(0, text.find_first_of(";,"));
  if (spf) row.Label("labels.spf.verdict", verdict);
  const bool failed = absl::StartsWith(text, "Fail") || absl::StrContains(text, "action=reject") ||
                      absl::StrContains(text, "Received-SPF: Fail");
  row.Means(failed ? kMailPolicyFailed : kMailPolicy);
  return true;
}

void ParseMailText(absl::string_view text, MailEnds& ends, EventRow& row) {
  if (absl::ConsumePrefix(&text, "warning: ")) {
    ParseWarning(text, ends, row);
    return;
  }
  for (const MailForm& form : kMailForms) {
    if (!absl::StartsWith(text, form.prefix)) continue;
    row.Means(*form.meaning);
    if (!form.before_client.empty()) ends.client = PeerBehind(text, form.before_client);
    if (!form.before_server.empty()) ends.server = PeerBehind(text, form.before_server);
    if (form.prefix == "PASS ") ends.client = PeerAt(text, text.rfind(' ') + 1);
    return;
  }
  if (ParseTlsLine(text, ends, row)) return;
  if (ParsePolicy(text, row)) return;
  const bool login = absl::StrContains(text, "sasl_username=");
  row.Means(login ? kSmtpLogin : MeaningOfStatus(text));
}

bool IsMailProgram(absl::string_view app) {
  return absl::StartsWith(app, "postfix") || app == "postgrey" || app == "policyd-spf" ||
         app == "spamd" || app == "opendkim" || app == "opendmarc";
}

// "spamd: connection from host [192.0.2.7]:33620 to port 783".
bool ParseSpamdConnection(absl::string_view text, MailEnds& ends, EventRow& row) {
  TextCursor cursor(text);
  if (!cursor.Consume("spamd: connection from ")) return false;
  row.Means(kSmtpConnect);
  ends.client_host = cursor.TakeWord();
  if (!cursor.Consume(" [")) return true;
  ends.client_ip = cursor.TakeUntil(']');
  if (cursor.Consume(':')) ends.client_port = cursor.TakeNumber(5).value_or(-1);
  if (cursor.Consume(" to port ")) row.DestinationPort(cursor.TakeNumber(5).value_or(-1));
  return true;
}

}  // namespace

bool IsPostfix(const TextInput& input) {
  return IsMailProgram(input.app);
}

std::optional<TextResult> ParsePostfix(const TextInput& input, EventRow& row) {
  TextCursor cursor(input.text);
  absl::string_view queue = TakeQueueId(cursor);
  const bool refused = cursor.Consume("NOQUEUE: ");
  if (queue.empty() && !refused && !IsMailProgram(input.app)) return std::nullopt;
  row.Keyword(Field::kEventDataset, "postfix.log");
  row.builder().AddKeyword(Field::kEventCategory, "email");
  row.Keyword(Field::kNetworkProtocol, "smtp");
  row.Label("labels.postfix.queue_id", queue);
  MailEnds ends;
  const absl::string_view text = cursor.rest();
  if (!ParseSpamdConnection(text, ends, row)) {
    ParseMailText(text, ends, row);
    TakePairs(text, ends, row);
  }
  SetEnds(ends, row);
  return TextResult{};
}

}  // namespace dims
