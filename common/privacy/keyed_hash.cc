// SPDX-License-Identifier: Apache-2.0
#include "common/privacy/keyed_hash.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "common/base/check.h"
#include "common/crypto/sha256.h"

namespace dims {

std::string KeyedHash(const PrivacyKey& key, absl::string_view value, std::size_t digits) {
  DIMS_CHECK(digits <= kSha256Bytes * 2);
  const Sha256Digest digest = HmacSha256(BytesOf(key), absl::AsciiStrToLower(value));
  return absl::BytesToHexString(BytesOf(digest)).substr(0, digits);
}

PrivacyKey DeriveKey(const PrivacyKey& key, absl::string_view purpose) {
  return HmacSha256(BytesOf(key), purpose);
}

}  // namespace dims
