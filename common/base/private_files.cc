// SPDX-License-Identifier: Apache-2.0
#include "common/base/private_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace dims {
namespace {

constexpr mode_t kOthersWrite = S_IWGRP | S_IWOTH;
constexpr mode_t kOthersEnter = S_IXGRP | S_IXOTH;
constexpr mode_t kOthersUse = S_IRWXG | S_IRWXO;

absl::Status Loosened(const std::string& path, mode_t mode, absl::string_view remedy) {
  return absl::FailedPreconditionError(
      absl::StrFormat("%s: mode %04o lets others than its owner in; chmod %s %s", path,
                      mode & 07777, remedy, path));
}

}  // namespace

absl::Status MakePrivateDirectory(const std::string& directory) {
  std::error_code error;
  const std::filesystem::path path(directory);
  if (std::filesystem::is_directory(path, error)) return absl::OkStatus();
  error.clear();  // it is not there: that is what it was asked for
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
  if (!error && (::mkdir(directory.c_str(), S_IRWXU) == 0 || errno == EEXIST)) {
    return absl::OkStatus();
  }
  return absl::PermissionDeniedError(
      absl::StrCat(directory, ": ", error ? error.message() : std::strerror(errno)));
}

absl::Status CheckPrivateFiles(const std::string& directory,
                               std::span<const absl::string_view> public_names) {
  struct stat found {};

  if (::stat(directory.c_str(), &found) != 0) return absl::ErrnoToStatus(errno, directory);
  if ((found.st_mode & kOthersWrite) != 0) return Loosened(directory, found.st_mode, "0700");
  if ((found.st_mode & kOthersEnter) == 0) return absl::OkStatus();
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    const bool is_public =
        std::find(public_names.begin(), public_names.end(), name) != public_names.end();
    if (::lstat(entry.path().c_str(), &found) != 0 || !S_ISREG(found.st_mode)) continue;
    const mode_t forbidden = is_public ? kOthersWrite : kOthersUse;
    if ((found.st_mode & forbidden) != 0) {
      return Loosened(entry.path().string(), found.st_mode, is_public ? "0644" : "0600");
    }
  }
  if (error) return absl::PermissionDeniedError(absl::StrCat(directory, ": ", error.message()));
  return absl::OkStatus();
}

}  // namespace dims
