// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "absl/strings/string_view.h"

namespace dims {

// Unsigned numbers of `bits` bits each (0..64), least significant bit first, without padding
// between them; the last byte is filled up with zeros.

// The bits that `largest` needs; 0 for 0.
int BitsOf(std::uint64_t largest);

std::size_t PackedBytes(std::size_t count, int bits);

// REQUIRES: every value fits in `bits`.
void AppendPacked(std::string& out, std::span<const std::uint64_t> values, int bits);

// REQUIRES: bytes.size() == PackedBytes(out.size(), bits), 0 <= bits <= 64.
void Unpack(absl::string_view bytes, int bits, std::span<std::uint64_t> out);

// The same into 32 bits. REQUIRES: bits <= 32.
void Unpack(absl::string_view bytes, int bits, std::span<std::uint32_t> out);

// One of the values. REQUIRES: it lies within `bytes`, 0 <= bits <= 64.
std::uint64_t UnpackOne(absl::string_view bytes, int bits, std::size_t position);

}  // namespace dims
