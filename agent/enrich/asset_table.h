// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "common/event/ip_address.h"
#include "common/match/address_ranges.h"

namespace dims {

inline constexpr std::size_t kAssetsMax = 100'000;
inline constexpr std::size_t kAssetFileBytesMax = 16u << 20;
inline constexpr std::size_t kAssetTextBytesMax = 96;  // of a name, an owner, a role

struct Asset {
  std::string name;
  std::string owner;
  std::string role;
};

// What the site calls its machines and networks, found by address (the smallest block), MAC address
// or host name. Immutable after Parse; thread: any.
class AssetTable {
 public:
  AssetTable() = default;
  AssetTable(const AssetTable&) = delete;
  AssetTable& operator=(const AssetTable&) = delete;

  // Replaces everything by the rows "address, block, MAC or host; name; owner; role" of a CSV text,
  // of which the last two may be missing. A first row "address,name,..." is a heading, rows from #
  // on are remarks. What is wrong goes into `findings`, by line; such rows are passed over, as are
  // those beyond kAssetsMax. Of rows for the same thing the last one holds.
  void Parse(absl::string_view csv, std::vector<std::string>& findings);

  // Null: it has no name.
  const Asset* OfAddress(const IpAddress& address) const;
  const Asset* OfMac(absl::string_view mac) const;
  const Asset* OfHost(absl::string_view host) const;

  std::size_t size() const { return assets_.size(); }

 private:
  std::string TakeRow(const std::vector<std::string>& fields);

  std::vector<Asset> assets_;
  std::vector<Cidr> blocks_;
  std::vector<std::uint32_t> asset_of_block_;
  AddressRanges ranges_;
  absl::flat_hash_map<std::string, std::uint32_t> macs_;   // 12 digits
  absl::flat_hash_map<std::string, std::uint32_t> hosts_;  // lower case
};

}  // namespace dims
