// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/aes128.h"

#include <openssl/evp.h>

#include "common/base/check.h"

namespace dims {

void Aes128::Free::operator()(evp_cipher_ctx_st* context) const {
  EVP_CIPHER_CTX_free(context);
}

Aes128::Aes128(const AesBlock& key) : context_(EVP_CIPHER_CTX_new()) {
  DIMS_CHECK(context_ != nullptr);
  DIMS_CHECK(EVP_EncryptInit_ex(context_.get(), EVP_aes_128_ecb(), nullptr, key.data(), nullptr) ==
             1);
  DIMS_CHECK(EVP_CIPHER_CTX_set_padding(context_.get(), 0) == 1);
}

Aes128::~Aes128() = default;

void Aes128::Encrypt(std::span<AesBlock> blocks) {
  const auto size = static_cast<int>(blocks.size_bytes());
  auto* const bytes = reinterpret_cast<std::uint8_t*>(blocks.data());
  int written = 0;
  DIMS_CHECK(EVP_EncryptUpdate(context_.get(), bytes, &written, bytes, size) == 1);
  DIMS_CHECK(written == size);
}

}  // namespace dims
