// SPDX-License-Identifier: Apache-2.0
#include "agent/fields/text_repair.h"

#include <cstdint>
#include <cstring>

namespace dims {
namespace {

constexpr absl::string_view kReplacement = "\xef\xbf\xbd";
constexpr char kHex[] = "0123456789abcdef";

constexpr std::size_t kBlock = 32;

// True when the kBlock bytes at `block` are all in 0x20..0x7e. Without branches and over a fixed
// number of bytes: what compilers turn into vector instructions.
bool IsPrintableBlock(const char* block) {
  unsigned char bad = 0;
  for (std::size_t i = 0; i < kBlock; ++i) {
    const auto shifted = static_cast<unsigned char>(block[i] - 0x20);
    bad = static_cast<unsigned char>(bad | (shifted > 0x7e - 0x20 ? 1 : 0));
  }
  return bad == 0;
}

// How many bytes from the start are surely printable ASCII; all of them for almost every line.
std::size_t PrintablePrefix(absl::string_view text) {
  std::size_t at = 0;
  while (at + kBlock <= text.size() && IsPrintableBlock(text.data() + at)) at += kBlock;
  // The rest is part of the last block, which overlaps the one before.
  if (at > 0 && at + kBlock > text.size() && IsPrintableBlock(text.end() - kBlock)) {
    return text.size();
  }
  return at;
}

bool IsContinuation(unsigned char byte) {
  return (byte & 0xc0) == 0x80;
}

// Length of the well-formed sequence of two to four bytes at the start of `text`, or 0; `bad` is
// then how many bytes the ill-formed part has (Unicode 15, table 3-7 and its advice on U+FFFD).
std::size_t SequenceLength(absl::string_view text, std::size_t* bad) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = at(0);
  *bad = 1;
  const std::size_t length = lead >= 0xc2 && lead <= 0xdf   ? 2
                             : lead >= 0xe0 && lead <= 0xef ? 3
                             : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                            : 0;
  if (length == 0 || text.size() < 2) return 0;
  const unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (at(1) < low || at(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    *bad = i;
    if (i >= text.size() || !IsContinuation(at(i))) return 0;
  }
  return length;
}

bool IsC1Control(absl::string_view sequence) {
  return sequence.size() == 2 && sequence[0] == '\xc2' &&
         static_cast<unsigned char>(sequence[1]) < 0xa0;
}

bool IsAsciiControl(unsigned char byte) {
  return (byte < 0x20 && byte != '\t') || byte == 0x7f;
}

void AppendEscape(absl::string_view prefix, unsigned char byte, std::string* out) {
  out->append(prefix.data(), prefix.size());
  out->push_back(kHex[byte >> 4]);
  out->push_back(kHex[byte & 15]);
}

}  // namespace

bool IsPlainText(absl::string_view text) {
  while (true) {
    text.remove_prefix(PrintablePrefix(text));
    while (!text.empty() && text.front() >= 0x20 && text.front() < 0x7f) text.remove_prefix(1);
    if (text.empty()) return true;
    // One character that is not printable ASCII, then fast again.
    const auto byte = static_cast<unsigned char>(text.front());
    std::size_t length = 1;
    if (byte >= 0x80) {
      std::size_t bad = 0;
      length = SequenceLength(text, &bad);
      if (length == 0 || IsC1Control(text.substr(0, length))) return false;
    } else if (IsAsciiControl(byte)) {
      return false;
    }
    text.remove_prefix(length);
  }
}

void RepairText(absl::string_view text, std::string* out) {
  out->clear();
  out->reserve(text.size() + 16);
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text.front());
    std::size_t length = 1;
    if (byte < 0x80) {
      if (IsAsciiControl(byte)) {
        AppendEscape("\\x", byte, out);
      } else {
        out->push_back(text.front());
      }
    } else {
      std::size_t bad = 0;
      length = SequenceLength(text, &bad);
      const absl::string_view sequence = text.substr(0, length);
      if (length == 0) {
        out->append(kReplacement.data(), kReplacement.size());
        length = bad;
      } else if (IsC1Control(sequence)) {
        AppendEscape("\\u00", static_cast<unsigned char>(sequence[1]), out);
      } else {
        out->append(sequence.data(), sequence.size());
      }
    }
    text.remove_prefix(length);
  }
}

}  // namespace dims
