// SPDX-License-Identifier: Apache-2.0
#include "server/store/block/integer_reader.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "common/base/check.h"
#include "server/store/block/bit_packing.h"
#include "server/store/block/integer_encoding.h"

namespace dims {
namespace {

// Arithmetic is modulo 2^64: what the writer subtracted is added again.
std::uint64_t UnsignedBits(std::int64_t value) {
  return static_cast<std::uint64_t>(value);
}

bool IsPacked(IntegerEncoding encoding) {
  return encoding <= IntegerEncoding::kDeltaOfDelta;
}

Prediction PredictionOf(IntegerEncoding encoding) {
  switch (encoding) {
    case IntegerEncoding::kDelta:
    case IntegerEncoding::kDeltaZstd:
      return Prediction::kDelta;
    case IntegerEncoding::kDeltaOfDelta:
    case IntegerEncoding::kDeltaOfDeltaZstd:
      return Prediction::kDeltaOfDelta;
    case IntegerEncoding::kConstant:
    case IntegerEncoding::kFrame:
    case IntegerEncoding::kFrameZstd:
    case IntegerEncoding::kDictionary:
      break;
  }
  return Prediction::kFrame;
}

// Sums up differences; every one but the first lacks `base`.
void AddUp(std::span<std::uint64_t> values, std::uint64_t base) {
  for (std::size_t i = 1; i < values.size(); ++i) values[i] += values[i - 1] + base;
}

// A bit-packed series, its exceptions still to be read from what follows it.
struct PackedForm {
  int bits = 0;
  std::uint64_t exceptions = 0;
  absl::string_view bytes;
};

bool ReadPackedForm(ByteReader& in, std::size_t count, PackedForm& out) {
  out.bits = in.Read<std::uint8_t>();
  out.exceptions = in.Varint();
  if (out.bits > 64 || out.exceptions > count || (out.bits == 64 && out.exceptions > 0)) {
    return false;
  }
  out.bytes = in.Take(PackedBytes(count, out.bits));
  return in.ok();
}

// Calls add(position, what to add) for each exception. A template over what is done with them.
template <typename Add>
bool ForEachException(ByteReader& in, const PackedForm& form, std::size_t count, Add&& add) {
  std::uint64_t at = 0;
  for (std::uint64_t i = 0; i < form.exceptions; ++i) {
    at += in.Varint();
    const std::uint64_t high = in.Varint();
    if (!in.ok() || at >= count) return false;
    add(static_cast<std::size_t>(at), high << form.bits);
  }
  return true;
}

bool ReadPacked(ByteReader& in, std::span<std::uint64_t> out) {
  PackedForm form;
  if (!ReadPackedForm(in, out.size(), form)) return false;
  Unpack(form.bytes, form.bits, out);
  return ForEachException(in, form, out.size(),
                          [&](std::size_t at, std::uint64_t more) { out[at] += more; });
}

// Numbers of 1, 2, 4 or 8 bytes each.
struct NarrowForm {
  std::size_t bytes_each = 0;
  std::string bytes;

  std::uint64_t At(std::size_t position) const {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data() + position * bytes_each, bytes_each);
    return value;
  }
};

bool ReadNarrow(ByteReader& in, std::size_t count, NarrowForm& out, ZstdCodec& zstd) {
  out.bytes_each = in.Read<std::uint8_t>();
  const absl::string_view frame = in.Take(in.Varint());
  const std::size_t each = out.bytes_each;
  if (!in.ok() || (each != 1 && each != 2 && each != 4 && each != 8)) return false;
  if (!ZstdCodec::Declares(frame, count * each)) return false;
  out.bytes.resize(count * each);
  return zstd.Decompress(frame, out.bytes.size(), out.bytes.data());
}

// Written once for every width and every array the numbers go to.
template <typename Narrow, typename T>
void Widen(const std::string& bytes, std::span<T> out) {
  const char* from = bytes.data();
  for (T& value : out) {
    Narrow narrow;
    std::memcpy(&narrow, from, sizeof(narrow));
    value = static_cast<T>(narrow);
    from += sizeof(narrow);
  }
}

template <typename T>
void WidenAll(const NarrowForm& form, std::span<T> out) {
  if (form.bytes_each == 1) return Widen<std::uint8_t>(form.bytes, out);
  if (form.bytes_each == 2) return Widen<std::uint16_t>(form.bytes, out);
  if (form.bytes_each == 4) return Widen<std::uint32_t>(form.bytes, out);
  Widen<std::uint64_t>(form.bytes, out);
}

bool ReadZstd(ByteReader& in, std::span<std::uint64_t> out, ZstdCodec& zstd) {
  NarrowForm form;
  if (!ReadNarrow(in, out.size(), form, zstd)) return false;
  WidenAll(form, out);
  return true;
}

bool ReadResiduals(ByteReader& in, IntegerEncoding encoding, std::span<std::uint64_t> out,
                   ZstdCodec& zstd) {
  const Prediction prediction = PredictionOf(encoding);
  const std::uint64_t base = UnsignedBits(in.SignedVarint());
  const std::size_t leading = Leading(prediction);
  if (out.size() < leading) return false;
  for (std::size_t i = 0; i < leading; ++i) out[i] = UnsignedBits(in.SignedVarint());
  const std::span<std::uint64_t> rest = out.subspan(leading);
  if (!(IsPacked(encoding) ? ReadPacked(in, rest) : ReadZstd(in, rest, zstd))) return false;
  switch (prediction) {
    case Prediction::kFrame:
      if (base == 0) break;
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

// The series after its encoding byte, as bit patterns. Dictionaries are not one series, and hold no
// other dictionary.
bool ReadSeries(ByteReader& in, IntegerEncoding encoding, std::span<std::uint64_t> out,
                ZstdCodec& zstd) {
  if (encoding == IntegerEncoding::kConstant) {
    std::fill(out.begin(), out.end(), UnsignedBits(in.SignedVarint()));
    return in.ok();
  }
  if (encoding >= IntegerEncoding::kDictionary) return false;
  return ReadResiduals(in, encoding, out, zstd);
}

bool ReadSimple(ByteReader& in, std::size_t count, std::vector<std::int64_t>& out,
                ZstdCodec& zstd) {
  const auto encoding = static_cast<IntegerEncoding>(in.Read<std::uint8_t>());
  if (!in.ok()) return false;
  out.resize(count);
  // Signed and unsigned numbers of one width may alias.
  const std::span<std::uint64_t> bits(reinterpret_cast<std::uint64_t*>(out.data()), count);
  return ReadSeries(in, encoding, bits, zstd) && in.ok();
}

// Looks the codes in `values` up.
bool Spell(const std::vector<std::int64_t>& distinct, std::vector<std::int64_t>& values) {
  for (std::int64_t& value : values) {
    if (UnsignedBits(value) >= distinct.size()) return false;
    value = distinct[UnsignedBits(value)];
  }
  return true;
}

bool ReadDistinct(ByteReader& in, std::size_t count, std::vector<std::int64_t>& distinct,
                  ZstdCodec& zstd) {
  in.Read<std::uint8_t>();
  const std::uint64_t distinct_count = in.Varint();
  return in.ok() && distinct_count <= count && ReadSimple(in, distinct_count, distinct, zstd);
}

bool ReadDictionary(ByteReader& in, std::size_t count, std::vector<std::int64_t>& out,
                    ZstdCodec& zstd) {
  std::vector<std::int64_t> distinct;
  return ReadDistinct(in, count, distinct, zstd) && ReadSimple(in, count, out, zstd) &&
         Spell(distinct, out);
}

bool StartsWith(const ByteReader& in, IntegerEncoding encoding) {
  return !in.rest().empty() && in.rest()[0] == static_cast<char>(encoding);
}

// Frames of small numbers, which codes are: straight into 32 bits.
bool ReadSmallFrame(ByteReader& in, std::span<std::uint32_t> out, std::uint64_t limit,
                    ZstdCodec& zstd) {
  const auto encoding = static_cast<IntegerEncoding>(in.Read<std::uint8_t>());
  in.SignedVarint();  // 0: see IsSmallFrame
  if (encoding == IntegerEncoding::kFrame) {
    PackedForm form;
    if (!ReadPackedForm(in, out.size(), form)) return false;
    Unpack(form.bytes, form.bits, out);
  } else {
    NarrowForm form;
    if (!ReadNarrow(in, out.size(), form, zstd)) return false;
    WidenAll(form, out);
  }
  std::uint32_t largest = 0;
  for (const std::uint32_t value : out) largest = std::max(largest, value);
  return out.empty() || largest < limit;
}

// A frame from 0 on, without exceptions, of at most 32 bits.
bool IsSmallFrame(ByteReader in) {
  const auto encoding = static_cast<IntegerEncoding>(in.Read<std::uint8_t>());
  const bool frame = encoding == IntegerEncoding::kFrame || encoding == IntegerEncoding::kFrameZstd;
  if (!frame || in.SignedVarint() != 0) return false;
  const std::uint8_t width = in.Read<std::uint8_t>();
  if (encoding == IntegerEncoding::kFrameZstd) return in.ok() && width <= 4;
  return width <= 32 && in.Varint() == 0 && in.ok();
}

bool ReadPackedAt(ByteReader& in, std::size_t count, std::span<const std::uint32_t> positions,
                  std::vector<std::int64_t>& out) {
  const std::uint64_t base = UnsignedBits(in.SignedVarint());
  PackedForm form;
  if (!ReadPackedForm(in, count, form)) return false;
  out.clear();
  for (const std::uint32_t position : positions) {
    out.push_back(static_cast<std::int64_t>(UnpackOne(form.bytes, form.bits, position) + base));
  }
  return ForEachException(in, form, count, [&](std::size_t at, std::uint64_t more) {
    for (std::size_t i = 0; i < positions.size(); ++i) {
      if (positions[i] == at) out[i] = static_cast<std::int64_t>(UnsignedBits(out[i]) + more);
    }
  });
}

bool ReadNarrowAt(ByteReader& in, std::size_t count, std::span<const std::uint32_t> positions,
                  std::vector<std::int64_t>& out, ZstdCodec& zstd) {
  const std::uint64_t base = UnsignedBits(in.SignedVarint());
  NarrowForm form;
  if (!ReadNarrow(in, count, form, zstd)) return false;
  out.clear();
  for (const std::uint32_t position : positions) {
    out.push_back(static_cast<std::int64_t>(form.At(position) + base));
  }
  return true;
}

// Every form but the dictionary.
bool ReadSimpleAt(ByteReader& in, std::size_t count, std::span<const std::uint32_t> positions,
                  std::vector<std::int64_t>& out, ZstdCodec& zstd) {
  const ByteReader whole = in;
  const auto encoding = static_cast<IntegerEncoding>(in.Read<std::uint8_t>());
  if (!in.ok()) return false;
  if (encoding == IntegerEncoding::kConstant) {
    out.assign(positions.size(), in.SignedVarint());
    return in.ok();
  }
  if (encoding == IntegerEncoding::kFrame) return ReadPackedAt(in, count, positions, out);
  if (encoding == IntegerEncoding::kFrameZstd) {
    return ReadNarrowAt(in, count, positions, out, zstd);
  }
  // Differences: each value needs all before it.
  in = whole;
  std::vector<std::int64_t> all;
  if (!ReadSimple(in, count, all, zstd)) return false;
  out.clear();
  for (const std::uint32_t position : positions) out.push_back(all[position]);
  return true;
}

}  // namespace

bool ReadIntegers(ByteReader& in, std::size_t count, std::vector<std::int64_t>& out,
                  ZstdCodec& zstd) {
  return StartsWith(in, IntegerEncoding::kDictionary) ? ReadDictionary(in, count, out, zstd)
                                                      : ReadSimple(in, count, out, zstd);
}

bool ReadIntegers(ByteReader& in, std::size_t count, std::uint64_t limit,
                  std::vector<std::uint32_t>& out, ZstdCodec& zstd) {
  if (StartsWith(in, IntegerEncoding::kConstant)) {
    // Most columns of a block hold one value: no series is made of it.
    in.Read<std::uint8_t>();
    const std::uint64_t value = UnsignedBits(in.SignedVarint());
    if (!in.ok() || (count > 0 && value >= limit)) return false;
    out.assign(count, static_cast<std::uint32_t>(value));
    return true;
  }
  DIMS_CHECK(limit <= std::uint64_t{1} << 32);
  if (IsSmallFrame(in)) {
    out.resize(count);
    return ReadSmallFrame(in, out, limit, zstd);
  }
  std::vector<std::int64_t> wide;
  if (!ReadIntegers(in, count, wide, zstd)) return false;
  out.resize(count);
  std::uint64_t largest = 0;
  for (std::size_t i = 0; i < count; ++i) {
    largest = std::max(largest, UnsignedBits(wide[i]));
    out[i] = static_cast<std::uint32_t>(wide[i]);
  }
  return count == 0 || largest < limit;
}

bool ReadIntegersAt(ByteReader& in, std::size_t count, std::span<const std::uint32_t> positions,
                    std::vector<std::int64_t>& out, ZstdCodec& zstd) {
  for (const std::uint32_t position : positions) DIMS_CHECK(position < count);
  if (!StartsWith(in, IntegerEncoding::kDictionary)) {
    return ReadSimpleAt(in, count, positions, out, zstd);
  }
  std::vector<std::int64_t> distinct;
  return ReadDistinct(in, count, distinct, zstd) && ReadSimpleAt(in, count, positions, out, zstd) &&
         Spell(distinct, out);
}

bool ReadIntegersAt(ByteReader& in, std::size_t count, std::span<const std::uint32_t> positions,
                    std::uint64_t limit, std::vector<std::uint32_t>& out, ZstdCodec& zstd) {
  std::vector<std::int64_t> wide;
  if (!ReadIntegersAt(in, count, positions, wide, zstd)) return false;
  out.clear();
  for (const std::int64_t value : wide) {
    if (UnsignedBits(value) >= limit) return false;
    out.push_back(static_cast<std::uint32_t>(value));
  }
  return true;
}

}  // namespace dims
