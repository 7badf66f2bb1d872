// SPDX-License-Identifier: Apache-2.0
#include "common/privacy/escaped_text.h"

#include <cstddef>

#include "absl/strings/ascii.h"

namespace dims {
namespace {

std::optional<std::uint32_t> Hex(absl::string_view text, std::size_t at, std::size_t digits) {
  if (text.size() - at < digits) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : text.substr(at, digits)) {
    if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) return std::nullopt;
    const char lower = absl::ascii_tolower(static_cast<unsigned char>(c));
    value = value * 16 + static_cast<std::uint32_t>(lower <= '9' ? lower - '0' : lower - 'a' + 10);
  }
  return value;
}

void AppendUtf8(std::uint32_t code, std::string& out) {
  const auto put = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xc0 | code >> 6);
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3f));
  } else {
    put(0xf0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3f));
    put(0x80 | (code >> 6 & 0x3f));
  }
  put(0x80 | (code & 0x3f));
}

// \uXXXX at `at`, or two of them that are one character. Returns the bytes used, 0 for none.
std::size_t TakeUnicode(absl::string_view text, std::size_t at, std::string& out) {
  const auto unit = Hex(text, at + 2, 4);
  if (!unit) return 0;
  const bool high = *unit >= 0xd800 && *unit < 0xdc00;
  if (high && text.substr(at + 6, 2) == "\\u") {
    const auto low = Hex(text, at + 8, 4);
    if (low && *low >= 0xdc00 && *low < 0xe000) {
      AppendUtf8(0x10000 + ((*unit - 0xd800) << 10) + (*low - 0xdc00), out);
      return 12;
    }
  }
  AppendUtf8(*unit, out);
  return 6;
}

// The escape at `at`, undone into `out`. Returns the bytes used, 0 when there is none.
std::size_t TakeEscape(absl::string_view text, std::size_t at, std::string& out) {
  if (text[at] == '%') {
    const auto byte = Hex(text, at + 1, 2);
    if (byte) out.push_back(static_cast<char>(*byte));
    return byte ? 3 : 0;
  }
  if (text[at] != '\\' || at + 1 >= text.size()) return 0;
  if (text[at + 1] == 'u') {
    if (const std::size_t used = TakeUnicode(text, at, out); used > 0) return used;
  }
  if (text[at + 1] == 'x') {
    if (const auto byte = Hex(text, at + 2, 2)) return out.push_back(static_cast<char>(*byte)), 4;
  }
  out.push_back(text[at + 1]);
  return 2;
}

}  // namespace

std::optional<PlainView> UndoEscapes(absl::string_view text) {
  if (text.find_first_of("\\%") == text.npos) return std::nullopt;
  PlainView view;
  view.text.reserve(text.size());
  bool any = false;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t used = TakeEscape(text, at, view.text);
    any = any || used > 0;
    if (used == 0) {
      view.text.push_back(text[at]);
      used = 1;
    }
    view.begins.resize(view.text.size(), static_cast<std::uint32_t>(at));
    view.ends.resize(view.text.size(), static_cast<std::uint32_t>(at + used));
    at += used;
  }
  if (!any) return std::nullopt;
  return view;
}

void Compose(const PlainView& outer, PlainView& inner) {
  for (std::size_t n = 0; n < inner.text.size(); ++n) {
    inner.begins[n] = outer.begins[inner.begins[n]];
    inner.ends[n] = outer.ends[inner.ends[n] - 1];
  }
}

}  // namespace dims
