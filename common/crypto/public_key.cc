// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/public_key.h"

#include <climits>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/crypto/openssl_types.h"

namespace dims {
namespace {

constexpr std::size_t kPublicKeyBytesMax = 1024;

}  // namespace

void PublicKey::Free::operator()(evp_pkey_st* key) const {
  EVP_PKEY_free(key);
}

absl::StatusOr<PublicKey> PublicKey::FromDer(absl::string_view der) {
  if (der.empty() || der.size() > kPublicKeyBytesMax) {
    return absl::InvalidArgumentError("public key: not the size of a P-256 key");
  }
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const unsigned char* const end = at + der.size();
  PublicKey key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
  if (key.key_ == nullptr || at != end) {
    return absl::InvalidArgumentError(
        absl::StrCat("public key: not readable as DER: ", TakeOpensslError()));
  }
  if (!IsP256(key.get())) return absl::InvalidArgumentError("public key: not a P-256 key");
  return key;
}

absl::StatusOr<PublicKey> PublicKey::Of(evp_pkey_st* key) {
  if (!IsP256(key)) return absl::InvalidArgumentError("public key: not a P-256 key");
  DIMS_CHECK(EVP_PKEY_up_ref(key) == 1);
  return PublicKey(key);
}

std::string PublicKey::Der() const {
  unsigned char* der = nullptr;
  const int length = i2d_PUBKEY(key_.get(), &der);
  DIMS_CHECK(length > 0);
  std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return bytes;
}

Sha256Digest PublicKey::Fingerprint() const {
  return Sha256(Der());
}

bool PublicKey::Verify(absl::string_view message, absl::string_view signature) const {
  const DigestContextPtr context(EVP_MD_CTX_new());
  DIMS_CHECK(context != nullptr);
  const bool verified =
      EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
      EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                       signature.size(), reinterpret_cast<const unsigned char*>(message.data()),
                       message.size()) == 1;
  if (!verified) TakeOpensslError();
  return verified;
}

}  // namespace dims
