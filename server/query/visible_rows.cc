// SPDX-License-Identifier: Apache-2.0
#include "server/query/visible_rows.h"

#include <algorithm>

#include "common/event/fields.h"

namespace dims {
namespace {

// Spreads a decision per distinct value over the rows; rows without a value get `absent`.
RowBitmap Spread(const Column& column, const std::vector<bool>& of_code, bool absent) {
  RowBitmap rows(column.rows());
  for (std::uint32_t row = 0; row < column.rows(); ++row) {
    if (column.Has(row) ? of_code[column.codes()[row]] : absent) rows.Set(row);
  }
  return rows;
}

RowBitmap OfSites(const EventBatch& batch, const std::vector<std::string>& sites) {
  const Column* column = batch.Find(NameOf(Field::kOrganizationId), ColumnType::kKeyword);
  if (column == nullptr) return RowBitmap(batch.rows());
  std::vector<bool> wanted;
  for (std::uint32_t code = 0; code < column->dictionary_size(); ++code) {
    wanted.push_back(std::find(sites.begin(), sites.end(), column->strings()[code]) != sites.end());
  }
  return Spread(*column, wanted, false);
}

RowBitmap UpToLabel(const EventBatch& batch, Tlp ceiling) {
  const bool unlabelled = Tlp::kAmber <= ceiling;
  const Column* column = batch.Find(NameOf(Field::kTlp), ColumnType::kKeyword);
  if (column == nullptr) return RowBitmap(batch.rows(), unlabelled);
  std::vector<bool> allowed;
  for (std::uint32_t code = 0; code < column->dictionary_size(); ++code) {
    allowed.push_back(ParseTlp(column->strings()[code]).value_or(Tlp::kRed) <= ceiling);
  }
  return Spread(*column, allowed, unlabelled);
}

}  // namespace

RowBitmap VisibleRows(const EventBatch& batch, const QueryVisibility& visibility) {
  RowBitmap rows = UpToLabel(batch, visibility.tlp_ceiling);
  if (!visibility.sites.empty()) rows.And(OfSites(batch, visibility.sites));
  return rows;
}

}  // namespace dims
