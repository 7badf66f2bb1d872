// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "common/event/ip_address.h"

namespace dims {

inline constexpr std::size_t kGeoTextBytesMax = 96;  // of one name; longer ones are cut

// Where an address is and whose network it is in, as far as databases say. A value.
struct GeoRecord {
  std::string country_iso_code;  // two capitals
  std::string country_name;
  std::string city_name;
  std::string region_name;
  std::string continent_name;
  std::string as_organization_name;
  std::optional<double> latitude;
  std::optional<double> longitude;
  std::optional<std::int64_t> as_number;

  // Takes what is still missing from the record at `offset` of a database's data section; knows the
  // layouts of GeoLite2 and GeoIP2, DB-IP and IPinfo by one table of paths. A value that cannot be
  // what its path says is passed over. DataLoss: the record is damaged.
  absl::Status Take(std::span<const std::uint8_t> section, std::size_t offset);

  friend bool operator==(const GeoRecord&, const GeoRecord&) = default;
};

// False for addresses that no public database knows: private, shared, loopback, link-local,
// multicast, documentation and reserved ones (IANA's special-purpose registries).
bool IsPublicAddress(const IpAddress& address);

}  // namespace dims
