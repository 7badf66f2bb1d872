// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace dims {

// How often SQLite asked the operating system to make a file durable (fsync, fdatasync), in this
// process since its start, over all databases opened under CountingVfs. Thread: any.
std::uint64_t SyncsCounted();

// The name of a VFS that is the operating system's, and counts; made on first use. Thread: any.
const char* CountingVfs();

}  // namespace dims
