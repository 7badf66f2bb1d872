// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/event/column.h"

namespace dims {

// What stands at a varying place of a template. The numbers are part of the format.
enum class SlotKind : std::uint8_t {
  kInteger = 1,    // decimal digits without a leading zero, below 10^18
  kPadded = 2,     // digits with a leading zero; parameter: how many
  kDecimal = 3,    // digits, a dot, digits; parameter: how many after the dot
  kHex = 4,        // lower-case hexadecimal with a digit and a letter; parameter: how many, 4..16
  kAddress = 5,    // dotted quad
  kWord = 6,       // any other token that holds a digit
  kReference = 7,  // the printed value of another column in the same row; parameter: which
  kWhole = 8,      // the whole text: no template pays
};

inline bool IsNumber(SlotKind kind) {
  return kind != SlotKind::kWord && kind != SlotKind::kWhole;
}

// One value at a varying place. `number` counts for the kinds made of digits, `text` for words and
// the whole text.
struct SlotValue {
  SlotKind kind = SlotKind::kWord;
  std::uint8_t parameter = 0;
  std::uint32_t begin = 0;  // in the text
  std::uint32_t length = 0;
  std::int64_t number = 0;
};

// In a shape a slot is this byte, its kind and its parameter. A text that holds the byte itself is
// kept whole.
inline constexpr char kSlotMark = '\x1a';

inline constexpr std::size_t kSlotsMax = 64;              // of one text; more: kept whole
inline constexpr std::size_t kShapedTextBytesMax = 4096;  // longer ones are kept whole
inline constexpr std::size_t kReferencesMax = 16;
inline constexpr std::size_t kReferenceBytesMin = 3;  // shorter values meet by chance

// The printed form of one column's values, row by row: what a text may repeat.
class PrintedColumn {
 public:
  // `column` must outlive it. REQUIRES: Printable(column).
  explicit PrintedColumn(const Column& column);

  // Columns of one printable value a row.
  static bool Printable(const Column& column);

  // The value of `row` as the query language prints it; empty where absent. The next call ends the
  // view.
  absl::string_view At(std::uint32_t row);

  const Column& column() const { return *column_; }

 private:
  const Column* column_;
  std::vector<std::string> printed_;  // ip: by code, empty until asked for
  std::string number_;
};

// Splits texts into constant pieces and slots. Thread: one.
class TextShaper {
 public:
  // `references` must outlive it; at most kReferencesMax.
  explicit TextShaper(std::span<PrintedColumn> references) : references_(references) {}

  // Fills shape() and slots() for `text` of `row`.
  void Split(absl::string_view text, std::uint32_t row);

  // Keeps `text` whole.
  void KeepWhole(absl::string_view text);

  const std::string& shape() const { return shape_; }

  std::span<const SlotValue> slots() const { return slots_; }

 private:
  struct Candidate {
    absl::string_view text;
    std::uint8_t reference = 0;
  };

  void LoadCandidates(std::uint32_t row);

  // False when no candidate begins with `byte`; true says little.
  bool MayBegin(char byte) const {
    return (first_bytes_ >> (static_cast<std::uint8_t>(byte) % 64) & 1) != 0;
  }

  bool TakeReference(absl::string_view text, std::size_t begin);
  void TakeToken(absl::string_view text, std::size_t begin, std::size_t end, unsigned classes);
  void AddSlot(absl::string_view text, const SlotValue& slot);

  std::span<PrintedColumn> references_;
  std::array<Candidate, kReferencesMax> candidates_;
  std::size_t candidates_count_ = 0;
  std::uint64_t first_bytes_ = 0;  // of the candidates, modulo 64
  std::string shape_;
  std::vector<SlotValue> slots_;
  std::size_t copied_ = 0;  // bytes of the text that are in the shape already
};

// Writes the text of a slot's value for kinds made of digits.
void AppendSlotNumber(std::string& out, SlotKind kind, std::uint8_t parameter, std::int64_t number);

}  // namespace dims
