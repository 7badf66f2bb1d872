// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/event/column.h"

namespace dims {

inline constexpr std::uint8_t kBlockFormatVersion = 1;
inline constexpr std::uint32_t kBlockRowsMax = 65536;
inline constexpr std::size_t kPartHeaderBytes = 16;

// A column is stored as two BLOBs, so that a search can look at what is small before it reads what
// is large. The numbers are part of the format.
enum class ColumnPart : std::uint8_t {
  kHead = 1,  // dictionary and counts; filter of a text column
  kBody = 2,  // presence and values
};

// What every part begins with: version, part, type, a zero, rows, then XXH3-64 of these eight bytes
// and of everything after the checksum.
struct PartHeader {
  ColumnPart part = ColumnPart::kHead;
  ColumnType type = ColumnType::kKeyword;
  std::uint32_t rows = 0;
};

// Room for the header; contents are appended, then SealPart fills it in.
std::string BeginPart();
void SealPart(const PartHeader& header, std::string& bytes);

// The contents of a part that is the expected one and whose checksum holds; else DataLoss.
absl::StatusOr<absl::string_view> OpenPart(const PartHeader& expected, absl::string_view bytes);

// The checksum stored in a part's header; 0 for an empty part.
std::uint64_t PartChecksum(absl::string_view bytes);

}  // namespace dims
