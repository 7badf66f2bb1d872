// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/sha256.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <climits>

#include "common/base/check.h"

namespace dims {
namespace {

// Fetched once for the process: an implicit fetch takes a lock and a hash look-up on every call.
const EVP_MD* Sha256Algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  DIMS_CHECK(algorithm != nullptr);
  return algorithm;
}

}  // namespace

Sha256Digest Sha256(absl::string_view bytes) {
  Sha256Digest digest;
  DIMS_CHECK(EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, Sha256Algorithm(),
                        nullptr) == 1);
  return digest;
}

Sha256Digest HmacSha256(absl::string_view key, absl::string_view bytes) {
  DIMS_CHECK(key.size() <= INT_MAX);
  Sha256Digest digest;
  // HMAC() takes a null key as "the one of last time"; an empty view may be null.
  const void* key_bytes = key.empty() ? "" : key.data();
  DIMS_CHECK(HMAC(Sha256Algorithm(), key_bytes, static_cast<int>(key.size()),
                  reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data(),
                  nullptr) != nullptr);
  return digest;
}

bool ConstantTimeEqual(absl::string_view a, absl::string_view b) {
  if (a.size() != b.size()) return false;
  return a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void Sha256Stream::Free::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

Sha256Stream::Sha256Stream() : context_(EVP_MD_CTX_new()) {
  DIMS_CHECK(context_ != nullptr);
  DIMS_CHECK(EVP_DigestInit_ex(context_.get(), Sha256Algorithm(), nullptr) == 1);
}

Sha256Stream::~Sha256Stream() = default;
Sha256Stream::Sha256Stream(Sha256Stream&&) noexcept = default;
Sha256Stream& Sha256Stream::operator=(Sha256Stream&&) noexcept = default;

void Sha256Stream::Update(absl::string_view bytes) {
  DIMS_CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

Sha256Digest Sha256Stream::Finish() {
  Sha256Digest digest;
  DIMS_CHECK(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1);
  DIMS_CHECK(EVP_DigestInit_ex(context_.get(), Sha256Algorithm(), nullptr) == 1);
  return digest;
}

}  // namespace dims
