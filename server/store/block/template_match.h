// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

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

// The alphabets of all groups and all references of a reader, made once a search: at first what
// their kinds and types allow, later what their values need.
class Alphabets {
 public:
  explicit Alphabets(const TextReader& reader);

  // REQUIRES: the group was read; references are bound.
  void RefineGroup(const TextReader& reader, std::uint32_t group);
  void RefineReferences(const TextReader& reader);

  // The same for one reference, by its distinct values alone; its rows need not be read.
  void RefineReference(std::size_t reference, const Column& values);

  const Alphabet& Of(const TemplateSlot& slot) const {
    return slot.kind == SlotKind::kReference ? references_[slot.parameter] : groups_[slot.group];
  }

 private:
  std::vector<Alphabet> groups_;
  std::vector<Alphabet> references_;
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
  FoldedTemplates(const TextTemplates& templates, const Alphabets& alphabets);

  // Nothing that could be is left out; what cannot be for the alphabet of a slot is.
  LiteralPlaces PlacesOf(std::uint32_t number, absl::string_view literal) const;

 private:
  bool ContinuesInSlot(const TextTemplate& shape, absl::string_view literal,
                       std::size_t slot) const;
  bool ContinuesInPiece(const TextTemplate& shape, absl::string_view literal,
                        std::size_t piece) const;

  const TextTemplates& templates_;
  const Alphabets& alphabets_;
  std::string bytes_;  // of the templates, folded
};

static_assert(kSlotsMax <= 64);

}  // namespace dims
