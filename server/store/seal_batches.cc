// SPDX-License-Identifier: Apache-2.0
#include "server/store/seal_batches.h"

#include <algorithm>
#include <utility>

#include "common/event/concatenate.h"
#include "common/event/fields.h"
#include "common/event/select_rows.h"
#include "server/store/block/value_codec.h"
#include "server/store/fold_columns.h"

namespace dims {
namespace {

constexpr std::size_t kTextBytesMax = kSeriesBytesMax / 4;

std::size_t TextBytes(const EventBatch& batch) {
  std::size_t largest = 0;
  for (const Column& column : batch.columns()) {
    if (column.type() == ColumnType::kText) {
      largest = std::max(largest, column.strings().bytes().size());
    }
  }
  return largest;
}

EventBatch Rows(const EventBatch& batch, std::uint32_t begin, std::uint32_t end) {
  RowBitmap keep(batch.rows());
  for (std::uint32_t row = begin; row < end; ++row) keep.Set(row);
  return SelectRows(batch, keep);
}

void EncodeFitting(const EventBatch& batch, ZstdCodec& zstd, std::vector<EncodedBlock>& out) {
  const bool fits = batch.rows() <= kBlockRowsMax && TextBytes(batch) <= kTextBytesMax;
  if (fits || batch.rows() == 1) {
    const bool folded = batch.columns().size() > kBlockColumnsMax;
    out.push_back(EncodeBlock(folded ? FoldColumns(batch, kBlockColumnsMax) : batch, zstd));
    return;
  }
  // A block's worth at a time where only the rows are too many; else halves, until texts fit.
  const std::uint32_t middle = batch.rows() > kBlockRowsMax ? kBlockRowsMax : batch.rows() / 2;
  EncodeFitting(Rows(batch, 0, middle), zstd, out);
  EncodeFitting(Rows(batch, middle, batch.rows()), zstd, out);
}

}  // namespace

std::vector<EncodedBlock> EncodeSlices(const std::vector<OpenSlice>& slices, ZstdCodec& zstd) {
  std::vector<const EventBatch*> batches;
  for (const OpenSlice& slice : slices) batches.push_back(slice.batch.get());
  std::vector<EncodedBlock> blocks;
  if (batches.size() == 1) {
    EncodeFitting(*batches[0], zstd, blocks);
  } else {
    EncodeFitting(Concatenate(batches), zstd, blocks);
  }
  return blocks;
}

}  // namespace dims
