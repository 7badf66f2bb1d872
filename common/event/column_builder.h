// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/base/check.h"
#include "common/event/code_table.h"
#include "common/event/column.h"
#include "common/event/recent_values.h"
#include "common/event/same_bytes.h"

namespace dims {

// Elements of one row's list; further ones are refused.
inline constexpr std::size_t kListElementsMax = 1024;

// One column that grows row by row; rows that are not set are absent. Values are interned as they
// come: one hash look-up each, none when the row before had the same value or list.
//
//   ColumnBuilder owner("source.owner", ColumnType::kKeyword);
//   owner.SetBytes(0, "harbour");
//   owner.SetBytes(7, "county");
//   Column column = owner.Take(rows);
//
// Rows come in ascending order; setting the last row again replaces its value. REQUIRES of every
// call: it fits the type, row >= the last row set. Memory of the hash table is kept by Take.
// Thread: one.
class ColumnBuilder {
 public:
  ColumnBuilder(absl::string_view name, ColumnType type) : type_(type), name_(name) {}

  const std::string& name() const { return name_; }

  ColumnType type() const { return type_; }

  // Defined here is what parsing calls for every value of every line.
  void SetBytes(std::uint32_t row, absl::string_view value) {  // keyword and text
    if (type_ == ColumnType::kKeyword) [[likely]] {
      BeginRow(row);
      PushCode(row, CodeOf(value));
    } else {
      SetText(row, value);
    }
  }

  void SetIp(std::uint32_t row, const IpAddress& value);

  void SetInteger(std::uint32_t row, std::int64_t value) {  // integer and time
    DIMS_CHECK(type_ == ColumnType::kInteger || type_ == ColumnType::kTime);
    BeginRow(row);
    if (integers_.size() <= row) [[unlikely]]
      integers_.resize(GrownTo(row));
    integers_[row] = value;
  }

  void SetDouble(std::uint32_t row, double value);
  void SetBool(std::uint32_t row, bool value);

  // Both list types. False: the element is there already, or the list has kListElementsMax.
  bool AddBytes(std::uint32_t row, absl::string_view value) {
    DIMS_CHECK(type_ == ColumnType::kKeywordList);
    if (!BeginElement(row)) return false;
    if (const std::uint32_t* before = ElementBefore()) {
      if (SameBytes(parts_.strings[*before], value)) {
        pending_.push_back(*before);  // as distinct here as it was there
        ++repeated_count_;
        return true;
      }
    }
    return AddElement(CodeOf(value));
  }

  bool AddIp(std::uint32_t row, const IpAddress& value);

  // A present list without elements, if `row` has none yet.
  void SetEmptyList(std::uint32_t row);

  // Only the last row that was set can be asked for, taken back, or measured.
  bool Has(std::uint32_t row) const { return last_ == row + 1; }

  // The row is absent again, and what it alone added to the dictionary is gone. REQUIRES: Has(row).
  void Forget(std::uint32_t row);

  // Length of the row's value: bytes of strings, 16 for an address, 8 for a number, 1 for a bool,
  // the sum over a list. REQUIRES: Has(row).
  std::size_t ValueBytes(std::uint32_t row) const;

  // No row has a value.
  bool empty() const { return present_count_ == 0; }

  // The column with `rows` rows; the builder is empty again. REQUIRES: rows > every row set.
  Column Take(std::uint32_t rows);

 private:
  void SetText(std::uint32_t row, absl::string_view value);

  void BeginRow(std::uint32_t row) {
    if (Has(row)) [[unlikely]]
      Forget(row);
    DIMS_CHECK(row >= last_);
    added_count_ = 0;
    last_ = row + 1;
    // As long as no row is absent no bitmap is kept.
    if (row != present_count_ || !presence_.empty()) MarkPresent(row);
    ++present_count_;
  }

  // Opens the row's list if it is not open; false when it is full.
  bool BeginElement(std::uint32_t row) {
    if (!Has(row)) OpenList(row);
    return pending_.size() < kListElementsMax;
  }

  void PushCode(std::uint32_t row, std::uint32_t code) {
    if (codes_.size() <= row) [[unlikely]]
      codes_.resize(GrownTo(row));
    codes_[row] = code;
  }

  // Room for `row` and as many again: absent rows have their zero already.
  static std::size_t GrownTo(std::uint32_t row) { return std::max(64u, (row + 1) * 2); }

  bool Is(const RecentValue& recent, absl::string_view value) const {
    return value.size() == recent.size &&
           SameBytes(value.data(), parts_.strings.bytes().data() + recent.begin, recent.size);
  }

  std::uint32_t CodeOf(absl::string_view value) {
    if (Is(last_value_, value)) return last_value_.code;
    RecentValue& recent = recent_.SlotOf(value);
    if (!Is(recent, value)) [[unlikely]]
      recent = InternBytes(value);
    last_value_ = recent;
    return recent.code;
  }

  void StartPresence();
  void GrowPresence(std::uint32_t row);

  void MarkPresent(std::uint32_t row) {
    if (presence_.size() <= row / 64) [[unlikely]]
      GrowPresence(row);
    presence_[row / 64] |= std::uint64_t{1} << (row % 64);
  }

  RecentValue InternBytes(absl::string_view value);
  std::uint32_t InternIp(const IpAddress& value);

  bool AddElement(std::uint32_t element) {
    for (const std::uint32_t present : pending_) {
      if (present == element) return false;
    }
    pending_.push_back(element);
    return true;
  }

  // The element of the list before in the place of the next one of this list; null when it ended or
  // the lists differ already.
  const std::uint32_t* ElementBefore() const {
    if (repeated_count_ != pending_.size()) return nullptr;
    const std::size_t at = list_before_begin_ + pending_.size();
    return at < list_before_end_ ? &parts_.list_elements[at] : nullptr;
  }

  void OpenList(std::uint32_t row);
  void CloseList();
  std::uint32_t InternList();
  void ForgetRecent();
  void TrimDictionary(std::uint32_t count);

  // What every value touches, close together.
  ColumnType type_;
  bool list_open_ = false;
  std::uint32_t last_ = 0;  // last row set + 1; 0: none, or it was forgotten
  std::uint32_t present_count_ = 0;
  std::uint32_t added_count_ = 0;        // values the last row added to the dictionary
  RecentValue last_value_;               // of all types but numbers; addresses use its code only
  RecentValues recent_;                  // keywords before it
  std::vector<std::uint32_t> codes_;     // of parts_, with room for rows to come, until Take
  std::vector<std::int64_t> integers_;   // the same
  std::vector<std::uint64_t> presence_;  // empty while every row so far has a value
  std::vector<std::uint32_t> pending_;   // the last row's list, not yet interned
  std::uint32_t repeated_count_ = 0;     // of its first elements that the list before has too
  std::uint32_t list_before_ = 0;        // code of the last list closed, and where it lies
  std::uint32_t list_before_begin_ = 0;
  std::uint32_t list_before_end_ = 0;
  ColumnParts parts_;
  CodeTable values_;                           // strings or addresses
  CodeTable lists_;                            // lists of element codes
  std::vector<std::uint32_t> list_of_single_;  // by element: code + 1 of the list of it alone
  std::string name_;
};

}  // namespace dims
