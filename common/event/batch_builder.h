// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/strings/string_view.h"
#include "common/event/event_batch.h"
#include "common/event/fields.h"

namespace dims {

// Where a builder found a named column last, so that its name need not be looked up for every
// value. What it says is good for that builder alone; another one looks the name up. A value.
class ColumnMemo {
 private:
  friend class BatchBuilder;

  void* entry_ = nullptr;
  std::uint64_t stamp_ = 0;
};

// Fills an EventBatch row by row while lines are parsed. Strings are copied in; nothing given to it
// must outlive the call.
//
//   builder.Keyword(Field::kUserName, "root");
//   builder.Ip(Field::kSourceIp, address);
//   builder.FinishRow();
//   ...
//   EventBatch batch = builder.Finish();
//
// Guarantees: setting a scalar field twice in a row keeps the last value; an unset field is absent
// in that row; a value above kValueBytesMax is cut at a UTF-8 boundary and the row gets the tag
// "value_cut". Columns beyond kBatchColumnsMax are refused (the Named calls return false) so that
// the parser can put the value elsewhere. The built-in types are those of fields.h: REQUIRES that
// the call fits the field's type. Cost: about one hash look-up per keyword value, none when a row
// repeats the value of the row before; memory is kept from batch to batch. Thread: one.
class BatchBuilder {
 public:
  BatchBuilder();
  ~BatchBuilder();

  void Keyword(Field field, absl::string_view value);
  void Text(Field field, absl::string_view value);
  void Ip(Field field, const IpAddress& value);
  // Integer and time fields; times in nanoseconds since 1970 UTC.
  void Integer(Field field, std::int64_t value);
  void Bool(Field field, bool value);
  // Adds an element to a list field; an element already in this row's list is not added again.
  void AddKeyword(Field field, absl::string_view value);
  void AddIp(Field field, const IpAddress& value);

  // Any other name, "labels.vendor.key". One name may get columns of several types. False: no room
  // for another column, or the name is empty or longer than kColumnNameBytesMax.
  bool NamedKeyword(absl::string_view name, absl::string_view value);
  bool NamedText(absl::string_view name, absl::string_view value);
  bool NamedInteger(absl::string_view name, std::int64_t value);
  bool NamedDouble(absl::string_view name, double value);
  bool NamedBool(absl::string_view name, bool value);
  bool NamedIp(absl::string_view name, const IpAddress& value);
  bool NamedAddKeyword(absl::string_view name, absl::string_view value);

  // The same for a caller that keeps a memo with each name; it may be used with several types.
  bool NamedKeyword(absl::string_view name, absl::string_view value, ColumnMemo& memo);
  bool NamedText(absl::string_view name, absl::string_view value, ColumnMemo& memo);
  bool NamedInteger(absl::string_view name, std::int64_t value, ColumnMemo& memo);
  bool NamedDouble(absl::string_view name, double value, ColumnMemo& memo);
  bool NamedBool(absl::string_view name, bool value, ColumnMemo& memo);
  bool NamedAddKeyword(absl::string_view name, absl::string_view value, ColumnMemo& memo);

  // True when the current row has a value for `field`.
  bool Has(Field field) const;

  // The current row becomes row rows() - 1. REQUIRES: rows() < kBatchRowsMax.
  void FinishRow();

  // The current row is forgotten.
  void AbandonRow();

  std::uint32_t rows() const;

  // Sum of the value lengths of the finished rows.
  std::size_t logical_bytes() const;

  // True when another row must wait for the next batch: kBatchRowsMax rows or 1 MiB of logical
  // bytes.
  bool full() const;

  // The finished rows; the builder is empty again.
  EventBatch Finish();

 private:
  class Columns;

  template <typename Set>
  bool SetNamed(absl::string_view name, ColumnType type, ColumnMemo& memo, const Set& set);

  std::unique_ptr<Columns> columns_;
};

}  // namespace dims
