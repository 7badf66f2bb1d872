// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "agent/fields/event_row.h"
#include "common/event/fields.h"

namespace dims {

// What is to become of the values of one name: found once, used for every line that has it. A
// value.
struct FieldPlace {
  const FieldDefinition* core = nullptr;  // null: a label
  Field field = Field::kCount;
  bool exact = false;         // the field's own name, not an alias
  std::string label;          // "labels.NAME", where a value goes that the field does not take
  mutable ColumnMemo column;  // of `label`
};

// Puts values that a line names itself (JSON, key=value) into the columns they belong to.
//
// A core field's name, or an alias of one, sets that field when the value fits its type. A value
// that does not fit goes to labels.NAME with the tag "type_conflict". Names the server owns, names
// reserved for the agent, fields the row has already and all other names go to labels.NAME. Strings
// are made plain text. Limits: kNameBytesMax for a name; above kKeywordBytesMax a label is text
// instead of a keyword; without room for a column the row gets the tag "fields_dropped".
// Thread: one. `row` must outlive it.
class FieldWriter {
 public:
  static constexpr std::size_t kNameBytesMax = 200;
  static constexpr std::size_t kKeywordBytesMax = 256;

  explicit FieldWriter(EventRow& row) : row_(row) {}

  void String(absl::string_view name, absl::string_view value);
  void Integer(absl::string_view name, std::int64_t value);
  void Double(absl::string_view name, double value);
  void Bool(absl::string_view name, bool value);

  // One of several values of the same name: a list.
  void Element(absl::string_view name, absl::string_view value);

  // labels.NAME whatever the name is.
  void Label(absl::string_view name, absl::string_view value);

  // Where the calls above put a name.
  static FieldPlace PlaceOf(absl::string_view name);
  // Always a label.
  static FieldPlace LabelPlace(absl::string_view name);

  // The same as the calls with a name. The strings given to these are plain text.
  void PlainString(const FieldPlace& place, absl::string_view value);
  void Integer(const FieldPlace& place, std::int64_t value);
  void Double(const FieldPlace& place, double value);
  void Bool(const FieldPlace& place, bool value);
  void PlainElement(const FieldPlace& place, absl::string_view value);
  // place.label, whatever the place is.
  void PlainLabel(const FieldPlace& place, absl::string_view value);

 private:
  // What is to become of a name in this row.
  struct Target {
    const FieldDefinition* core = nullptr;  // null: a label
    Field field = Field::kCount;
    bool exact = false;
  };

  static Target TargetOfName(absl::string_view name);
  Target TargetOf(absl::string_view name) const;
  Target TargetOf(const FieldPlace& place) const;
  bool IsTaken(const FieldDefinition& core, Field field) const;
  bool SetCore(const Target& target, absl::string_view value);
  bool TryString(const Target& target, absl::string_view value);
  bool TryInteger(const Target& target, std::int64_t value);
  bool TryDouble(const Target& target, double value);
  bool TryBool(const Target& target, bool value);
  bool TryElement(const Target& target, absl::string_view value);
  void PutLabel(absl::string_view label, absl::string_view value);
  void PutLabel(const FieldPlace& place, absl::string_view value);
  void SetKeyword(Field field, absl::string_view value);
  bool SetInteger(Field field, std::int64_t value);
  static void MakeLabelName(absl::string_view name, std::string& label);
  // "labels.NAME", until the next call.
  absl::string_view LabelName(absl::string_view name);
  // After a value did not fit `target`.
  void NoteConflict(const Target& target);
  void Placed(bool placed);

  EventRow& row_;
  std::string label_;
  std::string plain_;
};

}  // namespace dims
