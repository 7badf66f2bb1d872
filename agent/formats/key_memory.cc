// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/key_memory.h"

#include <utility>

namespace dims {

KnownKey& KeySequence::Find(KnownKey& before, absl::string_view key) {
  const auto found = known_.find(key);
  if (found != known_.end()) {
    before.next = found->second.get();
    return *found->second;
  }
  if (known_.size() >= kKeysMax || key.size() > kKeyBytesMax) {
    Describe(key, other_);
    return other_;
  }
  auto known = std::make_unique<KnownKey>();
  Describe(key, *known);
  before.next = known.get();
  const absl::string_view own_key = known->key;
  return *known_.emplace(own_key, std::move(known)).first->second;
}

void KeySequence::Describe(absl::string_view key, KnownKey& known) const {
  known.key.assign(key.data(), key.size());
  known.rule = table_.Find(key);
  known.label.assign(table_.prefix().data(), table_.prefix().size());
  for (const char c : key.substr(0, kKeyBytesMax)) {
    const auto byte = static_cast<unsigned char>(c);
    known.label.push_back(byte <= ' ' || byte >= 0x7f || c == '"' ? '_' : c);
  }
  known.column = ColumnMemo();
  known.next = nullptr;
}

}  // namespace dims
