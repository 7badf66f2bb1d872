// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "agent/fields/text_cursor.h"
#include "agent/formats/name_server.h"

namespace dims {
namespace {

constexpr EventMeaning kDnsQuery = {"network", "protocol", "dns_query", ""};
constexpr EventMeaning kDnsAnswer = {"network", "protocol", "dns_answer", ""};
constexpr EventMeaning kDnsRefused = {"network", "denied", "dns_query_denied", "failure"};
constexpr EventMeaning kDnsFailed = {"network", "protocol", "dns_query_failed", "failure"};
constexpr EventMeaning kDnsRewritten = {"network", "denied", "dns_policy_rewrite", "success"};
constexpr EventMeaning kTransferRefused = {"network", "denied", "dns_transfer_denied", "failure"};
constexpr EventMeaning kUpdateRefused = {"network", "denied", "dns_update_denied", "failure"};
constexpr EventMeaning kTransfer = {"network", "protocol", "dns_transfer", ""};
constexpr EventMeaning kUpdate = {"network", "change", "dns_update", ""};
constexpr EventMeaning kRateLimited = {"network", "denied", "dns_rate_limited", "failure"};
constexpr EventMeaning kValidating = {"network", "protocol", "dns_validation", ""};
constexpr EventMeaning kZone = {"network", "info", "dns_zone", ""};

constexpr absl::string_view kBindLevels[] = {"info",     "notice",  "warning", "error",
                                             "critical", "debug 1", "debug 2", "debug 3"};
// A category is a few letters: "queries", "update-security", "rpz".
constexpr std::size_t kCategoryBytesMax = 24;
constexpr std::size_t kLevelBytesMax = 8;

// What stands before the text in named's own files.
struct BindHead {
  std::optional<ClockText> clock;
  absl::string_view category;
  absl::string_view level;
};

// "23-Aug-2025 18:41:28.090 ".
std::optional<ClockText> TakeBindClock(TextCursor& cursor) {
  const absl::string_view text = cursor.rest();
  if (text.size() < 21 || text[2] != '-' || text[6] != '-' || text[11] != ' ') return std::nullopt;
  std::array<char, 24> bsd{};  // "Aug 23 2025 18:41:28.090"
  text.substr(3, 3).copy(bsd.data(), 3);
  bsd[3] = bsd[6] = bsd[11] = ' ';
  text.substr(0, 2).copy(bsd.data() + 4, 2);
  text.substr(7, 4).copy(bsd.data() + 7, 4);
  const std::size_t length = text.substr(12, 12).copy(bsd.data() + 12, 12);
  auto clock = ReadBsdClock(absl::string_view(bsd.data(), 12 + length));
  if (clock) {
    cursor.Skip(clock->length);
    cursor.SkipBlanks();
  }
  return clock;
}

// The level before the colon and blank that `text` begins with; "": none.
absl::string_view LevelBefore(absl::string_view text) {
  const absl::string_view word = text.substr(0, FindByte(text.substr(0, kLevelBytesMax + 1), ':'));
  if (!absl::StartsWith(text.substr(word.size()), ": ")) return {};
  for (const absl::string_view known : kBindLevels) {
    if (word == known) return word;
  }
  return {};
}

// "queries: info: " or "info: ".
void TakeCategoryAndLevel(TextCursor& cursor, BindHead& head) {
  for (int part = 0; part < 2; ++part) {
    const std::size_t colon = FindByte(cursor.rest().substr(0, kCategoryBytesMax), ':');
    if (!absl::StartsWith(cursor.rest().substr(std::min(colon, cursor.rest().size())), ": "))
      return;
    head.level = LevelBefore(cursor.rest());
    if (!head.level.empty()) {
      cursor.Skip(colon + 2);
      return;
    }
    if (part > 0) return;
    // A category only where a level follows: "rpz: zone: reload start" is text.
    const absl::string_view after = cursor.rest().substr(colon + 2);
    if (LevelBefore(after).empty() && !absl::StartsWith(after, "client ")) return;
    const absl::string_view word = cursor.rest().substr(0, colon);
    cursor.Skip(colon + 2);
    head.category = word;
  }
}

BindHead TakeBindHead(TextCursor& cursor) {
  BindHead head;
  head.clock = TakeBindClock(cursor);
  TakeCategoryAndLevel(cursor, head);
  return head;
}

// "192.0.2.7#5353".
bool TakeBindPeer(TextCursor& cursor, absl::string_view* address, std::int64_t* port) {
  TextCursor word(cursor.TakeWord());
  *address = word.TakeUntil('#');
  const auto number = word.TakeNumber(5);
  if (!number || address->empty()) return false;
  *port = *number;
  return true;
}

bool TakeClient(TextCursor& cursor, absl::string_view* address, std::int64_t* port) {
  if (!cursor.Consume("client ")) return false;
  if (cursor.Consume("@0x")) {
    cursor.TakeWord();
    cursor.SkipBlanks();
  }
  return TakeBindPeer(cursor, address, port);
}

void SetQuestion(absl::string_view name, absl::string_view type, absl::string_view klass,
                 EventRow& row) {
  if (name.size() > 1) absl::ConsumeSuffix(&name, ".");
  row.Keyword(Field::kDnsQuestionName, name);
  row.Keyword(Field::kDnsQuestionType, type);
  row.Label("labels.dns.question.class", klass);
  row.Keyword(Field::kNetworkProtocol, "dns");
}

bool IsDnsClass(absl::string_view word) {
  return word == "IN" || word == "CH" || word == "HS" || word == "ANY" ||
         absl::StartsWith(word, "CLASS");
}

// "www.example/A/IN" or "www.example/IN/A"; a zone has no type.
void SetSlashed(absl::string_view text, EventRow& row) {
  const std::size_t last = text.rfind('/');
  if (last == text.npos) return;
  const absl::string_view tail = text.substr(last + 1);
  const absl::string_view head = text.substr(0, last);
  const std::size_t middle = head.rfind('/');
  if (middle == head.npos) {
    if (IsDnsClass(tail)) {
      SetQuestion(head, "", tail, row);
    } else {
      SetQuestion(head, tail, "", row);
    }
    return;
  }
  const absl::string_view second = head.substr(middle + 1);
  if (IsDnsClass(second) && second != "ANY") {
    SetQuestion(head.substr(0, middle), tail, second, row);
  } else {
    SetQuestion(head.substr(0, middle), second, tail, row);
  }
}

// "+E(0)TDC (198.51.100.1)": T is TCP.
void SetFlagsAndServer(TextCursor cursor, EventRow& row) {
  cursor.SkipBlanks();
  const absl::string_view flags = cursor.TakeWord();
  row.Label("labels.dns.flags", flags);
  row.Transport(absl::StrContains(flags, 'T') ? "tcp" : "udp");
  cursor.SkipBlanks();
  if (cursor.Consume('(')) row.Destination(cursor.TakeUntil(')'));
}

// "www.example IN A " of a query or an answer.
void TakeSpacedQuestion(TextCursor& cursor, EventRow& row) {
  const absl::string_view name = cursor.TakeWord();
  cursor.SkipBlanks();
  const absl::string_view klass = cursor.TakeWord();
  cursor.SkipBlanks();
  SetQuestion(name, cursor.TakeWord(), klass, row);
}

void ParseAnswerLine(TextCursor cursor, EventRow& row) {
  row.Means(kDnsAnswer);
  TakeSpacedQuestion(cursor, row);
  cursor.SkipBlanks();
  if (IsAsciiLetter(cursor.Peek())) row.Keyword(Field::kDnsResponseCode, cursor.TakeWord());
  SetFlagsAndServer(cursor, row);
  const std::size_t arrow = cursor.rest().rfind(" -> ");
  if (arrow != absl::string_view::npos) {
    row.Keyword(Field::kDnsResponseCode, TextCursor(cursor.rest().substr(arrow + 4)).TakeWord());
  }
}

// "query (cache) 'www.example/A/IN' denied", "zone transfer 'example/AXFR/IN' denied", "bad zone
// transfer request: 'example/IN': ...".
void ParseQuoted(absl::string_view text, EventRow& row) {
  const std::size_t quote = text.find('\'');
  if (quote == text.npos) return;
  const std::size_t end = text.find('\'', quote + 1);
  if (end != text.npos) SetSlashed(text.substr(quote + 1, end - quote - 1), row);
}

// "query failed (REFUSED) for www.example/IN/A at query.c:1".
void ParseFailedQuery(TextCursor cursor, EventRow& row) {
  row.Means(kDnsFailed);
  const absl::string_view reason = cursor.TakeUntil(')');
  const bool code = !reason.empty() && absl::ascii_isupper(static_cast<unsigned char>(reason[0]));
  row.Keyword(code ? Field::kDnsResponseCode : Field::kEventReason, reason);
  if (cursor.Consume(" for ")) SetSlashed(cursor.TakeWord(), row);
}

// "rpz QNAME NXDOMAIN rewrite www.example/A/IN via ...".
void ParseRewrite(absl::string_view text, EventRow& row) {
  row.Means(kDnsRewritten);
  TextCursor cursor(text);
  const std::size_t at = text.find(" rewrite ");
  if (at == text.npos) return;
  row.Keyword(Field::kRuleCategory, text.substr(0, at));
  cursor.Skip(at + 9);
  SetSlashed(cursor.TakeWord(), row);
  if (cursor.Consume(" via ")) row.Keyword(Field::kRuleName, cursor.TakeWord());
}

void ParseClientText(TextCursor cursor, EventRow& row) {
  if (cursor.Consume("view ")) {
    row.Label("labels.dns.view", cursor.TakeUntil(':'));
    cursor.SkipBlanks();
  }
  const absl::string_view text = cursor.rest();
  if (cursor.Consume("query: ")) {
    row.Means(kDnsQuery);
    TakeSpacedQuestion(cursor, row);
    SetFlagsAndServer(cursor, row);
  } else if (cursor.Consume("answer: ") || cursor.Consume("response: ")) {
    ParseAnswerLine(cursor, row);
  } else if (cursor.Consume("query failed (")) {
    ParseFailedQuery(cursor, row);
  } else if (cursor.Consume("rpz ")) {
    ParseRewrite(cursor.rest(), row);
  } else {
    const bool transfer = absl::StrContains(text, "zone transfer");
    const bool update = absl::StartsWith(text, "updat");
    const bool denied = absl::StrContains(text, " denied") || absl::StartsWith(text, "bad ");
    if (denied) {
      row.Means(transfer ? kTransferRefused : update ? kUpdateRefused : kDnsRefused);
    } else {
      row.Means(absl::StartsWith(text, "transfer of ") ? kTransfer
                : absl::StrContains(absl::string_view(text).substr(0, 22), "rate limit ")
                    ? kRateLimited
                : update ? kUpdate
                         : kZone);
    }
    ParseQuoted(text, row);
  }
  row.Keyword(Field::kNetworkProtocol, "dns");
}

// What named says when nobody asked. False: nothing known.
bool ParseServerText(absl::string_view text, EventRow& row) {
  TextCursor cursor(text);
  if (cursor.Consume("transfer of '")) {
    row.Means(kTransfer);
    SetSlashed(cursor.TakeUntil('\''), row);
    absl::string_view address;
    std::int64_t port = 0;
    if (cursor.Consume(" from ") && TakeBindPeer(cursor, &address, &port)) {
      row.Source(address);
      row.SourcePort(port);
    }
    return true;
  }
  if (cursor.Consume("validating ")) {
    cursor.Consume("@0x");
    row.Means(kValidating);
    absl::string_view name = cursor.TakeUntil(' ');
    absl::ConsumeSuffix(&name, ":");
    SetSlashed(name, row);
    return true;
  }
  if (cursor.Consume("zone ")) {
    const absl::string_view zone = cursor.TakeWord();
    if (!absl::EndsWith(zone, ":")) return false;
    row.Means(kZone);
    row.Label("labels.dns.zone", zone.substr(0, zone.size() - 1));
    return true;
  }
  if (!cursor.Consume("rpz: ")) return false;
  row.Means(kZone);
  row.Label("labels.dns.zone", cursor.TakeUntil(':'));
  return true;
}

bool IsServerText(absl::string_view text) {
  return absl::StartsWith(text, "transfer of '") || absl::StartsWith(text, "validating ") ||
         absl::StartsWith(text, "rpz: ") ||
         (absl::StartsWith(text, "zone ") && absl::StrContains(text, "/IN"));
}

}  // namespace

bool IsBind(const TextInput& input) {
  if (input.app == "named") return true;
  TextCursor cursor(input.tagged);
  if (cursor.empty()) return false;
  TakeBindHead(cursor);
  if (IsServerText(cursor.rest())) return true;
  absl::string_view address;
  std::int64_t port = 0;
  return TakeClient(cursor, &address, &port);
}

std::optional<TextResult> ParseBind(const TextInput& input, EventRow& row) {
  // A category of named's own files looks like a tag: "Oct 23 02:06:39 security: info: client ...".
  TextCursor cursor(input.app == "named" ? input.text : input.tagged);
  const BindHead head = TakeBindHead(cursor);
  row.Keyword(Field::kLogLevel, head.level);
  row.Label("labels.bind.category", head.category);
  TextResult result;
  result.clock = head.clock;
  absl::string_view address;
  std::int64_t port = 0;
  TextCursor client = cursor;
  if (TakeClient(client, &address, &port)) {
    row.Source(address);
    row.SourcePort(port);
    const std::size_t taken = cursor.rest().size() - client.rest().size();
    if (absl::EndsWith(cursor.rest().substr(0, taken), "/key") && client.Consume(' ')) {
      absl::string_view key = client.TakeWord();  // who signed the request
      absl::ConsumeSuffix(&key, ":");
      row.Label("labels.dns.key", key);
    }
    client.Consume(':');
    if (client.Consume(" (")) client.TakeUntil(')');
    client.Consume(':');
    client.SkipBlanks();
    ParseClientText(client, row);
  } else if (!ParseServerText(cursor.rest(), row) && input.app != "named" && !head.clock) {
    if (head.level.empty()) return std::nullopt;
  }
  row.Keyword(Field::kEventDataset, "bind.log");
  return result;
}

}  // namespace dims
