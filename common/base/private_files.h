// SPDX-License-Identifier: Apache-2.0
// Directories that hold keys and other people's logs.
#pragma once

#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace dims {

// Makes `directory` and what is missing above it; one that is made new is its owner's alone (0700),
// one that exists is left as it is. Errors name the directory.
absl::Status MakePrivateDirectory(const std::string& directory);

// FailedPrecondition where others than its owner could write into `directory`, or could reach and
// read a file in it that is not one of `public_names`; names the first such file and the command
// that mends it. A directory that nobody else can enter protects whatever is in it. Looks no
// deeper.
absl::Status CheckPrivateFiles(const std::string& directory,
                               std::span<const absl::string_view> public_names);

}  // namespace dims
