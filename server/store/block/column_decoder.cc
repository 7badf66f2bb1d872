// SPDX-License-Identifier: Apache-2.0
#include "server/store/block/column_decoder.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "server/store/block/column_part.h"
#include "server/store/block/integer_reader.h"
#include "server/store/block/value_codec.h"

namespace dims {
namespace {

bool IsList(ColumnType type) {
  return type == ColumnType::kKeywordList || type == ColumnType::kIpList;
}

bool ReadValues(ByteReader& in, std::uint64_t count, ColumnParts& parts, ZstdCodec& zstd) {
  const bool strings = parts.type == ColumnType::kKeyword || parts.type == ColumnType::kKeywordList;
  return strings ? ReadStrings(in, count, parts.strings, zstd)
                 : ReadAddresses(in, count, parts.addresses, zstd);
}

bool ReadLists(ByteReader& in, std::uint64_t values_count, std::uint32_t rows, ColumnParts& parts,
               ZstdCodec& zstd) {
  const std::uint64_t lists_count = in.Varint();
  if (!in.ok() || lists_count > rows) return false;
  if (!ReadIntegers(in, lists_count, kBlockListElementsMax + 1, parts.list_ends, zstd))
    return false;
  std::uint64_t end = 0;
  for (std::uint32_t& length : parts.list_ends) {
    end += length;
    if (end > kBlockListElementsMax) return false;
    length = static_cast<std::uint32_t>(end);
  }
  const std::uint64_t elements_count = in.Varint();
  if (!in.ok() || elements_count != end) return false;
  return ReadIntegers(in, elements_count, values_count, parts.list_elements, zstd);
}

// Puts the values of present rows where they belong. A template over the array's element.
template <typename T>
std::vector<T> Spread(std::vector<T> values, const std::optional<RowBitmap>& presence,
                      std::uint32_t rows) {
  if (!presence) return values;
  std::vector<T> out(rows);
  std::size_t next = 0;
  presence->ForEach([&](std::uint32_t row) { out[row] = values[next++]; });
  return out;
}

bool ReadBools(ByteReader& in, std::size_t count, std::vector<std::uint8_t>& out, ZstdCodec& zstd) {
  std::vector<std::uint32_t> values;
  if (!ReadIntegers(in, count, 2, values, zstd)) return false;
  out.reserve(count);
  for (const std::uint32_t value : values) out.push_back(static_cast<std::uint8_t>(value));
  return true;
}

bool ReadNumberValues(ByteReader& in, std::size_t count, ColumnParts& parts, ZstdCodec& zstd) {
  switch (parts.type) {
    case ColumnType::kInteger:
    case ColumnType::kTime:
      return ReadIntegers(in, count, parts.integers, zstd);
    case ColumnType::kDouble:
      return ReadDoubles(in, count, parts.doubles, zstd);
    case ColumnType::kBool:
      return ReadBools(in, count, parts.bools, zstd);
    case ColumnType::kKeyword:
    case ColumnType::kText:
    case ColumnType::kIp:
    case ColumnType::kKeywordList:
    case ColumnType::kIpList:
      return false;
  }
  return false;
}

}  // namespace

absl::Status DamagedColumn(const ColumnShape& shape, absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat("column ", shape.id.name, " (", ColumnTypeName(shape.id.type), "): ", what));
}

absl::StatusOr<absl::string_view> OpenColumn(const ColumnShape& shape, ColumnPart part,
                                             absl::string_view bytes) {
  auto contents = OpenPart(PartHeader{part, shape.id.type, shape.rows}, bytes);
  if (!contents.ok()) return DamagedColumn(shape, contents.status().message());
  return contents;
}

absl::Status ReadColumnPresence(const ColumnShape& shape, ByteReader& in,
                                std::optional<RowBitmap>& out, ZstdCodec& zstd) {
  if (!ReadPresence(in, shape.rows, out, zstd)) return DamagedColumn(shape, "presence");
  const std::uint32_t present = out ? out->Count() : shape.rows;
  if (present != shape.present_rows) return DamagedColumn(shape, "another number of values");
  return absl::OkStatus();
}

bool ReadDoubles(ByteReader& in, std::size_t count, std::vector<double>& out, ZstdCodec& zstd) {
  std::string bytes;
  if (!ReadBytes(in, bytes, zstd) || bytes.size() != count * sizeof(double)) return false;
  out.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::uint64_t bits = 0;
    for (std::size_t byte = 0; byte < sizeof(double); ++byte) {
      bits |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(bytes[byte * count + i]))
              << (8 * byte);
    }
    out[i] = std::bit_cast<double>(bits);
  }
  return true;
}

bool HasDictionary(ColumnType type) {
  return type == ColumnType::kKeyword || type == ColumnType::kIp || IsList(type);
}

absl::StatusOr<ValueCounts> DecodeHead(const ColumnShape& shape, absl::string_view head,
                                       ZstdCodec& zstd) {
  ASSIGN_OR_RETURN(const absl::string_view contents, OpenColumn(shape, ColumnPart::kHead, head));
  ByteReader in(contents);
  ColumnParts parts;
  parts.name = shape.id.name;
  parts.type = shape.id.type;
  const std::uint64_t values_count = in.Varint();
  const std::uint64_t values_max = IsList(shape.id.type) ? kBlockListElementsMax : shape.rows;
  if (!in.ok() || values_count > values_max || !HasDictionary(shape.id.type) ||
      !ReadValues(in, values_count, parts, zstd)) {
    return DamagedColumn(shape, "dictionary");
  }
  if (IsList(shape.id.type) && !ReadLists(in, values_count, shape.rows, parts, zstd)) {
    return DamagedColumn(shape, "lists");
  }
  const std::size_t codes_count = IsList(shape.id.type) ? parts.list_ends.size() : values_count;
  ValueCounts out;
  if (!ReadIntegers(in, codes_count, kBlockRowsMax + 1, out.counts, zstd) || !in.AtEnd()) {
    return DamagedColumn(shape, "counts");
  }
  if (std::accumulate(out.counts.begin(), out.counts.end(), std::uint64_t{0}) !=
      shape.present_rows) {
    return DamagedColumn(shape, "counts that do not add up");
  }
  parts.rows = static_cast<std::uint32_t>(codes_count);
  parts.codes.resize(codes_count);
  std::iota(parts.codes.begin(), parts.codes.end(), 0);
  if (const absl::Status valid = ValidateParts(parts); !valid.ok()) {
    return DamagedColumn(shape, valid.message());
  }
  out.values = std::make_shared<const Column>(std::move(parts));
  return out;
}

absl::StatusOr<Column> DecodeDictionaryColumn(const ColumnShape& shape, const ValueCounts& head,
                                              absl::string_view body, ZstdCodec& zstd) {
  ASSIGN_OR_RETURN(const absl::string_view contents, OpenColumn(shape, ColumnPart::kBody, body));
  ByteReader in(contents);
  ColumnParts parts = head.values->parts();
  parts.rows = shape.rows;
  RETURN_IF_ERROR(ReadColumnPresence(shape, in, parts.presence, zstd));
  std::vector<std::uint32_t> codes;
  if (!ReadIntegers(in, shape.present_rows, head.counts.size(), codes, zstd) || !in.AtEnd()) {
    return DamagedColumn(shape, "codes");
  }
  parts.codes = Spread(std::move(codes), parts.presence, shape.rows);
  return Column(std::move(parts));
}

absl::StatusOr<Column> DecodeNumberColumn(const ColumnShape& shape, absl::string_view body,
                                          ZstdCodec& zstd) {
  ASSIGN_OR_RETURN(const absl::string_view contents, OpenColumn(shape, ColumnPart::kBody, body));
  ByteReader in(contents);
  ColumnParts parts;
  parts.name = shape.id.name;
  parts.type = shape.id.type;
  parts.rows = shape.rows;
  RETURN_IF_ERROR(ReadColumnPresence(shape, in, parts.presence, zstd));
  if (!ReadNumberValues(in, shape.present_rows, parts, zstd) || !in.AtEnd()) {
    return DamagedColumn(shape, "values");
  }
  // Only the array of this type has values to spread.
  if (!parts.integers.empty()) {
    parts.integers = Spread(std::move(parts.integers), parts.presence, shape.rows);
  }
  if (!parts.doubles.empty()) {
    parts.doubles = Spread(std::move(parts.doubles), parts.presence, shape.rows);
  }
  if (!parts.bools.empty()) {
    parts.bools = Spread(std::move(parts.bools), parts.presence, shape.rows);
  }
  const bool none = shape.present_rows == 0;
  if (none && parts.type == ColumnType::kDouble) parts.doubles.resize(shape.rows);
  if (none && parts.type == ColumnType::kBool) parts.bools.resize(shape.rows);
  if (none && parts.doubles.empty() && parts.bools.empty()) parts.integers.resize(shape.rows);
  return Column(std::move(parts));
}

absl::StatusOr<TextBody> OpenTextBody(const ColumnShape& shape, std::string body, ZstdCodec& zstd) {
  ASSIGN_OR_RETURN(const absl::string_view contents, OpenColumn(shape, ColumnPart::kBody, body));
  ByteReader in(contents);
  TextBody out;
  RETURN_IF_ERROR(ReadColumnPresence(shape, in, out.presence, zstd));
  const std::size_t begin = body.size() - in.rest().size();
  auto reader = TextReader::Open(std::move(body), begin, shape.present_rows, zstd);
  if (!reader.ok()) return DamagedColumn(shape, reader.status().message());
  out.reader = std::make_unique<TextReader>(*std::move(reader));
  const absl::Status rows =
      out.reader->SetRows(shape.rows, out.presence ? &*out.presence : nullptr);
  if (!rows.ok()) return DamagedColumn(shape, rows.message());
  return out;
}

absl::StatusOr<TextFilter> ParseTextHead(const ColumnShape& shape, absl::string_view head,
                                         ZstdCodec& zstd) {
  ASSIGN_OR_RETURN(const absl::string_view contents, OpenColumn(shape, ColumnPart::kHead, head));
  auto filter = TextFilter::Parse(contents, zstd);
  if (!filter.ok()) return DamagedColumn(shape, filter.status().message());
  return filter;
}

}  // namespace dims
