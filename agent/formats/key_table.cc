// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/key_table.h"

namespace dims {

KeyTable::KeyTable(absl::string_view prefix, std::span<const KeyRule> rules) : prefix_(prefix) {
  std::size_t size = 2;
  while (size < 2 * rules.size() + 2) size *= 2;
  rules_.resize(size, nullptr);
  mask_ = size - 1;
  for (const KeyRule& rule : rules) {
    std::size_t at = ShortHash(rule.key) & mask_;
    while (rules_[at] != nullptr && rules_[at]->key != rule.key) at = (at + 1) & mask_;
    if (rules_[at] == nullptr) rules_[at] = &rule;
  }
}

}  // namespace dims
