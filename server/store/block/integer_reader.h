// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "server/store/block/byte_reader.h"
#include "server/store/block/zstd_codec.h"

namespace dims {

// What AppendIntegers and AppendCodes wrote. All take damaged or hostile bytes: false, never more
// memory than `count` numbers ask for. The caller has bounded `count`.

// Exactly `count` numbers, or false.
bool ReadIntegers(ByteReader& in, std::size_t count, std::vector<std::int64_t>& out,
                  ZstdCodec& zstd);

// The same for numbers below `limit`; false when one is not.
bool ReadIntegers(ByteReader& in, std::size_t count, std::uint64_t limit,
                  std::vector<std::uint32_t>& out, ZstdCodec& zstd);

// Of a series of `count` numbers those at `positions`, in their order; what the series' form lets
// be is not decoded. Numbers elsewhere are not checked. REQUIRES: every position is below `count`.
bool ReadIntegersAt(ByteReader& in, std::size_t count, std::span<const std::uint32_t> positions,
                    std::vector<std::int64_t>& out, ZstdCodec& zstd);

// The same for numbers below `limit`; false when one at the positions is not.
bool ReadIntegersAt(ByteReader& in, std::size_t count, std::span<const std::uint32_t> positions,
                    std::uint64_t limit, std::vector<std::uint32_t>& out, ZstdCodec& zstd);

}  // namespace dims
