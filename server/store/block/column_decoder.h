// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/event/column.h"
#include "common/event/column_source.h"
#include "server/store/block/byte_reader.h"
#include "server/store/block/column_part.h"
#include "server/store/block/text_filter.h"
#include "server/store/block/text_reader.h"
#include "server/store/block/zstd_codec.h"

namespace dims {

// Where a block's column stands: what a reader expects of its parts.
struct ColumnShape {
  ColumnId id;
  std::uint32_t rows = 0;
  std::uint32_t present_rows = 0;
};

// In all distinct lists of a block.
inline constexpr std::uint64_t kBlockListElementsMax = 1u << 24;

// "column NAME (TYPE): what", DataLoss.
absl::Status DamagedColumn(const ColumnShape& shape, absl::string_view what);

// The contents of a column's part, its checksum verified.
absl::StatusOr<absl::string_view> OpenColumn(const ColumnShape& shape, ColumnPart part,
                                             absl::string_view bytes);

// Which rows have a value: how every body begins.
absl::Status ReadColumnPresence(const ColumnShape& shape, ByteReader& in,
                                std::optional<RowBitmap>& out, ZstdCodec& zstd);

// Exactly `count` doubles, or false.
bool ReadDoubles(ByteReader& in, std::size_t count, std::vector<double>& out, ZstdCodec& zstd);

// All decoders take damaged or hostile bytes: DataLoss naming the column, never a crash, memory
// bounded by rows and kSeriesBytesMax. What they return passes ValidateParts.

// The distinct values of a dictionary column, ascending, and how many rows have each.
absl::StatusOr<ValueCounts> DecodeHead(const ColumnShape& shape, absl::string_view head,
                                       ZstdCodec& zstd);

// A dictionary column whole.
absl::StatusOr<Column> DecodeDictionaryColumn(const ColumnShape& shape, const ValueCounts& head,
                                              absl::string_view body, ZstdCodec& zstd);

// Integer, time, double and bool.
absl::StatusOr<Column> DecodeNumberColumn(const ColumnShape& shape, absl::string_view body,
                                          ZstdCodec& zstd);

// A text column opened for search or rendering; not bound yet. `zstd` must outlive it.
struct TextBody {
  std::optional<RowBitmap> presence;
  std::unique_ptr<TextReader> reader;
};

absl::StatusOr<TextBody> OpenTextBody(const ColumnShape& shape, std::string body, ZstdCodec& zstd);

absl::StatusOr<TextFilter> ParseTextHead(const ColumnShape& shape, absl::string_view head,
                                         ZstdCodec& zstd);

bool HasDictionary(ColumnType type);

}  // namespace dims
