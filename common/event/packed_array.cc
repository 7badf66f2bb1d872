// SPDX-License-Identifier: Apache-2.0
#include "common/event/packed_array.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "common/base/check.h"
#include "common/base/little_endian.h"

namespace dims {
namespace {

constexpr std::uint64_t kScales[] = {1'000'000'000, 1'000'000, 1'000};
// Differences of values this close cannot overflow.
constexpr std::uint64_t kDeltaRangeMax = std::uint64_t{1} << 62;

// Templates over the stored width, so that each loop is a plain conversion the compiler vectorizes.
template <typename Narrow, typename Wide>
void AppendAs(std::string& out, std::span<const Wide> values) {
  const std::size_t begin = out.size();
  out.resize(begin + values.size() * sizeof(Narrow));
  char* at = out.data() + begin;
  for (const Wide value : values) {
    const auto narrow = static_cast<Narrow>(value);
    std::memcpy(at, &narrow, sizeof(Narrow));
    at += sizeof(Narrow);
  }
}

template <typename Narrow, typename Wide>
void ReadAs(absl::string_view bytes, std::span<Wide> out) {
  const char* at = bytes.data();
  for (Wide& value : out) {
    Narrow narrow;
    std::memcpy(&narrow, at, sizeof(Narrow));
    value = narrow;
    at += sizeof(Narrow);
  }
}

void AppendWide(std::string& out, std::span<const std::uint64_t> values, std::uint32_t width) {
  if (width == 1) AppendAs<std::uint8_t>(out, values);
  if (width == 2) AppendAs<std::uint16_t>(out, values);
  if (width == 4) AppendAs<std::uint32_t>(out, values);
  if (width == 8) AppendAs<std::uint64_t>(out, values);
}

void ReadWide(absl::string_view bytes, std::uint32_t width, std::span<std::uint64_t> out) {
  if (width == 0) std::fill(out.begin(), out.end(), 0);
  if (width == 1) ReadAs<std::uint8_t>(bytes, out);
  if (width == 2) ReadAs<std::uint16_t>(bytes, out);
  if (width == 4) ReadAs<std::uint32_t>(bytes, out);
  if (width == 8) ReadAs<std::uint64_t>(bytes, out);
}

// The largest scale that divides every offset.
std::uint64_t ScaleOf(std::span<const std::uint64_t> offsets) {
  for (const std::uint64_t scale : kScales) {
    if (std::all_of(offsets.begin(), offsets.end(),
                    [scale](std::uint64_t offset) { return offset % scale == 0; })) {
      return scale;
    }
  }
  return 1;
}

}  // namespace

std::uint32_t WidthOf(std::uint64_t max) {
  if (max == 0) return 0;
  if (max <= 0xff) return 1;
  if (max <= 0xffff) return 2;
  return max <= 0xffffffff ? 4 : 8;
}

bool IsWidth(std::uint32_t width, std::uint32_t width_max) {
  return width <= width_max && (width == 0 || width == 1 || width == 2 || width == 4 || width == 8);
}

void AppendNarrow(std::string& out, std::span<const std::uint32_t> values, std::uint32_t width) {
  DIMS_CHECK(IsWidth(width, 4));
  if (width == 1) AppendAs<std::uint8_t>(out, values);
  if (width == 2) AppendAs<std::uint16_t>(out, values);
  if (width == 4) AppendAs<std::uint32_t>(out, values);
}

void ReadNarrow(absl::string_view bytes, std::uint32_t width, std::span<std::uint32_t> out) {
  DIMS_CHECK(IsWidth(width, 4) && bytes.size() == out.size() * width);
  if (width == 0) std::fill(out.begin(), out.end(), 0);
  if (width == 1) ReadAs<std::uint8_t>(bytes, out);
  if (width == 2) ReadAs<std::uint16_t>(bytes, out);
  if (width == 4) ReadAs<std::uint32_t>(bytes, out);
}

IntegerPacking AppendIntegers(std::string& out, std::span<const std::int64_t> values) {
  IntegerPacking packing;
  if (values.empty()) return packing;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const auto base = static_cast<std::uint64_t>(*low);
  const std::uint64_t range = static_cast<std::uint64_t>(*high) - base;
  packing.base = *low;
  if (range == 0) return packing;

  std::vector<std::uint64_t> offsets(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    offsets[i] = static_cast<std::uint64_t>(values[i]) - base;
  }
  packing.scale = ScaleOf(offsets);
  if (packing.scale != 1) {
    for (std::uint64_t& offset : offsets) offset /= packing.scale;
  }
  packing.width = WidthOf(range / packing.scale);

  if (range < kDeltaRangeMax) {
    std::int64_t step_min = INT64_MAX;
    std::int64_t step_max = INT64_MIN;
    for (std::size_t i = 1; i < offsets.size(); ++i) {
      const auto step = static_cast<std::int64_t>(offsets[i] - offsets[i - 1]);
      step_min = std::min(step_min, step);
      step_max = std::max(step_max, step);
    }
    const auto spread = static_cast<std::uint64_t>(step_max - step_min);
    if (WidthOf(spread) < packing.width) {
      packing.delta = true;
      packing.base = values[0];
      packing.step = step_min;
      packing.width = WidthOf(spread);
      for (std::size_t i = offsets.size() - 1; i > 0; --i) {
        offsets[i] -= offsets[i - 1] + static_cast<std::uint64_t>(step_min);
      }
    }
  }
  AppendWide(out, std::span(offsets).subspan(packing.delta ? 1 : 0), packing.width);
  return packing;
}

void ReadIntegers(absl::string_view bytes, const IntegerPacking& packing,
                  std::span<std::int64_t> out) {
  DIMS_CHECK(IsWidth(packing.width, 8) && bytes.size() == packing.StoredBytes(out.size()));
  if (out.empty()) return;
  std::vector<std::uint64_t> stored(packing.delta ? out.size() - 1 : out.size());
  ReadWide(bytes, packing.width, stored);
  auto value = static_cast<std::uint64_t>(packing.base);
  if (!packing.delta) {
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = static_cast<std::int64_t>(value + packing.scale * stored[i]);
    }
    return;
  }
  out[0] = packing.base;
  for (std::size_t i = 1; i < out.size(); ++i) {
    value += packing.scale * (static_cast<std::uint64_t>(packing.step) + stored[i - 1]);
    out[i] = static_cast<std::int64_t>(value);
  }
}

}  // namespace dims
