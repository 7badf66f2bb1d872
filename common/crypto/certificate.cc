// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/certificate.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <ctime>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/crypto/openssl_types.h"

namespace dims {
namespace {

absl::Time TimeOf(const ASN1_TIME* time) {
  std::tm broken_down = {};
  if (ASN1_TIME_to_tm(time, &broken_down) != 1) {
    TakeOpensslError();
    return absl::InfinitePast();  // an unreadable bound makes the certificate expired
  }
  return absl::FromTM(broken_down, absl::UTCTimeZone());
}

std::string NameOf(const X509_NAME* name) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  DIMS_CHECK(bio != nullptr);
  X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253);
  return ContentsOf(bio.get());
}

X509* ReadNext(BIO* bio) {
  return PEM_read_bio_X509(bio, nullptr, RefusePassphrase, nullptr);
}

}  // namespace

void Certificate::Free::operator()(x509_st* x509) const {
  X509_free(x509);
}

absl::StatusOr<Certificate> Certificate::FromPem(absl::string_view pem) {
  if (pem.size() > kCertificatePemBytesMax * kChainCertificatesMax) {
    return absl::InvalidArgumentError("certificate: longer than any that belongs here");
  }
  const BioPtr bio = ReadBio(pem);
  Certificate certificate(ReadNext(bio.get()));
  if (certificate.x509_ == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("certificate: not readable as PEM: ", TakeOpensslError()));
  }
  return certificate;
}

absl::StatusOr<std::vector<Certificate>> Certificate::AllFromPem(absl::string_view pem) {
  if (pem.size() > kCertificatePemBytesMax * kChainCertificatesMax) {
    return absl::InvalidArgumentError("certificates: longer than any that belong here");
  }
  const BioPtr bio = ReadBio(pem);
  std::vector<Certificate> all;
  while (X509* x509 = ReadNext(bio.get())) {
    all.emplace_back(x509);
    if (all.size() > kChainCertificatesMax) {
      return absl::InvalidArgumentError(
          absl::StrCat("certificates: more than ", kChainCertificatesMax, " in one place"));
    }
  }
  const std::string reason = TakeOpensslError();
  if (all.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("certificates: none readable: ", reason));
  }
  return all;
}

std::string Certificate::Pem() const {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  DIMS_CHECK(bio != nullptr);
  DIMS_CHECK(PEM_write_bio_X509(bio.get(), x509_.get()) == 1);
  return ContentsOf(bio.get());
}

Sha256Digest Certificate::Fingerprint() const {
  unsigned char* der = nullptr;
  const int length = i2d_X509(x509_.get(), &der);
  DIMS_CHECK(length > 0);
  const Sha256Digest digest =
      Sha256({reinterpret_cast<const char*>(der), static_cast<std::size_t>(length)});
  OPENSSL_free(der);
  return digest;
}

std::string Certificate::Serial() const {
  const BignumPtr number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(x509_.get()), nullptr));
  DIMS_CHECK(number != nullptr);
  char* hex = BN_bn2hex(number.get());
  DIMS_CHECK(hex != nullptr);
  std::string text = absl::AsciiStrToLower(hex);
  OPENSSL_free(hex);
  const std::size_t first = text.find_first_not_of('0');
  return first == std::string::npos ? "0" : text.substr(first);
}

absl::Time Certificate::NotBefore() const {
  return TimeOf(X509_get0_notBefore(x509_.get()));
}

absl::Time Certificate::NotAfter() const {
  return TimeOf(X509_get0_notAfter(x509_.get()));
}

std::string Certificate::Subject() const {
  return NameOf(X509_get_subject_name(x509_.get()));
}

std::string Certificate::Issuer() const {
  return NameOf(X509_get_issuer_name(x509_.get()));
}

std::vector<std::string> Certificate::UriNames() const {
  std::vector<std::string> uris;
  const GeneralNamesPtr names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(x509_.get(), NID_subject_alt_name, nullptr, nullptr)));
  if (names == nullptr) return uris;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI) continue;
    const ASN1_IA5STRING* uri = name->d.uniformResourceIdentifier;
    uris.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                      static_cast<std::size_t>(ASN1_STRING_length(uri)));
  }
  return uris;
}

absl::StatusOr<Principal> Certificate::Subscriber() const {
  const std::vector<std::string> uris = UriNames();
  if (uris.size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("certificate ", Serial(), " has ", uris.size(), " URI names, not one"));
  }
  return Principal::Parse(uris.front());
}

absl::StatusOr<PublicKey> Certificate::Key() const {
  return PublicKey::Of(X509_get0_pubkey(x509_.get()));
}

bool Certificate::IsIssuedBy(const Certificate& authority) const {
  const bool issued = X509_check_ca(authority.x509_.get()) == 1 &&
                      X509_NAME_cmp(X509_get_issuer_name(x509_.get()),
                                    X509_get_subject_name(authority.x509_.get())) == 0 &&
                      X509_verify(x509_.get(), X509_get0_pubkey(authority.x509_.get())) == 1;
  if (!issued) TakeOpensslError();
  return issued;
}

absl::Status CheckValidity(const Certificate& certificate, absl::Time now) {
  if (now < certificate.NotBefore()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "certificate ", certificate.Serial(), " is not valid for another ",
        absl::FormatDuration(certificate.NotBefore() - now), ": set this machine's clock"));
  }
  if (now > certificate.NotAfter()) {
    return absl::FailedPreconditionError(
        absl::StrCat("certificate ", certificate.Serial(), " expired ",
                     absl::FormatDuration(now - certificate.NotAfter()), " ago"));
  }
  return absl::OkStatus();
}

}  // namespace dims
