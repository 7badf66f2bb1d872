// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/event/fields.h"
#include "common/event/same_bytes.h"
#include "common/event/short_hash.h"

namespace dims {

// What becomes of the value of one key.
enum class KeyRole : std::uint8_t {
  kKeyword,       // the rule's field (a keyword or text) as it stands
  kLowerKeyword,  // in lower case
  kInteger,
  kAddress,     // the rule's field, when it is an address
  kSourceEnd,   // an address or a name
  kTargetEnd,   // the same of the destination
  kSourcePort,  // and kTargetPort: when in range
  kTargetPort,
  kUser,       // the rule's field; related.user follows
  kHost,       // the rule's field; related.hosts follows
  kHash,       // the rule's field; related.hash follows
  kTransport,  // a name or a number
  kTime,       // the rule's field, when complete
  kSeconds,    // event.duration
  kMillis,     // event.duration
  kUrl,        // url.original and its parts
  kSlot,       // kept for the format: KeyedFields::slot(rule.slot)
  kDrop,       // says nothing of its own
};

struct KeyRule {
  absl::string_view key;
  KeyRole role = KeyRole::kDrop;
  Field field = Field::kCount;
  std::uint8_t slot = 0;
};

// The keys a vendor's format knows, and where all others go. Built once and never changed. Keeps
// views: `rules` and `prefix` ("labels.fortinet.") must outlive it. Thread: any.
class KeyTable {
 public:
  KeyTable(absl::string_view prefix, std::span<const KeyRule> rules);

  // Null: the format does not know it.
  const KeyRule* Find(absl::string_view key) const {
    std::size_t at = ShortHash(key) & mask_;
    while (rules_[at] != nullptr && !SameBytes(rules_[at]->key, key)) at = (at + 1) & mask_;
    return rules_[at];
  }

  absl::string_view prefix() const { return prefix_; }

 private:
  absl::string_view prefix_;
  std::vector<const KeyRule*> rules_;  // by hash, at most half full; null: free
  std::size_t mask_ = 0;
};

}  // namespace dims
