// SPDX-License-Identifier: Apache-2.0
#include "common/event/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"

namespace dims {
namespace {

constexpr std::size_t kTextBytesMax = 45;  // longest form with an embedded dotted quad

// Digits and dots only: the hot case of log lines, without inet_pton's copy.
std::optional<std::uint32_t> ParseV4(absl::string_view text) {
  std::uint32_t address = 0;
  std::size_t i = 0;
  for (int part = 0; part < 4; ++part) {
    if (part > 0 && (i >= text.size() || text[i++] != '.')) return std::nullopt;
    const std::size_t begin = i;
    std::uint32_t value = 0;
    while (i < text.size() && i - begin < 3 && text[i] >= '0' && text[i] <= '9') {
      value = value * 10 + static_cast<std::uint32_t>(text[i++] - '0');
    }
    const bool leading_zero = i - begin > 1 && text[begin] == '0';
    if (i == begin || leading_zero || value > 255) return std::nullopt;
    address = address << 8 | value;
  }
  if (i != text.size()) return std::nullopt;
  return address;
}

}  // namespace

IpAddress IpAddress::FromV4(std::uint32_t address) {
  IpAddress out;
  out.bytes_[10] = out.bytes_[11] = 0xff;
  for (std::size_t i = 0; i < 4; ++i) {
    out.bytes_[12 + i] = static_cast<std::uint8_t>(address >> (24 - 8 * i));
  }
  return out;
}

std::optional<IpAddress> IpAddress::Parse(absl::string_view text) {
  if (const auto v4 = ParseV4(text)) return FromV4(*v4);
  if (text.size() < 2 || text.size() > kTextBytesMax || text.find(':') == text.npos) return {};
  char terminated[kTextBytesMax + 1];
  std::memcpy(terminated, text.data(), text.size());
  terminated[text.size()] = '\0';
  if (std::memchr(terminated, 0, text.size()) != nullptr) return std::nullopt;
  IpAddress out;
  if (inet_pton(AF_INET6, terminated, out.bytes_.data()) != 1) return std::nullopt;
  return out;
}

bool IpAddress::IsV4() const {
  static constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0,    0,
                                                           0, 0, 0, 0, 0xff, 0xff};
  return std::equal(kMapped.begin(), kMapped.end(), bytes_.begin());
}

std::uint32_t IpAddress::V4() const {
  DIMS_CHECK(IsV4());
  return std::uint32_t{bytes_[12]} << 24 | std::uint32_t{bytes_[13]} << 16 |
         std::uint32_t{bytes_[14]} << 8 | bytes_[15];
}

std::string IpAddress::ToString() const {
  if (IsV4()) return absl::StrCat(bytes_[12], ".", bytes_[13], ".", bytes_[14], ".", bytes_[15]);
  char text[INET6_ADDRSTRLEN];
  inet_ntop(AF_INET6, bytes_.data(), text, sizeof(text));
  return text;
}

std::optional<Cidr> Cidr::Parse(absl::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = IpAddress::Parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  const int width = address->IsV4() ? 32 : 128;
  int prefix = width;
  if (slash != text.npos) {
    const absl::string_view digits = text.substr(slash + 1);
    const bool plain =
        !digits.empty() && digits.size() <= 3 && digits[0] >= '0' && digits[0] <= '9';
    if (!plain || !absl::SimpleAtoi(digits, &prefix) || prefix < 0 || prefix > width) return {};
  }
  Cidr out;
  out.prefix_bits_ = prefix + (128 - width);
  std::array<std::uint8_t, 16> first = address->bytes();
  std::array<std::uint8_t, 16> last = first;
  for (int bit = out.prefix_bits_; bit < 128; ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80 >> (bit % 8));
    const auto byte = static_cast<std::size_t>(bit / 8);
    first[byte] = static_cast<std::uint8_t>(first[byte] & ~mask);
    last[byte] = static_cast<std::uint8_t>(last[byte] | mask);
  }
  out.first_ = IpAddress(first);
  out.last_ = IpAddress(last);
  return out;
}

std::string Cidr::ToString() const {
  const int bits = first_.IsV4() && prefix_bits_ >= 96 ? prefix_bits_ - 96 : prefix_bits_;
  return absl::StrCat(first_.ToString(), "/", bits);
}

}  // namespace dims
