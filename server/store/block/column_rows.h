// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/event/column.h"
#include "common/event/ip_address.h"
#include "server/store/block/column_decoder.h"
#include "server/store/block/zstd_codec.h"

namespace dims {

// Answers from stored columns that need less than the column: codes without the dictionary, some
// rows without the others, addresses without their counts. Like the decoders: DataLoss naming the
// column, never a crash, on damaged or hostile bytes.

// Codes of the rows that have a value, in their order.
struct PresentCodes {
  std::optional<RowBitmap> presence;  // none: every row has one
  std::vector<std::uint32_t> codes;
};

// Of a dictionary column of `codes_count` distinct values.
absl::StatusOr<PresentCodes> DecodeCodes(const ColumnShape& shape, std::size_t codes_count,
                                         absl::string_view body, ZstdCodec& zstd);

// The positions whose code is hit; `hits` holds 1 or 0 for every code there is.
RowBitmap RowsOfCodes(std::span<const std::uint32_t> codes, std::span<const std::uint8_t> hits);

// What DecodeCodes gives, for `rows` (ascending) alone: one bit of `presence` for each of them, if
// one has no value.
absl::StatusOr<PresentCodes> TakeCodes(const ColumnShape& shape, absl::string_view body,
                                       std::span<const std::uint32_t> rows, ZstdCodec& zstd);

// What TakeCodes found of `rows_count` rows as a column, by the values that the codes name.
// DataLoss when one names none.
absl::StatusOr<Column> SpellCodes(const ColumnShape& shape, const Column& values,
                                  PresentCodes taken, std::uint32_t rows_count);

// The values of `rows` (ascending) of a column without dictionary.
absl::StatusOr<Column> TakeNumbers(const ColumnShape& shape, absl::string_view body,
                                   std::span<const std::uint32_t> rows, ZstdCodec& zstd);

// Numbers of the values within `low`..`high`: begin, and one after the last.
struct CodeSpan {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  bool empty() const { return begin >= end; }
};

// Of the (ascending) distinct addresses of a column, which are within the bounds.
absl::StatusOr<CodeSpan> FindAddresses(const ColumnShape& shape, absl::string_view head,
                                       const IpAddress& low, const IpAddress& high,
                                       ZstdCodec& zstd);

}  // namespace dims
