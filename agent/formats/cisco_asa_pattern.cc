// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/match.h"
#include "agent/fields/text_cursor.h"
#include "agent/formats/cisco_asa_message.h"

namespace dims {
namespace {

bool IsNumberPlaceholder(char placeholder) {
  return placeholder == 'b' || placeholder == 'x' || placeholder == 'y' || placeholder == 'n' ||
         placeholder == 'o' || placeholder == 'z';
}

// Where the placeholder at the front of `pattern` ends in `text`; npos: it does not.
std::size_t CaptureLength(char placeholder, absl::string_view next_literal,
                          absl::string_view text) {
  if (IsNumberPlaceholder(placeholder)) {
    std::size_t digits = 0;
    while (digits < text.size() && IsDigit(text[digits])) ++digits;
    return digits == 0 ? text.npos : digits;
  }
  if (next_literal.empty()) return text.size();
  for (std::size_t at = FindByte(text, next_literal.front()); at != text.npos;
       at = FindByte(text, next_literal.front(), at + 1)) {
    if (absl::StartsWith(text.substr(at), next_literal)) return at;
  }
  return text.npos;
}

}  // namespace

bool MatchAsaPattern(absl::string_view pattern, absl::string_view text, AsaCaptures* out) {
  out->count = 0;
  while (!pattern.empty()) {
    const std::size_t brace = FindByte(pattern, '{');
    const absl::string_view literal = pattern.substr(0, brace);
    if (!absl::StartsWith(text, literal)) return false;
    text.remove_prefix(literal.size());
    if (brace == pattern.npos) return true;  // what follows the shape is of no interest
    const char placeholder = pattern[brace + 1];
    pattern.remove_prefix(brace + 3);
    const std::size_t length =
        CaptureLength(placeholder, pattern.substr(0, FindByte(pattern, '{')), text);
    if (length == text.npos || out->count == kAsaCapturesMax) return false;
    if (placeholder != '_') out->items[out->count++] = {placeholder, text.substr(0, length)};
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace dims
