// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/key_value.h"

#include <cstddef>
#include <optional>
#include <string>

#include "agent/fields/field_writer.h"
#include "agent/fields/text_cursor.h"
#include "agent/formats/dialect.h"
#include "agent/formats/format_memory.h"

namespace dims {
namespace {

constexpr std::size_t kKeyBytesMax = 64;
constexpr int kPairsMin = 3;
// How far a quote or bracket may reach; a line of nothing but opened ones must not cost its square.
constexpr std::size_t kEnclosedBytesMax = 16u << 10;

// Pairs of no known producer: names of fields, and names others use for them.
constexpr Dialect kAnyNames = {.names = Dialect::Names::kAliases};

bool IsKeyCharacter(char c) {
  return IsAsciiLetter(c) || IsDigit(c) || c == '_' || c == '.' || c == '-' || c == '@' || c == '/';
}

// Length of a key at the start of `text` that an equals sign follows, or 0.
std::size_t KeyLength(absl::string_view text) {
  if (text.empty() || !(IsAsciiLetter(text.front()) || text.front() == '_')) return 0;
  std::size_t length = 1;
  while (length < text.size() && length <= kKeyBytesMax && IsKeyCharacter(text[length])) ++length;
  if (length > kKeyBytesMax || length >= text.size() || text[length] != '=') return 0;
  // "a == b" and "x =>" compare, they do not assign.
  if (length + 1 < text.size() && (text[length + 1] == '=' || text[length + 1] == '>')) return 0;
  return length;
}

bool IsSeparator(char c) {
  return c == ',' || c == ';' || c == '|';
}

// Index of the closing quote, or npos.
std::size_t QuoteEnd(absl::string_view text, char quote) {
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == quote) {
      return at;
    }
  }
  return text.npos;
}

std::size_t BracketEnd(absl::string_view text, char open, char close) {
  int depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == open) ++depth;
    if (text[at] == close && --depth == 0) return at;
  }
  return text.npos;
}

std::size_t BareLength(absl::string_view text) {
  std::size_t length = 0;
  for (; length < text.size() && text[length] != ' ' && text[length] != '\t'; ++length) {
    if (!IsSeparator(text[length])) continue;
    const absl::string_view next = text.substr(length + 1);
    if (next.empty() || next.front() == ' ' || KeyLength(next) > 0) break;
  }
  return length;
}

// Reads pair after pair, whatever stands between them.
class PairReader {
 public:
  explicit PairReader(absl::string_view text) : text_(text) {}

  // The next pair; false at the end. Views hold until the next call.
  bool Next(absl::string_view* key, absl::string_view* value) {
    while (!text_.empty()) {
      SkipSeparators();
      const std::size_t length = KeyLength(text_);
      if (length > 0) {
        *key = text_.substr(0, length);
        text_.remove_prefix(length + 1);
        *value = TakeValue();
        return true;
      }
      SkipWord();
    }
    return false;
  }

  int other_words() const { return other_words_; }

 private:
  void SkipSeparators() {
    while (!text_.empty() &&
           (text_.front() == ' ' || text_.front() == '\t' || IsSeparator(text_.front()))) {
      text_.remove_prefix(1);
    }
  }

  void SkipWord() {
    if (text_.empty()) return;
    ++other_words_;
    std::size_t length = 0;
    while (length < text_.size() && text_[length] != ' ' && text_[length] != '\t') ++length;
    text_.remove_prefix(length);
  }

  absl::string_view TakeValue() {
    if (text_.empty()) return {};
    const char open = text_.front();
    const absl::string_view near = text_.substr(0, kEnclosedBytesMax);
    std::size_t end = text_.npos;
    if (open == '"' || open == '\'') end = QuoteEnd(near, open);
    if (open == '[') end = BracketEnd(near, '[', ']');
    if (open == '{') end = BracketEnd(near, '{', '}');
    if (end == text_.npos) return Take(BareLength(text_), 0);
    const absl::string_view inner = Take(end + 1, open == '{' ? 0 : 1);
    return open == '"' ? Unescaped(inner) : inner;
  }

  // The next `length` bytes less `margin` at either end.
  absl::string_view Take(std::size_t length, std::size_t margin) {
    const absl::string_view taken = text_.substr(margin, length - 2 * margin);
    text_.remove_prefix(length);
    return taken;
  }

  absl::string_view Unescaped(absl::string_view inner) {
    if (inner.find('\\') == inner.npos) return inner;
    unescaped_.clear();
    for (std::size_t at = 0; at < inner.size(); ++at) {
      const bool escape = inner[at] == '\\' && at + 1 < inner.size() &&
                          (inner[at + 1] == '"' || inner[at + 1] == '\\');
      unescaped_.push_back(inner[escape ? ++at : at]);
    }
    return unescaped_;
  }

  absl::string_view text_;
  std::string unescaped_;
  int other_words_ = 0;
};

bool LooksLikePairs(absl::string_view text) {
  std::size_t at = 0;  // most lines have no three equals signs
  for (int pair = 0; pair < kPairsMin; ++pair, ++at) {
    at = FindByte(text, '=', at);
    if (at == text.npos) return false;
  }
  PairReader reader(text);
  absl::string_view key;
  absl::string_view value;
  int pairs = 0;
  while (pairs < kPairsMax && reader.Next(&key, &value)) ++pairs;
  return pairs >= kPairsMin && pairs >= reader.other_words();
}

// Numbers that print as they came are numbers; "007" and "+1" are words.
std::optional<std::int64_t> CanonicalNumber(absl::string_view value) {
  if (value.size() > 1 && value.front() == '0') return std::nullopt;
  return ParseDigits(value);
}

}  // namespace

bool ParseKeyValue(absl::string_view text, bool force, EventRow& row) {
  if (!force && !LooksLikePairs(text)) return false;
  DialectTree& tree = row.memory().Of(kAnyNames);
  DialectTree::Node* before = nullptr;
  FieldWriter writer(row);
  PairReader reader(text);
  absl::string_view key;
  absl::string_view value;
  for (int pairs = 0; pairs < kPairsMax && reader.Next(&key, &value); ++pairs) {
    DialectTree::Node& node = tree.Child(tree.root(), before, key, 1);
    if (node.remembered) before = &node;
    if (const auto number = CanonicalNumber(value)) {
      writer.Integer(node.place, *number);
    } else {
      writer.PlainString(node.place, value);
    }
  }
  return true;
}

}  // namespace dims
