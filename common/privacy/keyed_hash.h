// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "common/privacy/crypto_pan.h"

namespace dims {

// The first `digits` hexadecimal digits of HMAC-SHA-256 over `value` with ASCII case folded: one
// name for one value, which nobody without the key can find by trying values. REQUIRES: digits <=
// 64. Thread: any.
std::string KeyedHash(const PrivacyKey& key, absl::string_view value, std::size_t digits);

// A key for one purpose, made of the site's key.
PrivacyKey DeriveKey(const PrivacyKey& key, absl::string_view purpose);

}  // namespace dims
