// SPDX-License-Identifier: Apache-2.0
#include "server/store/block/column_encoder.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <utility>
#include <vector>

#include "common/base/check.h"
#include "server/store/block/column_part.h"
#include "server/store/block/integer_codec.h"
#include "server/store/block/text_encoder.h"
#include "server/store/block/value_codec.h"

namespace dims {
namespace {

constexpr int kDictionaryLevel = 3;
constexpr int kArrayLevel = 1;

// A column in the order of its block.
struct Ordered {
  const Column& column;
  std::span<const std::uint32_t> order;
};

// The values of present rows only: an absent row costs nothing but its bit of presence. A template
// over the array's element.
template <typename T>
std::vector<T> PresentValues(const Ordered& from, std::span<const T> values) {
  std::vector<T> out(values.size());
  T* to = out.data();
  if (from.column.all_present()) {
    for (const std::uint32_t row : from.order) *to++ = values[row];
    return out;
  }
  // Without a branch: what is written for an absent row is overwritten by the next.
  const RowBitmap& presence = *from.column.parts().presence;
  std::size_t count = 0;
  for (const std::uint32_t row : from.order) {
    to[count] = values[row];
    count += static_cast<std::size_t>(presence.Test(row));
  }
  out.resize(count);
  return out;
}

RowBitmap OrderedPresence(const Ordered& from) {
  RowBitmap out(static_cast<std::uint32_t>(from.order.size()));
  const RowBitmap& presence = *from.column.parts().presence;
  for (std::uint32_t i = 0; i < out.size(); ++i) {
    if (presence.Test(from.order[i])) out.Set(i);
  }
  return out;
}

// A dictionary without unused entries, in ascending order of its values: `order` lists the old
// codes in new order, `code_of` gives each old code its new one.
struct SortedCodes {
  std::vector<std::uint32_t> order;
  std::vector<std::uint32_t> code_of;
  std::vector<std::uint32_t> counts;  // by new code
  std::vector<std::uint32_t> codes;   // of the present rows, new; one for all when all are equal
};

// `less` orders old codes. A template over it, for the sort.
template <typename Less>
SortedCodes SortDictionary(const Ordered& from, std::uint32_t present_rows, Less&& less) {
  SortedCodes sorted;
  if (from.column.dictionary_size() == 1 && present_rows > 0) {
    // One value wherever there is one: many columns are like that, and need no look at the rows.
    sorted.order = {0};
    sorted.code_of = {0};
    sorted.counts = {present_rows};
    sorted.codes = {0};
    return sorted;
  }
  sorted.codes = PresentValues(from, from.column.codes());
  std::vector<std::uint32_t> uses(from.column.dictionary_size());
  for (const std::uint32_t code : sorted.codes) ++uses[code];
  for (std::uint32_t code = 0; code < uses.size(); ++code) {
    if (uses[code] > 0) sorted.order.push_back(code);
  }
  std::sort(sorted.order.begin(), sorted.order.end(), less);
  sorted.code_of.resize(uses.size());
  for (std::uint32_t i = 0; i < sorted.order.size(); ++i) {
    sorted.code_of[sorted.order[i]] = i;
    sorted.counts.push_back(uses[sorted.order[i]]);
  }
  for (std::uint32_t& code : sorted.codes) code = sorted.code_of[code];
  return sorted;
}

void AppendKeyword(const Ordered& from, EncodedColumn& out, ZstdCodec& zstd) {
  const StringPool& values = from.column.strings();
  const SortedCodes sorted =
      SortDictionary(from, out.present_rows, [&](auto a, auto b) { return values[a] < values[b]; });
  StringPool dictionary;
  for (const std::uint32_t code : sorted.order) dictionary.Add(values[code]);
  AppendVarint(out.head, dictionary.size());
  AppendStrings(out.head, dictionary, kDictionaryLevel, zstd);
  AppendIntegers(out.head, sorted.counts, zstd);
  AppendCodes(out.body, sorted.codes, zstd);
}

void AppendIp(const Ordered& from, EncodedColumn& out, ZstdCodec& zstd) {
  const std::vector<IpAddress>& values = from.column.addresses();
  const SortedCodes sorted =
      SortDictionary(from, out.present_rows, [&](auto a, auto b) { return values[a] < values[b]; });
  std::vector<IpAddress> dictionary;
  for (const std::uint32_t code : sorted.order) dictionary.push_back(values[code]);
  AppendVarint(out.head, dictionary.size());
  AppendAddresses(out.head, dictionary, zstd);
  AppendIntegers(out.head, sorted.counts, zstd);
  AppendCodes(out.body, sorted.codes, zstd);
}

// Elements that lists in use hold, ascending; lists in order of first use.
void AppendList(const Ordered& from, EncodedColumn& out, ZstdCodec& zstd) {
  const Column& column = from.column;
  const bool keywords = column.type() == ColumnType::kKeywordList;
  const SortedCodes lists = SortDictionary(from, out.present_rows, std::less<>());
  const std::size_t elements_count = keywords ? column.strings().size() : column.addresses().size();
  std::vector<std::uint32_t> element_code(elements_count, 0);
  for (const std::uint32_t list : lists.order) {
    for (const std::uint32_t element : column.ListAt(list)) element_code[element] = 1;
  }
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < elements_count; ++i) {
    if (element_code[i] != 0) order.push_back(i);
  }
  std::sort(order.begin(), order.end(), [&](auto a, auto b) {
    return keywords ? column.strings()[a] < column.strings()[b]
                    : column.addresses()[a] < column.addresses()[b];
  });
  StringPool strings;
  std::vector<IpAddress> addresses;
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    element_code[order[i]] = i;
    if (keywords) strings.Add(column.strings()[order[i]]);
    if (!keywords) addresses.push_back(column.addresses()[order[i]]);
  }
  std::vector<std::uint32_t> lengths;
  std::vector<std::uint32_t> elements;
  for (const std::uint32_t list : lists.order) {
    lengths.push_back(static_cast<std::uint32_t>(column.ListAt(list).size()));
    for (const std::uint32_t element : column.ListAt(list)) {
      elements.push_back(element_code[element]);
    }
  }
  AppendVarint(out.head, order.size());
  keywords ? AppendStrings(out.head, strings, kDictionaryLevel, zstd)
           : AppendAddresses(out.head, addresses, zstd);
  AppendVarint(out.head, lengths.size());
  AppendIntegers(out.head, lengths, zstd);
  AppendVarint(out.head, elements.size());
  AppendIntegers(out.head, elements, zstd);
  AppendIntegers(out.head, lists.counts, zstd);
  AppendCodes(out.body, lists.codes, zstd);
}

void AppendNumbers(const Ordered& from, EncodedColumn& out, ZstdCodec& zstd) {
  const std::vector<std::int64_t> values = PresentValues(from, from.column.integers());
  if (!values.empty()) {
    const auto [min, max] = std::minmax_element(values.begin(), values.end());
    out.min = *min;
    out.max = *max;
  }
  AppendIntegers(out.body, values, zstd);
}

void AppendDoubles(const Ordered& from, EncodedColumn& out, ZstdCodec& zstd) {
  // By place, so that the bytes that hardly change stand together: eight streams.
  const std::vector<double> values = PresentValues(from, from.column.doubles());
  std::string bytes(values.size() * sizeof(double), '\0');
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto bits = std::bit_cast<std::uint64_t>(values[i]);
    for (std::size_t byte = 0; byte < sizeof(double); ++byte) {
      bytes[byte * values.size() + i] = static_cast<char>(bits >> (8 * byte));
    }
  }
  AppendBytes(out.body, bytes, kArrayLevel, zstd);
}

void AppendBools(const Ordered& from, EncodedColumn& out, ZstdCodec& zstd) {
  const std::vector<std::uint8_t> values = PresentValues(from, from.column.bools());
  AppendCodes(out.body, std::vector<std::uint32_t>(values.begin(), values.end()), zstd);
}

void AppendText(const Ordered& from, std::span<const Column* const> siblings, EncodedColumn& out,
                ZstdCodec& zstd) {
  TextEncoder encoder(from.column, from.order, siblings, zstd);
  encoder.AppendTo(out.body);
  encoder.AppendFilterTo(out.head);
}

void AppendValues(const Ordered& from, std::span<const Column* const> siblings, EncodedColumn& out,
                  ZstdCodec& zstd) {
  switch (from.column.type()) {
    case ColumnType::kKeyword:
      return AppendKeyword(from, out, zstd);
    case ColumnType::kText:
      return AppendText(from, siblings, out, zstd);
    case ColumnType::kIp:
      return AppendIp(from, out, zstd);
    case ColumnType::kInteger:
    case ColumnType::kTime:
      return AppendNumbers(from, out, zstd);
    case ColumnType::kDouble:
      return AppendDoubles(from, out, zstd);
    case ColumnType::kBool:
      return AppendBools(from, out, zstd);
    case ColumnType::kKeywordList:
    case ColumnType::kIpList:
      return AppendList(from, out, zstd);
  }
}

}  // namespace

EncodedColumn EncodeColumn(const Column& column, std::span<const std::uint32_t> order,
                           std::span<const Column* const> siblings, ZstdCodec& zstd) {
  DIMS_CHECK(column.rows() <= kBlockRowsMax && order.size() == column.rows());
  const Ordered from{column, order};
  EncodedColumn out;
  out.id = ColumnId{column.name(), column.type()};
  out.head = BeginPart();
  out.body = BeginPart();
  out.present_rows = column.rows();
  if (column.all_present()) {
    AppendPresence(out.body, nullptr, column.rows(), zstd);
  } else {
    const RowBitmap presence = OrderedPresence(from);
    out.present_rows = presence.Count();
    AppendPresence(out.body, &presence, column.rows(), zstd);
  }
  AppendValues(from, siblings, out, zstd);
  if (out.head.size() == kPartHeaderBytes) {
    out.head.clear();
  } else {
    SealPart(PartHeader{ColumnPart::kHead, column.type(), column.rows()}, out.head);
  }
  SealPart(PartHeader{ColumnPart::kBody, column.type(), column.rows()}, out.body);
  return out;
}

}  // namespace dims
