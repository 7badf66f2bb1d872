// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "server/store/block/text_reader.h"
#include "server/store/block/text_templates.h"

namespace dims {

// What the values at a place could hold: their bytes (ASCII case folded) and their greatest length.
struct Alphabet {
  std::bitset<256> bytes;
  std::size_t length_max = 0;

  void Add(absl::string_view value);

  bool MayHold(char folded_byte) const { return bytes[static_cast<std::uint8_t>(folded_byte)]; }
};

// What the distinct values at a place are to one literal (ASCII case folded, not empty), exactly.
class LiteralEdges {
 public:
  static constexpr std::size_t kLiteralBytesMax = 63;

  // REQUIRES: at most kLiteralBytesMax bytes of literal.
  LiteralEdges(const StringPool& values, absl::string_view literal);

  // A value holds the literal whole.
  bool Holds() const { return holds_; }

  // A value ends with the first `taken` bytes of the literal.
  bool EndsWithFirst(std::size_t taken) const { return (ends_ >> taken & 1) != 0; }

  // A value begins with the literal from byte `from` on.
  bool BeginsWithRest(std::size_t from) const { return (begins_ >> from & 1) != 0; }

  // A value is the `taken` bytes of the literal from `from` on.
  bool IsPart(std::size_t from, std::size_t taken) const {
    return (parts_[from] >> taken & 1) != 0;
  }

 private:
  bool holds_ = false;
  std::uint64_t ends_ = 0;
  std::uint64_t begins_ = 0;
  std::array<std::uint64_t, kLiteralBytesMax + 1> parts_{};
};

// What may stand at the places of a reader's templates: alphabets of all groups and references,
// made once a search, at first what their kinds and types allow, later what their values need; and,
// where the distinct values were given, exactly what these are to a few literals.
class Places {
 public:
  // `literals` (ASCII case folded, not empty) must outlive it.
  Places(const TextReader& reader, std::span<const absl::string_view> literals);

  // The numbers of a group. REQUIRES: the group was read.
  void RefineNumbers(const TextReader& reader, std::uint32_t group);

  // The distinct values of a group or of a reference; no row need be read.
  void RefineGroup(std::uint32_t group, const StringPool& values);
  void RefineReference(std::size_t reference, const Column& values);

  // What columns that are bound hold.
  void RefineReferences(const TextReader& reader);

  const Alphabet& AlphabetOf(const TemplateSlot& slot) const {
    return slot.kind == SlotKind::kReference ? references_[slot.parameter] : groups_[slot.group];
  }

  // Null: not known.
  const LiteralEdges* EdgesOf(const TemplateSlot& slot, std::size_t literal) const;

  absl::string_view literal(std::size_t i) const { return literals_[i]; }

 private:
  using Edges = std::vector<LiteralEdges>;  // by literal; none: not known

  Edges EdgesTo(const StringPool& values) const;

  std::span<const absl::string_view> literals_;
  std::vector<Alphabet> groups_;
  std::vector<Alphabet> references_;
  absl::flat_hash_map<std::uint32_t, Edges> group_edges_;
  std::vector<Edges> reference_edges_;
};

// Where a literal (ASCII case folded, not empty) could stand in the texts of one template.
struct LiteralPlaces {
  bool in_piece = false;       // stands in constant text: every text holds it
  bool across = false;         // could stand partly in constant text and partly in values
  std::uint64_t in_slots = 0;  // bit i: could stand inside the value of slot i

  bool possible() const { return in_piece || across || in_slots != 0; }
};

// Templates with their constant text folded, made once a search.
class FoldedTemplates {
 public:
  // Both must outlive it.
  FoldedTemplates(const TextTemplates& templates, const Places& places);

  // Where a literal of the places could stand. Nothing that could be is left out; what cannot be
  // for what may stand in a slot is.
  LiteralPlaces PlacesOf(std::uint32_t number, std::size_t literal) const;

 private:
  struct Question {
    TextTemplate shape;
    std::size_t number = 0;  // of the literal
    absl::string_view literal;
  };

  bool BeginsInPiece(const Question& asked, std::size_t piece) const;
  bool BeginsInSlot(const Question& asked, std::size_t slot) const;
  bool ContinuesInSlot(const Question& asked, std::size_t from, std::size_t slot) const;
  bool ContinuesInPiece(const Question& asked, std::size_t from, std::size_t piece) const;

  const TextTemplates& templates_;
  const Places& places_;
  std::string bytes_;  // of the templates, folded
};

static_assert(kSlotsMax <= 64);

}  // namespace dims
