// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/junos_filter.h"

#include "absl/strings/match.h"
#include "agent/fields/text_cursor.h"

namespace dims {
namespace {

constexpr std::size_t kHeadBytes = 160;

// Behind "FW: "; empty when the line is none.
absl::string_view RecordOf(absl::string_view text) {
  const std::size_t at = text.substr(0, kHeadBytes).find("FW: ");
  if (at == text.npos || (at > 0 && text[at - 1] != ' ')) return {};
  TextCursor cursor(text.substr(at + 4));
  cursor.TakeWord();
  if (!cursor.Consume(' ')) return {};
  const char verdict = cursor.Peek();
  cursor.Skip(1);
  if ((verdict != 'A' && verdict != 'D' && verdict != 'R') || cursor.Peek() != ' ') return {};
  return text.substr(at + 4);
}

absl::string_view NextWord(TextCursor& cursor) {
  cursor.SkipBlanks();
  return cursor.TakeWord();
}

}  // namespace

bool IsJunosFilter(const TextInput& input) {
  return !RecordOf(input.tagged).empty();
}

std::optional<TextResult> ParseJunosFilter(const TextInput& input, EventRow& row) {
  TextCursor cursor(RecordOf(input.tagged));
  if (cursor.empty()) return std::nullopt;
  row.Label("labels.juniper.interface-name", NextWord(cursor));
  const bool refused = NextWord(cursor) != "A";
  row.Keyword(Field::kObserverVendor, "Juniper");
  row.Keyword(Field::kObserverType, "firewall");
  row.Means({"network", refused ? "denied" : "allowed", "", refused ? "failure" : "success"});
  row.Means({"", "connection", "", ""});
  row.Transport(NextWord(cursor));
  row.Source(NextWord(cursor));
  row.Destination(NextWord(cursor));
  if (const auto port = ParseDigits(NextWord(cursor))) row.SourcePort(*port);
  if (const auto port = ParseDigits(NextWord(cursor))) row.DestinationPort(*port);
  cursor.SkipBlanks();
  if (cursor.Consume('(')) {
    if (const auto packets = cursor.TakeNumber()) row.Integer(Field::kSourcePackets, *packets);
  }
  return TextResult{};
}

}  // namespace dims
