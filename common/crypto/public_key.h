// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/crypto/sha256.h"

struct evp_pkey_st;

namespace dims {

// The public half of a P-256 key: of a certificate, of a request for one, or as the registry
// remembers an agent's.
//
// Thread: any. Owns the key; move only.
class PublicKey {
 public:
  // Reads a SubjectPublicKeyInfo in DER. InvalidArgument when it is no P-256 key or has bytes after
  // it.
  static absl::StatusOr<PublicKey> FromDer(absl::string_view der);

  // Shares OpenSSL's own reference count with `key`. InvalidArgument when it is null or no P-256
  // key.
  static absl::StatusOr<PublicKey> Of(evp_pkey_st* key);

  std::string Der() const;

  // SHA-256 of Der().
  Sha256Digest Fingerprint() const;

  // True when `signature` (DER) is this key's over SHA-256 of `message`. Any other bytes are false,
  // never an error.
  bool Verify(absl::string_view message, absl::string_view signature) const;

  evp_pkey_st* get() const { return key_.get(); }

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
  };

  explicit PublicKey(evp_pkey_st* key) : key_(key) {}

  std::unique_ptr<evp_pkey_st, Free> key_;
};

}  // namespace dims
