// SPDX-License-Identifier: Apache-2.0
#include "server/store/block/column_rows.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/event/gather_rows.h"
#include "server/store/block/integer_reader.h"
#include "server/store/block/value_codec.h"

namespace dims {
namespace {

// Where the values of some rows stand among those of the rows that have one.
struct Taken {
  std::optional<RowBitmap> presence;  // of the rows taken; none: all have a value
  std::vector<std::uint32_t> positions;
};

Taken Locate(const std::optional<RowBitmap>& presence, std::span<const std::uint32_t> rows) {
  Taken taken;
  if (!presence) {
    taken.positions.assign(rows.begin(), rows.end());
    return taken;
  }
  RowBitmap present(static_cast<std::uint32_t>(rows.size()));
  const std::vector<std::uint64_t>& words = presence->words();
  std::uint32_t before = 0;  // values in the words counted so far
  std::size_t counted = 0;
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    const std::uint32_t row = rows[i];
    if (!presence->Test(row)) continue;
    for (; counted < row / 64; ++counted) {
      before += static_cast<std::uint32_t>(std::popcount(words[counted]));
    }
    const std::uint64_t below = words[row / 64] & ((std::uint64_t{1} << (row % 64)) - 1);
    taken.positions.push_back(before + static_cast<std::uint32_t>(std::popcount(below)));
    present.Set(i);
  }
  if (!present.All()) taken.presence = std::move(present);
  return taken;
}

// Puts the values of present rows where they belong. A template over the array's element.
template <typename T>
void Spread(std::vector<T>& values, const std::optional<RowBitmap>& presence) {
  if (!presence) return;
  std::vector<T> out(presence->size());
  std::size_t next = 0;
  presence->ForEach([&](std::uint32_t row) { out[row] = values[next++]; });
  values = std::move(out);
}

absl::StatusOr<ByteReader> OpenBody(const ColumnShape& shape, absl::string_view body,
                                    std::optional<RowBitmap>& presence, ZstdCodec& zstd) {
  ASSIGN_OR_RETURN(const absl::string_view contents, OpenColumn(shape, ColumnPart::kBody, body));
  ByteReader in(contents);
  RETURN_IF_ERROR(ReadColumnPresence(shape, in, presence, zstd));
  return in;
}

bool TakeValues(ByteReader& in, std::size_t count, std::span<const std::uint32_t> positions,
                ColumnParts& parts, ZstdCodec& zstd) {
  if (parts.type == ColumnType::kDouble) {
    std::vector<double> all;
    if (!ReadDoubles(in, count, all, zstd)) return false;
    for (const std::uint32_t position : positions) parts.doubles.push_back(all[position]);
    return true;
  }
  if (parts.type == ColumnType::kBool) {
    std::vector<std::uint32_t> values;
    if (!ReadIntegersAt(in, count, positions, 2, values, zstd)) return false;
    for (const std::uint32_t value : values) {
      parts.bools.push_back(static_cast<std::uint8_t>(value));
    }
    return true;
  }
  const bool number = parts.type == ColumnType::kInteger || parts.type == ColumnType::kTime;
  return number && ReadIntegersAt(in, count, positions, parts.integers, zstd);
}

}  // namespace

absl::StatusOr<PresentCodes> DecodeCodes(const ColumnShape& shape, std::size_t codes_count,
                                         absl::string_view body, ZstdCodec& zstd) {
  PresentCodes out;
  ASSIGN_OR_RETURN(ByteReader in, OpenBody(shape, body, out.presence, zstd));
  if (!ReadIntegers(in, shape.present_rows, codes_count, out.codes, zstd) || !in.AtEnd()) {
    return DamagedColumn(shape, "codes");
  }
  return out;
}

RowBitmap RowsOfCodes(std::span<const std::uint32_t> codes, std::span<const std::uint8_t> hits) {
  RowBitmap out(static_cast<std::uint32_t>(codes.size()));
  for (std::size_t begin = 0; begin < codes.size(); begin += 64) {
    const std::size_t end = std::min(codes.size(), begin + 64);
    std::uint64_t word = 0;
    for (std::size_t i = begin; i < end; ++i) word |= std::uint64_t{hits[codes[i]]} << (i - begin);
    out.mutable_words()[begin / 64] = word;
  }
  return out;
}

absl::StatusOr<PresentCodes> TakeCodes(const ColumnShape& shape, absl::string_view body,
                                       std::span<const std::uint32_t> rows, ZstdCodec& zstd) {
  std::optional<RowBitmap> presence;
  ASSIGN_OR_RETURN(ByteReader in, OpenBody(shape, body, presence, zstd));
  Taken taken = Locate(presence, rows);
  PresentCodes out;
  out.presence = std::move(taken.presence);
  if (!ReadIntegersAt(in, shape.present_rows, taken.positions, kBlockRowsMax, out.codes, zstd) ||
      !in.AtEnd()) {
    return DamagedColumn(shape, "codes");
  }
  return out;
}

absl::StatusOr<Column> SpellCodes(const ColumnShape& shape, const Column& values,
                                  PresentCodes taken, std::uint32_t rows_count) {
  for (const std::uint32_t code : taken.codes) {
    if (code >= values.rows()) return DamagedColumn(shape, "codes");
  }
  ColumnParts parts = GatherColumn(values, taken.codes).parts();
  parts.rows = rows_count;
  Spread(parts.codes, taken.presence);
  parts.presence = std::move(taken.presence);
  return Column(std::move(parts));
}

absl::StatusOr<Column> TakeNumbers(const ColumnShape& shape, absl::string_view body,
                                   std::span<const std::uint32_t> rows, ZstdCodec& zstd) {
  std::optional<RowBitmap> presence;
  ASSIGN_OR_RETURN(ByteReader in, OpenBody(shape, body, presence, zstd));
  Taken taken = Locate(presence, rows);
  ColumnParts parts;
  parts.name = shape.id.name;
  parts.type = shape.id.type;
  parts.rows = static_cast<std::uint32_t>(rows.size());
  if (!TakeValues(in, shape.present_rows, taken.positions, parts, zstd) || !in.AtEnd()) {
    return DamagedColumn(shape, "values");
  }
  // Only the array of this type has values to spread.
  if (parts.type == ColumnType::kDouble) {
    Spread(parts.doubles, taken.presence);
  } else if (parts.type == ColumnType::kBool) {
    Spread(parts.bools, taken.presence);
  } else {
    Spread(parts.integers, taken.presence);
  }
  parts.presence = std::move(taken.presence);
  return Column(std::move(parts));
}

absl::StatusOr<CodeSpan> FindAddresses(const ColumnShape& shape, absl::string_view head,
                                       const IpAddress& low, const IpAddress& high,
                                       ZstdCodec& zstd) {
  ASSIGN_OR_RETURN(const absl::string_view contents, OpenColumn(shape, ColumnPart::kHead, head));
  ByteReader in(contents);
  const std::uint64_t count = in.Varint();
  StoredAddresses stored;
  if (!in.ok() || count > kBlockListElementsMax || !ReadStoredAddresses(in, count, stored, zstd)) {
    return DamagedColumn(shape, "dictionary");
  }
  return CodeSpan{stored.LowerBound(low), stored.UpperBound(high)};
}

}  // namespace dims
