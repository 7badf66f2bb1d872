// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "common/base/little_endian.h"

namespace dims {

// Reads stored bytes from the front. The bytes may be damaged or hostile: a read beyond the end
// gives zeros and makes ok() false for good, so callers check once, before they use what they read
// to size anything. A view: the bytes must outlive it. Thread: one.
class ByteReader {
 public:
  explicit ByteReader(absl::string_view bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }

  bool AtEnd() const { return ok_ && rest_.empty(); }

  absl::string_view rest() const { return rest_; }

  absl::string_view Take(std::size_t size) {
    if (size > rest_.size()) {
      Fail();
      return {};
    }
    const absl::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  // A template because every width is wanted and nothing else varies.
  template <typename T>
  T Read() {
    const absl::string_view bytes = Take(sizeof(T));
    return bytes.size() == sizeof(T) ? ReadLittleEndian<T>(bytes) : T{};
  }

  // LEB128, at most ten bytes.
  std::uint64_t Varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t byte = Read<std::uint8_t>();
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    Fail();
    return 0;
  }

  // Zigzag: small numbers of either sign are short.
  std::int64_t SignedVarint() {
    const std::uint64_t zigzag = Varint();
    return static_cast<std::int64_t>((zigzag >> 1) ^ (~(zigzag & 1) + 1));
  }

  void Fail() {
    ok_ = false;
    rest_ = {};
  }

 private:
  absl::string_view rest_;
  bool ok_ = true;
};

inline void AppendVarint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

inline void AppendSignedVarint(std::string& out, std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  AppendVarint(out, (bits << 1) ^ static_cast<std::uint64_t>(value >> 63));
}

}  // namespace dims
