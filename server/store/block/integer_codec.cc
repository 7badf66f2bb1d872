// SPDX-License-Identifier: Apache-2.0
#include "server/store/block/integer_codec.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "common/base/check.h"
#include "server/store/block/bit_packing.h"

namespace dims {
namespace {

// Part of the format: never renumbered.
enum class Encoding : std::uint8_t {
  kConstant = 0,
  kFrame = 1,         // value - base, bit-packed with exceptions
  kDelta = 2,         // difference to the one before - base, likewise
  kDeltaOfDelta = 3,  // difference of differences - base, likewise
  kFrameZstd = 4,     // the same three in 1, 2, 4 or 8 bytes each, under zstd
  kDeltaZstd = 5,
  kDeltaOfDeltaZstd = 6,
  kDictionary = 7,  // the distinct values, ascending, then a code for each
};

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

enum class Prediction : std::uint8_t { kFrame = 0, kDelta = 1, kDeltaOfDelta = 2 };

Encoding EncodingOf(Prediction prediction, bool zstd) {
  const auto packed = static_cast<std::uint8_t>(1 + static_cast<std::uint8_t>(prediction));
  return static_cast<Encoding>(zstd ? packed + 3 : packed);
}

// Values that the prediction leaves as they are, at the front of the series.
std::size_t Leading(Prediction prediction) {
  return static_cast<std::size_t>(prediction);
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
  std::string form(1, static_cast<char>(Encoding::kDictionary));
  AppendVarint(form, distinct.size());
  AppendSimple(form, distinct, zstd);
  AppendSimple(form, codes, zstd);
  if (form.size() >= bytes_max) return false;
  out += form;
  return true;
}

// Sums up differences; every one but the first lacks `base`.
void AddUp(std::span<std::uint64_t> values, std::uint64_t base) {
  for (std::size_t i = 1; i < values.size(); ++i) values[i] += values[i - 1] + base;
}

bool ReadPacked(ByteReader& in, std::span<std::uint64_t> out) {
  const int bits = in.Read<std::uint8_t>();
  const std::uint64_t exceptions = in.Varint();
  if (bits > 64 || exceptions > out.size()) return false;
  const absl::string_view bytes = in.Take(PackedBytes(out.size(), bits));
  if (!in.ok()) return false;
  Unpack(bytes, bits, out);
  std::uint64_t at = 0;
  for (std::uint64_t i = 0; i < exceptions; ++i) {
    at += in.Varint();
    const std::uint64_t high = in.Varint();
    if (!in.ok() || at >= out.size() || bits == 64) return false;
    out[at] += high << bits;
  }
  return true;
}

bool ReadZstd(ByteReader& in, std::span<std::uint64_t> out, ZstdCodec& zstd) {
  const std::size_t bytes = in.Read<std::uint8_t>();
  const absl::string_view frame = in.Take(in.Varint());
  if (!in.ok() || (bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8)) return false;
  std::string narrow(out.size() * bytes, '\0');
  if (!zstd.Decompress(frame, narrow.size(), narrow.data())) return false;
  const char* from = narrow.data();
  for (std::uint64_t& value : out) {
    value = 0;
    std::memcpy(&value, from, bytes);
    from += bytes;
  }
  return true;
}

bool ReadResiduals(ByteReader& in, Prediction prediction, bool packed, std::span<std::uint64_t> out,
                   ZstdCodec& zstd) {
  const std::uint64_t base = Bits(in.SignedVarint());
  const std::size_t leading = Leading(prediction);
  if (out.size() < leading) return false;
  for (std::size_t i = 0; i < leading; ++i) out[i] = Bits(in.SignedVarint());
  const std::span<std::uint64_t> rest = out.subspan(leading);
  if (!(packed ? ReadPacked(in, rest) : ReadZstd(in, rest, zstd))) return false;
  switch (prediction) {
    case Prediction::kFrame:
      for (std::uint64_t& value : out) value += base;
      break;
    case Prediction::kDelta:
      AddUp(out, base);
      break;
    case Prediction::kDeltaOfDelta:
      AddUp(out.subspan(1), base);
      AddUp(out, 0);
      break;
  }
  return true;
}

// The series after its encoding byte, as bit patterns.
bool ReadSeries(ByteReader& in, Encoding encoding, std::span<std::uint64_t> out, ZstdCodec& zstd) {
  switch (encoding) {
    case Encoding::kConstant:
      std::fill(out.begin(), out.end(), Bits(in.SignedVarint()));
      return in.ok();
    case Encoding::kFrame:
    case Encoding::kFrameZstd:
      return ReadResiduals(in, Prediction::kFrame, encoding == Encoding::kFrame, out, zstd);
    case Encoding::kDelta:
    case Encoding::kDeltaZstd:
      return ReadResiduals(in, Prediction::kDelta, encoding == Encoding::kDelta, out, zstd);
    case Encoding::kDeltaOfDelta:
    case Encoding::kDeltaOfDeltaZstd:
      return ReadResiduals(in, Prediction::kDeltaOfDelta, encoding == Encoding::kDeltaOfDelta, out,
                           zstd);
    case Encoding::kDictionary:
      return false;  // is not one series, and holds no other dictionary
  }
  return false;
}

bool ReadSimple(ByteReader& in, std::size_t count, std::vector<std::int64_t>& out,
                ZstdCodec& zstd) {
  const auto encoding = static_cast<Encoding>(in.Read<std::uint8_t>());
  if (!in.ok()) return false;
  out.resize(count);
  // Signed and unsigned numbers of one width may alias.
  const std::span<std::uint64_t> bits(reinterpret_cast<std::uint64_t*>(out.data()), count);
  return ReadSeries(in, encoding, bits, zstd) && in.ok();
}

bool ReadDictionary(ByteReader& in, std::size_t count, std::vector<std::int64_t>& out,
                    ZstdCodec& zstd) {
  in.Read<std::uint8_t>();
  const std::uint64_t distinct_count = in.Varint();
  std::vector<std::int64_t> distinct;
  if (!in.ok() || distinct_count > count) return false;
  if (!ReadSimple(in, distinct_count, distinct, zstd)) return false;
  if (!ReadSimple(in, count, out, zstd)) return false;
  for (std::int64_t& value : out) {
    if (Bits(value) >= distinct.size()) return false;
    value = distinct[Bits(value)];
  }
  return true;
}

bool AllEqual(std::span<const std::int64_t> values) {
  return std::all_of(values.begin(), values.end(),
                     [first = values[0]](std::int64_t value) { return value == first; });
}

// Every form but the dictionary.
void AppendSimple(std::string& out, std::span<const std::int64_t> values, ZstdCodec& zstd) {
  if (values.empty() || AllEqual(values)) {
    out.push_back(static_cast<char>(Encoding::kConstant));
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
    out.push_back(static_cast<char>(Encoding::kConstant));
    AppendSignedVarint(out, largest);
    return;
  }
  const int bits = BitsOf(largest);
  const std::size_t packed_bytes = PackedBytes(codes.size(), bits);
  if (packed_bytes >= kZstdBytesMin) {
    const int bytes = BytesFor(bits);
    const absl::string_view frame = zstd.Compress(NarrowBytes(codes, bytes), kIntegerZstdLevel);
    if (frame.size() < packed_bytes - packed_bytes / 10) {
      out.push_back(static_cast<char>(Encoding::kFrameZstd));
      AppendSignedVarint(out, 0);
      out.push_back(static_cast<char>(bytes));
      AppendVarint(out, frame.size());
      out.append(frame.data(), frame.size());
      return;
    }
  }
  out.push_back(static_cast<char>(Encoding::kFrame));
  AppendSignedVarint(out, 0);
  out.push_back(static_cast<char>(bits));
  AppendVarint(out, 0);
  AppendPacked(out, std::vector<std::uint64_t>(codes.begin(), codes.end()), bits);
}

void AppendIntegers(std::string& out, std::span<const std::uint32_t> values, ZstdCodec& zstd) {
  const std::vector<std::int64_t> wide(values.begin(), values.end());
  AppendIntegers(out, wide, zstd);
}

bool ReadIntegers(ByteReader& in, std::size_t count, std::vector<std::int64_t>& out,
                  ZstdCodec& zstd) {
  const absl::string_view rest = in.rest();
  const bool dictionary = !rest.empty() && rest[0] == static_cast<char>(Encoding::kDictionary);
  return dictionary ? ReadDictionary(in, count, out, zstd) : ReadSimple(in, count, out, zstd);
}

bool ReadIntegers(ByteReader& in, std::size_t count, std::uint64_t limit,
                  std::vector<std::uint32_t>& out, ZstdCodec& zstd) {
  const absl::string_view rest = in.rest();
  if (!rest.empty() && rest[0] == static_cast<char>(Encoding::kConstant)) {
    // Most columns of a block hold one value: no series is made of it.
    in.Read<std::uint8_t>();
    const std::uint64_t value = Bits(in.SignedVarint());
    if (!in.ok() || (count > 0 && value >= limit)) return false;
    out.assign(count, static_cast<std::uint32_t>(value));
    return true;
  }
  std::vector<std::int64_t> wide;
  if (!ReadIntegers(in, count, wide, zstd)) return false;
  DIMS_CHECK(limit <= std::uint64_t{1} << 32);
  out.resize(count);
  std::uint64_t largest = 0;
  for (std::size_t i = 0; i < count; ++i) {
    largest = std::max(largest, Bits(wide[i]));
    out[i] = static_cast<std::uint32_t>(wide[i]);
  }
  return count == 0 || largest < limit;
}

}  // namespace dims
