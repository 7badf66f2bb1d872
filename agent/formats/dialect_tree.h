// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "agent/fields/field_writer.h"
#include "agent/formats/dialect.h"
#include "common/event/same_bytes.h"

namespace dims {

// The names met in the records of one dialect, each with what becomes of its values, so that a name
// is looked up once and not in every record. Records repeat their names in the same order: after
// each name the tree expects the one that followed it last time.
//
// Limits: kNodesMax names are remembered; further ones (a producer that uses values as names) are
// worked out each time. Thread: one. `dialect` must outlive it.
class DialectTree {
 public:
  static constexpr std::size_t kNodesMax = 2048;
  static constexpr std::size_t kKeyBytesMax = 128;   // longer names are not remembered
  static constexpr std::size_t kPathBytesMax = 512;  // what is longer is cut
  static constexpr int kDepthMax = 12;

  struct Node {
    std::string key;
    std::string path;
    FieldPlace place;        // where values go unless `note_only`
    FieldPlace label_place;  // with `label_too`
    std::uint8_t note = 0;
    bool note_only = false;
    bool label_too = false;
    bool remembered = false;
    Node* next = nullptr;   // followed this one last time
    Node* child = nullptr;  // was the first of this object last time
  };

  explicit DialectTree(const Dialect& dialect);

  const Dialect& dialect() const { return dialect_; }

  Node& root() { return root_; }

  // The node of a member of `parent`; `before` is the member before it, null for the first.
  // `depth` counts from 1 and is at most kDepthMax. The reference is good until the next call with
  // the same depth.
  Node& Child(Node& parent, Node* before, absl::string_view key, int depth) {
    Node* expected = before != nullptr ? before->next : parent.child;
    if (expected == nullptr || !SameBytes(expected->key, key)) [[unlikely]] {
      expected = &Find(parent, key, depth);
      if (!expected->remembered) return *expected;
    }
    (before != nullptr ? before->next : parent.child) = expected;
    return *expected;
  }

  // Gives a value its place; text must be plain. In a list each element comes by itself.
  static void Put(const Node& node, const RecordValue& value, bool in_list, EventRow& row,
                  FieldWriter& writer, RecordNotes& notes);

 private:
  Node& Find(Node& parent, absl::string_view key, int depth);
  void Describe(const Node& parent, absl::string_view key, Node& node) const;
  const DialectMember* FindMember(absl::string_view path) const;

  const Dialect& dialect_;
  Node root_;
  // By parent and a view of the node's own key.
  absl::flat_hash_map<std::pair<const Node*, absl::string_view>, std::unique_ptr<Node>> nodes_;
  std::vector<Node> scratch_;  // by depth: names that are not remembered
};

}  // namespace dims
