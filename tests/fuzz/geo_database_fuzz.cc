// SPDX-License-Identifier: Apache-2.0
// A geolocation database of any bytes: as a whole file, and as one record.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "common/base/check.h"
#include "common/geo/geo_database.h"

namespace dims {
namespace {

const std::string& ScratchFolder() {
  // Of this run alone.
  static const std::string& folder = *[] {
    std::string pattern = (std::filesystem::temp_directory_path() / "dims-geo-XXXXXX").string();
    DIMS_CHECK(::mkdtemp(pattern.data()) != nullptr);
    return new std::string(pattern);
  }();
  return folder;
}

}  // namespace
}  // namespace dims

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  dims::GeoRecord record;
  record.Take({bytes, size}, 0).IgnoreError();
  DIMS_CHECK(record.city_name.size() <= dims::kGeoTextBytesMax);
  const std::string path = dims::ScratchFolder() + "/x.mmdb";
  std::ofstream(path, std::ios::binary) << std::string(reinterpret_cast<const char*>(bytes), size);
  const auto database = dims::GeoDatabase::Open(path, dims::ScratchFolder());
  if (!database.ok()) return 0;
  for (const char* address : {"131.0.77.1", "0.0.0.1", "255.255.255.255", "2a01:4f8::9", "::"}) {
    (*database)->Look(*dims::IpAddress::Parse(address), record);
  }
  return 0;
}
