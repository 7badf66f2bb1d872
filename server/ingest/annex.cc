// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/annex.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "common/base/status_macros.h"
#include "common/event/concatenate.h"
#include "common/event/decoded_bytes.h"
#include "common/event/select_rows.h"

namespace dims {
namespace {

// Encoded arrays are never larger than the arrays in memory; the rest is for descriptors.
constexpr std::size_t kSliceBytesMax = kBatchRawBytesMax / 2;

// Keyword and ip columns lose the dictionary entries that no row uses.
Column WithUsedEntriesOnly(const Column& column) {
  if (column.type() != ColumnType::kKeyword && column.type() != ColumnType::kIp) return column;
  ColumnParts parts = column.parts();
  parts.strings.Clear();
  parts.addresses.clear();
  std::vector<std::uint32_t> given(column.dictionary_size(), 0);  // the new code + 1
  std::uint32_t count = 0;
  for (std::uint32_t row = 0; row < column.rows(); ++row) {
    if (!column.Has(row)) continue;
    const std::uint32_t code = column.codes()[row];
    if (given[code] == 0) {
      given[code] = ++count;
      if (column.type() == ColumnType::kKeyword) {
        parts.strings.Add(column.strings()[code]);
      } else {
        parts.addresses.push_back(column.addresses()[code]);
      }
    }
    parts.codes[row] = given[code] - 1;
  }
  return Column(std::move(parts));
}

EventBatch Slice(const EventBatch& annex, std::uint32_t first, std::uint32_t end) {
  RowBitmap rows(annex.rows());
  for (std::uint32_t row = first; row < end; ++row) rows.Set(row);
  const EventBatch selected = SelectRows(annex, rows);
  std::vector<Column> columns;
  for (const Column& column : selected.columns()) columns.push_back(WithUsedEntriesOnly(column));
  return EventBatch(selected.rows(), std::move(columns));
}

void EncodeRows(const EventBatch& annex, std::uint32_t first, std::uint32_t end,
                BatchEncoder& encoder, std::vector<std::string>& out) {
  const EventBatch slice = Slice(annex, first, end);
  if (DecodedBytes(slice) > kSliceBytesMax && end - first > 1) {
    const std::uint32_t middle = first + (end - first) / 2;
    EncodeRows(annex, first, middle, encoder, out);
    EncodeRows(annex, middle, end, encoder, out);
    return;
  }
  out.push_back(encoder.Encode(slice).payload);
}

}  // namespace

std::vector<std::string> EncodeAnnex(const EventBatch& annex, BatchEncoder& encoder) {
  std::vector<std::string> out;
  if (annex.columns().empty()) return out;
  for (std::uint32_t first = 0; first < annex.rows(); first += kBatchRowsMax) {
    EncodeRows(annex, first, std::min(annex.rows(), first + kBatchRowsMax), encoder, out);
  }
  return out;
}

absl::StatusOr<EventBatch> DecodeAnnex(std::span<const std::string* const> payloads,
                                       BatchDecoder& decoder) {
  std::vector<EventBatch> slices;
  for (const std::string* payload : payloads) {
    ASSIGN_OR_RETURN(EventBatch slice, decoder.Decode(*payload));
    slices.push_back(std::move(slice));
  }
  std::vector<const EventBatch*> views;
  for (const EventBatch& slice : slices) views.push_back(&slice);
  return views.empty() ? EventBatch() : Concatenate(views);
}

}  // namespace dims
