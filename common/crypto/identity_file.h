// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/crypto/principal.h"

namespace dims {

inline constexpr std::size_t kIdentityFileBytesMax = 256 * 1024;

// Everything a user's command line needs to be that user, in one text file (mode 0600):
//
//   # DIMS identity of dims://group/user/alice. Whoever can read this file can act as this user.
//   server = "centre.example:7443"
//   join = "centre.example:7444"
//   -----BEGIN CERTIFICATE-----   the user's own
//   -----BEGIN CERTIFICATE-----   the authority's, one or more
//   -----BEGIN PRIVATE KEY-----
//
// A value. Parse has checked that the parts belong together: the key is the certificate's, the
// certificate is issued by one of the authorities and names one principal.
struct IdentityFile {
  std::string server_address;
  std::string join_address;
  std::string certificate_pem;
  std::string ca_pem;  // the bundle: during a change of authority two
  std::string key_pem;
  Principal principal;

  std::string Encode() const;

  // InvalidArgument names what is missing or does not belong.
  static absl::StatusOr<IdentityFile> Parse(absl::string_view text);

  // Writes with mode 0600, durably.
  absl::Status Save(const std::string& path) const;

  // PermissionDenied when others may read the file: such a key counts as published.
  static absl::StatusOr<IdentityFile> Load(const std::string& path);
};

// OK when key, certificate and authorities belong together; the principal they stand for.
absl::StatusOr<Principal> CheckIdentity(absl::string_view key_pem,
                                        absl::string_view certificate_pem,
                                        absl::string_view ca_pem);

// The value of `key = "value"` among the lines of `text`; InvalidArgument when it is missing.
absl::StatusOr<std::string> SettingOf(absl::string_view text, absl::string_view key);

}  // namespace dims
