// SPDX-License-Identifier: Apache-2.0
#include "server/store/block/value_codec.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "server/store/block/integer_codec.h"
#include "server/store/block/integer_reader.h"

namespace dims {
namespace {

// Parts of the format: never renumbered.
enum class BytesForm : std::uint8_t { kPlain = 0, kZstd = 1 };
enum class PresenceForm : std::uint8_t { kAll = 0, kNone = 1, kRuns = 2, kBitmap = 3 };

constexpr std::size_t kValueZstdBytesMin = 64;
constexpr std::size_t kAddressBytes = 16;
constexpr int kBitmapLevel = 1;
constexpr std::size_t kRunBytes = 2;  // what one run takes about

// Lengths of alternating runs, the first of absent rows (perhaps empty).
std::vector<std::uint32_t> RunsOf(const RowBitmap& presence) {
  std::vector<std::uint32_t> runs;
  bool present = false;
  std::uint32_t begin = 0;
  for (std::uint32_t row = 0; row < presence.size(); ++row) {
    if (presence.Test(row) == present) continue;
    runs.push_back(row - begin);
    begin = row;
    present = !present;
  }
  runs.push_back(presence.size() - begin);
  return runs;
}

// How often neighbours differ, without making the runs.
std::size_t ChangesOf(const RowBitmap& presence) {
  std::size_t changes = 0;
  std::uint64_t carry = 0;
  for (const std::uint64_t word : presence.words()) {
    changes += static_cast<std::size_t>(std::popcount(word ^ (word << 1 | carry)));
    carry = word >> 63;
  }
  return changes;
}

bool ReadRuns(ByteReader& in, std::uint32_t rows, RowBitmap& out, ZstdCodec& zstd) {
  const std::uint64_t count = in.Varint();
  std::vector<std::uint32_t> runs;
  if (!in.ok() || count > std::uint64_t{rows} + 1) return false;
  if (!ReadIntegers(in, count, std::uint64_t{rows} + 1, runs, zstd)) return false;
  out = RowBitmap(rows);
  std::uint32_t row = 0;
  bool present = false;
  for (const std::uint32_t run : runs) {
    if (run > rows - row) return false;
    if (present) out.SetRange(row, run);
    row += run;
    present = !present;
  }
  return row == rows;
}

bool ReadBitmap(ByteReader& in, std::uint32_t rows, RowBitmap& out, ZstdCodec& zstd) {
  out = RowBitmap(rows);
  std::string bytes;
  std::vector<std::uint64_t>& words = out.mutable_words();
  if (!ReadBytes(in, bytes, zstd) || bytes.size() != words.size() * 8) return false;
  if (!bytes.empty()) std::memcpy(words.data(), bytes.data(), bytes.size());
  out.Resize(rows);  // bits beyond the last row are not trusted
  return true;
}

}  // namespace

void AppendBytes(std::string& out, absl::string_view bytes, int level, ZstdCodec& zstd) {
  absl::string_view stored = bytes;
  auto form = BytesForm::kPlain;
  if (bytes.size() >= kValueZstdBytesMin) {
    const absl::string_view frame = zstd.Compress(bytes, level);
    if (frame.size() < bytes.size()) {
      stored = frame;
      form = BytesForm::kZstd;
    }
  }
  out.push_back(static_cast<char>(form));
  AppendVarint(out, bytes.size());
  if (form == BytesForm::kZstd) AppendVarint(out, stored.size());
  out.append(stored.data(), stored.size());
}

bool ReadBytes(ByteReader& in, std::string& out, ZstdCodec& zstd) {
  const auto form = static_cast<BytesForm>(in.Read<std::uint8_t>());
  const std::uint64_t size = in.Varint();
  if (!in.ok() || size > kSeriesBytesMax) return false;
  if (form == BytesForm::kPlain) {
    const absl::string_view bytes = in.Take(size);
    out.assign(bytes.data(), bytes.size());
    return in.ok();
  }
  if (form != BytesForm::kZstd) return false;
  const absl::string_view frame = in.Take(in.Varint());
  if (!in.ok() || !ZstdCodec::Declares(frame, size)) return false;
  out.resize(size);
  return zstd.Decompress(frame, size, out.data());
}

void AppendStrings(std::string& out, const StringPool& strings, int level, ZstdCodec& zstd) {
  std::vector<std::uint32_t> lengths;
  lengths.reserve(strings.size());
  std::uint32_t begin = 0;
  for (const std::uint32_t end : strings.ends()) {
    lengths.push_back(end - begin);
    begin = end;
  }
  AppendIntegers(out, lengths, zstd);
  AppendBytes(out, strings.bytes(), level, zstd);
}

bool ReadStrings(ByteReader& in, std::size_t count, StringPool& out, ZstdCodec& zstd) {
  std::vector<std::uint32_t> ends;
  std::string bytes;
  if (!ReadIntegers(in, count, kSeriesBytesMax + 1, ends, zstd)) return false;
  if (!ReadBytes(in, bytes, zstd)) return false;
  std::uint64_t end = 0;
  for (std::uint32_t& length : ends) {
    end += length;
    if (end > bytes.size()) return false;
    length = static_cast<std::uint32_t>(end);
  }
  if (end != bytes.size()) return false;
  out.Adopt(std::move(bytes), std::move(ends));
  return true;
}

void AppendAddresses(std::string& out, const std::vector<IpAddress>& sorted, ZstdCodec& zstd) {
  // IPv4 sorts as one run between the others (::ffff:0:0/96).
  const auto is_v4 = [](const IpAddress& address) { return address.IsV4(); };
  const auto first = std::find_if(sorted.begin(), sorted.end(), is_v4);
  const auto last = std::find_if_not(first, sorted.end(), is_v4);
  std::vector<std::int64_t> numbers;
  std::string others;
  for (auto at = sorted.begin(); at != sorted.end(); ++at) {
    if (at >= first && at < last) {
      numbers.push_back(at->V4());
    } else {
      others.append(reinterpret_cast<const char*>(at->bytes().data()), at->bytes().size());
    }
  }
  AppendVarint(out, static_cast<std::uint64_t>(first - sorted.begin()));
  AppendVarint(out, numbers.size());
  AppendIntegers(out, numbers, zstd);
  AppendBytes(out, others, kBitmapLevel, zstd);
}

bool ReadStoredAddresses(ByteReader& in, std::size_t count, StoredAddresses& out, ZstdCodec& zstd) {
  const std::uint64_t first = in.Varint();
  const std::uint64_t numbers_count = in.Varint();
  if (!in.ok() || first > count || numbers_count > count - first) return false;
  if (!ReadIntegers(in, numbers_count, std::uint64_t{1} << 32, out.v4, zstd)) return false;
  if (!ReadBytes(in, out.others, zstd)) return false;
  if (out.others.size() != (count - numbers_count) * kAddressBytes) return false;
  out.count = static_cast<std::uint32_t>(count);
  out.v4_begin = static_cast<std::uint32_t>(first);
  return true;
}

IpAddress StoredAddresses::At(std::uint32_t i) const {
  if (i >= v4_begin && i - v4_begin < v4.size()) return IpAddress::FromV4(v4[i - v4_begin]);
  const std::size_t other = i < v4_begin ? i : i - v4.size();
  std::array<std::uint8_t, kAddressBytes> bytes;
  std::memcpy(bytes.data(), others.data() + kAddressBytes * other, bytes.size());
  return IpAddress(bytes);
}

std::uint32_t StoredAddresses::LowerBound(const IpAddress& address) const {
  std::uint32_t begin = 0;
  std::uint32_t end = count;
  while (begin < end) {
    const std::uint32_t middle = begin + (end - begin) / 2;
    if (At(middle) < address) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  return begin;
}

std::uint32_t StoredAddresses::UpperBound(const IpAddress& address) const {
  const std::uint32_t first = LowerBound(address);
  return first < count && At(first) == address ? first + 1 : first;
}

bool ReadAddresses(ByteReader& in, std::size_t count, std::vector<IpAddress>& out,
                   ZstdCodec& zstd) {
  StoredAddresses stored;
  if (!ReadStoredAddresses(in, count, stored, zstd)) return false;
  out.clear();
  out.reserve(count);
  for (std::uint32_t i = 0; i < stored.count; ++i) out.push_back(stored.At(i));
  return true;
}

void AppendPresence(std::string& out, const RowBitmap* presence, std::uint32_t rows,
                    ZstdCodec& zstd) {
  if (presence == nullptr || presence->All()) {
    out.push_back(static_cast<char>(PresenceForm::kAll));
  } else if (presence->None()) {
    out.push_back(static_cast<char>(PresenceForm::kNone));
  } else if (ChangesOf(*presence) * kRunBytes < rows / 8) {
    const std::vector<std::uint32_t> runs = RunsOf(*presence);
    out.push_back(static_cast<char>(PresenceForm::kRuns));
    AppendVarint(out, runs.size());
    AppendIntegers(out, runs, zstd);
  } else {
    const std::vector<std::uint64_t>& words = presence->words();
    out.push_back(static_cast<char>(PresenceForm::kBitmap));
    AppendBytes(out,
                absl::string_view(reinterpret_cast<const char*>(words.data()), words.size() * 8),
                kBitmapLevel, zstd);
  }
}

bool ReadPresence(ByteReader& in, std::uint32_t rows, std::optional<RowBitmap>& out,
                  ZstdCodec& zstd) {
  const auto form = static_cast<PresenceForm>(in.Read<std::uint8_t>());
  if (!in.ok()) return false;
  switch (form) {
    case PresenceForm::kAll:
      out.reset();
      return true;
    case PresenceForm::kNone:
      out.emplace(rows);
      return true;
    case PresenceForm::kRuns:
      return ReadRuns(in, rows, out.emplace(), zstd);
    case PresenceForm::kBitmap:
      return ReadBitmap(in, rows, out.emplace(), zstd);
  }
  return false;
}

}  // namespace dims
