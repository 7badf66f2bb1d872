// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "agent/fields/event_row.h"
#include "agent/formats/format_memory.h"
#include "agent/formats/key_table.h"

namespace dims {

// Puts the pairs of one line into its row, as a table says. A value that does not fit its rule, or
// comes to a field that has one, goes to the label of its key: nothing is lost. Empty values are
// passed over. Limits: kSlotsCount slots, KeySequence::kKeyBytesMax for a label's key (longer ones
// are cut). Thread: one; `row` must outlive it, `table` never dies, and slots are views of what was
// given to Set.
class KeyedFields {
 public:
  static constexpr std::size_t kSlotsCount = 24;

  KeyedFields(EventRow& row, const KeyTable& table)
      : row_(row),
        memory_(row.memory().Of(table)),
        pair_(memory_.pairs.begin()),
        label_(memory_.labels.begin()) {}

  void Set(absl::string_view key, absl::string_view value);

  // Length of the key that begins `text`, when it is the one that followed the last pair's in the
  // line before and an equals sign ends it; 0: the caller has to look. Readers ask this first.
  std::size_t ExpectedKey(absl::string_view text) const {
    return KeySequence::Expected(*pair_, text);
  }

  // labels.VENDOR.KEY, whatever the table says.
  void Label(absl::string_view key, absl::string_view value);

  // A value that was kept for the format; empty: the line has none.
  absl::string_view slot(std::size_t index) const { return slots_[index]; }

  EventRow& row() { return row_; }

 private:
  bool Apply(const KeyRule& rule, absl::string_view value);
  bool SetFree(const KeyRule& rule, absl::string_view value);

  void PutLabel(KnownKey& key, absl::string_view value);

  EventRow& row_;
  KeyMemory& memory_;
  KnownKey* pair_;   // the pair before
  KnownKey* label_;  // the label before
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
