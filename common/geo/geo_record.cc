// SPDX-License-Identifier: Apache-2.0
#include "common/geo/geo_record.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "common/geo/mmdb_value.h"

namespace dims {
namespace {

enum class Meaning : std::uint8_t {
  kCountry,  // a code or a name, told apart by their form
  kCity,
  kRegion,
  kContinent,
  kLatitude,
  kLongitude,
  kAsNumber,
  kAsOrganization,
};

struct GeoPath {
  absl::string_view path;
  Meaning meaning;
};

constexpr GeoPath kPaths[] = {
    // GeoLite2, GeoIP2 and DB-IP
    {"country.iso_code", Meaning::kCountry},
    {"country.names.en", Meaning::kCountry},
    {"city.names.en", Meaning::kCity},
    {"subdivisions.0.names.en", Meaning::kRegion},
    {"continent.names.en", Meaning::kContinent},
    {"location.latitude", Meaning::kLatitude},
    {"location.longitude", Meaning::kLongitude},
    {"autonomous_system_number", Meaning::kAsNumber},
    {"autonomous_system_organization", Meaning::kAsOrganization},
    {"traits.autonomous_system_number", Meaning::kAsNumber},
    {"traits.autonomous_system_organization", Meaning::kAsOrganization},
    // IPinfo, and tables turned into databases
    {"country", Meaning::kCountry},
    {"country_code", Meaning::kCountry},
    {"country_name", Meaning::kCountry},
    {"city", Meaning::kCity},
    {"region", Meaning::kRegion},
    {"state1", Meaning::kRegion},
    {"continent", Meaning::kContinent},
    {"continent_name", Meaning::kContinent},
    {"lat", Meaning::kLatitude},
    {"lng", Meaning::kLongitude},
    {"latitude", Meaning::kLatitude},
    {"longitude", Meaning::kLongitude},
    {"asn", Meaning::kAsNumber},
    {"as_name", Meaning::kAsOrganization},
};

const GeoPath* FindPath(absl::string_view path) {
  // Built on first use and never changed: a table, not state.
  static const auto& by_path = *[] {
    auto* map = new absl::flat_hash_map<absl::string_view, const GeoPath*>;
    for (const GeoPath& known : kPaths) map->emplace(known.path, &known);
    return map;
  }();
  const auto found = by_path.find(path);
  return found == by_path.end() ? nullptr : found->second;
}

// Well-formed UTF-8 without control characters; overlong forms and surrogates are let pass, as they
// are by whoever prints them.
bool IsPlainText(absl::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto first = static_cast<unsigned char>(text[at++]);
    if (first < 0x20 || first == 0x7f) return false;
    if (first < 0x80) continue;
    if (first < 0xc2 || first > 0xf4) return false;
    for (int more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3; more > 0; --more) {
      if (at == text.size() || (static_cast<unsigned char>(text[at++]) & 0xc0) != 0x80)
        return false;
    }
  }
  return true;
}

void TakeName(const MmdbLeaf& leaf, std::string& out) {
  if (!out.empty() || leaf.kind != MmdbLeaf::Kind::kText || leaf.text.empty()) return;
  std::size_t size = std::min(leaf.text.size(), kGeoTextBytesMax);
  while (size > 0 && size < leaf.text.size() &&
         (static_cast<unsigned char>(leaf.text[size]) & 0xc0) == 0x80) {
    --size;
  }
  const absl::string_view name = leaf.text.substr(0, size);
  if (IsPlainText(name)) out = std::string(name);
}

bool IsCode(absl::string_view text) {
  return text.size() == 2 && absl::ascii_isupper(static_cast<unsigned char>(text[0])) &&
         absl::ascii_isupper(static_cast<unsigned char>(text[1]));
}

void TakeDegrees(const MmdbLeaf& leaf, double most, std::optional<double>& out) {
  double degrees = leaf.real;
  if (out || leaf.kind == MmdbLeaf::Kind::kUnsigned) return;
  if (leaf.kind == MmdbLeaf::Kind::kText && !absl::SimpleAtod(leaf.text, &degrees)) return;
  if (std::isfinite(degrees) && std::abs(degrees) <= most) out = degrees;
}

void TakeAsNumber(const MmdbLeaf& leaf, std::optional<std::int64_t>& out) {
  std::uint64_t number = leaf.number;
  if (out || leaf.kind == MmdbLeaf::Kind::kReal) return;
  if (leaf.kind == MmdbLeaf::Kind::kText) {
    absl::string_view text = leaf.text;
    if (absl::StartsWithIgnoreCase(text, "AS")) text.remove_prefix(2);
    if (!absl::SimpleAtoi(text, &number)) return;
  }
  if (number > 0 && number <= 0xffff'ffff) out = static_cast<std::int64_t>(number);
}

void TakeLeaf(Meaning meaning, const MmdbLeaf& leaf, GeoRecord& out) {
  switch (meaning) {
    case Meaning::kCountry:
      return TakeName(leaf, IsCode(leaf.text) ? out.country_iso_code : out.country_name);
    case Meaning::kCity:
      return TakeName(leaf, out.city_name);
    case Meaning::kRegion:
      return TakeName(leaf, out.region_name);
    case Meaning::kContinent:
      if (!IsCode(leaf.text)) TakeName(leaf, out.continent_name);
      return;
    case Meaning::kLatitude:
      return TakeDegrees(leaf, 90, out.latitude);
    case Meaning::kLongitude:
      return TakeDegrees(leaf, 180, out.longitude);
    case Meaning::kAsNumber:
      return TakeAsNumber(leaf, out.as_number);
    case Meaning::kAsOrganization:
      return TakeName(leaf, out.as_organization_name);
  }
}

struct SpecialBlock {
  std::uint32_t address;
  int bits;
};

constexpr SpecialBlock kSpecialV4[] = {
    {0x00000000, 8},  {0x0a000000, 8},  {0x64400000, 10}, {0x7f000000, 8},  {0xa9fe0000, 16},
    {0xac100000, 12}, {0xc0000000, 24}, {0xc0000200, 24}, {0xc0a80000, 16}, {0xc6120000, 15},
    {0xc6336400, 24}, {0xcb007100, 24}, {0xe0000000, 3},  // multicast and reserved
};

}  // namespace

absl::Status GeoRecord::Take(std::span<const std::uint8_t> section, std::size_t offset) {
  return VisitMmdbValue(section, offset, [this](absl::string_view path, const MmdbLeaf& leaf) {
    const GeoPath* const known = FindPath(path);
    if (known != nullptr) TakeLeaf(known->meaning, leaf, *this);
  });
}

bool IsPublicAddress(const IpAddress& address) {
  if (address.IsV4()) {
    const std::uint32_t v4 = address.V4();
    return std::none_of(std::begin(kSpecialV4), std::end(kSpecialV4), [v4](const SpecialBlock& b) {
      return ((v4 ^ b.address) >> (32 - b.bits)) == 0;
    });
  }
  const auto& bytes = address.bytes();
  const bool documentation =
      (bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0x0d && bytes[3] == 0xb8) ||
      (bytes[0] == 0x3f && bytes[1] == 0xff && bytes[2] < 0x10);
  return bytes[0] >> 5 == 1 && !documentation;  // 2000::/3
}

}  // namespace dims
