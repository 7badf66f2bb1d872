// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace dims {

// Limits of one record of a database; real ones have fewer than 200 values, five deep.
inline constexpr int kMmdbDepthMax = 16;
inline constexpr int kMmdbValuesMax = 4096;
inline constexpr std::size_t kMmdbPathBytesMax = 128;

// What stands at the end of a path. Views live as long as the section.
struct MmdbLeaf {
  enum class Kind : std::uint8_t { kText, kUnsigned, kReal };

  Kind kind = Kind::kText;
  absl::string_view text;
  std::uint64_t number = 0;
  double real = 0;
};

// Calls visit(path, leaf) for each text and number in the value at `offset` of a MaxMind DB's data
// or metadata section; keys and places in arrays are joined by dots: "subdivisions.0.names.en".
// Other kinds of leaves, and paths longer than kMmdbPathBytesMax, are passed over.
//
// The section may hold any bytes: nothing outside it is read, and DataLoss is returned for what the
// format does not allow or the limits do not (pointers fan out: a small file can describe a value
// without end). libmaxminddb 1.7 has no such limits. Thread: any.
absl::Status VisitMmdbValue(
    std::span<const std::uint8_t> section, std::size_t offset,
    absl::FunctionRef<void(absl::string_view path, const MmdbLeaf& leaf)> visit);

}  // namespace dims
