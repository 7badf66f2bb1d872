// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "common/base/mutex.h"
#include "common/crypto/aes128.h"
#include "common/event/ip_address.h"

namespace dims {

inline constexpr std::size_t kPrivacyKeyBytes = 32;

using PrivacyKey = std::array<std::uint8_t, kPrivacyKeyBytes>;

// Crypto-PAn (Xu, Fan, Ammar, Moon 2002): replaces addresses by others such that two that share
// their first n bits still share exactly n bits. Same key, same answer; without the key no way
// back. IPv4 stays IPv4. It keeps who is near whom, so an observer who knows some of the real
// addresses learns prefixes of others: docs/policy.md.
//
// Thread: any. Limits: the answers for kMemoMax addresses are kept, then the memo starts anew.
class CryptoPan {
 public:
  static constexpr std::size_t kMemoMax = 16'384;

  explicit CryptoPan(const PrivacyKey& key);

  IpAddress Replace(const IpAddress& address);

 private:
  IpAddress Compute(const IpAddress& address) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Mutex mutex_;
  Aes128 cipher_ ABSL_GUARDED_BY(mutex_);
  AesBlock pad_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<IpAddress, IpAddress> memo_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dims
