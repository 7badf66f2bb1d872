// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/sha1.h"

#include <openssl/evp.h>

#include "common/base/check.h"

namespace dims {
namespace {

// Fetched once for the process, as in sha256.cc.
const EVP_MD* Sha1Algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  DIMS_CHECK(algorithm != nullptr);
  return algorithm;
}

}  // namespace

Sha1Digest Sha1(absl::string_view bytes) {
  Sha1Digest digest;
  DIMS_CHECK(EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, Sha1Algorithm(),
                        nullptr) == 1);
  return digest;
}

}  // namespace dims
