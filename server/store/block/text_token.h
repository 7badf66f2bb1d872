// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "common/event/text_search.h"

namespace dims {

// What a token is, for templates, filters and searches alike: a run of letters, digits, dots and
// bytes of UTF-8 letters, without the dots at its ends. "10.1.2.3." holds the token "10.1.2.3".
// Part of the block format: filters hold tokens in this sense.

inline constexpr auto kTokenBytes = [] {
  std::array<bool, 256> bytes{};
  for (std::size_t byte = 0; byte < 256; ++byte) {
    bytes[byte] = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
                  (byte >= 'A' && byte <= 'Z') || byte == '.' || byte >= 0x80;
  }
  return bytes;
}();

inline bool IsTokenByte(char byte) {
  return kTokenBytes[static_cast<std::uint8_t>(byte)];
}

inline bool IsDigit(char byte) {
  return byte >= '0' && byte <= '9';
}

// A run of token bytes and, inside it, the token; `token` may be empty ("...").
struct TokenRun {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t token_begin = 0;
  std::size_t token_end = 0;
};

// The first run at or after `from`; begin == text.size() when there is none.
inline TokenRun NextTokenRun(absl::string_view text, std::size_t from) {
  TokenRun run;
  run.begin = from;
  while (run.begin < text.size() && !IsTokenByte(text[run.begin])) ++run.begin;
  run.end = run.begin;
  while (run.end < text.size() && IsTokenByte(text[run.end])) ++run.end;
  run.token_begin = run.begin;
  run.token_end = run.end;
  while (run.token_begin < run.token_end && text[run.token_begin] == '.') ++run.token_begin;
  while (run.token_end > run.token_begin && text[run.token_end - 1] == '.') --run.token_end;
  return run;
}

// Calls visit(token) for each token of `text`. A template because it is an inner loop of sealing.
template <typename Visit>
void ForEachToken(absl::string_view text, Visit&& visit) {
  for (TokenRun run = NextTokenRun(text, 0); run.begin < text.size();
       run = NextTokenRun(text, run.end)) {
    if (run.token_begin < run.token_end) {
      visit(text.substr(run.token_begin, run.token_end - run.token_begin));
    }
  }
}

}  // namespace dims
