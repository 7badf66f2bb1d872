// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "absl/strings/string_view.h"
#include "agent/fields/event_row.h"
#include "agent/fields/field_writer.h"
#include "agent/formats/record_value.h"
#include "agent/formats/text_format.h"

namespace dims {

// A dialect is what one producer means by the names in its records (JSON objects, rows of a table):
// a list of names with the field each sets, and a function that gives the whole record its meaning.

// One name of a dialect.
struct DialectMember {
  absl::string_view path;       // dotted, as in the record
  Field field = Field::kCount;  // set by the value if it fits; kCount: none
  std::uint8_t note = 0;        // remembered for Conclude under this number; 0: not
  bool label = false;           // a label too; a member without field and note is always one
};

// The values Conclude asked for, by number; the first of each.
class RecordNotes {
 public:
  static constexpr std::size_t kCountMax = 64;

  // Not `= default`: that would clear the values.
  RecordNotes() {}  // NOLINT(modernize-use-equals-default)

  bool Has(std::uint8_t note) const { return (present_ >> note & 1) != 0; }

  const RecordValue& operator[](std::uint8_t note) const {
    static constexpr RecordValue kAbsent{};
    return Has(note) ? values_[note] : kAbsent;
  }

  // REQUIRES: note < kCountMax.
  void Set(std::uint8_t note, const RecordValue& value) {
    if (Has(note)) return;
    values_[note] = value;
    present_ |= std::uint64_t{1} << note;
  }

 private:
  std::uint64_t present_ = 0;
  std::array<RecordValue, kCountMax> values_;  // unset but for those present
};

// A record all of whose members are placed. References live as long as the call.
struct Record {
  const RecordNotes& notes;
  EventRow& row;
  FieldWriter& writer;
  TextResult& result;
  const struct Dialect& dialect;
};

struct Dialect {
  // What becomes of a name that is in no list.
  enum class Names : std::uint8_t {
    kLabels,   // a label
    kCore,     // a core field's own name sets that field
    kAliases,  // the names of FieldAlias too
  };

  absl::string_view name = {};          // event.dataset unless Conclude sets another
  absl::string_view label_prefix = {};  // "suricata."
  Names names = Names::kLabels;
  std::span<const DialectMember> members = {};
  std::span<const DialectMember> more_members = {};  // asked after `members`
  // The name a member has in the lists and labels, when records write it in several ways; `scratch`
  // may hold it.
  absl::string_view (*canonical)(absl::string_view path, std::string& scratch) = nullptr;
  void (*conclude)(Record& record) = nullptr;
  // Of one of several dialects of a producer: which log, and its number in the producer's table.
  absl::string_view log = {};
  int number = 0;
};

}  // namespace dims
