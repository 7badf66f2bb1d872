// SPDX-License-Identifier: Apache-2.0
#include "server/store/block/column_part.h"

#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "common/base/check.h"
#include "common/base/little_endian.h"

namespace dims {
namespace {

constexpr std::size_t kChecksumOffset = 8;

std::uint64_t ChecksumOf(absl::string_view bytes) {
  const std::uint64_t fields = ReadLittleEndian<std::uint64_t>(bytes);
  return XXH3_64bits_withSeed(bytes.data() + kPartHeaderBytes, bytes.size() - kPartHeaderBytes,
                              fields);
}

}  // namespace

std::string BeginPart() {
  return std::string(kPartHeaderBytes, '\0');
}

void SealPart(const PartHeader& header, std::string& bytes) {
  DIMS_CHECK(bytes.size() >= kPartHeaderBytes);
  bytes[0] = static_cast<char>(kBlockFormatVersion);
  bytes[1] = static_cast<char>(header.part);
  bytes[2] = static_cast<char>(header.type);
  bytes[3] = 0;
  std::memcpy(bytes.data() + 4, &header.rows, sizeof(header.rows));
  const std::uint64_t checksum = ChecksumOf(bytes);
  std::memcpy(bytes.data() + kChecksumOffset, &checksum, sizeof(checksum));
}

absl::StatusOr<absl::string_view> OpenPart(const PartHeader& expected, absl::string_view bytes) {
  if (bytes.size() < kPartHeaderBytes) return absl::DataLossError("part cut short");
  if (static_cast<std::uint8_t>(bytes[0]) != kBlockFormatVersion) {
    return absl::DataLossError("part of an unknown format version");
  }
  if (ReadLittleEndian<std::uint64_t>(bytes, kChecksumOffset) != ChecksumOf(bytes)) {
    return absl::DataLossError("part does not match its checksum");
  }
  const bool same = bytes[1] == static_cast<char>(expected.part) &&
                    bytes[2] == static_cast<char>(expected.type) &&
                    ReadLittleEndian<std::uint32_t>(bytes, 4) == expected.rows;
  if (!same) return absl::DataLossError("part of another column");
  return bytes.substr(kPartHeaderBytes);
}

std::uint64_t PartChecksum(absl::string_view bytes) {
  if (bytes.size() < kPartHeaderBytes) return 0;
  return ReadLittleEndian<std::uint64_t>(bytes, kChecksumOffset);
}

}  // namespace dims
