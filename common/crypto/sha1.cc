// SPDX-License-Identifier: Apache-2.0
// One digest a connection: the functions below cost a third of what EVP's contexts do, and are the
// same code. OpenSSL 3 calls them deprecated.
#include "common/crypto/sha1.h"

#include <openssl/sha.h>

#include "common/base/check.h"

namespace dims {

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

Sha1Digest Sha1(absl::string_view bytes) {
  Sha1Digest digest;
  SHA_CTX context;
  DIMS_CHECK(SHA1_Init(&context) == 1 && SHA1_Update(&context, bytes.data(), bytes.size()) == 1 &&
             SHA1_Final(digest.data(), &context) == 1);
  return digest;
}

#pragma GCC diagnostic pop

}  // namespace dims
