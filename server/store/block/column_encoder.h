// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "common/event/column.h"
#include "common/event/column_source.h"
#include "server/store/block/zstd_codec.h"

namespace dims {

// One column as it lies in a block: two sealed parts and what can be known without reading them.
struct EncodedColumn {
  ColumnId id;
  std::uint32_t present_rows = 0;
  std::int64_t min = 0;  // integer and time, of the rows that have a value
  std::int64_t max = 0;
  std::string head;  // empty where the type has none
  std::string body;
};

// Encodes `column` by docs/block_format.md, its row order[i] as the i-th of the block.
// `siblings`: columns of the same rows that a text may repeat; ignored for other types.
// REQUIRES: order is a permutation of the rows, at most kBlockRowsMax.
EncodedColumn EncodeColumn(const Column& column, std::span<const std::uint32_t> order,
                           std::span<const Column* const> siblings, ZstdCodec& zstd);

}  // namespace dims
