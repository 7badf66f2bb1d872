// SPDX-License-Identifier: Apache-2.0
// For this folder's sources only: OpenSSL objects as owned values, its errors as text.
#pragma once

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

#include "absl/strings/string_view.h"

namespace dims {

// One deleter for all of them: the free function is the template argument. A template because only
// the type varies.
template <auto kFree>
struct OpensslFree {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};

using BioPtr = std::unique_ptr<BIO, OpensslFree<BIO_free_all>>;
using BignumPtr = std::unique_ptr<BIGNUM, OpensslFree<BN_free>>;
using DigestContextPtr = std::unique_ptr<EVP_MD_CTX, OpensslFree<EVP_MD_CTX_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, OpensslFree<EVP_PKEY_free>>;
using RequestPtr = std::unique_ptr<X509_REQ, OpensslFree<X509_REQ_free>>;
using X509Ptr = std::unique_ptr<X509, OpensslFree<X509_free>>;
using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, OpensslFree<GENERAL_NAMES_free>>;
using SslContextPtr = std::unique_ptr<SSL_CTX, OpensslFree<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, OpensslFree<SSL_free>>;

// The oldest queued reason in words, and an empty queue afterwards.
std::string TakeOpensslError();

// A memory BIO that reads `bytes`, which must outlive it.
BioPtr ReadBio(absl::string_view bytes);

// Everything written to a memory BIO so far.
std::string ContentsOf(BIO* bio);

bool IsP256(const EVP_PKEY* key);

// The passphrase callback of PEM readers: an encrypted file must fail, never ask on the terminal.
int RefusePassphrase(char*, int, int, void*);

}  // namespace dims
