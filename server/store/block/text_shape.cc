// SPDX-License-Identifier: Apache-2.0
#include "server/store/block/text_shape.h"

#include <algorithm>
#include <charconv>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "server/store/block/text_token.h"

namespace dims {
namespace {

constexpr std::size_t kDigitsMax = 18;  // of any number kept as int64
constexpr std::size_t kHexDigitsMin = 4;
constexpr std::size_t kHexDigitsMax = 16;

struct TokenCensus {
  std::size_t digits = 0;
  std::size_t dots = 0;
  std::size_t hex_letters = 0;
};

TokenCensus CensusOf(absl::string_view token) {
  TokenCensus census;
  for (const char byte : token) {
    if (IsDigit(byte)) ++census.digits;
    if (byte == '.') ++census.dots;
    if (byte >= 'a' && byte <= 'f') ++census.hex_letters;
  }
  return census;
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

// Kind, parameter and number of a token that holds a digit; a word unless something narrower
// prints the very same bytes again.
void Classify(absl::string_view token, const TokenCensus& census, SlotValue& slot) {
  slot.kind = SlotKind::kWord;
  slot.parameter = 0;
  if (census.digits == token.size() && token.size() <= kDigitsMax) {
    const bool padded = token[0] == '0' && token.size() > 1;
    slot.kind = padded ? SlotKind::kPadded : SlotKind::kInteger;
    slot.parameter = padded ? static_cast<std::uint8_t>(token.size()) : std::uint8_t{0};
    slot.number = DigitsOf(token);
  } else if (census.digits + census.dots == token.size() && census.digits <= kDigitsMax) {
    if (census.dots == 1) ClassifyDecimal(token, slot);
    if (census.dots == 3 && QuadOf(token, slot.number)) slot.kind = SlotKind::kAddress;
  } else if (census.digits + census.hex_letters == token.size() && token.size() >= kHexDigitsMin &&
             token.size() <= kHexDigitsMax) {
    slot.kind = SlotKind::kHex;
    slot.parameter = static_cast<std::uint8_t>(token.size());
    slot.number = HexOf(token);
  }
}

}  // namespace

PrintedColumn::PrintedColumn(const Column& column) : column_(&column) {
  DIMS_CHECK(Printable(column));
  for (const IpAddress& address : column.addresses()) printed_.push_back(address.ToString());
}

bool PrintedColumn::Printable(const Column& column) {
  return column.type() == ColumnType::kKeyword || column.type() == ColumnType::kText ||
         column.type() == ColumnType::kIp || column.type() == ColumnType::kInteger;
}

absl::string_view PrintedColumn::At(std::uint32_t row) {
  if (!column_->Has(row)) return {};
  switch (column_->type()) {
    case ColumnType::kIp:
      return printed_[column_->codes()[row]];
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
  TokenRun run = NextTokenRun(text, 0);
  while (run.begin < text.size()) {
    if (slots_.size() == kSlotsMax) {
      KeepWhole(text);
      return;
    }
    if (TakeReference(text, run.begin)) {
      run = NextTokenRun(text, copied_);
      continue;
    }
    const absl::string_view token = text.substr(run.token_begin, run.token_end - run.token_begin);
    const TokenCensus census = CensusOf(token);
    if (census.digits > 0) {
      SlotValue slot;
      slot.begin = static_cast<std::uint32_t>(run.token_begin);
      slot.length = static_cast<std::uint32_t>(token.size());
      Classify(token, census, slot);
      AddSlot(text, slot);
    }
    run = NextTokenRun(text, run.end);
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
  for (std::size_t i = 0; i < references_.size(); ++i) {
    const absl::string_view printed = references_[i].At(row);
    if (printed.size() < kReferenceBytesMin || printed.size() > kShapedTextBytesMax) continue;
    if (candidates_.size() == candidates_count_) candidates_.emplace_back();
    Candidate& candidate = candidates_[candidates_count_++];
    candidate.text.assign(printed.data(), printed.size());
    candidate.reference = static_cast<std::uint8_t>(i);
  }
}

bool TextShaper::TakeReference(absl::string_view text, std::size_t begin) {
  const absl::string_view rest = text.substr(begin);
  for (std::size_t i = 0; i < candidates_count_; ++i) {
    const std::string& value = candidates_[i].text;
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
