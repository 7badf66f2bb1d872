// SPDX-License-Identifier: Apache-2.0
// Certificates and requests as strangers send them.
#include <cstddef>
#include <cstdint>

#include "common/crypto/certificate.h"
#include "common/crypto/certificate_authority.h"
#include "common/crypto/private_key.h"
#include "common/crypto/public_key.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto key = dims::KeyOfCertificateRequest(text);
  if (key.ok()) key->Verify("message", text);
  dims::PublicKey::FromDer(text).status().IgnoreError();
  dims::PrivateKey::FromPem(text).status().IgnoreError();
  const auto certificates = dims::Certificate::AllFromPem(text);
  if (!certificates.ok()) return 0;
  for (const dims::Certificate& certificate : *certificates) {
    certificate.Subscriber().status().IgnoreError();
    certificate.Key().status().IgnoreError();
    certificate.IsIssuedBy(certificates->front());
    CheckValidity(certificate, absl::UnixEpoch()).IgnoreError();
    (certificate.Subject() + certificate.Issuer() + certificate.Serial()).clear();
    certificate.Fingerprint();
  }
  return 0;
}
