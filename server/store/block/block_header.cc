// SPDX-License-Identifier: Apache-2.0
#include "server/store/block/block_header.h"

#include <algorithm>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "absl/strings/str_cat.h"
#include "common/base/little_endian.h"
#include "server/store/block/byte_reader.h"
#include "server/store/block/column_part.h"

namespace dims {
namespace {

constexpr absl::string_view kMagic = "DIMSBLK";
constexpr std::size_t kNameBytesMax = 1024;

void AppendText(std::string& out, absl::string_view text) {
  AppendVarint(out, text.size());
  out.append(text.data(), text.size());
}

std::string TakeText(ByteReader& in) {
  const std::uint64_t size = in.Varint();
  if (size > kNameBytesMax) in.Fail();
  return std::string(in.Take(in.ok() ? size : 0));
}

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("block header: ", what));
}

void AppendColumn(std::string& out, const BlockColumn& column) {
  AppendText(out, column.id.name);
  out.push_back(static_cast<char>(column.id.type));
  AppendVarint(out, column.present_rows);
  AppendSignedVarint(out, column.min);
  AppendSignedVarint(out, column.max);
  AppendVarint(out, column.head_bytes);
  AppendVarint(out, column.body_bytes);
  AppendLittleEndian(out, column.head_checksum);
  AppendLittleEndian(out, column.body_checksum);
}

bool ReadColumn(ByteReader& in, std::uint32_t rows, BlockColumn& out) {
  out.id.name = TakeText(in);
  const auto type = in.Read<std::uint8_t>();
  out.id.type = static_cast<ColumnType>(type);
  const std::uint64_t present = in.Varint();
  out.min = in.SignedVarint();
  out.max = in.SignedVarint();
  out.head_bytes = static_cast<std::uint32_t>(in.Varint());
  out.body_bytes = static_cast<std::uint32_t>(in.Varint());
  out.head_checksum = in.Read<std::uint64_t>();
  out.body_checksum = in.Read<std::uint64_t>();
  out.present_rows = static_cast<std::uint32_t>(present);
  const bool known = type >= static_cast<std::uint8_t>(ColumnType::kKeyword) &&
                     type <= static_cast<std::uint8_t>(ColumnType::kIpList);
  return in.ok() && known && present <= rows;
}

}  // namespace

std::string BlockHeader::Serialize() const {
  std::string out(kMagic);
  out.push_back(static_cast<char>(kBlockFormatVersion));
  AppendLittleEndian<std::uint64_t>(out, 0);  // the checksum, filled in below
  AppendLittleEndian(out, rows);
  AppendLittleEndian(out, min_time_ns);
  AppendLittleEndian(out, max_time_ns);
  AppendVarint(out, sites.size());
  for (const std::string& site : sites) AppendText(out, site);
  AppendVarint(out, columns.size());
  for (const BlockColumn& column : columns) AppendColumn(out, column);
  const std::uint64_t checksum = XXH3_64bits(out.data() + 16, out.size() - 16);
  std::memcpy(out.data() + 8, &checksum, sizeof(checksum));
  return out;
}

absl::StatusOr<BlockHeader> BlockHeader::Parse(absl::string_view bytes) {
  ByteReader in(bytes);
  if (in.Take(kMagic.size()) != kMagic) return Damaged("no block");
  if (in.Read<std::uint8_t>() != kBlockFormatVersion) return Damaged("unknown format version");
  const auto checksum = in.Read<std::uint64_t>();
  if (!in.ok() || checksum != XXH3_64bits(in.rest().data(), in.rest().size())) {
    return Damaged("does not match its checksum");
  }
  BlockHeader header;
  header.rows = in.Read<std::uint32_t>();
  header.min_time_ns = in.Read<std::int64_t>();
  header.max_time_ns = in.Read<std::int64_t>();
  const std::uint64_t sites_count = in.Varint();
  if (!in.ok() || header.rows > kBlockRowsMax || sites_count > kBlockSitesMax) {
    return Damaged("limits");
  }
  for (std::uint64_t i = 0; i < sites_count; ++i) header.sites.push_back(TakeText(in));
  const std::uint64_t columns_count = in.Varint();
  if (!in.ok() || columns_count > kBlockColumnsMax) return Damaged("columns");
  for (std::uint64_t i = 0; i < columns_count; ++i) {
    if (!ReadColumn(in, header.rows, header.columns.emplace_back())) return Damaged("a column");
  }
  if (!in.AtEnd()) return Damaged("bytes after the end");
  return header;
}

std::optional<std::uint32_t> BlockHeader::Find(const ColumnId& id) const {
  for (std::uint32_t i = 0; i < columns.size(); ++i) {
    if (columns[i].id == id) return i;
  }
  return std::nullopt;
}

std::uint64_t BlockHeader::StoredBytes() const {
  std::uint64_t bytes = 0;
  for (const BlockColumn& column : columns) {
    bytes += std::uint64_t{column.head_bytes} + column.body_bytes;
  }
  return bytes;
}

}  // namespace dims
