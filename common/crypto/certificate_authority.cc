// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/certificate_authority.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/crypto/openssl_types.h"

namespace dims {
namespace {

constexpr std::size_t kSerialBytes = 16;

X509Ptr NewCertificate(Random& random) {
  X509Ptr x509(X509_new());
  DIMS_CHECK(x509 != nullptr);
  DIMS_CHECK(X509_set_version(x509.get(), X509_VERSION_3) == 1);
  std::string serial = random.Bytes(kSerialBytes);
  serial[0] = static_cast<char>((serial[0] & 0x3f) | 0x40);  // positive and of constant length
  const BignumPtr number(BN_bin2bn(reinterpret_cast<const unsigned char*>(serial.data()),
                                   static_cast<int>(serial.size()), nullptr));
  DIMS_CHECK(number != nullptr);
  DIMS_CHECK(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(x509.get())) != nullptr);
  return x509;
}

void SetValidity(X509* x509, absl::Time from, absl::Time to) {
  DIMS_CHECK(ASN1_TIME_set(X509_getm_notBefore(x509), absl::ToTimeT(from)) != nullptr);
  DIMS_CHECK(ASN1_TIME_set(X509_getm_notAfter(x509), absl::ToTimeT(to)) != nullptr);
}

void SetCommonName(X509_NAME* name, absl::string_view text) {
  constexpr std::size_t kCommonNameBytesMax = 64;  // ub-common-name of X.520
  const absl::string_view cut = text.substr(0, kCommonNameBytesMax);
  DIMS_CHECK(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                        reinterpret_cast<const unsigned char*>(cut.data()),
                                        static_cast<int>(cut.size()), -1, 0) == 1);
}

// `value` in OpenSSL's configuration syntax; made of constants only, never of names from outside.
void AddExtension(X509* x509, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, x509, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  DIMS_CHECK(extension != nullptr);
  DIMS_CHECK(X509_add_ext(x509, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

void PushText(GENERAL_NAMES* names, int type, absl::string_view text) {
  ASN1_IA5STRING* value = ASN1_IA5STRING_new();
  DIMS_CHECK(value != nullptr);
  DIMS_CHECK(ASN1_STRING_set(value, text.data(), static_cast<int>(text.size())) == 1);
  GENERAL_NAME* name = GENERAL_NAME_new();
  DIMS_CHECK(name != nullptr);
  GENERAL_NAME_set0_value(name, type, value);
  DIMS_CHECK(sk_GENERAL_NAME_push(names, name) > 0);
}

absl::Status PushAddress(GENERAL_NAMES* names, const std::string& text) {
  ASN1_OCTET_STRING* value = a2i_IPADDRESS(text.c_str());
  if (value == nullptr) {
    TakeOpensslError();
    return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is no IP address"));
  }
  GENERAL_NAME* name = GENERAL_NAME_new();
  DIMS_CHECK(name != nullptr);
  GENERAL_NAME_set0_value(name, GEN_IPADD, value);
  DIMS_CHECK(sk_GENERAL_NAME_push(names, name) > 0);
  return absl::OkStatus();
}

absl::Status AddNames(X509* x509, const CertificateProfile& profile) {
  const GeneralNamesPtr names(GENERAL_NAMES_new());
  DIMS_CHECK(names != nullptr);
  PushText(names.get(), GEN_URI, profile.principal.Uri());
  for (const std::string& dns_name : profile.dns_names) PushText(names.get(), GEN_DNS, dns_name);
  for (const std::string& address : profile.ip_addresses) {
    RETURN_IF_ERROR(PushAddress(names.get(), address), "certificate names");
  }
  DIMS_CHECK(X509_add1_ext_i2d(x509, NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT) ==
             1);
  return absl::OkStatus();
}

const char* KeyUseOf(Principal::Kind kind) {
  switch (kind) {
    case Principal::Kind::kAgent:
    case Principal::Kind::kUser:
      return "clientAuth";
    case Principal::Kind::kServer:
      return "serverAuth";
  }
  return "clientAuth";
}

}  // namespace

absl::StatusOr<CertificateAuthority> CertificateAuthority::Create(absl::string_view name,
                                                                  absl::Time now,
                                                                  absl::Duration validity,
                                                                  Random& random) {
  ASSIGN_OR_RETURN(PrivateKey key, PrivateKey::Generate());
  X509Ptr x509 = NewCertificate(random);
  SetValidity(x509.get(), now - kBackdate, now + validity);
  SetCommonName(X509_get_subject_name(x509.get()), name);
  DIMS_CHECK(X509_set_issuer_name(x509.get(), X509_get_subject_name(x509.get())) == 1);
  DIMS_CHECK(X509_set_pubkey(x509.get(), key.get()) == 1);
  AddExtension(x509.get(), x509.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  AddExtension(x509.get(), x509.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  AddExtension(x509.get(), x509.get(), NID_subject_key_identifier, "hash");
  DIMS_CHECK(X509_sign(x509.get(), key.get(), EVP_sha256()) > 0);
  return CertificateAuthority(std::move(key), Certificate(x509.release()));
}

absl::StatusOr<CertificateAuthority> CertificateAuthority::FromPem(
    absl::string_view key_pem, absl::string_view certificate_pem) {
  ASSIGN_OR_RETURN(PrivateKey key, PrivateKey::FromPem(key_pem), "authority");
  ASSIGN_OR_RETURN(Certificate certificate, Certificate::FromPem(certificate_pem), "authority");
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    TakeOpensslError();
    return absl::InvalidArgumentError("authority: key and certificate do not belong together");
  }
  if (!certificate.IsIssuedBy(certificate)) {
    return absl::InvalidArgumentError("authority: the certificate is not that of an authority");
  }
  return CertificateAuthority(std::move(key), std::move(certificate));
}

absl::StatusOr<Certificate> CertificateAuthority::Issue(const PublicKey& key,
                                                        const CertificateProfile& profile,
                                                        absl::Time now, Random& random) const {
  X509Ptr x509 = NewCertificate(random);
  SetValidity(x509.get(), now - kBackdate,
              std::min(now + profile.validity, certificate_.NotAfter()));
  const Principal& principal = profile.principal;
  SetCommonName(X509_get_subject_name(x509.get()),
                principal.name.empty() ? principal.group : principal.name);
  DIMS_CHECK(X509_set_issuer_name(x509.get(), X509_get_subject_name(certificate_.get())) == 1);
  DIMS_CHECK(X509_set_pubkey(x509.get(), key.get()) == 1);
  RETURN_IF_ERROR(AddNames(x509.get(), profile));
  AddExtension(x509.get(), certificate_.get(), NID_basic_constraints, "critical,CA:FALSE");
  AddExtension(x509.get(), certificate_.get(), NID_key_usage, "critical,digitalSignature");
  AddExtension(x509.get(), certificate_.get(), NID_ext_key_usage, KeyUseOf(principal.kind));
  AddExtension(x509.get(), certificate_.get(), NID_subject_key_identifier, "hash");
  AddExtension(x509.get(), certificate_.get(), NID_authority_key_identifier, "keyid");
  DIMS_CHECK(X509_sign(x509.get(), key_.get(), EVP_sha256()) > 0);
  return Certificate(x509.release());
}

absl::StatusOr<PublicKey> KeyOfCertificateRequest(absl::string_view der) {
  if (der.empty() || der.size() > kCertificateRequestBytesMax) {
    return absl::InvalidArgumentError("certificate request: empty or longer than 4 KiB");
  }
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const unsigned char* const end = at + der.size();
  const RequestPtr request(d2i_X509_REQ(nullptr, &at, static_cast<long>(der.size())));
  if (request == nullptr || at != end) {
    return absl::InvalidArgumentError(
        absl::StrCat("certificate request: not readable as DER: ", TakeOpensslError()));
  }
  EVP_PKEY* const key = X509_REQ_get0_pubkey(request.get());
  ASSIGN_OR_RETURN(PublicKey public_key, PublicKey::Of(key), "certificate request");
  if (X509_REQ_verify(request.get(), key) != 1) {
    TakeOpensslError();
    return absl::InvalidArgumentError(
        "certificate request: its signature was not made by the key in it");
  }
  return public_key;
}

}  // namespace dims
