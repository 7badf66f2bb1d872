// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/dialect_tree.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace dims {
namespace {

void Write(const FieldPlace& place, const RecordValue& value, FieldWriter& writer) {
  switch (value.kind) {
    case RecordValue::Kind::kText:
      writer.PlainString(place, value.AsText());
      return;
    case RecordValue::Kind::kInteger:
      writer.Integer(place, value.integer);
      return;
    case RecordValue::Kind::kDouble:
      writer.Double(place, value.number);
      return;
    case RecordValue::Kind::kBool:
      writer.Bool(place, value.flag);
      return;
    case RecordValue::Kind::kNone:
      return;
  }
}

void WriteElement(const FieldPlace& place, const RecordValue& value, FieldWriter& writer) {
  switch (value.kind) {
    case RecordValue::Kind::kText:
      writer.PlainElement(place, value.AsText());
      return;
    case RecordValue::Kind::kInteger:
      writer.PlainElement(place, absl::StrCat(value.integer));
      return;
    case RecordValue::Kind::kDouble:
      writer.PlainElement(place, absl::StrCat(value.number));
      return;
    case RecordValue::Kind::kBool:
      writer.PlainElement(place, value.flag ? "true" : "false");
      return;
    case RecordValue::Kind::kNone:
      return;
  }
}

bool IsListField(const FieldDefinition& core) {
  return core.type == ColumnType::kKeywordList || core.type == ColumnType::kIpList;
}

// Sets `place`'s field only when the value fits it, leaving no other trace.
bool SetsField(const FieldPlace& place, const EventRow& row) {
  return place.core != nullptr && (IsListField(*place.core) || !row.Has(place.field));
}

}  // namespace

DialectTree::DialectTree(const Dialect& dialect) : dialect_(dialect) {
  scratch_.resize(static_cast<std::size_t>(kDepthMax) + 1);
}

void DialectTree::Put(const Node& node, const RecordValue& value, bool in_list, EventRow& row,
                      FieldWriter& writer, RecordNotes& notes) {
  if (value.kind == RecordValue::Kind::kText && value.size == 0) return;
  if (node.note != 0) notes.Set(node.note, value);
  if (node.note_only && !in_list) return;
  const bool as_element = in_list && (node.place.core == nullptr || !SetsField(node.place, row) ||
                                      IsListField(*node.place.core));
  if (node.label_too) {
    in_list ? WriteElement(node.label_place, value, writer)
            : Write(node.label_place, value, writer);
    if (!SetsField(node.place, row)) return;
    if (node.place.core->type == ColumnType::kIp || node.place.core->type == ColumnType::kIpList) {
      if (!IpAddress::Parse(value.AsText())) return;
    }
  }
  as_element ? WriteElement(node.place, value, writer) : Write(node.place, value, writer);
}

DialectTree::Node& DialectTree::Find(Node& parent, absl::string_view key, int depth) {
  const bool rememberable = (&parent == &root_ || parent.remembered) && key.size() <= kKeyBytesMax;
  if (rememberable) {
    const auto found = nodes_.find(std::pair<const Node*, absl::string_view>(&parent, key));
    if (found != nodes_.end()) return *found->second;
    if (nodes_.size() < kNodesMax) {
      auto node = std::make_unique<Node>();
      Describe(parent, key, *node);
      node->remembered = true;
      const absl::string_view own_key = node->key;
      return *nodes_.emplace(std::pair(&parent, own_key), std::move(node)).first->second;
    }
  }
  Node& node = scratch_[static_cast<std::size_t>(std::clamp(depth, 0, kDepthMax))];
  Describe(parent, key, node);
  return node;
}

void DialectTree::Describe(const Node& parent, absl::string_view key, Node& node) const {
  std::string path = parent.path;
  if (!path.empty()) path.push_back('.');
  path.append(key.data(), std::min(key.size(), kPathBytesMax));
  if (path.size() > kPathBytesMax) path.resize(kPathBytesMax);
  std::string scratch;
  const absl::string_view name =
      dialect_.canonical == nullptr ? path : dialect_.canonical(path, scratch);
  const DialectMember* member = FindMember(name);
  node.key = std::string(key);
  node.note = 0;
  node.note_only = node.label_too = false;
  if (member == nullptr) {
    node.place = dialect_.names == Dialect::Names::kLabels
                     ? FieldWriter::LabelPlace(absl::StrCat(dialect_.label_prefix, name))
                     : FieldWriter::PlaceOf(name);
    if (dialect_.names == Dialect::Names::kCore && !node.place.exact) node.place.core = nullptr;
  } else {
    node.place = FieldWriter::LabelPlace(absl::StrCat(dialect_.label_prefix, name));
    node.note = member->note;
    if (member->field != Field::kCount) {
      node.place.core = &DefinitionOf(member->field);
      node.place.field = member->field;
    }
    node.note_only = member->note != 0 && member->field == Field::kCount && !member->label;
    node.label_too = member->label && member->field != Field::kCount;
    if (node.label_too) node.label_place.label = node.place.label;
  }
  node.path = std::move(path);
  node.next = node.child = nullptr;
}

const DialectMember* DialectTree::FindMember(absl::string_view path) const {
  for (const auto members : {dialect_.members, dialect_.more_members}) {
    for (const DialectMember& member : members) {
      if (member.path == path) return &member;
    }
  }
  return nullptr;
}

}  // namespace dims
