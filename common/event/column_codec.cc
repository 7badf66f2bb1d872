// SPDX-License-Identifier: Apache-2.0
#include "common/event/column_codec.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/little_endian.h"
#include "common/base/status_macros.h"
#include "common/event/event_batch.h"
#include "common/event/packed_array.h"

namespace dims {
namespace {

enum PresenceForm : std::uint32_t { kAll = 0, kNone = 1, kRuns = 2, kBitmap = 3 };

absl::Status WrongColumn(absl::string_view what) {
  return absl::InvalidArgumentError(what);
}

struct Run {
  std::uint32_t first;
  std::uint32_t count;
};

std::vector<Run> RunsOf(const RowBitmap& presence) {
  std::vector<Run> runs;
  presence.ForEach([&](std::uint32_t row) {
    if (!runs.empty() && runs.back().first + runs.back().count == row) {
      ++runs.back().count;
    } else {
      runs.push_back({row, 1});
    }
  });
  return runs;
}

std::size_t BitmapBytes(std::uint32_t rows) {
  return (rows + 7) / 8;
}

void EncodePresence(const Column& column, v1::ColumnDescriptor& descriptor, std::string& arrays) {
  const std::optional<RowBitmap>& presence = column.parts().presence;
  if (!presence || presence->All()) return;
  if (presence->None()) {
    descriptor.set_presence(kNone);
    return;
  }
  const std::vector<Run> runs = RunsOf(*presence);
  if (runs.size() * 4 < BitmapBytes(column.rows())) {
    descriptor.set_presence(kRuns);
    descriptor.set_runs_count(static_cast<std::uint32_t>(runs.size()));
    for (const Run& run : runs) {
      AppendLittleEndian(arrays, static_cast<std::uint16_t>(run.first));
      AppendLittleEndian(arrays, static_cast<std::uint16_t>(run.count));
    }
    return;
  }
  descriptor.set_presence(kBitmap);
  arrays.append(reinterpret_cast<const char*>(presence->words().data()),
                BitmapBytes(column.rows()));
}

// `values` of the present rows only; `kept` is where they are put when some are absent. A template
// over the four element types of columns.
template <typename T>
std::span<const T> Present(const Column& column, std::span<const T> values, std::vector<T>& kept) {
  if (column.all_present()) return values;
  kept.reserve(values.size());
  column.parts().presence->ForEach([&](std::uint32_t row) { kept.push_back(values[row]); });
  return kept;
}

std::uint32_t MaxOf(std::span<const std::uint32_t> values) {
  std::uint32_t max = 0;
  for (const std::uint32_t value : values) max = std::max(max, value);
  return max;
}

std::vector<std::uint32_t> LengthsOf(const std::vector<std::uint32_t>& ends) {
  std::vector<std::uint32_t> lengths(ends.size());
  std::uint32_t last = 0;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    lengths[i] = ends[i] - last;
    last = ends[i];
  }
  return lengths;
}

void EncodeStrings(std::span<const std::uint32_t> lengths, absl::string_view bytes,
                   v1::ColumnDescriptor& descriptor, std::string& arrays) {
  descriptor.set_strings_count(static_cast<std::uint32_t>(lengths.size()));
  descriptor.set_strings_bytes(static_cast<std::uint32_t>(bytes.size()));
  descriptor.set_length_width(WidthOf(MaxOf(lengths)));
  AppendNarrow(arrays, lengths, descriptor.length_width());
  arrays.append(bytes.data(), bytes.size());
}

void EncodeText(const Column& column, v1::ColumnDescriptor& descriptor, std::string& arrays) {
  const StringPool& texts = column.strings();
  const std::vector<std::uint32_t> lengths = LengthsOf(texts.ends());
  std::vector<std::uint32_t> kept;
  const auto present = Present<std::uint32_t>(column, lengths, kept);
  std::uint64_t bytes = 0;
  for (const std::uint32_t length : present) bytes += length;
  if (bytes == texts.bytes().size()) {
    EncodeStrings(present, texts.bytes(), descriptor, arrays);
    return;
  }
  std::string of_present_rows;  // an absent row has text, which is nobody's value
  column.Presence().ForEach(
      [&](std::uint32_t row) { of_present_rows.append(texts[row].data(), texts[row].size()); });
  EncodeStrings(present, of_present_rows, descriptor, arrays);
}

void EncodeAddresses(const std::vector<IpAddress>& addresses, v1::ColumnDescriptor& descriptor,
                     std::string& arrays) {
  const bool v4 =
      std::all_of(addresses.begin(), addresses.end(), [](const IpAddress& a) { return a.IsV4(); });
  descriptor.set_addresses_count(static_cast<std::uint32_t>(addresses.size()));
  descriptor.set_address_width(v4 ? 4 : 16);
  for (const IpAddress& address : addresses) {
    const char* bytes = reinterpret_cast<const char*>(address.bytes().data());
    arrays.append(v4 ? bytes + 12 : bytes, v4 ? 4 : 16);
  }
}

void EncodeLists(const ColumnParts& parts, v1::ColumnDescriptor& descriptor, std::string& arrays) {
  const std::vector<std::uint32_t> lengths = LengthsOf(parts.list_ends);
  descriptor.set_lists_count(static_cast<std::uint32_t>(lengths.size()));
  descriptor.set_elements_count(static_cast<std::uint32_t>(parts.list_elements.size()));
  descriptor.set_list_length_width(WidthOf(MaxOf(lengths)));
  descriptor.set_element_width(WidthOf(MaxOf(parts.list_elements)));
  AppendNarrow(arrays, lengths, descriptor.list_length_width());
  AppendNarrow(arrays, parts.list_elements, descriptor.element_width());
}

void EncodeCodes(const Column& column, v1::ColumnDescriptor& descriptor, std::string& arrays) {
  std::vector<std::uint32_t> kept;
  const auto codes = Present<std::uint32_t>(column, column.codes(), kept);
  descriptor.set_code_width(WidthOf(MaxOf(codes)));
  AppendNarrow(arrays, codes, descriptor.code_width());
}

void EncodeIntegers(const Column& column, v1::ColumnDescriptor& descriptor, std::string& arrays) {
  std::vector<std::int64_t> kept;
  const IntegerPacking packing =
      AppendIntegers(arrays, Present<std::int64_t>(column, column.integers(), kept));
  descriptor.set_base(packing.base);
  descriptor.set_scale(packing.scale);
  descriptor.set_delta(packing.delta);
  descriptor.set_step(packing.step);
  descriptor.set_value_width(packing.width);
}

// Puts `values` of the present rows at their rows; the others keep T{}.
template <typename T>
void Spread(const std::optional<RowBitmap>& presence, std::uint32_t rows, std::vector<T>& values) {
  if (!presence) return;
  std::vector<T> out(rows);
  std::size_t next = 0;
  presence->ForEach([&](std::uint32_t row) { out[row] = values[next++]; });
  values = std::move(out);
}

// Lengths -> ends. False: they do not add up to `total`.
bool SumUp(std::vector<std::uint32_t>& lengths, std::uint64_t total) {
  std::uint64_t end = 0;
  for (std::uint32_t& length : lengths) {
    end += length;
    if (end > total) return false;
    length = static_cast<std::uint32_t>(end);
  }
  return end == total;
}

}  // namespace

void EncodeColumn(const Column& column, v1::ColumnDescriptor& descriptor, std::string& arrays) {
  descriptor.set_name(column.name());
  descriptor.set_type(static_cast<std::uint32_t>(column.type()));
  EncodePresence(column, descriptor, arrays);
  const ColumnParts& parts = column.parts();
  switch (column.type()) {
    case ColumnType::kText:
      return EncodeText(column, descriptor, arrays);
    case ColumnType::kKeyword:
    case ColumnType::kKeywordList:
      EncodeStrings(LengthsOf(parts.strings.ends()), parts.strings.bytes(), descriptor, arrays);
      break;
    case ColumnType::kIp:
    case ColumnType::kIpList:
      EncodeAddresses(parts.addresses, descriptor, arrays);
      break;
    case ColumnType::kInteger:
    case ColumnType::kTime:
      return EncodeIntegers(column, descriptor, arrays);
    case ColumnType::kDouble: {
      std::vector<double> kept;
      for (const double value : Present<double>(column, column.doubles(), kept)) {
        AppendLittleEndian(arrays, value);
      }
      return;
    }
    case ColumnType::kBool: {
      std::vector<std::uint8_t> kept;
      const auto bools = Present<std::uint8_t>(column, column.bools(), kept);
      arrays.append(reinterpret_cast<const char*>(bools.data()), bools.size());
      return;
    }
  }
  if (column.type() == ColumnType::kKeywordList || column.type() == ColumnType::kIpList) {
    EncodeLists(parts, descriptor, arrays);
  }
  EncodeCodes(column, descriptor, arrays);
}

absl::StatusOr<Column> ColumnDecoder::Decode(const v1::ColumnDescriptor& descriptor) {
  const std::string& name = descriptor.name();
  if (name.empty() || name.size() > kColumnNameBytesMax) {
    return WrongColumn("a column name is empty or too long");
  }
  ColumnParts parts;
  parts.name = name;
  parts.rows = rows_;
  const std::uint32_t type = descriptor.type();
  if (type < 1 || type > 9) return WrongColumn(absl::StrCat("column ", name, ": no type ", type));
  parts.type = static_cast<ColumnType>(type);
  RETURN_IF_ERROR(DecodePresence(descriptor, parts), absl::StrCat("column ", name));
  RETURN_IF_ERROR(DecodeValues(descriptor, parts), absl::StrCat("column ", name));
  RETURN_IF_ERROR(ValidateParts(parts));
  Column column(std::move(parts));
  RETURN_IF_ERROR(CountLogicalBytes(column), absl::StrCat("column ", name));
  return column;
}

absl::Status ColumnDecoder::DecodeValues(const v1::ColumnDescriptor& descriptor,
                                         ColumnParts& parts) {
  switch (parts.type) {
    case ColumnType::kText:
      if (descriptor.strings_count() != present_)
        return WrongColumn("one text a present row is needed");
      return DecodeStrings(descriptor, parts);
    case ColumnType::kKeyword:
      RETURN_IF_ERROR(DecodeStrings(descriptor, parts));
      return DecodeCodes(descriptor, parts);
    case ColumnType::kIp:
      RETURN_IF_ERROR(DecodeAddresses(descriptor, parts));
      return DecodeCodes(descriptor, parts);
    case ColumnType::kKeywordList:
      RETURN_IF_ERROR(DecodeStrings(descriptor, parts));
      RETURN_IF_ERROR(DecodeLists(descriptor, parts));
      return DecodeCodes(descriptor, parts);
    case ColumnType::kIpList:
      RETURN_IF_ERROR(DecodeAddresses(descriptor, parts));
      RETURN_IF_ERROR(DecodeLists(descriptor, parts));
      return DecodeCodes(descriptor, parts);
    case ColumnType::kInteger:
    case ColumnType::kTime:
      return DecodeIntegers(descriptor, parts);
    case ColumnType::kDouble:
      return DecodeDoubles(parts);
    case ColumnType::kBool:
      return DecodeBools(parts);
  }
  return WrongColumn("no such type");
}

absl::Status ColumnDecoder::DecodePresence(const v1::ColumnDescriptor& descriptor,
                                           ColumnParts& parts) {
  present_ = rows_;
  if (descriptor.presence() == kAll) return absl::OkStatus();
  RowBitmap presence(rows_);
  if (descriptor.presence() == kRuns) {
    ASSIGN_OR_RETURN(const absl::string_view bytes,
                     TakeBytes(std::uint64_t{descriptor.runs_count()} * 4));
    std::uint32_t end = 0;
    for (std::size_t at = 0; at < bytes.size(); at += 4) {
      const std::uint32_t first = ReadLittleEndian<std::uint16_t>(bytes, at);
      const std::uint32_t count = ReadLittleEndian<std::uint16_t>(bytes, at + 2);
      if (first < end || first + count > rows_)
        return WrongColumn("runs overlap or pass the last row");
      end = first + count;
      for (std::uint32_t row = first; row < end; ++row) presence.Set(row);
    }
  } else if (descriptor.presence() == kBitmap) {
    ASSIGN_OR_RETURN(const absl::string_view bytes, TakeBytes(BitmapBytes(rows_)));
    if (!bytes.empty()) std::memcpy(presence.mutable_words().data(), bytes.data(), bytes.size());
    if (rows_ % 64 != 0 && presence.words().back() >> (rows_ % 64) != 0) {
      return WrongColumn("presence bits beyond the last row");
    }
  } else if (descriptor.presence() != kNone) {
    return WrongColumn("no such form of presence");
  }
  present_ = presence.Count();
  parts.presence = std::move(presence);
  return absl::OkStatus();
}

absl::Status ColumnDecoder::DecodeStrings(const v1::ColumnDescriptor& descriptor,
                                          ColumnParts& parts) {
  ASSIGN_OR_RETURN(std::vector<std::uint32_t> lengths,
                   TakeNarrow(descriptor.strings_count(), descriptor.length_width()));
  ASSIGN_OR_RETURN(const absl::string_view bytes, TakeBytes(descriptor.strings_bytes()));
  if (std::any_of(lengths.begin(), lengths.end(),
                  [](std::uint32_t length) { return length > kValueBytesMax; })) {
    return WrongColumn("a value longer than 256 KiB");
  }
  if (parts.type == ColumnType::kText) Spread(parts.presence, rows_, lengths);
  if (!SumUp(lengths, bytes.size())) return WrongColumn("string lengths and bytes disagree");
  RETURN_IF_ERROR(Charge(bytes.size()));
  parts.strings.Adopt(std::string(bytes), std::move(lengths));
  return absl::OkStatus();
}

absl::Status ColumnDecoder::DecodeAddresses(const v1::ColumnDescriptor& descriptor,
                                            ColumnParts& parts) {
  const std::uint32_t width = descriptor.address_width();
  if (width != 4 && width != 16) return WrongColumn("an address has 4 or 16 bytes");
  const std::uint64_t count = descriptor.addresses_count();
  ASSIGN_OR_RETURN(const absl::string_view bytes, TakeBytes(count * width));
  RETURN_IF_ERROR(Charge(count * sizeof(IpAddress)));
  parts.addresses.reserve(count);
  for (std::size_t at = 0; at < bytes.size(); at += width) {
    std::array<std::uint8_t, 16> address{};
    if (width == 4) address[10] = address[11] = 0xff;
    std::memcpy(address.data() + (16 - width), bytes.data() + at, width);
    parts.addresses.emplace_back(address);
  }
  return absl::OkStatus();
}

absl::Status ColumnDecoder::DecodeLists(const v1::ColumnDescriptor& descriptor,
                                        ColumnParts& parts) {
  ASSIGN_OR_RETURN(parts.list_ends,
                   TakeNarrow(descriptor.lists_count(), descriptor.list_length_width()));
  ASSIGN_OR_RETURN(parts.list_elements,
                   TakeNarrow(descriptor.elements_count(), descriptor.element_width()));
  if (!SumUp(parts.list_ends, parts.list_elements.size())) {
    return WrongColumn("list lengths and elements disagree");
  }
  return absl::OkStatus();
}

absl::Status ColumnDecoder::DecodeCodes(const v1::ColumnDescriptor& descriptor,
                                        ColumnParts& parts) {
  ASSIGN_OR_RETURN(parts.codes, TakeNarrow(present_, descriptor.code_width()));
  Spread(parts.presence, rows_, parts.codes);
  return absl::OkStatus();
}

absl::Status ColumnDecoder::DecodeIntegers(const v1::ColumnDescriptor& descriptor,
                                           ColumnParts& parts) {
  const IntegerPacking packing{descriptor.base(), descriptor.scale(), descriptor.delta(),
                               descriptor.step(), descriptor.value_width()};
  if (!IsWidth(packing.width, 8)) return WrongColumn("no such width");
  ASSIGN_OR_RETURN(const absl::string_view bytes, TakeBytes(packing.StoredBytes(present_)));
  RETURN_IF_ERROR(Charge(std::uint64_t{rows_} * 8));
  parts.integers.resize(present_);
  ReadIntegers(bytes, packing, parts.integers);
  Spread(parts.presence, rows_, parts.integers);
  return absl::OkStatus();
}

absl::Status ColumnDecoder::DecodeDoubles(ColumnParts& parts) {
  ASSIGN_OR_RETURN(const absl::string_view bytes, TakeBytes(std::uint64_t{present_} * 8));
  RETURN_IF_ERROR(Charge(std::uint64_t{rows_} * 8));
  for (std::size_t at = 0; at < bytes.size(); at += 8) {
    parts.doubles.push_back(ReadLittleEndian<double>(bytes, at));
  }
  Spread(parts.presence, rows_, parts.doubles);
  return absl::OkStatus();
}

absl::Status ColumnDecoder::DecodeBools(ColumnParts& parts) {
  ASSIGN_OR_RETURN(const absl::string_view bytes, TakeBytes(present_));
  RETURN_IF_ERROR(Charge(rows_));
  parts.bools.assign(bytes.begin(), bytes.end());
  if (std::any_of(parts.bools.begin(), parts.bools.end(), [](std::uint8_t b) { return b > 1; })) {
    return WrongColumn("a bool is 0 or 1");
  }
  Spread(parts.presence, rows_, parts.bools);
  return absl::OkStatus();
}

// A big dictionary value times many rows is the real amplifier: what the rows would be if written
// out is bounded here.
absl::Status ColumnDecoder::CountLogicalBytes(const Column& column) {
  std::vector<std::uint64_t> bytes_of_code;
  std::uint64_t sum = 0;
  switch (column.type()) {
    case ColumnType::kText:
      sum = column.strings().bytes().size();
      break;
    case ColumnType::kIp:
      sum = std::uint64_t{present_} * sizeof(IpAddress);
      break;
    case ColumnType::kInteger:
    case ColumnType::kTime:
    case ColumnType::kDouble:
      sum = std::uint64_t{present_} * 8;
      break;
    case ColumnType::kBool:
      sum = present_;
      break;
    case ColumnType::kKeyword:
    case ColumnType::kKeywordList:
    case ColumnType::kIpList:
      bytes_of_code.resize(column.dictionary_size());
      for (std::uint32_t code = 0; code < bytes_of_code.size(); ++code) {
        if (column.type() == ColumnType::kKeyword) {
          bytes_of_code[code] = column.strings()[code].size();
          continue;
        }
        for (const std::uint32_t element : column.ListAt(code)) {
          bytes_of_code[code] += column.type() == ColumnType::kIpList
                                     ? sizeof(IpAddress)
                                     : column.strings()[element].size();
        }
      }
  }
  if (!bytes_of_code.empty()) {
    // Absent rows have code 0 and are counted out again.
    for (const std::uint32_t code : column.codes()) sum += bytes_of_code[code];
    sum -= std::uint64_t{rows_ - present_} * bytes_of_code[0];
  }
  if (sum > kBatchLogicalBytesMax - logical_bytes_) {
    return WrongColumn("the values of all rows come to more than 16 MiB");
  }
  logical_bytes_ += sum;
  return absl::OkStatus();
}

absl::StatusOr<absl::string_view> ColumnDecoder::TakeBytes(std::uint64_t bytes_count) {
  if (bytes_count > arrays_.size()) return WrongColumn("an array passes the end");
  const absl::string_view bytes = arrays_.substr(0, bytes_count);
  arrays_.remove_prefix(bytes_count);
  return bytes;
}

absl::StatusOr<std::vector<std::uint32_t>> ColumnDecoder::TakeNarrow(std::uint32_t count,
                                                                     std::uint32_t width) {
  if (!IsWidth(width, 4)) return WrongColumn("no such width");
  ASSIGN_OR_RETURN(const absl::string_view bytes, TakeBytes(std::uint64_t{count} * width));
  RETURN_IF_ERROR(Charge(std::uint64_t{std::max(count, rows_)} * sizeof(std::uint32_t)));
  std::vector<std::uint32_t> values(count);
  ReadNarrow(bytes, width, values);
  return values;
}

absl::Status ColumnDecoder::Charge(std::uint64_t memory_bytes) {
  if (memory_bytes > memory_bytes_left_) return WrongColumn("the arrays take too much memory");
  memory_bytes_left_ -= memory_bytes;
  return absl::OkStatus();
}

}  // namespace dims
