// SPDX-License-Identifier: Apache-2.0
#include "common/event/code_table.h"

#include <algorithm>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "common/base/check.h"

namespace dims {
namespace {

constexpr std::size_t kSlotsMin = 32;

}  // namespace

std::uint64_t InternHash(absl::string_view bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

void CodeTable::RemoveLast() {
  DIMS_CHECK(!hashes_.empty());
  // Nothing was inserted after it, so no other code's probe runs over this slot.
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = static_cast<std::size_t>(hashes_.back()) & mask;
  while (slots_[i].code_plus_one != size()) i = (i + 1) & mask;
  slots_[i] = Slot{};
  hashes_.pop_back();
}

void CodeTable::Clear() {
  std::fill(slots_.begin(), slots_.end(), Slot{});
  hashes_.clear();
}

void CodeTable::Grow() {
  slots_.assign(std::max(kSlotsMin, slots_.size() * 2), Slot{});
  const std::size_t mask = slots_.size() - 1;
  // In the order of codes: RemoveLast relies on the last code having been inserted last.
  for (std::uint32_t code = 0; code < size(); ++code) {
    std::size_t i = static_cast<std::size_t>(hashes_[code]) & mask;
    while (slots_[i].code_plus_one != 0) i = (i + 1) & mask;
    slots_[i] = {static_cast<std::uint32_t>(hashes_[code] >> 32), code + 1};
  }
}

}  // namespace dims
