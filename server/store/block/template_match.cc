// SPDX-License-Identifier: Apache-2.0
#include "server/store/block/template_match.h"

#include <algorithm>
#include <bit>

#include "absl/strings/match.h"
#include "common/base/check.h"
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
Alphabet OfKind(SlotKind kind) {
  Alphabet alphabet;
  alphabet.Add("0123456789");
  if (kind == SlotKind::kHex) alphabet.Add("abcdef");
  if (kind == SlotKind::kDecimal || kind == SlotKind::kAddress) alphabet.Add(".");
  if (kind == SlotKind::kWord) {
    for (std::size_t byte = 0; byte < kTokenBytes.size(); ++byte) {
      if (kTokenBytes[byte]) alphabet.bytes.set(byte);
    }
  }
  if (kind == SlotKind::kWhole) alphabet.bytes.set();
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

LiteralEdges::LiteralEdges(const StringPool& values, absl::string_view literal)
    : holds_(!FoldedSearch(literal).FindInPool(values).None()) {
  const std::size_t size = literal.size();
  DIMS_CHECK(!literal.empty() && size <= kLiteralBytesMax);
  std::array<std::uint64_t, 256> places_of{};  // bit i: the literal has this byte at i
  for (std::size_t i = 0; i < size; ++i) {
    places_of[static_cast<std::uint8_t>(literal[i])] |= std::uint64_t{1} << i;
  }
  for (std::uint32_t i = 0; i < values.size(); ++i) {
    const absl::string_view value = values[i];
    if (value.empty()) continue;
    const auto places = [&](char byte) {
      return places_of[static_cast<std::uint8_t>(FoldByte(byte))];
    };
    for (std::uint64_t rest = places(value.back()); rest != 0; rest &= rest - 1) {
      const auto taken = static_cast<std::size_t>(std::countr_zero(rest)) + 1;
      const bool ends =
          taken <= value.size() &&
          absl::EqualsIgnoreCase(value.substr(value.size() - taken), literal.substr(0, taken));
      if (ends) ends_ |= std::uint64_t{1} << taken;
    }
    for (std::uint64_t rest = places(value.front()); rest != 0; rest &= rest - 1) {
      const auto from = static_cast<std::size_t>(std::countr_zero(rest));
      const std::size_t taken = std::min(value.size(), size - from);
      if (!absl::EqualsIgnoreCase(value.substr(0, taken), literal.substr(from, taken))) continue;
      if (from + taken == size) begins_ |= std::uint64_t{1} << from;
      if (taken == value.size()) parts_[from] |= std::uint64_t{1} << taken;
    }
  }
}

Places::Places(const TextReader& reader, std::span<const absl::string_view> literals)
    : literals_(literals), reference_edges_(reader.references().size()) {
  std::array<Alphabet, static_cast<std::size_t>(SlotKind::kWhole) + 1> of_kind;
  for (std::size_t kind = 1; kind < of_kind.size(); ++kind) {
    of_kind[kind] = OfKind(static_cast<SlotKind>(kind));
  }
  groups_.reserve(reader.groups().size());
  for (const ValueGroup& group : reader.groups()) {
    groups_.push_back(of_kind[static_cast<std::size_t>(group.kind)]);
  }
  for (const ColumnId& reference : reader.references()) {
    references_.push_back(OfType(reference.type));
  }
}

void Places::RefineNumbers(const TextReader& reader, std::uint32_t group) {
  groups_[group].length_max = LongestNumber(reader.groups()[group], reader.series(group).numbers);
}

void Places::RefineGroup(std::uint32_t group, const StringPool& values) {
  groups_[group] = OfStrings(values);
  group_edges_[group] = EdgesTo(values);
}

void Places::RefineReferences(const TextReader& reader) {
  for (std::size_t i = 0; i < references_.size(); ++i) {
    RefineReference(i, reader.reference(i).column());
  }
}

void Places::RefineReference(std::size_t reference, const Column& values) {
  const bool strings = values.type() == ColumnType::kKeyword || values.type() == ColumnType::kText;
  if (strings) references_[reference] = OfStrings(values.strings());
  if (values.type() == ColumnType::kKeyword) {
    reference_edges_[reference] = EdgesTo(values.strings());
  }
}

const LiteralEdges* Places::EdgesOf(const TemplateSlot& slot, std::size_t literal) const {
  if (slot.kind == SlotKind::kReference) {
    const Edges& edges = reference_edges_[slot.parameter];
    return edges.empty() ? nullptr : &edges[literal];
  }
  if (group_edges_.empty()) return nullptr;
  const auto found = group_edges_.find(slot.group);
  return found == group_edges_.end() || found->second.empty() ? nullptr : &found->second[literal];
}

Places::Edges Places::EdgesTo(const StringPool& values) const {
  Edges edges;
  for (const absl::string_view literal : literals_) {
    if (literal.size() > LiteralEdges::kLiteralBytesMax) return {};
    edges.emplace_back(values, literal);
  }
  return edges;
}

FoldedTemplates::FoldedTemplates(const TextTemplates& templates, const Places& places)
    : templates_(templates), places_(places), bytes_(Folded(templates.bytes())) {}

LiteralPlaces FoldedTemplates::PlacesOf(std::uint32_t number, std::size_t literal) const {
  Question asked{templates_[number], literal, places_.literal(literal)};
  asked.shape.bytes = bytes_;
  LiteralPlaces places;
  const std::size_t slots_count = asked.shape.slots.size();
  for (std::size_t i = 0; i <= slots_count; ++i) {
    if (asked.shape.Piece(i).find(asked.literal) != absl::string_view::npos) {
      places.in_piece = true;
      return places;
    }
  }
  for (std::size_t i = 0; i < slots_count; ++i) {
    const TemplateSlot& slot = asked.shape.slots[i];
    const LiteralEdges* edges = places_.EdgesOf(slot, literal);
    const bool holds =
        edges != nullptr ? edges->Holds() : MayHoldAll(places_.AlphabetOf(slot), asked.literal);
    if (holds) places.in_slots |= std::uint64_t{1} << i;
    places.across = places.across || BeginsInPiece(asked, i) || BeginsInSlot(asked, i);
  }
  return places;
}

// ... and goes on in the slot behind it.
bool FoldedTemplates::BeginsInPiece(const Question& asked, std::size_t piece) const {
  const absl::string_view text = asked.shape.Piece(piece);
  const std::size_t overlap_max = std::min(text.size(), asked.literal.size() - 1);
  for (std::size_t overlap = 1; overlap <= overlap_max; ++overlap) {
    if (text.back() != asked.literal[overlap - 1]) continue;
    const bool overlaps = text.substr(text.size() - overlap) == asked.literal.substr(0, overlap);
    if (overlaps && ContinuesInSlot(asked, overlap, piece)) return true;
  }
  return false;
}

// ... and goes on behind it.
bool FoldedTemplates::BeginsInSlot(const Question& asked, std::size_t slot) const {
  const LiteralEdges* edges = places_.EdgesOf(asked.shape.slots[slot], asked.number);
  const Alphabet& alphabet = places_.AlphabetOf(asked.shape.slots[slot]);
  for (std::size_t taken = 1; taken < asked.literal.size(); ++taken) {
    if (!alphabet.MayHold(asked.literal[taken - 1])) return false;
    const bool ends = edges == nullptr || edges->EndsWithFirst(taken);
    if (ends && ContinuesInPiece(asked, taken, slot + 1)) return true;
  }
  return false;
}

// The literal from `from` on, from the first byte of the slot's value on.
bool FoldedTemplates::ContinuesInSlot(const Question& asked, std::size_t from,
                                      std::size_t slot) const {
  const std::size_t size = asked.literal.size();
  const LiteralEdges* edges = places_.EdgesOf(asked.shape.slots[slot], asked.number);
  const Alphabet& alphabet = places_.AlphabetOf(asked.shape.slots[slot]);
  if (edges != nullptr && edges->BeginsWithRest(from)) return true;
  for (std::size_t at = from; at < size; ++at) {
    const bool ends = at > from && (edges == nullptr || edges->IsPart(from, at - from));
    if (ends && ContinuesInPiece(asked, at, slot + 1)) return true;
    if (!alphabet.MayHold(asked.literal[at])) return false;
  }
  return edges == nullptr;
}

// The literal from `from` on, from the first byte of the piece on.
bool FoldedTemplates::ContinuesInPiece(const Question& asked, std::size_t from,
                                       std::size_t piece) const {
  const absl::string_view text = asked.shape.Piece(piece);
  const absl::string_view rest = asked.literal.substr(from);
  if (text.size() >= rest.size()) {
    return text[0] == rest[0] && text.substr(0, rest.size()) == rest;
  }
  if (rest.substr(0, text.size()) != text || piece == asked.shape.slots.size()) return false;
  return ContinuesInSlot(asked, from + text.size(), piece);
}

}  // namespace dims
