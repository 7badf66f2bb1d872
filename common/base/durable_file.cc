// SPDX-License-Identifier: Apache-2.0
#include "common/base/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/base/unique_fd.h"

namespace dims {
namespace {

absl::Status Failed(absl::string_view path, absl::string_view act) {
  return absl::ErrnoToStatus(errno, absl::StrCat(path, ": ", act));
}

absl::Status WriteAll(int fd, absl::string_view contents, absl::string_view path) {
  while (!contents.empty()) {
    const ssize_t written = ::write(fd, contents.data(), contents.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failed(path, "write");
    contents.remove_prefix(static_cast<std::size_t>(written));
  }
  return absl::OkStatus();
}

// The rename itself is durable only once the directory is synced.
absl::Status SyncDirectoryOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const UniqueFd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return Failed(directory, "open");
  if (::fsync(fd.get()) != 0) return Failed(directory, "fsync");
  return absl::OkStatus();
}

absl::Status WriteAndRename(int fd, const std::string& written, const std::string& path,
                            absl::string_view contents, mode_t mode) {
  if (::fchmod(fd, mode) != 0) return Failed(written, "chmod");
  RETURN_IF_ERROR(WriteAll(fd, contents, written));
  if (::fsync(fd) != 0) return Failed(written, "fsync");
  if (::rename(written.c_str(), path.c_str()) != 0) return Failed(path, "rename");
  return absl::OkStatus();
}

}  // namespace

absl::Status WriteFileDurably(const std::string& path, absl::string_view contents, mode_t mode) {
  std::string written = path + ".XXXXXX";
  const UniqueFd fd(::mkostemp(written.data(), O_CLOEXEC));  // 0600 from the start
  if (!fd.valid()) return Failed(path, "create");
  if (absl::Status status = WriteAndRename(fd.get(), written, path, contents, mode); !status.ok()) {
    ::unlink(written.c_str());
    return status;
  }
  return SyncDirectoryOf(path);
}

absl::StatusOr<std::string> ReadSmallFile(const std::string& path, std::size_t bytes_max) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!fd.valid()) return Failed(path, "open");
  std::string contents(bytes_max + 1, '\0');
  std::size_t filled = 0;
  while (filled < contents.size()) {
    const ssize_t got = ::read(fd.get(), contents.data() + filled, contents.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failed(path, "read");
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  if (filled > bytes_max) {
    return absl::ResourceExhaustedError(
        absl::StrCat(path, ": longer than ", bytes_max, " bytes, which no file of its kind is"));
  }
  contents.resize(filled);
  return contents;
}

}  // namespace dims
