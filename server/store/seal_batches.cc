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

constexpr std::size_t kColumnBytesMax = kSeriesBytesMax / 4;
constexpr std::size_t kListElementBytes = 16;  // so that a block has at most 2^22 elements in lists

// What the values of `column` take in a block: of a dictionary, the entries in use.
std::size_t ValueBytes(const Column& column) {
  const std::size_t all =
      column.strings().bytes().size() + column.parts().list_elements.size() * kListElementBytes;
  if (all <= kColumnBytesMax || column.codes().empty()) return all;
  std::vector<bool> used(column.dictionary_size());
  for (const std::uint32_t code : column.codes()) used[code] = true;
  std::size_t bytes = 0;
  for (std::uint32_t code = 0; code < used.size(); ++code) {
    if (!used[code]) continue;
    const bool list = column.type() != ColumnType::kKeyword;
    bytes += list ? column.ListAt(code).size() * kListElementBytes : column.strings()[code].size();
  }
  return bytes;
}

bool Fits(const EventBatch& batch) {
  return batch.rows() <= kBlockRowsMax &&
         std::all_of(batch.columns().begin(), batch.columns().end(),
                     [](const Column& column) { return ValueBytes(column) <= kColumnBytesMax; });
}

EventBatch Rows(const EventBatch& batch, std::uint32_t begin, std::uint32_t end) {
  RowBitmap keep(batch.rows());
  for (std::uint32_t row = begin; row < end; ++row) keep.Set(row);
  return SelectRows(batch, keep);
}

void EncodeFitting(const EventBatch& batch, ZstdCodec& zstd, std::vector<EncodedBlock>& out) {
  if (batch.rows() == 1 || Fits(batch)) {
    if (batch.columns().size() > kBlockColumnsMax) {
      out.push_back(EncodeBlock(FoldColumns(batch, kBlockColumnsMax), zstd));
    } else {
      out.push_back(EncodeBlock(batch, zstd));
    }
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
