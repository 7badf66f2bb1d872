// SPDX-License-Identifier: Apache-2.0
// The CSV files of a site: its assets and its NAT.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "agent/enrich/asset_table.h"
#include "agent/enrich/nat_map.h"
#include "common/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const absl::string_view csv(reinterpret_cast<const char*>(bytes), size);
  std::vector<std::string> findings;
  dims::AssetTable assets;
  assets.Parse(csv, findings);
  const dims::NatMap nat(dims::ParseNatRows(csv, findings));
  for (const std::uint32_t v4 : {0x0a010203u, 0xc0000201u, 0u}) {
    const dims::IpAddress address = dims::IpAddress::FromV4(v4);
    const dims::Asset* const asset = assets.OfAddress(address);
    if (asset != nullptr) DIMS_CHECK(asset->name.size() <= dims::kAssetTextBytesMax);
    nat.OutsideOf(address);
  }
  assets.OfHost(csv);
  assets.OfMac(csv);
  return 0;
}
