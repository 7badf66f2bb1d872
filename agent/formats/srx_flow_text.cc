// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "agent/fields/text_cursor.h"
#include "agent/formats/srx.h"

namespace dims {
namespace {

constexpr int kWordsMax = 24;  // between the addresses and the protocol's number

struct Ends {
  absl::string_view source;
  absl::string_view source_port;
  absl::string_view target;
  absl::string_view target_port;
};

// "192.0.2.1/5" by its last slash.
bool Split(absl::string_view text, absl::string_view* address, absl::string_view* port) {
  const std::size_t slash = text.rfind('/');
  if (slash == text.npos || slash == 0) return false;
  *address = text.substr(0, slash);
  *port = text.substr(slash + 1);
  return true;
}

// "192.0.2.1/5->198.51.100.2/80".
bool ReadEnds(absl::string_view word, Ends* ends) {
  const std::size_t arrow = word.find("->");
  return arrow != word.npos && Split(word.substr(0, arrow), &ends->source, &ends->source_port) &&
         Split(word.substr(arrow + 2), &ends->target, &ends->target_port);
}

absl::string_view NextWord(TextCursor& cursor) {
  cursor.SkipBlanks();
  return cursor.TakeWord();
}

// "12(900)": packets and bytes.
void SetCounts(absl::string_view word, absl::string_view packets_key, absl::string_view bytes_key,
               KeyedFields& fields) {
  const std::size_t open = FindByte(word, '(');
  if (open == word.npos || word.back() != ')') return;
  fields.Set(packets_key, word.substr(0, open));
  fields.Set(bytes_key, word.substr(open + 1, word.size() - open - 2));
}

// The service and the translated ends, up to the protocol's number; empty: there is none.
absl::string_view TakeProtocol(TextCursor& cursor, KeyedFields& fields) {
  bool service = false;
  for (int words = 0; words < kWordsMax && !cursor.empty(); ++words) {
    absl::string_view word = NextWord(cursor);
    Ends nat;
    if (ReadEnds(word, &nat)) {
      fields.Set("nat-source-address", nat.source);
      fields.Set("nat-source-port", nat.source_port);
      fields.Set("nat-destination-address", nat.target);
      fields.Set("nat-destination-port", nat.target_port);
      continue;
    }
    const absl::string_view number = word.substr(0, FindByte(word, '('));
    if (service && ParseDigits(number).value_or(256) < 256) {
      if (number.size() < word.size()) {
        fields.Set("icmp-type", word.substr(number.size() + 1, word.size() - number.size() - 2));
      }
      return number;
    }
    if (!service && word.substr(0, 2) != "0x") {
      fields.Set("service-name", word);
      service = true;
    }
  }
  return {};
}

}  // namespace

bool ParseSrxFlowText(absl::string_view text, KeyedFields& fields) {
  TextCursor cursor(text);
  if (!cursor.Consume("session ")) return false;
  const bool closed = cursor.Consume("closed ");
  if (!closed && !cursor.Consume("created ") && !cursor.Consume("denied ")) return false;
  if (closed) {
    // "TCP FIN: 192.0.2.1/5->..."
    const std::size_t colon = cursor.rest().find(": ");
    const std::size_t arrow = cursor.rest().find("->");
    if (colon != text.npos && colon < arrow) {
      fields.Set("reason", cursor.rest().substr(0, colon));
      cursor.Skip(colon + 2);
    }
  }
  Ends ends;
  if (!ReadEnds(NextWord(cursor), &ends)) return false;
  fields.Set("source-address", ends.source);
  fields.Set("source-port", ends.source_port);
  fields.Set("destination-address", ends.target);
  fields.Set("destination-port", ends.target_port);
  const absl::string_view protocol = TakeProtocol(cursor, fields);
  if (protocol.empty()) return true;
  fields.Set("protocol-id", protocol);
  fields.Set("policy-name", NextWord(cursor));
  fields.Set("source-zone-name", NextWord(cursor));
  fields.Set("destination-zone-name", NextWord(cursor));
  const absl::string_view session = NextWord(cursor);
  fields.Set(ParseDigits(session) ? "session-id-32" : "application", session);
  if (!closed) return true;
  SetCounts(NextWord(cursor), "packets-from-client", "bytes-from-client", fields);
  SetCounts(NextWord(cursor), "packets-from-server", "bytes-from-server", fields);
  fields.Set("elapsed-time", NextWord(cursor));
  return true;
}

}  // namespace dims
