// SPDX-License-Identifier: Apache-2.0
#include "server/store/block/text_templates.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/store/block/text_token.h"

namespace dims {
namespace {

constexpr std::size_t kContextBytesMax = 24;

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
  TextTemplate added;
  std::uint32_t before = kNoGroup;
  std::size_t mark = shape.find(kSlotMark);
  while (mark != shape.npos) {
    if (shape.size() - mark < 3 || added.slots.size() == kSlotsMax) return false;
    const auto kind = static_cast<std::uint8_t>(shape[mark + 1]);
    if (kind < 1 || kind > static_cast<std::uint8_t>(SlotKind::kWhole)) return false;
    const absl::string_view piece = shape.substr(0, mark);
    TemplateSlot slot{SlotKind{kind}, static_cast<std::uint8_t>(shape[mark + 2]), kNoGroup};
    slot.group = GroupOf(slot, piece, before);
    before = slot.group;
    added.pieces.emplace_back(piece);
    added.slots.push_back(slot);
    shape.remove_prefix(mark + 3);
    mark = shape.find(kSlotMark);
  }
  added.pieces.emplace_back(shape);
  templates_.push_back(std::move(added));
  return true;
}

std::uint32_t TextTemplates::GroupOf(const TemplateSlot& slot, absl::string_view piece,
                                     std::uint32_t before) {
  if (slot.kind == SlotKind::kReference) return kNoGroup;
  std::string key(1, static_cast<char>(slot.kind));
  key.push_back(static_cast<char>(slot.parameter));
  const absl::string_view context = ContextOf(piece);
  // Punctuation alone says nothing: then the place is named by the value before it as well.
  if (!HoldsToken(context)) absl::StrAppend(&key, before, "/");
  absl::StrAppend(&key, context);
  const auto [found, is_new] =
      group_numbers_.emplace(std::move(key), static_cast<std::uint32_t>(groups_.size()));
  if (is_new) groups_.push_back(ValueGroup{slot.kind, slot.parameter});
  return found->second;
}

}  // namespace dims
