// SPDX-License-Identifier: Apache-2.0
#include "server/store/block/template_match.h"

#include <algorithm>

#include "common/event/text_search.h"
#include "server/store/block/text_token.h"

namespace dims {
namespace {

std::string Folded(absl::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), FoldByte);
  return out;
}

bool MayHoldAll(const Alphabet& alphabet, absl::string_view literal) {
  return literal.size() <= alphabet.length_max &&
         std::all_of(literal.begin(), literal.end(),
                     [&](char byte) { return alphabet.MayHold(byte); });
}

constexpr std::size_t kAnyLength = ~std::size_t{0};
constexpr std::size_t kPrintedBytesMax = 46;  // of addresses; numbers are shorter

// What values of a kind may consist of, whatever they are.
Alphabet OfKind(const ValueGroup& group) {
  Alphabet alphabet;
  alphabet.Add("0123456789");
  if (group.kind == SlotKind::kHex) alphabet.Add("abcdef");
  if (group.kind == SlotKind::kDecimal || group.kind == SlotKind::kAddress) alphabet.Add(".");
  if (group.kind == SlotKind::kWord) {
    for (std::size_t byte = 0; byte < kTokenBytes.size(); ++byte) {
      if (kTokenBytes[byte]) alphabet.bytes.set(byte);
    }
  }
  if (group.kind == SlotKind::kWhole) alphabet.bytes.set();
  alphabet.length_max = kAnyLength;
  return alphabet;
}

// Kinds made of digits print longer the larger the number is.
std::size_t LongestNumber(const ValueGroup& group, const std::vector<std::int64_t>& numbers) {
  constexpr std::size_t kQuadBytesMax = 15;
  if (group.kind == SlotKind::kAddress) return kQuadBytesMax;
  std::uint64_t largest = 0;
  for (const std::int64_t number : numbers) {
    largest = std::max(largest, static_cast<std::uint64_t>(number));
  }
  std::string printed;
  AppendSlotNumber(printed, group.kind, group.parameter, static_cast<std::int64_t>(largest));
  return printed.size();
}

Alphabet OfStrings(const StringPool& strings) {
  Alphabet alphabet;
  for (std::uint32_t i = 0; i < strings.size(); ++i) alphabet.Add(strings[i]);
  return alphabet;
}

Alphabet OfType(ColumnType type) {
  Alphabet alphabet;
  if (type == ColumnType::kIp) {
    alphabet.Add("0123456789abcdef.:");
    alphabet.length_max = kPrintedBytesMax;
  } else if (type == ColumnType::kInteger) {
    alphabet.Add("0123456789-");
    alphabet.length_max = kPrintedBytesMax;
  } else {
    alphabet.bytes.set();
    alphabet.length_max = kAnyLength;
  }
  return alphabet;
}

}  // namespace

void Alphabet::Add(absl::string_view value) {
  for (const char byte : value) bytes.set(static_cast<std::uint8_t>(FoldByte(byte)));
  length_max = std::max(length_max, value.size());
}

Alphabets::Alphabets(const TextReader& reader) {
  for (const ValueGroup& group : reader.groups()) groups_.push_back(OfKind(group));
  for (const ColumnId& reference : reader.references()) {
    references_.push_back(OfType(reference.type));
  }
}

void Alphabets::RefineGroup(const TextReader& reader, std::uint32_t group) {
  const ValueGroup& kind = reader.groups()[group];
  const GroupSeries& series = reader.series(group);
  if (IsNumber(kind.kind)) {
    groups_[group].length_max = LongestNumber(kind, series.numbers);
  } else {
    groups_[group] = OfStrings(series.words);
  }
}

void Alphabets::RefineReferences(const TextReader& reader) {
  for (std::size_t i = 0; i < references_.size(); ++i) {
    RefineReference(i, reader.reference(i).column());
  }
}

void Alphabets::RefineReference(std::size_t reference, const Column& values) {
  const bool strings = values.type() == ColumnType::kKeyword || values.type() == ColumnType::kText;
  if (strings) references_[reference] = OfStrings(values.strings());
}

FoldedTemplates::FoldedTemplates(const TextTemplates& templates, const Alphabets& alphabets)
    : templates_(templates), alphabets_(alphabets), bytes_(Folded(templates.bytes())) {}

LiteralPlaces FoldedTemplates::PlacesOf(std::uint32_t number, absl::string_view literal) const {
  TextTemplate shape = templates_[number];
  shape.bytes = bytes_;
  LiteralPlaces places;
  for (std::size_t i = 0; i <= shape.slots.size(); ++i) {
    if (shape.Piece(i).find(literal) != absl::string_view::npos) {
      places.in_piece = true;
      return places;
    }
  }
  for (std::size_t i = 0; i < shape.slots.size(); ++i) {
    const absl::string_view piece = shape.Piece(i);
    const Alphabet& alphabet = alphabets_.Of(shape.slots[i]);
    // Begins in this piece and goes on in the slot behind it.
    const std::size_t overlap_max = std::min(piece.size(), literal.size() - 1);
    for (std::size_t overlap = 1; !places.across && overlap <= overlap_max; ++overlap) {
      if (piece.back() != literal[overlap - 1]) continue;
      places.across = piece.substr(piece.size() - overlap) == literal.substr(0, overlap) &&
                      ContinuesInSlot(shape, literal.substr(overlap), i);
    }
    if (MayHoldAll(alphabet, literal)) places.in_slots |= std::uint64_t{1} << i;
    // Begins inside the slot and goes on behind it.
    for (std::size_t taken = 1; !places.across && taken < literal.size(); ++taken) {
      if (!alphabet.MayHold(literal[taken - 1])) break;
      places.across = ContinuesInPiece(shape, literal.substr(taken), i + 1);
    }
  }
  return places;
}

// `literal` from the first byte of the slot's value on.
bool FoldedTemplates::ContinuesInSlot(const TextTemplate& shape, absl::string_view literal,
                                      std::size_t slot) const {
  const Alphabet& alphabet = alphabets_.Of(shape.slots[slot]);
  for (std::size_t taken = 0; taken < literal.size(); ++taken) {
    if (taken > 0 && ContinuesInPiece(shape, literal.substr(taken), slot + 1)) return true;
    if (!alphabet.MayHold(literal[taken])) return false;
  }
  return true;
}

bool FoldedTemplates::ContinuesInPiece(const TextTemplate& shape, absl::string_view literal,
                                       std::size_t piece) const {
  const absl::string_view text = shape.Piece(piece);
  if (!text.empty() && text[0] != literal[0]) return false;
  if (text.size() >= literal.size()) return text.substr(0, literal.size()) == literal;
  if (literal.substr(0, text.size()) != text || piece == shape.slots.size()) return false;
  return ContinuesInSlot(shape, literal.substr(text.size()), piece);
}

}  // namespace dims
