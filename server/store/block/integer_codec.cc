// SPDX-License-Identifier: Apache-2.0
#include "server/store/block/integer_codec.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "server/store/block/bit_packing.h"
#include "server/store/block/byte_reader.h"
#include "server/store/block/integer_encoding.h"

namespace dims {
namespace {

constexpr int kIntegerZstdLevel = 1;
constexpr std::size_t kZstdBytesMin = 192;  // smaller than that a frame does not pay
constexpr int kDictionaryBitsMin = 13;      // narrower series gain nothing by a dictionary
constexpr std::size_t kDictionaryCountMin = 256;
constexpr std::size_t kDictionarySample = 2048;
constexpr std::size_t kSampleRuns = 6;
constexpr std::size_t kSampleRun = 64;
constexpr std::size_t kSampleOutliers = 16;  // one in so many may stand out
constexpr std::size_t kExceptionBytes = 5;   // what one costs about
constexpr int kZstdBitsMax = 40;             // wider residuals hold too little for it

// Arithmetic is modulo 2^64: what is subtracted here is added again by the reader.
std::uint64_t Bits(std::int64_t value) {
  return static_cast<std::uint64_t>(value);
}

IntegerEncoding EncodingOf(Prediction prediction, bool zstd) {
  const auto packed = static_cast<std::uint8_t>(1 + static_cast<std::uint8_t>(prediction));
  return static_cast<IntegerEncoding>(zstd ? packed + 3 : packed);
}

std::uint64_t StepAt(std::span<const std::int64_t> values, Prediction prediction, std::size_t i) {
  switch (prediction) {
    case Prediction::kFrame:
      return Bits(values[i]);
    case Prediction::kDelta:
      return Bits(values[i]) - Bits(values[i - 1]);
    case Prediction::kDeltaOfDelta:
      return Bits(values[i]) - 2 * Bits(values[i - 1]) + Bits(values[i - 2]);
  }
  return 0;
}

// The smallest and the largest step, by sign.
struct Extent {
  std::int64_t min = std::numeric_limits<std::int64_t>::max();
  std::int64_t max = std::numeric_limits<std::int64_t>::min();

  void Add(std::uint64_t step) {
    min = std::min(min, static_cast<std::int64_t>(step));
    max = std::max(max, static_cast<std::int64_t>(step));
  }

  std::uint64_t distance() const { return Bits(max) - Bits(min); }

  int bits() const { return min > max ? 0 : BitsOf(distance()); }
};

// Steps of some short runs all over the series, without the few that stand out.
Extent SampleExtent(std::span<const std::int64_t> values, Prediction prediction) {
  std::vector<std::int64_t> steps;
  const std::size_t stride = std::max(kSampleRun, values.size() / kSampleRuns);
  for (std::size_t begin = 0; begin < values.size(); begin += stride) {
    const std::size_t end = std::min(begin + kSampleRun, values.size());
    for (std::size_t i = begin + Leading(prediction); i < end; ++i) {
      steps.push_back(static_cast<std::int64_t>(StepAt(values, prediction, i)));
    }
  }
  Extent extent;
  if (steps.empty()) return extent;
  const std::size_t dropped = steps.size() / kSampleOutliers;
  const auto low = steps.begin() + static_cast<std::ptrdiff_t>(dropped / 2);
  const auto high = steps.end() - 1 - static_cast<std::ptrdiff_t>(dropped / 2);
  std::nth_element(steps.begin(), low, steps.end());
  extent.min = *low;
  std::nth_element(low, high, steps.end());
  extent.max = *high;
  return extent;
}

// The series as what is left of each value: step - base, in `bits` bits, and the rest of those few
// that need more.
struct Residuals {
  Prediction prediction = Prediction::kFrame;
  std::uint64_t base = 0;
  int bits = 0;
  std::size_t exceptions = 0;
  std::vector<std::uint64_t> values;

  std::size_t Bytes() const {
    return PackedBytes(values.size(), bits) + exceptions * kExceptionBytes;
  }
};

Prediction ChoosePrediction(std::span<const std::int64_t> values, Extent& sample) {
  auto best = Prediction::kFrame;
  sample = SampleExtent(values, best);
  for (const auto prediction : {Prediction::kDelta, Prediction::kDeltaOfDelta}) {
    if (values.size() < kSampleRun / 4) break;
    const Extent extent = SampleExtent(values, prediction);
    if (extent.bits() >= sample.bits()) continue;
    sample = extent;
    best = prediction;
  }
  return best;
}

// The width that makes values plus exceptions smallest.
void ChooseWidth(Residuals& residuals) {
  std::array<std::size_t, 65> of_width{};
  for (const std::uint64_t value : residuals.values) {
    ++of_width[static_cast<std::size_t>(BitsOf(value))];
  }
  std::size_t best = std::numeric_limits<std::size_t>::max();
  std::size_t wider = 0;
  for (int bits = 64; bits >= 0; --bits) {
    const std::size_t bytes = PackedBytes(residuals.values.size(), bits) + wider * kExceptionBytes;
    if (bytes < best) {
      best = bytes;
      residuals.bits = bits;
      residuals.exceptions = wider;
    }
    wider += of_width[static_cast<std::size_t>(bits)];
  }
}

Residuals Predict(std::span<const std::int64_t> values) {
  Residuals out;
  Extent sample;
  out.prediction = ChoosePrediction(values, sample);
  const std::size_t leading = Leading(out.prediction);
  Extent all;
  out.values.resize(values.size() - leading);
  for (std::size_t i = leading; i < values.size(); ++i) {
    const std::uint64_t step = StepAt(values, out.prediction, i);
    all.Add(step);
    out.values[i - leading] = step;
  }
  const bool outliers = all.bits() > sample.bits() + 1;
  // What lies below the base wraps around to a large number, and so becomes an exception.
  out.base = outliers ? Bits(sample.min) - sample.distance() / 4 : Bits(all.min);
  out.bits = all.bits();
  for (std::uint64_t& value : out.values) value -= out.base;
  if (outliers) ChooseWidth(out);
  return out;
}

int BytesFor(int bits) {
  return bits <= 8 ? 1 : bits <= 16 ? 2 : bits <= 32 ? 4 : 8;
}

// The low `bytes` bytes of each value. Templates over the array's element: the inner loops are
// simple enough to be vectorised only when the width is known.
template <typename Narrow, typename T>
std::string Narrowed(std::span<const T> values) {
  std::string out(values.size() * sizeof(Narrow), '\0');
  char* to = out.data();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto narrow = static_cast<Narrow>(values[i]);
    std::memcpy(to + i * sizeof(Narrow), &narrow, sizeof(Narrow));
  }
  return out;
}

template <typename T>
std::string NarrowBytes(std::span<const T> values, int bytes) {
  if (bytes == 1) return Narrowed<std::uint8_t>(values);
  if (bytes == 2) return Narrowed<std::uint16_t>(values);
  if (bytes == 4) return Narrowed<std::uint32_t>(values);
  return Narrowed<std::uint64_t>(values);
}

void AppendHeader(std::string& out, std::span<const std::int64_t> values,
                  const Residuals& residuals, bool zstd) {
  out.push_back(static_cast<char>(EncodingOf(residuals.prediction, zstd)));
  AppendSignedVarint(out, static_cast<std::int64_t>(residuals.base));
  if (residuals.prediction == Prediction::kFrame) return;
  AppendSignedVarint(out, values[0]);
  if (residuals.prediction == Prediction::kDelta) return;
  AppendSignedVarint(out, static_cast<std::int64_t>(Bits(values[1]) - Bits(values[0])));
}

// Writes the zstd form and is true when it saves a tenth of what packing takes.
bool AppendZstd(std::string& out, std::span<const std::int64_t> values, const Residuals& residuals,
                ZstdCodec& zstd) {
  if (residuals.Bytes() < kZstdBytesMin) return false;
  int bits = residuals.bits;
  if (residuals.exceptions > 0) bits = 64;
  if (bits > kZstdBitsMax) return false;
  const int bytes = BytesFor(bits);
  const absl::string_view frame = zstd.Compress(
      NarrowBytes(std::span<const std::uint64_t>(residuals.values), bytes), kIntegerZstdLevel);
  if (frame.size() >= residuals.Bytes() - residuals.Bytes() / 10) return false;
  AppendHeader(out, values, residuals, true);
  out.push_back(static_cast<char>(bytes));
  AppendVarint(out, frame.size());
  out.append(frame.data(), frame.size());
  return true;
}

void AppendPackedForm(std::string& out, std::span<const std::int64_t> values,
                      Residuals& residuals) {
  AppendHeader(out, values, residuals, false);
  out.push_back(static_cast<char>(residuals.bits));
  AppendVarint(out, residuals.exceptions);
  std::string exceptions;
  if (residuals.exceptions > 0) {
    std::size_t before = 0;
    for (std::size_t i = 0; i < residuals.values.size(); ++i) {
      const std::uint64_t high = residuals.values[i] >> residuals.bits;
      if (high == 0) continue;
      AppendVarint(exceptions, i - before);
      AppendVarint(exceptions, high);
      residuals.values[i] -= high << residuals.bits;
      before = i;
    }
  }
  AppendPacked(out, residuals.values, residuals.bits);
  out += exceptions;
}

void AppendSimple(std::string& out, std::span<const std::int64_t> values, ZstdCodec& zstd);

// The distinct values, ascending; empty when there are too many for a dictionary to pay.
std::vector<std::int64_t> DistinctValues(std::span<const std::int64_t> values) {
  absl::flat_hash_set<std::int64_t> distinct;
  const auto sample = std::min(values.size(), kDictionarySample);
  distinct.insert(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(sample));
  // Half as many distinct values as values would show at least so many repetitions already.
  if (distinct.size() > sample - sample * sample / (2 * values.size())) return {};
  for (const std::int64_t value : values) {
    distinct.insert(value);
    if (distinct.size() > values.size() / 2) return {};
  }
  std::vector<std::int64_t> sorted(distinct.begin(), distinct.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

// Writes the dictionary form and is true when it takes less than `bytes_max`.
bool AppendDictionary(std::string& out, std::span<const std::int64_t> values, std::size_t bytes_max,
                      ZstdCodec& zstd) {
  const std::vector<std::int64_t> distinct = DistinctValues(values);
  if (distinct.empty()) return false;
  absl::flat_hash_map<std::int64_t, std::int64_t> code_of;
  code_of.reserve(distinct.size());
  for (const std::int64_t value : distinct) {
    code_of.emplace(value, static_cast<std::int64_t>(code_of.size()));
  }
  std::vector<std::int64_t> codes;
  codes.reserve(values.size());
  for (const std::int64_t value : values) codes.push_back(code_of.find(value)->second);
  std::string form(1, static_cast<char>(IntegerEncoding::kDictionary));
  AppendVarint(form, distinct.size());
  AppendSimple(form, distinct, zstd);
  AppendSimple(form, codes, zstd);
  if (form.size() >= bytes_max) return false;
  out += form;
  return true;
}

bool AllEqual(std::span<const std::int64_t> values) {
  return std::all_of(values.begin(), values.end(),
                     [first = values[0]](std::int64_t value) { return value == first; });
}

// Every form but the dictionary.
void AppendSimple(std::string& out, std::span<const std::int64_t> values, ZstdCodec& zstd) {
  if (values.empty() || AllEqual(values)) {
    out.push_back(static_cast<char>(IntegerEncoding::kConstant));
    AppendSignedVarint(out, values.empty() ? 0 : values[0]);
    return;
  }
  Residuals residuals = Predict(values);
  if (!AppendZstd(out, values, residuals, zstd)) AppendPackedForm(out, values, residuals);
}

}  // namespace

void AppendIntegers(std::string& out, std::span<const std::int64_t> values, ZstdCodec& zstd) {
  const std::size_t begin = out.size();
  AppendSimple(out, values, zstd);
  const std::size_t bytes = out.size() - begin;
  const bool wide = bytes * 8 >= values.size() * kDictionaryBitsMin;
  if (values.size() < kDictionaryCountMin || !wide) return;
  std::string dictionary;
  if (!AppendDictionary(dictionary, values, bytes, zstd)) return;
  out.resize(begin);
  out += dictionary;
}

void AppendCodes(std::string& out, std::span<const std::uint32_t> codes, ZstdCodec& zstd) {
  const std::uint32_t largest = codes.empty() ? 0 : *std::max_element(codes.begin(), codes.end());
  const bool constant = std::all_of(codes.begin(), codes.end(),
                                    [largest](std::uint32_t code) { return code == largest; });
  if (constant) {
    out.push_back(static_cast<char>(IntegerEncoding::kConstant));
    AppendSignedVarint(out, largest);
    return;
  }
  const int bits = BitsOf(largest);
  const std::size_t packed_bytes = PackedBytes(codes.size(), bits);
  if (packed_bytes >= kZstdBytesMin) {
    const int bytes = BytesFor(bits);
    const absl::string_view frame = zstd.Compress(NarrowBytes(codes, bytes), kIntegerZstdLevel);
    if (frame.size() < packed_bytes - packed_bytes / 10) {
      out.push_back(static_cast<char>(IntegerEncoding::kFrameZstd));
      AppendSignedVarint(out, 0);
      out.push_back(static_cast<char>(bytes));
      AppendVarint(out, frame.size());
      out.append(frame.data(), frame.size());
      return;
    }
  }
  out.push_back(static_cast<char>(IntegerEncoding::kFrame));
  AppendSignedVarint(out, 0);
  out.push_back(static_cast<char>(bits));
  AppendVarint(out, 0);
  AppendPacked(out, std::vector<std::uint64_t>(codes.begin(), codes.end()), bits);
}

void AppendIntegers(std::string& out, std::span<const std::uint32_t> values, ZstdCodec& zstd) {
  const std::vector<std::int64_t> wide(values.begin(), values.end());
  AppendIntegers(out, wide, zstd);
}

}  // namespace dims
