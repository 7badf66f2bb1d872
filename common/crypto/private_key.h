// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct evp_pkey_st;

namespace dims {

// A P-256 key pair. The only kind of key in the product: its presence in the server's certificate
// is what leaves TLS 1.3 as the one version both ends can speak.
//
// Thread: const members from any thread. Owns the key; the memory is wiped when it goes. Move only.
class PrivateKey {
 public:
  static absl::StatusOr<PrivateKey> Generate();

  // Reads an unencrypted PEM key. InvalidArgument when it is no P-256 private key.
  static absl::StatusOr<PrivateKey> FromPem(absl::string_view pem);

  // PKCS#8. Store it through WriteFileDurably with kSecretFileMode only.
  std::string Pem() const;

  // ECDSA over SHA-256 of `message`, in DER. Verified by Certificate::VerifySignature.
  std::string Sign(absl::string_view message) const;

  // A PKCS#10 request in DER with an empty subject, signed by this key: proof of possession and
  // nothing else, since the authority takes every name from its own records.
  std::string CertificateRequestDer() const;

  evp_pkey_st* get() const { return key_.get(); }

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
  };

  explicit PrivateKey(evp_pkey_st* key) : key_(key) {}

  std::unique_ptr<evp_pkey_st, Free> key_;
};

}  // namespace dims
