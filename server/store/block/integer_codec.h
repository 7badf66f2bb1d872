// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "server/store/block/zstd_codec.h"

namespace dims {

// A series of 64-bit numbers in the smallest of: constant, frame of reference, delta and delta of
// delta (all three bit-packed), or bytes under zstd where that saves at least a tenth; what is
// bit-packed needs no unzip to be read. docs/block_format.md, "Integers".
void AppendIntegers(std::string& out, std::span<const std::int64_t> values, ZstdCodec& zstd);

// Codes of a dictionary: the same form, found faster; neighbouring codes say nothing of each other.
void AppendCodes(std::string& out, std::span<const std::uint32_t> codes, ZstdCodec& zstd);

// Lengths and counts, by the same rules as numbers.
void AppendIntegers(std::string& out, std::span<const std::uint32_t> values, ZstdCodec& zstd);

}  // namespace dims
