// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "agent/formats/key_table.h"
#include "common/event/batch_builder.h"
#include "common/event/same_bytes.h"

namespace dims {

// A key that lines of a format had, and all that is known of it.
struct KnownKey {
  std::string key;
  const KeyRule* rule = nullptr;  // null: the format's table does not have it
  std::string label;              // where values go that no field takes
  ColumnMemo column;              // of `label`
  KnownKey* next = nullptr;       // followed it last time
};

// The keys met in lines of one table. Lines of one kind have their keys in the same order: after
// each key the one that followed it last time is expected, and only what differs is looked up.
//
// Limits: kKeysMax keys of up to kKeyBytesMax bytes are remembered; others are worked out each
// time. Thread: one. `table` must outlive it.
class KeySequence {
 public:
  static constexpr std::size_t kKeysMax = 512;
  static constexpr std::size_t kKeyBytesMax = 96;

  explicit KeySequence(const KeyTable& table) : table_(table) {}

  // What stands before a line's first key.
  KnownKey* begin() { return &begin_; }

  // Length of the key expected after `before` when `text` begins with it and an equals sign; else
  // 0.
  static std::size_t Expected(const KnownKey& before, absl::string_view text) {
    if (before.next == nullptr) return 0;
    const std::string& key = before.next->key;
    const bool begins = key.size() < text.size() && text[key.size()] == '=' &&
                        SameBytes(key.data(), text.data(), key.size());
    return begins ? key.size() : 0;
  }

  // What is known of `key`, which comes after `before`; that is good until the next call.
  KnownKey& After(KnownKey& before, absl::string_view key) {
    KnownKey* const expected = before.next;
    if (expected != nullptr && SameBytes(expected->key, key)) [[likely]]
      return *expected;
    return Find(before, key);
  }

 private:
  KnownKey& Find(KnownKey& before, absl::string_view key);
  void Describe(absl::string_view key, KnownKey& known) const;

  const KeyTable& table_;
  KnownKey begin_;
  absl::flat_hash_map<absl::string_view, std::unique_ptr<KnownKey>> known_;  // views of their keys
  KnownKey other_;  // the last one that is not remembered
};

// What is remembered of the lines of one table: their pairs, and the labels set beside them.
struct KeyMemory {
  explicit KeyMemory(const KeyTable& table) : pairs(table), labels(table) {}

  KeySequence pairs;
  KeySequence labels;
};

}  // namespace dims
