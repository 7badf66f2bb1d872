// SPDX-License-Identifier: Apache-2.0
#include "server/store/block/text_templates.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "server/store/block/text_token.h"

namespace dims {
namespace {

constexpr std::size_t kContextBytesMax = 24;
constexpr std::size_t kNamesMin = 256;  // a power of two, as all sizes of the table

// The last token of `piece` and what follows it: "password for x port " -> "port ".
absl::string_view ContextOf(absl::string_view piece) {
  std::size_t begin = piece.size();
  while (begin > 0 && !IsTokenByte(piece[begin - 1])) --begin;
  while (begin > 0 && IsTokenByte(piece[begin - 1])) --begin;
  if (piece.size() - begin > kContextBytesMax) begin = piece.size() - kContextBytesMax;
  return piece.substr(begin);
}

bool HoldsToken(absl::string_view text) {
  return std::any_of(text.begin(), text.end(), IsTokenByte);
}

}  // namespace

bool TextTemplates::Add(absl::string_view shape) {
  const std::size_t first = slots_.size();
  first_slots_.push_back(static_cast<std::uint32_t>(first));
  std::uint32_t before = kNoGroup;
  std::size_t mark = shape.find(kSlotMark);
  while (mark != shape.npos) {
    if (shape.size() - mark < 3 || slots_.size() - first == kSlotsMax) return false;
    const auto kind = static_cast<std::uint8_t>(shape[mark + 1]);
    if (kind < 1 || kind > static_cast<std::uint8_t>(SlotKind::kWhole)) return false;
    const absl::string_view piece = shape.substr(0, mark);
    TemplateSlot slot{SlotKind{kind}, static_cast<std::uint8_t>(shape[mark + 2]), kNoGroup};
    slot.group = GroupOf(slot, piece, before);
    before = slot.group;
    bytes_.append(piece.data(), piece.size());
    piece_ends_.push_back(static_cast<std::uint32_t>(bytes_.size()));
    slots_.push_back(slot);
    shape.remove_prefix(mark + 3);
    mark = shape.find(kSlotMark);
  }
  bytes_.append(shape.data(), shape.size());
  piece_ends_.push_back(static_cast<std::uint32_t>(bytes_.size()));
  return true;
}

TextTemplate TextTemplates::operator[](std::uint32_t i) const {
  const std::size_t first = first_slots_[i];
  const std::size_t end = i + 1 < size() ? first_slots_[i + 1] : slots_.size();
  TextTemplate shape;
  shape.slots = std::span(slots_).subspan(first, end - first);
  shape.piece_ends = std::span(piece_ends_).subspan(first + i, end - first + 1);
  shape.begin = first + i == 0 ? 0 : piece_ends_[first + i - 1];
  shape.bytes = bytes_;
  return shape;
}

std::uint32_t TextTemplates::GroupOf(const TemplateSlot& slot, absl::string_view piece,
                                     std::uint32_t before) {
  if (slot.kind == SlotKind::kReference) return kNoGroup;
  GroupName name;
  char* to = name.bytes.data();
  *to++ = static_cast<char>(slot.kind);
  *to++ = static_cast<char>(slot.parameter);
  const absl::string_view context = ContextOf(piece);
  // Punctuation alone says nothing: then the place is named by the value before it as well.
  if (!HoldsToken(context)) {
    to = std::to_chars(to, to + 10, before).ptr;
    *to++ = '/';
  }
  std::memcpy(to, context.data(), context.size());
  static_assert(2 + 10 + 1 + kContextBytesMax <= kGroupNameBytesMax);
  name.size = static_cast<std::uint8_t>(to - name.bytes.data() +
                                        static_cast<std::ptrdiff_t>(context.size()));
  return NumberOf(name, slot);
}

std::uint32_t TextTemplates::NumberOf(const GroupName& name, const TemplateSlot& slot) {
  if (names_.size() * 2 >= by_name_.size()) GrowNames();
  const std::size_t mask = by_name_.size() - 1;
  std::size_t at = XXH3_64bits(name.bytes.data(), name.size) & mask;
  for (; by_name_[at] != 0; at = (at + 1) & mask) {
    const std::uint32_t number = by_name_[at] - 1;
    if (names_[number].text() == name.text()) return number;
  }
  names_.push_back(name);
  groups_.push_back(ValueGroup{slot.kind, slot.parameter});
  by_name_[at] = static_cast<std::uint32_t>(groups_.size());
  return by_name_[at] - 1;
}

void TextTemplates::GrowNames() {
  by_name_.assign(std::max(kNamesMin, by_name_.size() * 2), 0);
  const std::size_t mask = by_name_.size() - 1;
  for (std::uint32_t number = 0; number < names_.size(); ++number) {
    std::size_t at = XXH3_64bits(names_[number].bytes.data(), names_[number].size) & mask;
    while (by_name_[at] != 0) at = (at + 1) & mask;
    by_name_[at] = number + 1;
  }
}

}  // namespace dims
