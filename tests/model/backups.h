// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/base/check.h"

namespace dims::model {

// Keeps each distinct backup once, so that a state holds only its number. Numbers stay valid for
// the whole search. One thread.
template <typename Disk>
class Backups {
 public:
  std::uint32_t Put(const Disk& disk) {
    std::string key(sizeof(Disk), '\0');
    std::memcpy(key.data(), &disk, sizeof(Disk));
    const auto [slot, is_new] =
        numbers_.try_emplace(std::move(key), static_cast<std::uint32_t>(disks_.size()));
    if (is_new) disks_.push_back(disk);
    return slot->second;
  }

  const Disk& Get(std::uint32_t number) const {
    DIMS_CHECK(number < disks_.size());
    return disks_[number];
  }

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<Disk> disks_;
};

}  // namespace dims::model
