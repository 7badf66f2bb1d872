// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "common/base/check.h"
#include "common/base/durable_file.h"
#include "common/crypto/certificate_authority.h"
#include "common/crypto/tls_context.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temporary_directory.h"

namespace dims {

// A small world of TLS on disk: one authority, a server it certified for "localhost" and
// 127.0.0.1, a client it certified, and a stranger with an authority of its own. Thread: one.
class TestTlsFiles {
 public:
  TestTlsFiles() {
    WriteAuthority("ca.pem", authority_);
    WriteAuthority("stranger_ca.pem", strangers_);
    Issue("server", authority_, Principal::Server("g"), absl::Now());
    Issue("client", authority_, Principal::User("g", "firewall"), absl::Now());
    Issue("stranger", strangers_, Principal::User("g", "stranger"), absl::Now());
  }

  // Certifies a new key for "server" or "client" under `name`.
  void Issue(const std::string& name, const CertificateAuthority& by, Principal principal,
             absl::Time from) {
    const PrivateKey key = *PrivateKey::Generate();
    CertificateProfile profile{std::move(principal), {}, {}, absl::Hours(24)};
    if (profile.principal.kind == Principal::Kind::kServer) {
      profile.dns_names = {"localhost"};
      profile.ip_addresses = {"127.0.0.1"};
    }
    const PublicKey of_key = *KeyOfCertificateRequest(key.CertificateRequestDer());
    Write(name + ".key", key.Pem());
    Write(name + ".pem", by.Issue(of_key, profile, from, random_)->Pem());
  }

  void Write(const std::string& name, const std::string& text) {
    DIMS_CHECK(WriteFileDurably(Path(name), text, kSecretFileMode).ok());
  }

  std::string Path(const std::string& name) const { return directory_ / name; }

  // `name`'s certificate and key, and who may have certified its peers.
  TlsFiles Of(const std::string& name, const std::string& authorities = "ca.pem") const {
    return {
        Path(name + ".pem"), Path(name + ".key"), authorities.empty() ? "" : Path(authorities), {}};
  }

  std::string FingerprintOf(const std::string& name) const {
    const Certificate certificate =
        *Certificate::FromPem(*ReadSmallFile(Path(name + ".pem"), 1 << 20));
    std::string text = "SHA-256";
    for (const std::uint8_t byte : certificate.Fingerprint()) {
      text += ":" + std::string(1, "0123456789ABCDEF"[byte >> 4]) + "0123456789ABCDEF"[byte & 15];
    }
    return text;
  }

  const CertificateAuthority& authority() const { return authority_; }

  const CertificateAuthority& stranger() const { return strangers_; }

 private:
  CertificateAuthority NewAuthority(const char* name) {
    return *CertificateAuthority::Create(name, absl::Now(), absl::Hours(48), random_);
  }

  void WriteAuthority(const std::string& name, const CertificateAuthority& authority) {
    Write(name, authority.certificate().Pem());
  }

  TemporaryDirectory directory_;
  SeededRandom random_{11};
  CertificateAuthority authority_ = NewAuthority("Test CA");
  CertificateAuthority strangers_ = NewAuthority("Another CA");
};

}  // namespace dims
