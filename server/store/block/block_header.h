// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/crypto/sha256.h"
#include "common/event/column_source.h"
#include "server/store/block/column_decoder.h"

namespace dims {

// Columns a block may have: batches are bounded at 512, but a block gathers many.
inline constexpr std::size_t kBlockColumnsMax = 1024;
inline constexpr std::size_t kBlockSitesMax = 4096;

// What a block's header says of one column.
struct BlockColumn {
  ColumnId id;
  std::uint32_t present_rows = 0;
  std::int64_t min = 0;  // integer and time
  std::int64_t max = 0;
  std::uint32_t head_bytes = 0;
  std::uint32_t body_bytes = 0;
  std::uint64_t head_checksum = 0;
  std::uint64_t body_checksum = 0;

  friend bool operator==(const BlockColumn&, const BlockColumn&) = default;
};

// What can be known of a block without reading a column. A value; docs/block_format.md, "Header".
struct BlockHeader {
  std::uint32_t rows = 0;
  std::int64_t min_time_ns = 0;  // of @timestamp
  std::int64_t max_time_ns = 0;
  std::vector<std::string> sites;  // organization.id, ascending
  std::vector<BlockColumn> columns;

  std::string Serialize() const;

  // Hostile bytes: DataLoss says what is wrong.
  static absl::StatusOr<BlockHeader> Parse(absl::string_view bytes);

  // Position of a column in `columns`.
  std::optional<std::uint32_t> Find(const ColumnId& id) const;

  ColumnShape ShapeOf(std::uint32_t column) const {
    return ColumnShape{columns[column].id, rows, columns[column].present_rows};
  }

  // Bytes of all parts.
  std::uint64_t StoredBytes() const;

  friend bool operator==(const BlockHeader&, const BlockHeader&) = default;
};

// What the ledger keeps of a block: the digest of its header's bytes.
inline Sha256Digest DigestOfHeader(absl::string_view serialized) {
  return Sha256(serialized);
}

}  // namespace dims
