// SPDX-License-Identifier: Apache-2.0
#include "server/store/block/block_encoder.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "common/base/check.h"
#include "common/event/fields.h"
#include "server/store/block/column_part.h"
#include "server/store/block/row_order.h"
#include "server/store/block/text_shape.h"

namespace dims {
namespace {

bool IsInternal(const Column& column) {
  const FieldDefinition* field = FindCoreField(column.name());
  return field != nullptr && field->internal;
}

// Columns a message is likely to repeat, the likeliest first: addresses, then numbers, then
// keywords by the number of their values. What describes the event as a whole is not in its text.
std::vector<const Column*> SiblingsOf(const Column& text, const std::vector<Column>& columns) {
  std::vector<const Column*> siblings;
  for (const Column& column : columns) {
    const bool about_event = absl::StartsWith(column.name(), "event.") ||
                             absl::StartsWith(column.name(), "organization.") ||
                             absl::StartsWith(column.name(), "agent.") ||
                             absl::StartsWith(column.name(), "dims.");
    // A text may repeat the message, the message no text: so there is no circle.
    const bool text_column = column.type() == ColumnType::kText;
    const bool allowed = !text_column || (column.name() == NameOf(Field::kMessage) &&
                                          text.name() != NameOf(Field::kMessage));
    if (&column != &text && !IsInternal(column) && !about_event && allowed &&
        PrintedColumn::Printable(column)) {
      siblings.push_back(&column);
    }
  }
  const auto rank = [](const Column* column) {
    if (column->type() == ColumnType::kText) return std::uint32_t{0};
    if (column->type() == ColumnType::kIp) return std::uint32_t{1};
    if (column->type() == ColumnType::kInteger) return std::uint32_t{2};
    return kBlockRowsMax + 3 - std::min(column->dictionary_size(), kBlockRowsMax);
  };
  std::stable_sort(siblings.begin(), siblings.end(),
                   [&](const Column* a, const Column* b) { return rank(a) < rank(b); });
  return siblings;
}

BlockColumn Describe(const EncodedColumn& column) {
  BlockColumn out;
  out.id = column.id;
  out.present_rows = column.present_rows;
  out.min = column.min;
  out.max = column.max;
  out.head_bytes = static_cast<std::uint32_t>(column.head.size());
  out.body_bytes = static_cast<std::uint32_t>(column.body.size());
  out.head_checksum = PartChecksum(column.head);
  out.body_checksum = PartChecksum(column.body);
  return out;
}

std::vector<std::string> SitesOf(const std::vector<Column>& columns) {
  std::vector<std::string> sites;
  for (const Column& column : columns) {
    if (column.name() != NameOf(Field::kOrganizationId)) continue;
    if (column.type() != ColumnType::kKeyword) continue;
    for (std::uint32_t i = 0; i < column.strings().size(); ++i) {
      sites.emplace_back(column.strings()[i]);
    }
  }
  std::sort(sites.begin(), sites.end());
  return sites;
}

}  // namespace

EncodedBlock EncodeBlock(const EventBatch& batch, ZstdCodec& zstd) {
  DIMS_CHECK(batch.rows() > 0 && batch.rows() <= kBlockRowsMax);
  DIMS_CHECK(batch.columns().size() <= kBlockColumnsMax);
  const std::vector<std::uint32_t> order = BlockOrder(batch);
  EncodedBlock block;
  block.header.rows = batch.rows();
  block.header.sites = SitesOf(batch.columns());
  for (const Column& column : batch.columns()) {
    if (IsInternal(column)) continue;
    const std::vector<const Column*> siblings = column.type() == ColumnType::kText
                                                    ? SiblingsOf(column, batch.columns())
                                                    : std::vector<const Column*>();
    block.columns.push_back(EncodeColumn(column, order, siblings, zstd));
    block.header.columns.push_back(Describe(block.columns.back()));
    if (column.name() == NameOf(Field::kTimestamp) && column.type() == ColumnType::kTime) {
      block.header.min_time_ns = block.columns.back().min;
      block.header.max_time_ns = block.columns.back().max;
    }
  }
  return block;
}

}  // namespace dims
