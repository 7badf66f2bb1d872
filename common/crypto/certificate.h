// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/principal.h"
#include "common/crypto/public_key.h"
#include "common/crypto/sha256.h"

struct x509_st;

namespace dims {

inline constexpr std::size_t kCertificatePemBytesMax = 16 * 1024;
inline constexpr std::size_t kChainCertificatesMax = 8;

// One X.509 certificate, read and never changed. Reading proves nothing: IsIssuedBy and the
// validity do.
//
// Thread: any. Owns the certificate; move only.
class Certificate {
 public:
  // The first certificate in `pem`. InvalidArgument when there is none or it is longer than any of
  // ours.
  static absl::StatusOr<Certificate> FromPem(absl::string_view pem);

  // All certificates in `pem`, in order: a chain or a bundle of roots. At least one, at most
  // kChainCertificatesMax.
  static absl::StatusOr<std::vector<Certificate>> AllFromPem(absl::string_view pem);

  // Takes over a certificate made by this folder.
  explicit Certificate(x509_st* owned) : x509_(owned) {}

  std::string Pem() const;

  // SHA-256 of the DER form: what a join token pins.
  Sha256Digest Fingerprint() const;

  // Lower-case hexadecimal without leading zeros.
  std::string Serial() const;

  absl::Time NotBefore() const;
  absl::Time NotAfter() const;

  // Distinguished names in one line of RFC 2253, control characters escaped: for messages only.
  std::string Subject() const;
  std::string Issuer() const;

  // All names of kind URI in the subject alternative name.
  std::vector<std::string> UriNames() const;

  // Whom the certificate stands for: exactly one URI name, and of our scheme. Else InvalidArgument.
  absl::StatusOr<Principal> Subscriber() const;

  // InvalidArgument when the key is not P-256.
  absl::StatusOr<PublicKey> Key() const;

  // True when `authority` is a CA certificate, its name is our issuer's and its key made our
  // signature.
  bool IsIssuedBy(const Certificate& authority) const;

  x509_st* get() const { return x509_.get(); }

 private:
  struct Free {
    void operator()(x509_st* x509) const;
  };

  std::unique_ptr<x509_st, Free> x509_;
};

// OK while `now` lies in the certificate's life; else FailedPrecondition that says which bound is
// broken and by how much.
absl::Status CheckValidity(const Certificate& certificate, absl::Time now);

}  // namespace dims
