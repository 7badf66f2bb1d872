// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/event/column.h"
#include "dims/v1/event.pb.h"

namespace dims {

// One column -> its descriptor, its arrays appended to `arrays`. Values of absent rows are not
// stored.
void EncodeColumn(const Column& column, v1::ColumnDescriptor& descriptor, std::string& arrays);

// Reads columns off a payload's arrays, one after the other. The bytes are hostile: every count is
// checked against the bytes at hand and the memory allowed before an array is made.
//
// Thread: one. `arrays` must outlive it.
class ColumnDecoder {
 public:
  // `memory_bytes_max` bounds all arrays of all columns together.
  ColumnDecoder(absl::string_view arrays, std::uint32_t rows, std::size_t memory_bytes_max)
      : arrays_(arrays), rows_(rows), memory_bytes_left_(memory_bytes_max) {}

  // The next column. InvalidArgument: which column, and what is wrong with it; nothing more can be
  // read.
  absl::StatusOr<Column> Decode(const v1::ColumnDescriptor& descriptor);

  // Sum of the value lengths over the rows of the columns read so far.
  std::size_t logical_bytes() const { return logical_bytes_; }

  // Every byte was read.
  bool done() const { return arrays_.empty(); }

 private:
  absl::Status DecodePresence(const v1::ColumnDescriptor& descriptor, ColumnParts& parts);
  absl::Status DecodeStrings(const v1::ColumnDescriptor& descriptor, ColumnParts& parts);
  absl::Status DecodeAddresses(const v1::ColumnDescriptor& descriptor, ColumnParts& parts);
  absl::Status DecodeLists(const v1::ColumnDescriptor& descriptor, ColumnParts& parts);
  absl::Status DecodeCodes(const v1::ColumnDescriptor& descriptor, ColumnParts& parts);
  absl::Status DecodeIntegers(const v1::ColumnDescriptor& descriptor, ColumnParts& parts);
  absl::Status DecodeDoubles(ColumnParts& parts);
  absl::Status DecodeBools(ColumnParts& parts);
  absl::Status DecodeValues(const v1::ColumnDescriptor& descriptor, ColumnParts& parts);
  absl::Status CountLogicalBytes(const Column& column);

  absl::StatusOr<absl::string_view> TakeBytes(std::uint64_t bytes_count);
  absl::StatusOr<std::vector<std::uint32_t>> TakeNarrow(std::uint32_t count, std::uint32_t width);
  absl::Status Charge(std::uint64_t memory_bytes);

  absl::string_view arrays_;
  std::uint32_t rows_;
  std::uint32_t present_ = 0;  // rows of the column at hand that have a value
  std::size_t memory_bytes_left_;
  std::size_t logical_bytes_ = 0;
};

}  // namespace dims
