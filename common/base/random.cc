// SPDX-License-Identifier: Apache-2.0
#include "common/base/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace dims {

std::string Random::Bytes(std::size_t bytes_count) {
  std::string out;
  out.reserve(bytes_count + 8);
  while (out.size() < bytes_count) {
    const std::uint64_t word = Uint64();
    out.append(reinterpret_cast<const char*>(&word), sizeof(word));
  }
  out.resize(bytes_count);
  return out;
}

std::string Random::Uuid() {
  std::string bytes = Bytes(16);
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  const std::string hex = absl::BytesToHexString(bytes);
  return absl::StrCat(hex.substr(0, 8), "-", hex.substr(8, 4), "-", hex.substr(12, 4), "-",
                      hex.substr(16, 4), "-", hex.substr(20));
}

std::uint64_t SystemRandom::Uint64() {
  std::uint64_t word = 0;
  // 8 bytes are never returned in part; EINTR is possible only before the pool is initialised.
  while (getrandom(&word, sizeof(word), 0) != static_cast<ssize_t>(sizeof(word))) {
    if (errno != EINTR) std::abort();  // no kernel of Debian 12 lacks getrandom: a broken invariant
  }
  return word;
}

}  // namespace dims
