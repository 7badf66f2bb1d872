// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/event/ip_address.h"
#include "common/event/row_bitmap.h"
#include "common/event/string_pool.h"
#include "server/store/block/byte_reader.h"
#include "server/store/block/zstd_codec.h"

namespace dims {

// What columns are made of besides numbers, by docs/block_format.md "Values". The readers take
// damaged or hostile bytes: false, and no more memory than the limits below allow.

// Bytes of one string series, decoded. A block's text stays below it (the sealer makes smaller
// blocks); a series that claims more is damaged.
inline constexpr std::size_t kSeriesBytesMax = 256u << 20;

// Bytes as they are, or as one zstd frame where that is smaller.
void AppendBytes(std::string& out, absl::string_view bytes, int level, ZstdCodec& zstd);
bool ReadBytes(ByteReader& in, std::string& out, ZstdCodec& zstd);

// Lengths, then bytes.
void AppendStrings(std::string& out, const StringPool& strings, int level, ZstdCodec& zstd);
bool ReadStrings(ByteReader& in, std::size_t count, StringPool& out, ZstdCodec& zstd);

// Ascending addresses: IPv4 as numbers, others as 16 bytes.
void AppendAddresses(std::string& out, const std::vector<IpAddress>& sorted, ZstdCodec& zstd);
bool ReadAddresses(ByteReader& in, std::size_t count, std::vector<IpAddress>& out, ZstdCodec& zstd);

// The same as they are stored, for looking some up: a run of IPv4 addresses between the others.
struct StoredAddresses {
  std::uint32_t count = 0;
  std::uint32_t v4_begin = 0;
  std::vector<std::uint32_t> v4;
  std::string others;  // 16 bytes each, those before and behind the run

  IpAddress At(std::uint32_t i) const;

  // The first address that is not before `address`; the first behind it.
  std::uint32_t LowerBound(const IpAddress& address) const;
  std::uint32_t UpperBound(const IpAddress& address) const;
};

bool ReadStoredAddresses(ByteReader& in, std::size_t count, StoredAddresses& out, ZstdCodec& zstd);

// Which of `rows` rows have a value: all, none, runs or a bitmap. Null: all.
void AppendPresence(std::string& out, const RowBitmap* presence, std::uint32_t rows,
                    ZstdCodec& zstd);
bool ReadPresence(ByteReader& in, std::uint32_t rows, std::optional<RowBitmap>& out,
                  ZstdCodec& zstd);

}  // namespace dims
