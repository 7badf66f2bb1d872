// SPDX-License-Identifier: Apache-2.0
// Small files that must survive a crash whole: keys, certificates, identities, pinned settings.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dims {

inline constexpr mode_t kSecretFileMode = 0600;
inline constexpr mode_t kPublicFileMode = 0644;

// Replaces `path` by a file of `contents` with exactly `mode`, whatever the umask says: after OK
// the new file is on disk, after an error or a crash the old one is still there. A reader never
// sees half of it. The file belongs to the caller's effective user. Thread: any; two writers of one
// path: one of them wins whole.
absl::Status WriteFileDurably(const std::string& path, absl::string_view contents, mode_t mode);

// The contents of `path`. NotFound when there is none; ResourceExhausted when it is longer than
// `bytes_max`.
absl::StatusOr<std::string> ReadSmallFile(const std::string& path, std::size_t bytes_max);

}  // namespace dims
