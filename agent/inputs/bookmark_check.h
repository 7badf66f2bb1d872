// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/inputs/file_system.h"
#include "common/delivery/bookmark.h"

namespace dims {

// False when the file that `bookmark` names is there but is not the one that was read: it is
// shorter, or the bytes before the offset differ. Happens when a machine is restored from a
// snapshot: the server's bookmark then says nothing about the lines that are in the file now, and
// what it seems to cover must be sent. True for a file that is gone or cannot be read (nothing
// contradicts it), and for what is no file.
bool StillHolds(const FileSystem& files, const Bookmark& bookmark);

}  // namespace dims
