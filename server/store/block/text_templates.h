// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/store/block/text_shape.h"

namespace dims {

inline constexpr std::uint32_t kNoGroup = ~std::uint32_t{0};

struct TemplateSlot {
  SlotKind kind = SlotKind::kWord;
  std::uint8_t parameter = 0;
  std::uint32_t group = kNoGroup;  // references have none
};

// pieces[0] slots[0] pieces[1] ... slots[n-1] pieces[n]; pieces may be empty. A view.
struct TextTemplate {
  std::span<const TemplateSlot> slots;
  std::span<const std::uint32_t> piece_ends;  // in `bytes`, one more than slots
  std::uint32_t begin = 0;                    // of the first piece
  absl::string_view bytes;                    // of all templates

  absl::string_view Piece(std::size_t i) const {
    const std::uint32_t from = i == 0 ? begin : piece_ends[i - 1];
    return absl::string_view(bytes.data() + from, piece_ends[i] - from);
  }
};

// Values of like kind after like text ("port ", "id=") form one series through the whole block,
// whatever template they stand in: that is where neighbours resemble each other.
struct ValueGroup {
  SlotKind kind = SlotKind::kWord;
  std::uint8_t parameter = 0;
};

// The templates of one block's text column and the groups they name. Groups follow from the shapes
// alone, in their order, so that writer and reader number them alike. Everything lies in a few
// arrays: a search opens hundreds of blocks. Thread: one.
class TextTemplates {
 public:
  // Appends the template that `shape` (TextShaper) describes. False when the bytes are no shape;
  // then only destruction is left.
  bool Add(absl::string_view shape);

  std::uint32_t size() const { return static_cast<std::uint32_t>(first_slots_.size()); }

  // Valid until the next Add.
  TextTemplate operator[](std::uint32_t i) const;

  // The constant text of all templates, one after the other.
  const std::string& bytes() const { return bytes_; }

  const std::vector<ValueGroup>& groups() const { return groups_; }

 private:
  static constexpr std::size_t kGroupNameBytesMax = 40;

  // What tells groups apart.
  struct GroupName {
    std::array<char, kGroupNameBytesMax> bytes;
    std::uint8_t size = 0;

    absl::string_view text() const { return {bytes.data(), size}; }
  };

  std::uint32_t GroupOf(const TemplateSlot& slot, absl::string_view piece, std::uint32_t before);
  std::uint32_t NumberOf(const GroupName& name, const TemplateSlot& slot);
  void GrowNames();

  std::string bytes_;
  std::vector<std::uint32_t> piece_ends_;   // in bytes_
  std::vector<TemplateSlot> slots_;         // of all templates
  std::vector<std::uint32_t> first_slots_;  // by template, in slots_
  std::vector<ValueGroup> groups_;
  std::vector<GroupName> names_;        // of the groups
  std::vector<std::uint32_t> by_name_;  // open addressing: a group's number and 1, or 0
};

}  // namespace dims
