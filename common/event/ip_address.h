// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace dims {

// An IPv4 or IPv6 address as 16 bytes in network order; IPv4 is kept as ::ffff:a.b.c.d, so that
// both sort and compare in one space. A value; no zone ("%eth0") and no port.
class IpAddress {
 public:
  IpAddress() = default;

  explicit IpAddress(const std::array<std::uint8_t, 16>& bytes) : bytes_(bytes) {}

  // From a.b.c.d as a host-order number.
  static IpAddress FromV4(std::uint32_t address);

  // The usual text forms (dotted quad without leading zeros, RFC 4291, ::ffff:1.2.3.4). Nothing
  // around them.
  static std::optional<IpAddress> Parse(absl::string_view text);

  bool IsV4() const;

  // REQUIRES: IsV4().
  std::uint32_t V4() const;

  // Dotted quad, or RFC 5952.
  std::string ToString() const;

  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }

  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

  template <typename H>
  friend H AbslHashValue(H h, const IpAddress& address) {
    return H::combine(std::move(h), address.bytes_);
  }

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

// A CIDR block, as an inclusive range of addresses in the 128-bit space. A value.
class Cidr {
 public:
  // "198.51.100.0/24", "2001:db8::/32"; a bare address is its own block. Host bits are dropped, as
  // routers do.
  static std::optional<Cidr> Parse(absl::string_view text);

  bool Contains(const IpAddress& address) const { return first_ <= address && address <= last_; }

  const IpAddress& first() const { return first_; }

  const IpAddress& last() const { return last_; }

  // 0..128; an IPv4 /24 is 120.
  int prefix_bits() const { return prefix_bits_; }

  std::string ToString() const;

  friend auto operator<=>(const Cidr&, const Cidr&) = default;

 private:
  IpAddress first_;
  IpAddress last_;
  int prefix_bits_ = 128;
};

}  // namespace dims
