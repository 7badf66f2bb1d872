// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/haproxy.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "agent/fields/text_cursor.h"
#include "agent/formats/http_request.h"

namespace dims {
namespace {

constexpr EventMeaning kBalanced = {"network", "connection", "", ""};
constexpr std::size_t kHaproxyHeadBytesMax = 64;
constexpr int kTimersMax = 5;
constexpr std::int64_t kNanosOfMillisecond = 1'000'000;

// "192.0.2.7:38862 [30/Jul/2025:09:03:52.726] ".
struct HaproxyHead {
  absl::string_view client;
  std::int64_t port = -1;
  ClockText clock;
};

// The time has milliseconds and no zone.
std::optional<ClockText> ReadHaproxyClock(absl::string_view text) {
  if (text.size() < 24 || text[2] != '/' || text[6] != '/' || text[11] != ':') return std::nullopt;
  char bsd[24];  // "Jul 30 2025 09:03:52.726"
  text.substr(3, 3).copy(bsd, 3);
  text.substr(0, 2).copy(bsd + 4, 2);
  text.substr(7, 4).copy(bsd + 7, 4);
  text.substr(12, 12).copy(bsd + 12, 12);
  bsd[3] = bsd[6] = bsd[11] = ' ';
  return ReadBsdClock(absl::string_view(bsd, sizeof bsd));
}

bool TakeHaproxyHead(TextCursor& cursor, HaproxyHead* head) {
  const absl::string_view text = cursor.rest();
  const std::size_t open = text.substr(0, kHaproxyHeadBytesMax).find(" [");
  if (open == text.npos || open == 0) return false;
  const absl::string_view peer = text.substr(0, open);
  const std::size_t colon = peer.rfind(':');
  if (colon == peer.npos) return false;
  const auto port = ParseDigits(peer.substr(colon + 1));
  if (!port) return false;
  const auto clock = ReadHaproxyClock(text.substr(open + 2));
  if (!clock || !absl::StartsWith(text.substr(open + 2 + 24), "] ")) return false;
  *head = {peer.substr(0, colon), *port, *clock};
  cursor.Skip(open + 2 + 24 + 2);
  return true;
}

bool IsTimers(absl::string_view word) {
  return std::count(word.begin(), word.end(), '/') >= 2 &&
         std::all_of(word.begin(), word.end(),
                     [](char c) { return IsDigit(c) || c == '/' || c == '-' || c == '+'; });
}

// "0/0/1/0/2": the last of them is the whole.
void SetTimers(absl::string_view word, EventRow& row) {
  row.Label("labels.haproxy.timers", word);
  TextCursor total(word.substr(word.rfind('/') + 1));
  total.Consume('+');
  if (const auto milliseconds = total.TakeNumber(12)) {
    row.Integer(Field::kEventDuration, *milliseconds * kNanosOfMillisecond);
  }
}

// "bytes state connections queues": what follows timers and, with HTTP, the status.
void ParseHaproxyTail(TextCursor& cursor, bool http, EventRow& row) {
  if (const auto bytes = TextCursor(cursor.TakeWord()).TakeNumber()) {
    row.Integer(http ? Field::kHttpResponseBytes : Field::kSourceBytes, *bytes);
  }
  if (http) {  // two captured cookies
    for (int cookie = 0; cookie < 2; ++cookie) {
      cursor.SkipBlanks();
      const absl::string_view value = cursor.TakeWord();
      if (Says(value)) row.Label("labels.haproxy.cookie", value);
    }
  }
  for (const absl::string_view name :
       {"labels.haproxy.state", "labels.haproxy.connections", "labels.haproxy.queues"}) {
    cursor.SkipBlanks();
    row.Label(name, cursor.TakeWord());
  }
  cursor.SkipBlanks();
}

// "{host||} {|} "GET / HTTP/1.1" TLSv1.2".
void ParseHaproxyRequest(TextCursor& cursor, EventRow& row) {
  for (int captures = 0; captures < 2 && cursor.Consume('{'); ++captures) {
    row.Label(captures == 0 ? "labels.haproxy.request_headers" : "labels.haproxy.response_headers",
              cursor.TakeUntil('}'));
    cursor.SkipBlanks();
  }
  absl::string_view request;
  if (TakeQuoted(cursor, &request)) SetRequestLine(request, row);
  cursor.SkipBlanks();
  if (!cursor.empty()) row.Label("labels.haproxy.extra", cursor.rest());
}

void ParseTraffic(TextCursor& cursor, EventRow& row) {
  absl::string_view word = cursor.TakeWord();  // a capture or the timers
  if (!IsTimers(word)) {
    row.Destination(word);  // the host the client asked for, where it is a name
    row.Label("labels.haproxy.capture", word);
    cursor.SkipBlanks();
    word = cursor.TakeWord();
  }
  if (!IsTimers(word)) return;
  SetTimers(word, row);
  cursor.SkipBlanks();
  const auto slashes = std::count(word.begin(), word.end(), '/');
  const bool http = slashes >= kTimersMax - 1;
  row.builder().AddKeyword(Field::kEventCategory, http ? "web" : "network");
  if (http) {
    const absl::string_view status = cursor.TakeWord();
    if (const auto code = ParseDigits(status)) {
      row.Integer(Field::kHttpResponseStatusCode, *code);
      row.Keyword(Field::kEventOutcome, *code < 400 ? "success" : "failure");
    }
    cursor.SkipBlanks();
  }
  ParseHaproxyTail(cursor, http, row);
  if (http) ParseHaproxyRequest(cursor, row);
}

// "Connect from 192.0.2.7:48408 to 198.51.100.1:443 (front/HTTP)".
bool ParseConnect(TextCursor cursor, EventRow& row) {
  if (!cursor.Consume("Connect from ")) return false;
  row.Means(kBalanced);
  const auto peer = [](absl::string_view word) {
    const std::size_t colon = word.rfind(':');
    return std::pair(word.substr(0, colon), colon == word.npos ? "" : word.substr(colon + 1));
  };
  const auto [client, client_port] = peer(cursor.TakeWord());
  row.Source(client);
  row.SourcePort(ParseDigits(client_port).value_or(-1));
  if (!cursor.Consume(" to ")) return true;
  const auto [server, server_port] = peer(cursor.TakeWord());
  row.Destination(server);
  row.DestinationPort(ParseDigits(server_port).value_or(-1));
  if (cursor.Consume(" (")) row.Label("labels.haproxy.frontend", cursor.TakeUntil('/'));
  return true;
}

}  // namespace

bool IsHaproxy(const TextInput& input) {
  if (input.app == "haproxy") return true;
  if (input.text.empty() || !(IsDigit(input.text.front()) || input.text.front() == ':')) {
    return false;
  }
  TextCursor cursor(input.text);
  HaproxyHead head;
  return TakeHaproxyHead(cursor, &head);
}

std::optional<TextResult> ParseHaproxy(const TextInput& input, EventRow& row) {
  TextCursor cursor(input.text);
  TextResult result;
  HaproxyHead head;
  if (TakeHaproxyHead(cursor, &head)) {
    row.Means(kBalanced);
    row.Source(head.client);
    row.SourcePort(head.port);
    result.clock = head.clock;
    absl::string_view frontend = cursor.TakeWord();
    absl::ConsumeSuffix(&frontend, ":");
    row.Label("labels.haproxy.frontend", frontend);
    cursor.SkipBlanks();
    const absl::string_view backend = cursor.TakeWord();
    const std::size_t slash = backend.find('/');
    if (slash != backend.npos && slash > 0) {
      row.Label("labels.haproxy.backend", backend.substr(0, slash));
      row.Label("labels.haproxy.server", backend.substr(slash + 1));
    }
    cursor.SkipBlanks();
    ParseTraffic(cursor, row);
  } else if (!ParseConnect(cursor, row) && input.app != "haproxy") {
    return std::nullopt;
  }
  row.Keyword(Field::kEventDataset, "haproxy.log");
  return result;
}

}  // namespace dims
