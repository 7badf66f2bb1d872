// SPDX-License-Identifier: Apache-2.0
#include "agent/policy/policy_key.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/durable_file.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

constexpr std::size_t kKeyFileBytesMax = 4096;

PrivacyKey KeyOf(const std::string& bytes) {
  PrivacyKey key{};
  std::copy_n(bytes.begin(), key.size(), key.begin());
  return key;
}

}  // namespace

absl::StatusOr<PrivacyKey> LoadOrMakePolicyKey(const std::string& state_directory, Random& random) {
  const std::string path = state_directory + "/policy.key";
  const absl::StatusOr<std::string> text = ReadSmallFile(path, kKeyFileBytesMax);
  if (absl::IsNotFound(text.status())) {
    const std::string bytes = random.Bytes(kPrivacyKeyBytes);
    RETURN_IF_ERROR(
        WriteFileDurably(path, absl::StrCat(absl::BytesToHexString(bytes), "\n"), kSecretFileMode));
    return KeyOf(bytes);
  }
  RETURN_IF_ERROR(text.status());
  const absl::string_view hex = absl::StripAsciiWhitespace(*text);
  const bool all_hex = std::all_of(hex.begin(), hex.end(), [](char c) {
    return absl::ascii_isxdigit(static_cast<unsigned char>(c));
  });
  if (!all_hex || hex.size() != kPrivacyKeyBytes * 2) {
    return absl::DataLossError(absl::StrCat(
        path, ": is no key of 64 hexadecimal digits; with a new one (remove the file) the same ",
        "values get other names"));
  }
  return KeyOf(absl::HexStringToBytes(hex));
}

}  // namespace dims
