// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/tls_context.h"

#include <arpa/inet.h>
#include <openssl/err.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "common/base/check.h"
#include "common/base/durable_file.h"
#include "common/base/status_macros.h"
#include "common/crypto/certificate.h"
#include "common/crypto/openssl_types.h"

namespace dims {
namespace {

constexpr std::size_t kPeerChainBytesMax = 32u << 10;
constexpr std::size_t kPemBytesMax = 1u << 20;  // a bundle of authorities is long
constexpr std::size_t kPeerNameBytesMax = 255;
// For TLS 1.2; those of 1.3 all do.
constexpr char kCiphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20";

struct FingerprintKind {
  absl::string_view prefix;
  const EVP_MD* (*digest)();
  std::size_t digits;
};

constexpr FingerprintKind kFingerprintKinds[] = {{"sha-256:", EVP_sha256, 64},
                                                 {"sha-1:", EVP_sha1, 40}};

const FingerprintKind* KindOfFingerprint(absl::string_view name) {
  for (const FingerprintKind& kind : kFingerprintKinds) {
    if (absl::StartsWithIgnoreCase(name, kind.prefix)) return &kind;
  }
  return nullptr;
}

// "sha-256:6a0f..." of "SHA-256:6A:0F:...".
std::string PlainFingerprint(absl::string_view name) {
  const std::size_t prefix = name.find(':') + 1;
  return absl::AsciiStrToLower(
      absl::StrCat(name.substr(0, prefix), absl::StrReplaceAll(name.substr(prefix), {{":", ""}})));
}

std::string FingerprintOf(X509* certificate, const FingerprintKind& kind) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (X509_digest(certificate, kind.digest(), digest, &size) != 1) return "";
  return absl::StrCat(kind.prefix, absl::BytesToHexString(
                                       {reinterpret_cast<const char*>(digest), std::size_t{size}}));
}

bool IsAddress(const std::string& name) {
  unsigned char bytes[sizeof(in6_addr)];
  return ::inet_pton(AF_INET, name.c_str(), bytes) == 1 ||
         ::inet_pton(AF_INET6, name.c_str(), bytes) == 1;
}

bool Bears(X509* certificate, const std::string& name) {
  if (IsAddress(name)) return X509_check_ip_asc(certificate, name.c_str(), 0) == 1;
  return X509_check_host(certificate, name.data(), name.size(),
                         X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, nullptr) == 1;
}

// The file can be read, and is not so large that it must be something else.
absl::Status CheckFile(const std::string& path, absl::string_view what, absl::string_view remedy) {
  std::error_code error;
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)) {
    return absl::InvalidArgumentError(absl::StrCat(what, " ", path, ": no file; ", remedy));
  }
  const absl::StatusOr<std::string> contents = ReadSmallFile(path, kPemBytesMax);
  if (contents.ok()) return absl::OkStatus();
  return absl::Status(contents.status().code(),
                      absl::StrCat(what, " ", contents.status().message(), "; ", remedy));
}

absl::Status Wrong(absl::string_view what, const std::string& path, absl::string_view remedy) {
  return absl::InvalidArgumentError(
      absl::StrCat(what, " ", path, ": ", TakeOpensslError(), "; ", remedy));
}

}  // namespace

std::string CheckTlsPeerName(absl::string_view name) {
  if (name.empty() || name.size() > kPeerNameBytesMax) return "a name has 1 to 255 characters";
  if (const FingerprintKind* const kind = KindOfFingerprint(name)) {
    const std::string digits = PlainFingerprint(name).substr(kind->prefix.size());
    const bool fits = digits.size() == kind->digits &&
                      std::all_of(digits.begin(), digits.end(),
                                  [](unsigned char c) { return absl::ascii_isxdigit(c); });
    return fits ? ""
                : absl::StrCat("\"", name, "\" needs ", kind->digits,
                               " hexadecimal digits, as `openssl x509 -fingerprint -",
                               kind->digits == 64 ? "sha256" : "sha1", "` prints them");
  }
  const bool plain = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_' || c == ':';
  });
  return plain ? "" : absl::StrCat("\"", name, "\" is no DNS name, address or fingerprint");
}

// What OpenSSL asks of a certificate it was shown.
struct TlsContext::PeerCheck {
  static int Verify(X509_STORE_CTX* store, void* context) {
    return static_cast<const TlsContext*>(context)->Accepts(store) ? 1 : 0;
  }
};

bool TlsContext::Accepts(void* shown) const {
  auto* const store = static_cast<X509_STORE_CTX*>(shown);
  X509* const certificate = X509_STORE_CTX_get0_cert(store);
  const auto known = [&](const std::string& fingerprint) {
    return FingerprintOf(certificate, *KindOfFingerprint(fingerprint)) == fingerprint;
  };
  if (std::any_of(fingerprints_.begin(), fingerprints_.end(), known)) {
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return true;
  }
  if (!trusts_) {
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_UNTRUSTED);
    return false;
  }
  if (X509_verify_cert(store) != 1) return false;
  if (!names_peers()) return true;
  const auto bears = [&](const std::string& name) { return Bears(certificate, name); };
  if (std::any_of(names_.begin(), names_.end(), bears)) return true;
  X509_STORE_CTX_set_error(store, X509_V_ERR_HOSTNAME_MISMATCH);
  return false;
}

absl::StatusOr<std::shared_ptr<const TlsContext>> TlsContext::Make(Role role,
                                                                   const TlsFiles& files) {
  SSL_CTX* const made =
      SSL_CTX_new(role == Role::kServer ? TLS_server_method() : TLS_client_method());
  DIMS_CHECK(made != nullptr);
  const std::shared_ptr<TlsContext> context(new TlsContext(role, made));
  DIMS_CHECK(SSL_CTX_set_min_proto_version(made, TLS1_2_VERSION) == 1);
  DIMS_CHECK(SSL_CTX_set_cipher_list(made, kCiphers) == 1);
  SSL_CTX_set_options(made, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(made, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                             SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_OFF);
  // A ticket written to a client that sends, closes and never reads would reset the connection, and
  // the kernel would throw away what the client had sent.
  DIMS_CHECK(SSL_CTX_set_num_tickets(made, 0) == 1);
  SSL_CTX_set_max_cert_list(made, kPeerChainBytesMax);
  SSL_CTX_set_default_passwd_cb(made, RefusePassphrase);
  ERR_clear_error();
  RETURN_IF_ERROR(context->LoadOwn(files));
  RETURN_IF_ERROR(context->LoadAuthorities(files));
  RETURN_IF_ERROR(context->SetPeers(files));
  return context;
}

TlsContext::~TlsContext() {
  SSL_CTX_free(context_);
}

absl::Status TlsContext::LoadOwn(const TlsFiles& files) {
  if (files.certificate.empty() && files.key.empty() && role_ == Role::kClient) {
    return absl::OkStatus();
  }
  if (files.certificate.empty() || files.key.empty()) {
    return absl::InvalidArgumentError("a certificate and its key are needed, both or none");
  }
  constexpr absl::string_view kCertificateRemedy =
      "it must hold a certificate in PEM (\"-----BEGIN CERTIFICATE-----\"), first its own, then "
      "those of its issuers";
  constexpr absl::string_view kKeyRemedy =
      "it must hold the certificate's private key in PEM, without a passphrase";
  RETURN_IF_ERROR(CheckFile(files.certificate, "certificate", "name a file that can be read"));
  RETURN_IF_ERROR(CheckFile(files.key, "key", "name a file that the program's user can read"));
  if (SSL_CTX_use_certificate_chain_file(context_, files.certificate.c_str()) != 1) {
    return Wrong("certificate", files.certificate, kCertificateRemedy);
  }
  if (SSL_CTX_use_PrivateKey_file(context_, files.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context_) != 1) {
    return Wrong("key", files.key, kKeyRemedy);
  }
  X509* const own = SSL_CTX_get0_certificate(context_);
  DIMS_CHECK(X509_up_ref(own) == 1);
  not_after_ = Certificate(own).NotAfter();
  return absl::OkStatus();
}

absl::Status TlsContext::LoadAuthorities(const TlsFiles& files) {
  if (files.authorities.empty()) {
    if (role_ == Role::kServer) return absl::OkStatus();
    trusts_ = SSL_CTX_set_default_verify_paths(context_) == 1;
    ERR_clear_error();
    return absl::OkStatus();
  }
  constexpr absl::string_view kRemedy = "it must hold certificates of authorities in PEM";
  RETURN_IF_ERROR(CheckFile(files.authorities, "authorities", "name a file that can be read"));
  if (SSL_CTX_load_verify_file(context_, files.authorities.c_str()) != 1) {
    return Wrong("authorities", files.authorities, kRemedy);
  }
  trusts_ = true;
  if (role_ == Role::kServer) {
    SSL_CTX_set_client_CA_list(context_, SSL_load_client_CA_file(files.authorities.c_str()));
    ERR_clear_error();
  }
  return absl::OkStatus();
}

absl::Status TlsContext::SetPeers(const TlsFiles& files) {
  for (const std::string& name : files.peer_names) {
    const std::string wrong = CheckTlsPeerName(name);
    if (!wrong.empty()) return absl::InvalidArgumentError(wrong);
    if (KindOfFingerprint(name) != nullptr) {
      fingerprints_.push_back(PlainFingerprint(name));
    } else {
      names_.push_back(name);
    }
  }
  if (!names_.empty() && !trusts_) {
    return absl::InvalidArgumentError(
        absl::StrCat("a certificate that says \"", names_.front(),
                     "\" proves nothing without authorities to check it by"));
  }
  asks_ = role_ == Role::kClient || trusts_ || names_peers();
  const int mode = asks_ ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT : SSL_VERIFY_NONE;
  SSL_CTX_set_verify(context_, mode, nullptr);
  SSL_CTX_set_cert_verify_callback(context_, PeerCheck::Verify, this);
  return absl::OkStatus();
}

}  // namespace dims
