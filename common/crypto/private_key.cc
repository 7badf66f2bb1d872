// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/private_key.h"

#include <openssl/pem.h>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/crypto/openssl_types.h"

namespace dims {
namespace {

constexpr std::size_t kKeyPemBytesMax = 8 * 1024;

}  // namespace

void PrivateKey::Free::operator()(evp_pkey_st* key) const {
  EVP_PKEY_free(key);
}

absl::StatusOr<PrivateKey> PrivateKey::Generate() {
  EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
  if (key == nullptr) {
    return absl::InternalError(absl::StrCat("cannot make a P-256 key: ", TakeOpensslError()));
  }
  return PrivateKey(key);
}

absl::StatusOr<PrivateKey> PrivateKey::FromPem(absl::string_view pem) {
  if (pem.size() > kKeyPemBytesMax) {
    return absl::InvalidArgumentError("private key: longer than any P-256 key in PEM");
  }
  const BioPtr bio = ReadBio(pem);
  PrivateKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, RefusePassphrase, nullptr));
  if (key.key_ == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("private key: not readable as PEM: ", TakeOpensslError()));
  }
  if (!IsP256(key.get())) return absl::InvalidArgumentError("private key: not a P-256 key");
  return key;
}

std::string PrivateKey::Pem() const {
  const BioPtr bio(BIO_new(BIO_s_secmem()));
  DIMS_CHECK(bio != nullptr);
  DIMS_CHECK(PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr,
                                           nullptr) == 1);
  return ContentsOf(bio.get());
}

std::string PrivateKey::Sign(absl::string_view message) const {
  const DigestContextPtr context(EVP_MD_CTX_new());
  DIMS_CHECK(context != nullptr);
  DIMS_CHECK(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1);
  const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
  std::size_t length = 0;
  DIMS_CHECK(EVP_DigestSign(context.get(), nullptr, &length, bytes, message.size()) == 1);
  std::string signature(length, '\0');
  DIMS_CHECK(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()),
                            &length, bytes, message.size()) == 1);
  signature.resize(length);
  return signature;
}

std::string PrivateKey::CertificateRequestDer() const {
  const RequestPtr request(X509_REQ_new());
  DIMS_CHECK(request != nullptr);
  DIMS_CHECK(X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) == 1);
  DIMS_CHECK(X509_REQ_set_pubkey(request.get(), key_.get()) == 1);
  DIMS_CHECK(X509_REQ_sign(request.get(), key_.get(), EVP_sha256()) > 0);
  unsigned char* der = nullptr;
  const int length = i2d_X509_REQ(request.get(), &der);
  DIMS_CHECK(length > 0);
  std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return bytes;
}

}  // namespace dims
