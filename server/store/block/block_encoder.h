// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "common/event/event_batch.h"
#include "server/store/block/block_header.h"
#include "server/store/block/column_encoder.h"

namespace dims {

struct EncodedBlock {
  BlockHeader header;
  std::vector<EncodedColumn> columns;  // as in header.columns
};

// Rows as a sealed block: sorted (row_order.h), column by column. Internal columns (fields.h) are
// dropped; columns beyond kBlockColumnsMax must have been folded by the caller.
// REQUIRES: 0 < batch.rows() <= kBlockRowsMax.
EncodedBlock EncodeBlock(const EventBatch& batch, ZstdCodec& zstd);

}  // namespace dims
