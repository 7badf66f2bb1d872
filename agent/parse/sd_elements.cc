// SPDX-License-Identifier: Apache-2.0
#include "agent/parse/sd_elements.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "agent/fields/text_cursor.h"

namespace dims {
namespace {

constexpr int kParametersMax = 256;

// "value" up to its closing quote, with \" \\ \] taken back; false when it does not end.
bool TakeQuoted(TextCursor& cursor, std::string* value) {
  if (!cursor.Consume('"')) return false;
  value->clear();
  while (!cursor.empty()) {
    char c = cursor.Peek();
    cursor.Skip(1);
    if (c == '"') return true;
    const char next = cursor.Peek();
    if (c == '\\' && (next == '"' || next == '\\' || next == ']')) {
      c = next;
      cursor.Skip(1);
    }
    value->push_back(c);
  }
  return false;
}

// "id name="value" ...]" after the bracket.
bool ParseElement(TextCursor& cursor, int* parameters, FieldWriter& writer) {
  const std::size_t id_length = cursor.rest().find_first_of(" ]");
  if (id_length == absl::string_view::npos) return false;
  const absl::string_view id = cursor.rest().substr(0, id_length);
  cursor.Skip(id_length);
  std::string value;
  while (cursor.Consume(' ')) {
    const absl::string_view name = cursor.TakeUntil('=');
    if (++*parameters > kParametersMax || !TakeQuoted(cursor, &value)) return false;
    writer.Label(absl::StrCat("sd.", id, ".", name), value);
  }
  return cursor.Consume(']');
}

}  // namespace

void ParseStructuredData(absl::string_view text, FieldWriter& writer) {
  TextCursor cursor(text);
  int parameters = 0;
  while (cursor.Consume('[') && ParseElement(cursor, &parameters, writer)) continue;
}

}  // namespace dims
