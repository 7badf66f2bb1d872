// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/random.h"
#include "common/crypto/certificate.h"
#include "common/crypto/private_key.h"
#include "common/crypto/public_key.h"

namespace dims {

inline constexpr std::size_t kCertificateRequestBytesMax = 4 * 1024;

// Certificates start this long before they are issued, so that a client whose clock is a little
// behind can use them.
inline constexpr absl::Duration kBackdate = absl::Minutes(10);

// What a certificate says about its holder. All of it comes from the server's own records.
struct CertificateProfile {
  Principal principal;
  std::vector<std::string> dns_names;     // for the server only
  std::vector<std::string> ip_addresses;  // for the server only, as text
  absl::Duration validity;
};

// A P-256 authority that signs for one trust group. An agent's and a user's certificate serve for
// client authentication only, the server's for server authentication only, so that none can play
// another's part.
//
// Thread: const members from any thread, given a Random that allows it. Owns key and certificate;
// move only.
class CertificateAuthority {
 public:
  // A new self-signed authority, valid from `now`. It may sign end certificates only (path length
  // 0).
  static absl::StatusOr<CertificateAuthority> Create(absl::string_view name, absl::Time now,
                                                     absl::Duration validity, Random& random);

  // InvalidArgument when the two do not belong together or the certificate is no authority's.
  static absl::StatusOr<CertificateAuthority> FromPem(absl::string_view key_pem,
                                                      absl::string_view certificate_pem);

  // Certifies `key` for `profile`. The certificate never outlives the authority's own.
  // InvalidArgument when the profile has an address that is none.
  absl::StatusOr<Certificate> Issue(const PublicKey& key, const CertificateProfile& profile,
                                    absl::Time now, Random& random) const;

  const Certificate& certificate() const { return certificate_; }

  const PrivateKey& key() const { return key_; }

 private:
  CertificateAuthority(PrivateKey key, Certificate certificate)
      : key_(std::move(key)), certificate_(std::move(certificate)) {}

  PrivateKey key_;
  Certificate certificate_;
};

// The key a PKCS#10 request (DER) asks to have certified, once its own signature has proved
// possession. Every name in the request is ignored. InvalidArgument for anything else, trailing
// bytes included.
absl::StatusOr<PublicKey> KeyOfCertificateRequest(absl::string_view der);

}  // namespace dims
