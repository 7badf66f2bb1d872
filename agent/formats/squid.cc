// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/squid.h"

#include <cstddef>

#include "absl/strings/match.h"
#include "agent/fields/text_cursor.h"
#include "agent/formats/http_request.h"

namespace dims {
namespace {

constexpr EventMeaning kProxied = {"network", "connection", "", ""};
constexpr std::int64_t kNanosOfMilli = 1'000'000;

// "1564655684.277 3387 192.0.2.1 TCP_MISS/200 ": the fields that make it Squid's.
struct SquidHead {
  std::int64_t time_ns = 0;
  std::int64_t elapsed_ms = 0;
  absl::string_view client;
  absl::string_view code;
  std::int64_t status = 0;
};

bool TakeHead(TextCursor& cursor, SquidHead* head) {
  const auto seconds = cursor.TakeNumber(10);
  if (!seconds || *seconds < 100'000'000 || !cursor.Consume('.')) return false;
  const auto millis = cursor.TakeNumber(3);
  if (!millis || cursor.Peek() != ' ') return false;
  cursor.SkipBlanks();
  const auto elapsed = cursor.TakeNumber(15);
  if (!elapsed || cursor.Peek() != ' ') return false;
  cursor.SkipBlanks();
  head->client = cursor.TakeWord();
  cursor.SkipBlanks();
  TextCursor result(cursor.TakeWord());
  head->code = result.TakeUntil('/');
  const auto status = result.TakeNumber(3);
  if (!status || !result.empty() || head->code.empty()) return false;
  head->time_ns = (*seconds * 1000 + *millis) * kNanosOfMilli;
  head->elapsed_ms = *elapsed;
  head->status = *status;
  cursor.SkipBlanks();
  return true;
}

// "www.example:443", "[2001:db8::1]:443".
void SetTunnelEnd(absl::string_view target, EventRow& row) {
  const std::size_t colon = target.rfind(':');
  if (colon != target.npos) {
    if (const auto port = ParseDigits(target.substr(colon + 1))) {
      row.DestinationPort(*port);
      target = target.substr(0, colon);
    }
  }
  row.Destination(target);
  if (!row.Has(Field::kDestinationIp)) row.Keyword(Field::kUrlDomain, target);
}

// "HIER_DIRECT/198.51.100.9".
void SetPeer(absl::string_view word, EventRow& row) {
  TextCursor cursor(word);
  row.Label("labels.squid.hierarchy", cursor.TakeUntil('/'));
  const absl::string_view peer = cursor.rest();
  if (!Says(peer)) return;
  if (IpAddress::Parse(peer) || !row.Has(Field::kDestinationDomain)) row.Destination(peer);
}

void SetVerdict(const SquidHead& head, EventRow& row) {
  row.Means(kProxied);
  row.builder().AddKeyword(Field::kEventCategory, "web");
  row.Keyword(Field::kEventAction, head.code);
  row.Transport(absl::StartsWith(head.code, "UDP_") ? "udp" : "tcp");
  const bool denied = absl::StrContains(head.code, "DENIED");
  row.builder().AddKeyword(Field::kEventType, denied ? "denied" : "access");
  row.Keyword(Field::kEventOutcome, denied || head.status >= 400 ? "failure" : "success");
  row.Label("labels.squid.result", head.code);
  if (head.status > 0) row.Integer(Field::kHttpResponseStatusCode, head.status);
}

}  // namespace

bool IsSquid(const TextInput& input) {
  if (input.text.empty() || !IsDigit(input.text.front())) return false;
  SquidHead head;
  TextCursor cursor(input.text);
  return TakeHead(cursor, &head);
}

std::optional<TextResult> ParseSquid(const TextInput& input, EventRow& row) {
  SquidHead head;
  TextCursor cursor(input.text);
  if (!TakeHead(cursor, &head)) return std::nullopt;
  row.Keyword(Field::kEventDataset, "squid.log");
  row.Keyword(Field::kObserverType, "proxy");
  row.Keyword(Field::kObserverVendor, "Squid");
  row.Source(head.client);
  row.Integer(Field::kEventDuration, head.elapsed_ms * kNanosOfMilli);
  SetVerdict(head, row);
  if (const auto bytes = cursor.TakeNumber()) row.Integer(Field::kHttpResponseBytes, *bytes);
  cursor.SkipBlanks();
  const absl::string_view method = cursor.TakeWord();
  if (Says(method) && !absl::StartsWith(method, "NONE")) {
    row.Keyword(Field::kHttpRequestMethod, method);
  }
  cursor.SkipBlanks();
  const absl::string_view url = cursor.TakeWord();
  if (method == "CONNECT") {
    SetTunnelEnd(url, row);
    row.Text(Field::kUrlOriginal, url);
  } else {
    SetUrl(url, row);
  }
  cursor.SkipBlanks();
  const absl::string_view user = cursor.TakeWord();
  if (Says(user)) row.User(Field::kUserName, user);
  cursor.SkipBlanks();
  SetPeer(cursor.TakeWord(), row);
  cursor.SkipBlanks();
  const absl::string_view type = cursor.TakeWord();
  if (Says(type)) row.Label("labels.http.mime_type", type);
  cursor.SkipBlanks();
  if (!cursor.empty()) row.Label("labels.squid.extra", cursor.rest());
  TextResult result;
  result.time_ns = head.time_ns;
  return result;
}

}  // namespace dims
