// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace dims {

// What tells a file from another one put in its place under the same name: a digest of its device,
// its inode and the time it was born. Never 0 but for a file that cannot be looked at. The same
// after a rename or a restart; another one after a restore from a copy. A copy written into the
// very same file is not noticed.
std::uint64_t FileIdentity(const std::string& path);

}  // namespace dims
