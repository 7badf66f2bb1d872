// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "server/store/block/text_shape.h"

namespace dims {

inline constexpr std::uint32_t kNoGroup = ~std::uint32_t{0};

struct TemplateSlot {
  SlotKind kind = SlotKind::kWord;
  std::uint8_t parameter = 0;
  std::uint32_t group = kNoGroup;  // references have none
};

// pieces[0] slots[0] pieces[1] ... slots[n-1] pieces[n]; pieces may be empty.
struct TextTemplate {
  std::vector<std::string> pieces;
  std::vector<TemplateSlot> slots;
};

// Values of like kind after like text ("port ", "id=") form one series through the whole block,
// whatever template they stand in: that is where neighbours resemble each other.
struct ValueGroup {
  SlotKind kind = SlotKind::kWord;
  std::uint8_t parameter = 0;
};

// The templates of one block's text column and the groups they name. Groups follow from the shapes
// alone, in their order, so that writer and reader number them alike. Thread: one.
class TextTemplates {
 public:
  // Appends the template that `shape` (TextShaper) describes. False when the bytes are no shape.
  bool Add(absl::string_view shape);

  const std::vector<TextTemplate>& templates() const { return templates_; }

  const std::vector<ValueGroup>& groups() const { return groups_; }

 private:
  std::uint32_t GroupOf(const TemplateSlot& slot, absl::string_view piece, std::uint32_t before);

  std::vector<TextTemplate> templates_;
  std::vector<ValueGroup> groups_;
  absl::flat_hash_map<std::string, std::uint32_t> group_numbers_;
};

}  // namespace dims
