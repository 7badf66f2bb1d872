// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/web_access.h"

#include <array>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "agent/fields/text_cursor.h"
#include "agent/formats/http_request.h"

namespace dims {
namespace {

constexpr std::size_t kHeadBytesMax = 1024;  // before the time
constexpr int kBracketsMax = 4;              // a user's name may hold some
constexpr int kAddressesMax = 16;            // in a list of forwarders
constexpr EventMeaning kAccess = {"web", "access", "", ""};

// "[10/Oct/2025:13:55:36 -0700] ".
struct WebTime {
  std::size_t begin = 0;  // of the bracket
  std::size_t end = 0;    // behind the blank
  ClockText clock;
};

std::optional<WebTime> FindTime(absl::string_view text) {
  std::size_t at = FindByte(text, '[');
  for (int tries = 0; tries < kBracketsMax && at < kHeadBytesMax; ++tries) {
    if (at + 21 < text.size() && text[at + 3] == '/' && text[at + 7] == '/') {
      if (const auto clock = ReadWebClock(text.substr(at + 1))) {
        const std::size_t end = at + 1 + clock->length;
        if (absl::StartsWith(text.substr(end), "] ")) return WebTime{at, end + 2, *clock};
      }
    }
    at = FindByte(text, '[', at + 1);
  }
  return std::nullopt;
}

// An address or a name of a client, with the comma of a list taken off.
absl::string_view WithoutComma(absl::string_view word) {
  absl::ConsumeSuffix(&word, ",");
  return word;
}

bool IsAddress(absl::string_view word) {
  return IpAddress::Parse(word).has_value();
}

bool IsPrivate(const IpAddress& address) {
  const std::string text = address.ToString();
  if (absl::StartsWith(text, "172.")) {
    const auto second = ParseDigits(text.substr(4, text.find('.', 4) - 4));
    return second && *second >= 16 && *second <= 31;
  }
  return absl::StartsWith(text, "10.") || absl::StartsWith(text, "192.168.") ||
         absl::StartsWith(text, "127.") || absl::StartsWith(text, "169.254.") || text == "::1" ||
         absl::StartsWith(text, "fc") || absl::StartsWith(text, "fd") ||
         absl::StartsWith(text, "fe80:");
}

// Whose request it was: of the addresses a chain of proxies names the first that is public.
class Client {
 public:
  void Add(absl::string_view word) {
    word = absl::StripAsciiWhitespace(WithoutComma(word));
    if (word.empty() || count_ == kAddressesMax) return;
    const auto address = IpAddress::Parse(word);
    if (chosen_.empty() || (!public_ && address && !IsPrivate(*address))) {
      chosen_ = word;
      public_ = address && !IsPrivate(*address);
    }
    words_[static_cast<std::size_t>(count_++)] = word;
  }

  void AddList(absl::string_view list) {
    TextCursor cursor(list);
    while (!cursor.empty()) Add(cursor.TakeUntil(','));
  }

  void Set(EventRow& row) const {
    row.Source(chosen_);
    for (int i = 0; i < count_ && count_ > 1; ++i) {
      if (const auto address = IpAddress::Parse(words_[static_cast<std::size_t>(i)])) {
        row.builder().AddIp(Field::kRelatedIp, *address);
      }
    }
  }

 private:
  std::array<absl::string_view, kAddressesMax> words_;
  int count_ = 0;
  absl::string_view chosen_;
  bool public_ = false;
};

// "example.com:80" or an address: which of its hosts the server answered as.
void SetVirtualHost(absl::string_view host, EventRow& row) {
  if (!Says(host)) return;
  const std::size_t colon = host.rfind(':');
  if (colon != host.npos && !IsAddress(host)) {
    if (const auto port = ParseDigits(host.substr(colon + 1))) {
      row.DestinationPort(*port);
      host = host.substr(0, colon);
    }
  }
  row.Destination(host);
  if (!IsAddress(host)) row.Keyword(Field::kUrlDomain, host);
}

bool LooksLikeClient(absl::string_view word) {
  return absl::StartsWith(word, "\"") || absl::EndsWith(word, ",") || word == "unix:" ||
         word == "localhost" || IsAddress(word);
}

// Whether the first of these words is a virtual host and not the client.
bool BeginsWithHost(absl::string_view head) {
  TextCursor cursor(head);
  const absl::string_view first = cursor.TakeWord();
  if (absl::StartsWith(first, "\"") || absl::EndsWith(first, ",")) return false;
  cursor.SkipBlanks();
  const absl::string_view second = cursor.TakeWord();
  if (LooksLikeClient(second)) return true;
  cursor.SkipBlanks();
  // "vhost client.example - -": two names before the identity, which hardly anybody logs.
  return second != "-" && cursor.TakeWord() == "-" && absl::StartsWith(cursor.rest(), " ") &&
         cursor.rest().size() > 1 && !IsAddress(first);
}

// "[vhost] client[, client ...] identity user " before the time.
void ParseHead(absl::string_view head, EventRow& row) {
  TextCursor cursor(absl::StripAsciiWhitespace(head));
  if (BeginsWithHost(cursor.rest())) {
    SetVirtualHost(cursor.TakeWord(), row);
    cursor.SkipBlanks();
  }
  Client client;
  absl::string_view quoted;
  if (TakeQuoted(cursor, &quoted)) {
    client.AddList(quoted);
  } else {
    absl::string_view word = cursor.TakeWord();
    client.Add(word);
    while (absl::EndsWith(word, ",")) {
      cursor.SkipBlanks();
      word = cursor.TakeWord();
      client.Add(word);
    }
  }
  cursor.SkipBlanks();
  for (TextCursor next = cursor; IsAddress(next.TakeWord()); next = cursor) {
    client.Add(cursor.TakeWord());
    cursor.SkipBlanks();
  }
  client.Set(row);
  const absl::string_view identity = cursor.TakeWord();
  if (Says(identity)) row.Label("labels.web.identity", identity);
  const absl::string_view user = absl::StripAsciiWhitespace(cursor.rest());
  if (Says(user)) row.User(Field::kUserName, user);
}

// "89 0.001 [default-web-8080] [] 172.17.0.5:8080 59 0.000 200 529a..." of nginx' ingress
// controller: True when it is that.
bool ParseIngress(absl::string_view extra, EventRow& row) {
  TextCursor cursor(extra);
  const absl::string_view length = cursor.TakeWord();
  if (!ParseDigits(length) || !cursor.Consume(' ')) return false;
  const absl::string_view seconds = cursor.TakeWord();
  if (!cursor.Consume(" [")) return false;
  row.Label("labels.nginx.request_length", length);
  row.Label("labels.nginx.request_time", seconds);
  row.Label("labels.nginx.upstream_name", cursor.TakeUntil(']'));
  if (cursor.Consume(" [")) {
    row.Label("labels.nginx.upstream_alternative_name", cursor.TakeUntil(']'));
  }
  constexpr absl::string_view kRest[] = {"labels.nginx.upstream_address",
                                         "labels.nginx.upstream_response_length",
                                         "labels.nginx.upstream_response_time",
                                         "labels.nginx.upstream_status", "labels.nginx.request_id"};
  for (const absl::string_view name : kRest) {
    cursor.SkipBlanks();
    const absl::string_view word = cursor.TakeWord();
    if (Says(word)) row.Label(name, word);
  }
  return true;
}

// "262 "router" "http://172.19.0.3:5601" 2ms" of Traefik: true when it is that.
bool ParseTraefik(absl::string_view extra, EventRow& row) {
  TextCursor cursor(extra);
  const absl::string_view count = cursor.TakeWord();
  absl::string_view router;
  absl::string_view server;
  if (!ParseDigits(count) || !cursor.Consume(' ') || !TakeQuoted(cursor, &router) ||
      !cursor.Consume(' ') || !TakeQuoted(cursor, &server) ||
      !absl::EndsWith(cursor.rest(), "ms")) {
    return false;
  }
  row.Label("labels.traefik.request_count", count);
  row.Label("labels.traefik.router", router);
  row.Label("labels.traefik.server", server);
  const auto milliseconds =
      ParseDigits(absl::StripAsciiWhitespace(cursor.rest().substr(0, cursor.rest().size() - 2)));
  if (milliseconds) row.Integer(Field::kEventDuration, *milliseconds * 1'000'000);
  const std::size_t scheme = server.find("://");
  if (scheme == server.npos) return true;
  absl::string_view host = server.substr(scheme + 3);
  host = host.substr(0, host.find('/'));
  const std::size_t colon = host.rfind(':');
  if (colon != host.npos) row.DestinationPort(ParseDigits(host.substr(colon + 1)).value_or(-1));
  row.Destination(host.substr(0, colon));
  return true;
}

// What the server's own configuration adds.
void ParseExtra(TextCursor cursor, EventRow& row) {
  cursor.SkipBlanks();
  if (cursor.empty() || ParseIngress(cursor.rest(), row) || ParseTraefik(cursor.rest(), row)) {
    return;
  }
  row.Label("labels.web.extra", cursor.rest());
  absl::string_view forwarded;
  if (!TakeQuoted(cursor, &forwarded)) return;
  // nginx' "main" format ends with X-Forwarded-For.
  const absl::string_view first = forwarded.substr(0, forwarded.find(','));
  if (!IsAddress(first)) return;
  row.Label("labels.web.forwarded_for", forwarded);
  row.builder().AddIp(Field::kRelatedIp, *IpAddress::Parse(first));
}

// "200 612 "referrer" "agent" ...".
void ParseAnswer(TextCursor cursor, EventRow& row) {
  if (const auto status = cursor.TakeNumber(3)) {
    row.Integer(Field::kHttpResponseStatusCode, *status);
    row.Keyword(Field::kEventOutcome, *status < 400 ? "success" : "failure");
  } else {
    cursor.Consume('-');
  }
  cursor.SkipBlanks();
  if (const auto bytes = cursor.TakeNumber()) {
    row.Integer(Field::kHttpResponseBytes, *bytes);
  } else {
    cursor.Consume('-');
  }
  cursor.SkipBlanks();
  absl::string_view value;
  const bool none = cursor.Consume("- ");  // Traefik quotes no referrer that is none
  if (none || TakeQuoted(cursor, &value)) {
    if (Says(value)) row.Keyword(Field::kHttpRequestReferrer, value);
    cursor.SkipBlanks();
    if (TakeQuoted(cursor, &value) && Says(value)) row.Keyword(Field::kUserAgentOriginal, value);
  }
  ParseExtra(cursor, row);
}

// "192.0.2.1 TLSv1.2 CIPHER " between the time and the request of ssl_request_log.
void ParseTlsClient(TextCursor& cursor, EventRow& row) {
  row.Source(cursor.TakeWord());
  cursor.SkipBlanks();
  constexpr absl::string_view kNames[] = {"labels.tls.version", "labels.tls.cipher"};
  for (const absl::string_view name : kNames) {
    if (cursor.Peek() == '"') return;
    const absl::string_view word = cursor.TakeWord();
    if (Says(word)) row.Label(name, word);
    cursor.SkipBlanks();
  }
}

absl::string_view DatasetFor(absl::string_view origin) {
  if (absl::StrContains(origin, "nginx")) return "nginx.access";
  const bool apache = absl::StrContains(origin, "apache") || absl::StrContains(origin, "httpd");
  return apache ? "apache.access" : "";
}

}  // namespace

bool IsWebAccess(const TextInput& input) {
  const auto time = FindTime(input.text);
  if (!time) return false;
  const absl::string_view rest = input.text.substr(time->end);
  return time->begin == 0 ? FindByte(rest, '"') != rest.npos : absl::StartsWith(rest, "\"");
}

std::optional<TextResult> ParseWebAccess(const TextInput& input, EventRow& row) {
  const auto time = FindTime(input.text);
  if (!time) return std::nullopt;
  row.Keyword(Field::kEventDataset, DatasetFor(input.origin));
  row.Means(kAccess);
  TextCursor cursor(input.text.substr(time->end));
  if (time->begin == 0) {
    ParseTlsClient(cursor, row);
  } else {
    ParseHead(input.text.substr(0, time->begin), row);
  }
  absl::string_view request;
  if (TakeQuoted(cursor, &request)) {
    SetRequestLine(request, row);
    if (!row.Has(Field::kHttpRequestMethod) && Says(request)) {
      row.Label("labels.web.request", request);
    }
    cursor.SkipBlanks();
    ParseAnswer(cursor, row);
  }
  TextResult result;
  result.clock = time->clock;
  return result;
}

}  // namespace dims
