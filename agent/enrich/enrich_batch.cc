// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "agent/enrich/list_addition.h"
#include "agent/enrich/site_enrichment.h"
#include "agent/enrich/tag_rules.h"
#include "common/event/column_builder.h"
#include "common/event/fields.h"
#include "common/geo/geo_columns.h"

namespace dims {
namespace {

constexpr std::size_t kAssetColumnTextMax = 128u << 10;  // distinct texts of one column

void AddNat(const NatMap& nat, Field ip, Field outside, EventBatch& batch) {
  const Column* const inside = batch.Find(NameOf(ip), ColumnType::kIp);
  if (inside == nullptr || nat.size() == 0) return;
  ListAddition related(NameOf(Field::kRelatedIp), ColumnType::kIpList);
  std::vector<std::optional<IpAddress>> seen_as;
  std::vector<std::uint32_t> values;
  bool any = false;
  for (const IpAddress& address : inside->addresses()) {
    seen_as.push_back(nat.OutsideOf(address));
    values.push_back(seen_as.back() ? related.Value(*seen_as.back()) : 0);
    any = any || seen_as.back().has_value();
  }
  if (!any) return;
  const Column* const own = batch.Find(NameOf(outside), ColumnType::kIp);
  ColumnBuilder builder(NameOf(outside), ColumnType::kIp);
  for (std::uint32_t row = 0; row < batch.rows(); ++row) {
    if (own != nullptr && own->Has(row)) {
      builder.SetIp(row, own->addresses()[own->codes()[row]]);
    } else if (inside->Has(row) && seen_as[inside->codes()[row]]) {
      builder.SetIp(row, *seen_as[inside->codes()[row]]);
      related.Add(row, values[inside->codes()[row]]);
    }
  }
  if (related.empty()) return;
  batch.Put(builder.Take(batch.rows()));
  related.Apply(batch);
}

// The names of one end of the events, or of the host they are from.
class Naming {
 public:
  Naming(const AssetTable& assets, const EventBatch& batch)
      : assets_(assets), batch_(batch), asset_of_row_(batch.rows(), nullptr) {}

  void ByAddress(Field field) {
    const Column* const column = batch_.Find(NameOf(field), ColumnType::kIp);
    if (column == nullptr) return;
    std::vector<const Asset*> found;
    for (const IpAddress& address : column->addresses())
      found.push_back(assets_.OfAddress(address));
    Spread(*column, found);
  }

  void ByMac(Field field) {
    ByText(field, [this](absl::string_view mac) { return assets_.OfMac(mac); });
  }

  void ByHost(Field field) {
    ByText(field, [this](absl::string_view host) { return assets_.OfHost(host); });
  }

  void AddTo(absl::string_view label, EventBatch& batch) const {
    if (!any_) return;
    AddColumn(absl::StrCat(label, "asset"), &Asset::name, batch);
    AddColumn(absl::StrCat(label, "asset_owner"), &Asset::owner, batch);
    AddColumn(absl::StrCat(label, "asset_role"), &Asset::role, batch);
  }

 private:
  template <typename Find>
  void ByText(Field field, Find&& find) {
    const Column* const column = batch_.Find(NameOf(field), ColumnType::kKeyword);
    if (column == nullptr) return;
    std::vector<const Asset*> found;
    for (std::uint32_t code = 0; code < column->strings().size(); ++code) {
      found.push_back(find(column->strings()[code]));
    }
    Spread(*column, found);
  }

  // Only rows that have no name yet.
  void Spread(const Column& column, const std::vector<const Asset*>& found) {
    for (std::uint32_t row = 0; row < column.rows(); ++row) {
      if (asset_of_row_[row] != nullptr || !column.Has(row)) continue;
      asset_of_row_[row] = found[column.codes()[row]];
      any_ = any_ || asset_of_row_[row] != nullptr;
    }
  }

  void AddColumn(const std::string& name, std::string Asset::*text, EventBatch& batch) const {
    const Column* const own = batch.Find(name, ColumnType::kKeyword);
    if (own == nullptr && batch.columns().size() >= kBatchColumnsMax) return;
    ColumnBuilder builder(name, ColumnType::kKeyword);
    std::size_t room = kAssetColumnTextMax;
    absl::flat_hash_set<const Asset*> counted;
    const Asset* last = nullptr;
    for (std::uint32_t row = 0; row < batch.rows(); ++row) {
      const Asset* const asset = asset_of_row_[row];
      if (own != nullptr && own->Has(row)) {
        builder.SetBytes(row, own->TextAt(row));
      } else if (asset != nullptr && !(asset->*text).empty()) {
        if (asset != std::exchange(last, asset) && counted.insert(asset).second) {
          room -= std::min(room, (asset->*text).size());
        }
        if (room > 0) builder.SetBytes(row, asset->*text);
      }
    }
    if (!builder.empty()) batch.Put(builder.Take(batch.rows()));
  }

  const AssetTable& assets_;
  const EventBatch& batch_;
  std::vector<const Asset*> asset_of_row_;
  bool any_ = false;
};

void AddNames(const AssetTable& assets, EventBatch& batch) {
  if (assets.size() == 0) return;
  Naming source(assets, batch);
  source.ByAddress(Field::kSourceIp);
  source.ByMac(Field::kSourceMac);
  source.ByHost(Field::kSourceDomain);
  Naming destination(assets, batch);
  destination.ByAddress(Field::kDestinationIp);
  destination.ByMac(Field::kDestinationMac);
  destination.ByHost(Field::kDestinationDomain);
  Naming host(assets, batch);
  host.ByHost(Field::kHostName);
  host.ByAddress(Field::kHostIp);
  source.AddTo("labels.source.", batch);
  destination.AddTo("labels.destination.", batch);
  host.AddTo("labels.host.", batch);
}

}  // namespace

EventBatch EnrichBatch(const EnrichView& view, const std::vector<TagRule>& tags, EventBatch batch) {
  AddNat(*view.nat, Field::kSourceIp, Field::kSourceNatIp, batch);
  AddNat(*view.nat, Field::kDestinationIp, Field::kDestinationNatIp, batch);
  std::vector<Column> located;
  AppendGeoColumns(view.geo, batch, located);
  for (Column& column : located) batch.Put(std::move(column));
  AddNames(*view.assets, batch);
  return WithRuleTags(tags, std::move(batch));
}

}  // namespace dims
