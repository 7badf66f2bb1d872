// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/event/event_batch.h"

namespace dims {

// Values to be added to a list field of some rows, in the order of Add; a value that a row's
// list has already is not added again. Each distinct pair of a list and what is added to it is put
// together once. Thread: one.
//
//   ListAddition tags("tags", ColumnType::kKeywordList);
//   std::uint32_t pci = tags.Value("pci");
//   tags.Add(row, pci); ...
//   tags.Apply(batch);
class ListAddition {
 public:
  ListAddition(absl::string_view name, ColumnType type) : name_(name), type_(type) {}

  // The number by which Add knows the value.
  std::uint32_t Value(absl::string_view text);    // keyword lists
  std::uint32_t Value(const IpAddress& address);  // address lists

  void Add(std::uint32_t row, std::uint32_t value) { added_.push_back({row, value}); }

  bool empty() const { return added_.empty(); }

  // Nothing when the batch has no room for the column.
  void Apply(EventBatch& batch) const;

 private:
  struct Added {
    std::uint32_t row = 0;
    std::uint32_t value = 0;
  };

  std::uint32_t ElementOf(std::uint32_t value, ColumnParts& parts) const;

  std::string name_;
  ColumnType type_;
  std::vector<std::string> texts_;
  std::vector<IpAddress> addresses_;
  absl::flat_hash_map<IpAddress, std::uint32_t> value_of_;
  std::vector<Added> added_;
};

}  // namespace dims
