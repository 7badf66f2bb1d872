// SPDX-License-Identifier: Apache-2.0
#include "server/store/block/text_shape.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "server/store/block/text_token.h"

namespace dims {
namespace {

constexpr std::size_t kDigitsMax = 18;  // of any number kept as int64
constexpr std::size_t kHexDigitsMin = 4;
constexpr std::size_t kHexDigitsMax = 16;

// What the bytes of a token are; 0 for bytes of no token.
constexpr unsigned kDigitClass = 1;
constexpr unsigned kDotClass = 2;
constexpr unsigned kHexLetterClass = 4;
constexpr unsigned kOtherClass = 8;

constexpr auto kClasses = [] {
  std::array<std::uint8_t, 256> classes{};
  for (std::size_t byte = 0; byte < 256; ++byte) {
    if (!kTokenBytes[byte]) continue;
    classes[byte] = kOtherClass;
    if (byte >= '0' && byte <= '9') classes[byte] = kDigitClass;
    if (byte >= 'a' && byte <= 'f') classes[byte] = kHexLetterClass;
    if (byte == '.') classes[byte] = kDotClass;
  }
  return classes;
}();

unsigned ClassAt(absl::string_view text, std::size_t at) {
  return kClasses[static_cast<std::uint8_t>(text[at])];
}

std::int64_t DigitsOf(absl::string_view token) {
  std::int64_t number = 0;
  for (const char byte : token) {
    if (byte != '.') number = number * 10 + (byte - '0');
  }
  return number;
}

std::int64_t HexOf(absl::string_view token) {
  std::uint64_t number = 0;
  for (const char byte : token) {
    number = number << 4 | static_cast<std::uint64_t>(IsDigit(byte) ? byte - '0' : byte - 'a' + 10);
  }
  return static_cast<std::int64_t>(number);
}

// False when `token` (digits and three dots) is no dotted quad as we print it.
bool QuadOf(absl::string_view token, std::int64_t& number) {
  std::uint32_t address = 0;
  std::size_t begin = 0;
  for (int part = 0; part < 4; ++part) {
    std::size_t end = token.find('.', begin);
    if (end == token.npos) end = token.size();
    const std::size_t size = end - begin;
    if (size == 0 || size > 3 || (size > 1 && token[begin] == '0')) return false;
    const std::int64_t value = DigitsOf(token.substr(begin, size));
    if (value > 255) return false;
    address = address << 8 | static_cast<std::uint32_t>(value);
    begin = end + 1;
  }
  number = address;
  return true;
}

void ClassifyDecimal(absl::string_view token, SlotValue& slot) {
  const std::size_t dot = token.find('.');
  if (dot == 0 || (dot > 1 && token[0] == '0')) return;
  slot.kind = SlotKind::kDecimal;
  slot.parameter = static_cast<std::uint8_t>(token.size() - dot - 1);
  slot.number = DigitsOf(token);
}

void ClassifyDigits(absl::string_view token, SlotValue& slot) {
  if (token.size() > kDigitsMax) return;
  const bool padded = token[0] == '0' && token.size() > 1;
  slot.kind = padded ? SlotKind::kPadded : SlotKind::kInteger;
  slot.parameter = padded ? static_cast<std::uint8_t>(token.size()) : std::uint8_t{0};
  slot.number = DigitsOf(token);
}

void ClassifyDotted(absl::string_view token, SlotValue& slot) {
  const auto dots = std::count(token.begin(), token.end(), '.');
  if (dots == 0) return ClassifyDigits(token, slot);  // those at its ends are not part of it
  if (dots == 1 && token.size() - 1 <= kDigitsMax) ClassifyDecimal(token, slot);
  if (dots == 3 && QuadOf(token, slot.number)) slot.kind = SlotKind::kAddress;
}

// Kind, parameter and number of a token that holds a digit; a word unless something narrower
// prints the very same bytes again.
void Classify(absl::string_view token, unsigned classes, SlotValue& slot) {
  slot.kind = SlotKind::kWord;
  slot.parameter = 0;
  if (classes == kDigitClass) {
    ClassifyDigits(token, slot);
  } else if (classes == (kDigitClass | kDotClass)) {
    ClassifyDotted(token, slot);
  } else if (classes == (kDigitClass | kHexLetterClass) && token.size() >= kHexDigitsMin &&
             token.size() <= kHexDigitsMax) {
    slot.kind = SlotKind::kHex;
    slot.parameter = static_cast<std::uint8_t>(token.size());
    slot.number = HexOf(token);
  }
}

}  // namespace

PrintedColumn::PrintedColumn(const Column& column) : column_(&column) {
  DIMS_CHECK(Printable(column));
  printed_.resize(column.addresses().size());
}

bool PrintedColumn::Printable(const Column& column) {
  return column.type() == ColumnType::kKeyword || column.type() == ColumnType::kText ||
         column.type() == ColumnType::kIp || column.type() == ColumnType::kInteger;
}

absl::string_view PrintedColumn::At(std::uint32_t row) {
  if (!column_->Has(row)) return {};
  switch (column_->type()) {
    case ColumnType::kIp: {
      const std::uint32_t code = column_->codes()[row];
      if (printed_[code].empty()) printed_[code] = column_->addresses()[code].ToString();
      return printed_[code];
    }
    case ColumnType::kInteger: {
      char digits[24];
      const auto end = std::to_chars(digits, digits + sizeof(digits), column_->integers()[row]);
      number_.assign(digits, end.ptr);
      return number_;
    }
    case ColumnType::kKeyword:
    case ColumnType::kText:
      return column_->TextAt(row);
    case ColumnType::kTime:
    case ColumnType::kDouble:
    case ColumnType::kBool:
    case ColumnType::kKeywordList:
    case ColumnType::kIpList:
      break;
  }
  return {};
}

void TextShaper::Split(absl::string_view text, std::uint32_t row) {
  if (text.size() > kShapedTextBytesMax || text.find(kSlotMark) != text.npos) {
    KeepWhole(text);
    return;
  }
  shape_.clear();
  slots_.clear();
  copied_ = 0;
  LoadCandidates(row);
  std::size_t at = 0;
  while (at < text.size()) {
    if (ClassAt(text, at) == 0) {
      ++at;
      continue;
    }
    if (slots_.size() == kSlotsMax) {
      KeepWhole(text);
      return;
    }
    if (MayBegin(text[at]) && TakeReference(text, at)) {
      at = copied_;
      continue;
    }
    const std::size_t begin = at;
    unsigned classes = 0;
    for (unsigned next; at < text.size() && (next = ClassAt(text, at)) != 0; ++at) classes |= next;
    if ((classes & kDigitClass) != 0) TakeToken(text, begin, at, classes);
  }
  shape_.append(text.data() + copied_, text.size() - copied_);
}

void TextShaper::KeepWhole(absl::string_view text) {
  shape_.clear();
  slots_.clear();
  copied_ = 0;
  SlotValue slot;
  slot.kind = SlotKind::kWhole;
  slot.length = static_cast<std::uint32_t>(text.size());
  AddSlot(text, slot);
}

void TextShaper::LoadCandidates(std::uint32_t row) {
  candidates_count_ = 0;
  first_bytes_ = 0;
  for (std::size_t i = 0; i < references_.size(); ++i) {
    const absl::string_view printed = references_[i].At(row);
    if (printed.size() < kReferenceBytesMin || printed.size() > kShapedTextBytesMax) continue;
    candidates_[candidates_count_++] = Candidate{printed, static_cast<std::uint8_t>(i)};
    first_bytes_ |= std::uint64_t{1} << (static_cast<std::uint8_t>(printed[0]) % 64);
  }
}

bool TextShaper::TakeReference(absl::string_view text, std::size_t begin) {
  const absl::string_view rest = text.substr(begin);
  for (std::size_t i = 0; i < candidates_count_; ++i) {
    const absl::string_view value = candidates_[i].text;
    if (value[0] != rest[0] || value.size() > rest.size()) continue;
    if (rest.substr(0, value.size()) != value) continue;
    if (value.size() < rest.size() && IsTokenByte(rest[value.size()])) continue;
    SlotValue slot;
    slot.kind = SlotKind::kReference;
    slot.parameter = candidates_[i].reference;
    slot.begin = static_cast<std::uint32_t>(begin);
    slot.length = static_cast<std::uint32_t>(value.size());
    AddSlot(text, slot);
    return true;
  }
  return false;
}

void TextShaper::TakeToken(absl::string_view text, std::size_t begin, std::size_t end,
                           unsigned classes) {
  while (text[begin] == '.') ++begin;  // a digit stops both
  while (text[end - 1] == '.') --end;
  SlotValue slot;
  slot.begin = static_cast<std::uint32_t>(begin);
  slot.length = static_cast<std::uint32_t>(end - begin);
  Classify(text.substr(begin, end - begin), classes, slot);
  AddSlot(text, slot);
}

void TextShaper::AddSlot(absl::string_view text, const SlotValue& slot) {
  shape_.append(text.data() + copied_, slot.begin - copied_);
  const char mark[3] = {kSlotMark, static_cast<char>(slot.kind), static_cast<char>(slot.parameter)};
  shape_.append(mark, sizeof(mark));
  slots_.push_back(slot);
  copied_ = slot.begin + slot.length;
}

void AppendSlotNumber(std::string& out, SlotKind kind, std::uint8_t parameter,
                      std::int64_t number) {
  char digits[48];
  const auto unsigned_number = static_cast<std::uint64_t>(number);
  if (kind == SlotKind::kAddress) {
    absl::StrAppend(&out, unsigned_number >> 24 & 255, ".", unsigned_number >> 16 & 255, ".",
                    unsigned_number >> 8 & 255, ".");
    absl::StrAppend(&out, unsigned_number & 255);
    return;
  }
  const int base = kind == SlotKind::kHex ? 16 : 10;
  const auto end = std::to_chars(digits, digits + sizeof(digits), unsigned_number, base);
  const auto size = static_cast<std::size_t>(end.ptr - digits);
  // A decimal has one digit at least before the dot.
  const std::size_t width = kind == SlotKind::kInteger   ? 0
                            : kind == SlotKind::kDecimal ? std::size_t{parameter} + 1
                                                         : parameter;
  if (size < width) out.append(width - size, '0');
  out.append(digits, size);
  if (kind == SlotKind::kDecimal) out.insert(out.size() - parameter, 1, '.');
}

}  // namespace dims
