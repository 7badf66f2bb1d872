// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "common/event/ip_address.h"
#include "common/privacy/crypto_pan.h"

namespace dims {

enum class RedactionStyle : std::uint8_t { kMask, kHash, kPrefix, kLabel };

// What stands in place of a secret.
//
//   kMask    [redacted]
//   kHash    hash-3f9a2c41d07b6e15       the same for the same value, at this site only
//   kPrefix  another address, Crypto-PAn; of what is no address: as kHash
//   kLabel   hall-3f9a2c41               as kHash, under a name the site chose
//
// A value; copies share the cipher. Thread: any.
class Replacement {
 public:
  Replacement(RedactionStyle style, absl::string_view label, const PrivacyKey& key);

  std::string OfText(absl::string_view secret) const;

  std::string OfAddress(const IpAddress& secret) const;

  // The address that replaces it; none when it does not stay one.
  std::optional<IpAddress> AddressOf(const IpAddress& secret) const;

 private:
  RedactionStyle style_;
  std::string label_;
  PrivacyKey hash_key_;
  std::shared_ptr<CryptoPan> addresses_;  // kPrefix
};

}  // namespace dims
