// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/openssl_types.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>

#include <climits>

#include "common/base/check.h"

namespace dims {

std::string TakeOpensslError() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "no reason given";
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "unknown reason";
}

BioPtr ReadBio(absl::string_view bytes) {
  DIMS_CHECK(bytes.size() <= INT_MAX);
  BioPtr bio(BIO_new_mem_buf(bytes.empty() ? "" : bytes.data(), static_cast<int>(bytes.size())));
  DIMS_CHECK(bio != nullptr);
  return bio;
}

std::string ContentsOf(BIO* bio) {
  char* bytes = nullptr;
  const long length = BIO_get_mem_data(bio, &bytes);
  return length > 0 ? std::string(bytes, static_cast<std::size_t>(length)) : std::string();
}

bool IsP256(const EVP_PKEY* key) {
  if (key == nullptr || EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) return false;
  char group[64] = {};
  std::size_t length = 0;
  return EVP_PKEY_get_group_name(key, group, sizeof(group), &length) == 1 &&
         absl::string_view(group, length) == SN_X9_62_prime256v1;
}

int RefusePassphrase(char*, int, int, void*) {
  return -1;
}

}  // namespace dims
