// SPDX-License-Identifier: Apache-2.0
#include "tests/support/scratch_files.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/inputs/posix_file_system.h"
#include "common/base/check.h"
#include "common/base/unique_fd.h"
#include "tests/support/gzip_text.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

constexpr char kMemoryRoot[] = "/logs";

struct MemoryFile {
  std::uint64_t inode = 0;
  std::string text;
  std::int64_t modified_ns = 0;
  int names = 0;
};

class MemoryOpenFile final : public OpenFile {
 public:
  explicit MemoryOpenFile(std::shared_ptr<MemoryFile> file) : file_(std::move(file)) {}

  absl::StatusOr<FileStatus> Stat() const override {
    return FileStatus{
        {7, file_->inode}, file_->text.size(), file_->modified_ns, true, file_->names == 0};
  }

  absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, std::span<char> out) const override {
    if (offset >= file_->text.size()) return 0;
    const std::size_t size = std::min<std::size_t>(out.size(), file_->text.size() - offset);
    std::memcpy(out.data(), file_->text.data() + offset, size);
    return size;
  }

  std::uint64_t NextData(std::uint64_t offset) const override { return offset; }

 private:
  const std::shared_ptr<MemoryFile> file_;
};

class MemoryFiles final : public ScratchFiles, public FileSystem {
 public:
  const FileSystem& files() const override { return *this; }

  std::string Path(const std::string& name) const override {
    return absl::StrCat(kMemoryRoot, "/", name);
  }

  void Append(const std::string& name, absl::string_view text) override {
    MemoryFile& file = Make(name);
    file.text.append(text.data(), text.size());
    Touch(file);
  }

  void WriteAt(const std::string& name, std::uint64_t offset, absl::string_view text) override {
    MemoryFile& file = Make(name);
    if (file.text.size() < offset + text.size()) file.text.resize(offset + text.size(), '\0');
    std::memcpy(file.text.data() + offset, text.data(), text.size());
    Touch(file);
  }

  void Truncate(const std::string& name, std::uint64_t size) override {
    MemoryFile& file = Make(name);
    file.text.resize(size, '\0');
    Touch(file);
  }

  void Rename(const std::string& from, const std::string& to) override {
    const auto file = names_.at(Path(from));
    Remove(from);
    if (Exists(to)) Remove(to);
    names_[Path(to)] = file;
    ++file->names;
  }

  void Copy(const std::string& from, const std::string& to) override {
    const std::string text = names_.at(Path(from))->text;
    if (Exists(to)) Truncate(to, 0);
    Append(to, text);
  }

  void Remove(const std::string& name) override {
    const auto found = names_.find(Path(name));
    DIMS_CHECK(found != names_.end());
    --found->second->names;
    removed_.push_back(found->second);
    names_.erase(found);
  }

  void Link(const std::string& name, const std::string& target) override {
    links_[Path(name)] = Path(target);
  }

  void Compress(const std::string& name) override {
    Append(name + ".gz", Gzip(names_.at(Path(name))->text));
    Remove(name);
  }

  bool Exists(const std::string& name) const override { return names_.contains(Path(name)); }

  std::vector<std::string> Glob(const std::string& pattern) const override {
    std::set<std::string> out;
    for (const auto& [path, file] : names_) {
      if (::fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0)
        out.insert(path);
    }
    for (const auto& [path, target] : links_) {
      if (::fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0)
        out.insert(path);
    }
    return {out.begin(), out.end()};
  }

  absl::StatusOr<FileStatus> Stat(const std::string& path) const override {
    const auto found = names_.find(Resolve(path));
    if (found == names_.end()) return absl::NotFoundError(absl::StrCat("stat ", path));
    return MemoryOpenFile(found->second).Stat();
  }

  std::vector<std::string> List(const std::string& directory) const override {
    std::set<std::string> out;
    const std::string prefix = absl::StrCat(directory, "/");
    for (const auto& [path, file] : names_) {
      if (!absl::StartsWith(path, prefix)) continue;
      const std::string rest = path.substr(prefix.size());
      out.insert(rest.substr(0, rest.find('/')));
    }
    return {out.begin(), out.end()};
  }

  absl::StatusOr<std::unique_ptr<OpenFile>> Open(const std::string& path) const override {
    const auto found = names_.find(Resolve(path));
    if (found == names_.end()) return absl::NotFoundError(absl::StrCat("open ", path));
    return std::make_unique<MemoryOpenFile>(found->second);
  }

  std::string Resolve(const std::string& path) const override {
    const auto link = links_.find(path);
    return link == links_.end() ? path : link->second;
  }

 private:
  MemoryFile& Make(const std::string& name) {
    const std::string path = Resolve(Path(name));
    auto& file = names_[path];
    if (file == nullptr) {
      file = std::make_shared<MemoryFile>();
      file->inode = FreeInode();
      file->names = 1;
      Touch(*file);
    }
    return *file;
  }

  std::uint64_t FreeInode() {
    for (auto file = removed_.begin(); file != removed_.end(); ++file) {
      if (file->use_count() > 1) continue;
      const std::uint64_t inode = (*file)->inode;
      removed_.erase(file);
      return inode;
    }
    return ++inodes_;
  }

  void Touch(MemoryFile& file) { file.modified_ns = ++ticks_; }

  std::map<std::string, std::shared_ptr<MemoryFile>> names_;
  std::map<std::string, std::string> links_;
  std::vector<std::shared_ptr<MemoryFile>> removed_;
  std::uint64_t inodes_ = 0;
  std::int64_t ticks_ = 0;
};

class DiskFiles final : public ScratchFiles {
 public:
  const FileSystem& files() const override { return posix_; }

  std::string Path(const std::string& name) const override { return directory_ / name; }

  void Append(const std::string& name, absl::string_view text) override {
    Write(name, O_APPEND, 0, text);
  }

  void WriteAt(const std::string& name, std::uint64_t offset, absl::string_view text) override {
    Write(name, 0, offset, text);
  }

  void Truncate(const std::string& name, std::uint64_t size) override {
    Append(name, "");
    std::error_code error;
    std::filesystem::resize_file(Path(name), size, error);
    DIMS_CHECK(!error);
  }

  void Rename(const std::string& from, const std::string& to) override {
    std::error_code error;
    std::filesystem::create_directories(std::filesystem::path(Path(to)).parent_path(), error);
    std::filesystem::rename(Path(from), Path(to), error);
    DIMS_CHECK(!error);
  }

  void Copy(const std::string& from, const std::string& to) override {
    std::error_code error;
    std::filesystem::copy_file(Path(from), Path(to),
                               std::filesystem::copy_options::overwrite_existing, error);
    DIMS_CHECK(!error);
  }

  void Remove(const std::string& name) override {
    std::error_code error;
    DIMS_CHECK(std::filesystem::remove(Path(name), error));
    // A directory that became empty goes too, as when somebody cleans up.
    const auto parent = std::filesystem::path(Path(name)).parent_path();
    if (parent != directory_.path()) std::filesystem::remove(parent, error);
  }

  void Link(const std::string& name, const std::string& target) override {
    std::error_code error;
    std::filesystem::remove(Path(name), error);
    std::filesystem::create_symlink(Path(target), Path(name), error);
    DIMS_CHECK(!error);
  }

  void Compress(const std::string& name) override {
    std::ifstream file(Path(name), std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)),
                           std::istreambuf_iterator<char>());
    Append(name + ".gz", Gzip(text));
    Remove(name);
  }

  bool Exists(const std::string& name) const override {
    std::error_code error;
    return std::filesystem::exists(Path(name), error);
  }

 private:
  void Write(const std::string& name, int flags, std::uint64_t offset, absl::string_view text) {
    std::error_code error;
    std::filesystem::create_directories(std::filesystem::path(Path(name)).parent_path(), error);
    const UniqueFd fd(::open(Path(name).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600));
    DIMS_CHECK(fd.valid());
    DIMS_CHECK(::pwrite(fd.get(), text.data(), text.size(), static_cast<off_t>(offset)) ==
               static_cast<ssize_t>(text.size()));
  }

  TemporaryDirectory directory_;
  PosixFileSystem posix_;
};

}  // namespace

std::unique_ptr<ScratchFiles> MakeMemoryFiles() {
  return std::make_unique<MemoryFiles>();
}

std::unique_ptr<ScratchFiles> MakeDiskFiles() {
  return std::make_unique<DiskFiles>();
}

}  // namespace dims
