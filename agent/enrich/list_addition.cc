// SPDX-License-Identifier: Apache-2.0
#include "agent/enrich/list_addition.h"

#include <algorithm>
#include <utility>

#include "common/event/column_builder.h"

namespace dims {

std::uint32_t ListAddition::Value(absl::string_view text) {
  const auto known = std::find(texts_.begin(), texts_.end(), text);
  const auto place = static_cast<std::uint32_t>(known - texts_.begin());
  if (known == texts_.end()) texts_.emplace_back(text);
  return place;
}

std::uint32_t ListAddition::Value(const IpAddress& address) {
  const auto [known, fresh] =
      value_of_.try_emplace(address, static_cast<std::uint32_t>(addresses_.size()));
  if (fresh) addresses_.push_back(address);
  return known->second;
}

std::uint32_t ListAddition::ElementOf(std::uint32_t value, ColumnParts& parts) const {
  if (type_ == ColumnType::kIpList) {
    parts.addresses.push_back(addresses_[value]);
    return static_cast<std::uint32_t>(parts.addresses.size() - 1);
  }
  for (std::uint32_t element = 0; element < parts.strings.size(); ++element) {
    if (parts.strings[element] == texts_[value]) return element;
  }
  return parts.strings.Add(texts_[value]);
}

void ListAddition::Apply(EventBatch& batch) const {
  if (empty()) return;
  const Column* const own = batch.Find(name_, type_);
  if (own == nullptr && batch.columns().size() >= kBatchColumnsMax) return;
  ColumnParts parts;
  if (own != nullptr) {
    parts = own->parts();
  } else {
    parts.name = name_;
    parts.type = type_;
    parts.rows = batch.rows();
    parts.codes.resize(batch.rows(), 0);
  }
  RowBitmap presence = own != nullptr ? own->Presence() : RowBitmap(batch.rows());
  std::vector<std::uint32_t> element_of(texts_.size() + addresses_.size());
  std::vector<bool> known(element_of.size());
  for (std::uint32_t element = 0; element < parts.addresses.size(); ++element) {
    const auto value = value_of_.find(parts.addresses[element]);
    if (value == value_of_.end()) continue;
    element_of[value->second] = element;
    known[value->second] = true;
  }
  for (std::uint32_t value = 0; value < element_of.size(); ++value) {
    if (!known[value]) element_of[value] = ElementOf(value, parts);
  }
  // By the code of the list before (+ 1; 0: none) and the element added: the code of the new one.
  absl::flat_hash_map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> made;
  for (const Added& added : added_) {
    const std::uint32_t before = presence.Test(added.row) ? parts.codes[added.row] + 1 : 0;
    const std::uint32_t element = element_of[added.value];
    const auto [entry, fresh] = made.try_emplace(std::pair(before, element), 0);
    if (fresh) {
      std::vector<std::uint32_t> list;
      if (before != 0) {
        const std::uint32_t begin = before == 1 ? 0 : parts.list_ends[before - 2];
        list.assign(parts.list_elements.begin() + begin,
                    parts.list_elements.begin() + parts.list_ends[before - 1]);
      }
      const bool there = std::find(list.begin(), list.end(), element) != list.end();
      if (there || list.size() >= kListElementsMax) {
        entry->second = before - 1;
      } else {
        list.push_back(element);
        parts.list_elements.insert(parts.list_elements.end(), list.begin(), list.end());
        parts.list_ends.push_back(static_cast<std::uint32_t>(parts.list_elements.size()));
        entry->second = static_cast<std::uint32_t>(parts.list_ends.size() - 1);
      }
    }
    parts.codes[added.row] = entry->second;
    presence.Set(added.row);
  }
  parts.presence.reset();
  if (!presence.All()) parts.presence = std::move(presence);
  batch.Put(Column(std::move(parts)));
}

}  // namespace dims
