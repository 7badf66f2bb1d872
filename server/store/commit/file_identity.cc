// SPDX-License-Identifier: Apache-2.0
#include "server/store/commit/file_identity.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include "common/base/little_endian.h"
#include "common/crypto/sha256.h"

namespace dims {

std::uint64_t FileIdentity(const std::string& path) {
  struct statx found = {};
  if (::statx(AT_FDCWD, path.c_str(), 0, STATX_INO | STATX_BTIME, &found) != 0) return 0;
  std::string bytes;
  AppendLittleEndian(bytes, std::uint64_t{found.stx_dev_major});
  AppendLittleEndian(bytes, std::uint64_t{found.stx_dev_minor});
  AppendLittleEndian(bytes, std::uint64_t{found.stx_ino});
  if ((found.stx_mask & STATX_BTIME) != 0) {
    AppendLittleEndian(bytes, static_cast<std::uint64_t>(found.stx_btime.tv_sec));
    AppendLittleEndian(bytes, std::uint64_t{found.stx_btime.tv_nsec});
  }
  return std::max<std::uint64_t>(1, ReadLittleEndian<std::uint64_t>(BytesOf(Sha256(bytes))));
}

}  // namespace dims
