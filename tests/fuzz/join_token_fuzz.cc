// SPDX-License-Identifier: Apache-2.0
// What people paste and what peers claim to be: tokens, principals, addresses. What is read must be
// written back the same.
#include <cstddef>
#include <cstdint>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/tcp_connect.h"
#include "common/crypto/identity_file.h"
#include "common/crypto/join_token.h"
#include "common/crypto/principal.h"

namespace dims {
namespace {

void CheckToken(absl::string_view text) {
  const absl::StatusOr<JoinToken> token = JoinToken::Parse(text);
  if (token.ok()) DIMS_CHECK(*JoinToken::Parse(token->Encode()) == *token);
}

}  // namespace
}  // namespace dims

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(bytes), size);
  dims::CheckToken(text);
  // With the right checksum, or no input would ever get past it.
  const dims::Sha256Digest digest = dims::Sha256(absl::StrCat("dims1-", text));
  dims::CheckToken(absl::StrCat(
      "dims1-", absl::WebSafeBase64Escape(absl::StrCat(text, dims::BytesOf(digest).substr(0, 4)))));
  const absl::StatusOr<dims::Principal> principal = dims::Principal::Parse(text);
  if (principal.ok()) DIMS_CHECK(principal->Uri() == text);
  const absl::StatusOr<dims::HostPort> address = dims::HostPort::Parse(text);
  if (address.ok()) DIMS_CHECK(*dims::HostPort::Parse(address->Text()) == *address);
  dims::IdentityFile::Parse(text).status().IgnoreError();
  return 0;
}
