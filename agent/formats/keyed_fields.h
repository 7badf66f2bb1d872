// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/fields/event_row.h"
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

// Puts the pairs of one line into its row, as a table says. A value that does not fit its rule, or
// comes to a field that has one, goes to the label of its key: nothing is lost. Empty values are
// passed over. Limits: kSlotsCount slots, kKeyBytesMax for a key (longer ones are cut).
// Thread: one; `row` and `table` must outlive it, and slots are views of what was given to Set.
class KeyedFields {
 public:
  static constexpr std::size_t kSlotsCount = 24;
  static constexpr std::size_t kKeyBytesMax = 96;

  KeyedFields(EventRow& row, const KeyTable& table) : row_(row), table_(table) {}

  void Set(absl::string_view key, absl::string_view value);

  // labels.VENDOR.KEY, whatever the table says.
  void Label(absl::string_view key, absl::string_view value);

  // A value that was kept for the format; empty: the line has none.
  absl::string_view slot(std::size_t index) const { return slots_[index]; }

  EventRow& row() { return row_; }

 private:
  bool Apply(const KeyRule& rule, absl::string_view value);
  bool SetFree(const KeyRule& rule, absl::string_view value);

  EventRow& row_;
  const KeyTable& table_;
  absl::string_view slots_[kSlotsCount];
};

// `url` to url.original, url.domain, url.path and url.query. `host` is whose it is when the text
// does not say. Nothing when both are empty.
void SetUrl(absl::string_view url, absl::string_view host, EventRow& row);

// A file's hash by its length: MD5, SHA-1 or SHA-256 to its field. False: none of them.
bool SetFileHash(absl::string_view hash, EventRow& row);

// A decimal number that prints as it came.
std::optional<std::int64_t> CanonicalNumber(absl::string_view value);

}  // namespace dims
