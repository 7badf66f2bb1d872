// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/posix_file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/unique_fd.h"

namespace dims {
namespace {

absl::Status ErrnoStatus(absl::string_view action, const std::string& path) {
  const int error = errno;
  const std::string text = absl::StrCat(action, " ", path, ": ", std::strerror(error));
  if (error == ENOENT || error == ENOTDIR) return absl::NotFoundError(text);
  if (error == EACCES || error == EPERM) return absl::PermissionDeniedError(text);
  return absl::UnavailableError(text);
}

FileStatus FromStat(const struct stat& status, std::uint64_t file_system) {
  FileStatus out;
  out.id = {file_system, static_cast<std::uint64_t>(status.st_ino)};
  out.size = status.st_size > 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
  out.modified_ns = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
  out.regular = S_ISREG(status.st_mode);
  out.deleted = status.st_nlink == 0;
  return out;
}

std::uint64_t IdFrom(const struct statfs& status, std::uint64_t device) {
  std::uint64_t id = 0;
  static_assert(sizeof(status.f_fsid) == sizeof(id));
  std::memcpy(&id, &status.f_fsid, sizeof(id));
  return id != 0 ? id : device;
}

class PosixOpenFile final : public OpenFile {
 public:
  PosixOpenFile(UniqueFd fd, std::string path, std::uint64_t file_system)
      : fd_(std::move(fd)), path_(std::move(path)), file_system_(file_system) {}

  absl::StatusOr<FileStatus> Stat() const override {
    struct stat status {};

    if (::fstat(fd_.get(), &status) != 0) return ErrnoStatus("stat", path_);
    return FromStat(status, file_system_);
  }

  absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, std::span<char> out) const override {
    std::size_t done = 0;
    while (done < out.size()) {
      const ssize_t n = ::pread(fd_.get(), out.data() + done, out.size() - done,
                                static_cast<off_t>(offset + done));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return ErrnoStatus("read", path_);
      if (n == 0) break;
      done += static_cast<std::size_t>(n);
    }
    return done;
  }

  std::uint64_t NextData(std::uint64_t offset) const override {
    const off_t next = ::lseek(fd_.get(), static_cast<off_t>(offset), SEEK_DATA);
    return next < 0 ? offset : static_cast<std::uint64_t>(next);
  }

 private:
  const UniqueFd fd_;
  const std::string path_;
  const std::uint64_t file_system_;
};

}  // namespace

std::vector<std::string> PosixFileSystem::Glob(const std::string& pattern) const {
  glob_t found{};
  std::vector<std::string> paths;
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) {
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  }
  ::globfree(&found);
  return paths;
}

absl::StatusOr<FileStatus> PosixFileSystem::Stat(const std::string& path) const {
  struct stat status {};

  if (::stat(path.c_str(), &status) != 0) return ErrnoStatus("stat", path);
  return FromStat(status, FileSystemIdOf(path, status.st_dev));
}

std::vector<std::string> PosixFileSystem::List(const std::string& directory) const {
  struct Closer {
    void operator()(DIR* stream) const { ::closedir(stream); }
  };

  std::vector<std::string> names;
  const std::unique_ptr<DIR, Closer> stream(::opendir(directory.c_str()));
  if (stream == nullptr) return names;
  while (const dirent* entry = ::readdir(stream.get())) {
    const absl::string_view name(entry->d_name);
    if (name != "." && name != "..") names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

absl::StatusOr<std::unique_ptr<OpenFile>> PosixFileSystem::Open(const std::string& path) const {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd.valid()) return ErrnoStatus("open", path);

  struct stat status {};

  if (::fstat(fd.get(), &status) != 0) return ErrnoStatus("stat", path);
  const std::uint64_t file_system = FileSystemIdOf(path, status.st_dev);
  return std::make_unique<PosixOpenFile>(std::move(fd), path, file_system);
}

std::string PosixFileSystem::Resolve(const std::string& path) const {
  char* const real = ::realpath(path.c_str(), nullptr);
  if (real == nullptr) return path;
  std::string out(real);
  std::free(real);
  return out;
}

std::uint64_t PosixFileSystem::FileSystemIdOf(const std::string& path, std::uint64_t device) const {
  const auto known = id_of_device_.find(device);
  if (known != id_of_device_.end()) return known->second;

  struct statfs status {};

  if (::statfs(path.c_str(), &status) != 0) return device;
  return id_of_device_[device] = IdFrom(status, device);
}

}  // namespace dims
