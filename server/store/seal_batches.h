// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "server/store/block/block_encoder.h"
#include "server/store/manifest.h"

namespace dims {

// The rows of all `slices` as blocks: one, unless they are more than a block's rows, or the values
// of one column more than a quarter of what a series may hold. Columns beyond a block's limit are
// folded (fold_columns.h). REQUIRES: slices hold a row.
std::vector<EncodedBlock> EncodeSlices(const std::vector<OpenSlice>& slices, ZstdCodec& zstd);

}  // namespace dims
