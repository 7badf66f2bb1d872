// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace dims {

// How log rotation names files: "auth.log" becomes "auth.log.1", "auth.log-20261121",
// "auth.log.old".

// True when `name` is `base` plus what a rotation appends. Both without directory.
bool IsRotationOf(absl::string_view name, absl::string_view base);

// "auth.log" for "auth.log.1"; `name` itself when nothing was appended.
absl::string_view RotationStem(absl::string_view name);

// True for the endings of compressed files: they are not lines, and their lines were read before.
bool IsCompressedName(absl::string_view name);

// Directory and last part of a path; the directory of a bare name is ".".
std::pair<std::string, std::string> SplitPath(absl::string_view path);

}  // namespace dims
