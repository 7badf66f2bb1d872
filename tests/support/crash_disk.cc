// SPDX-License-Identifier: Apache-2.0
#include "tests/support/crash_disk.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace dims {
namespace {

constexpr std::uint64_t kSectorBytes = 512;

void Put(std::string& image, std::uint64_t offset, absl::string_view bytes) {
  if (image.size() < offset + bytes.size()) image.resize(offset + bytes.size(), '\0');
  std::memcpy(image.data() + offset, bytes.data(), bytes.size());
}

void Apply(std::string& image, const CrashVfs::Disk::Pending& write) {
  if (write.truncates) {
    image.resize(write.offset, '\0');
  } else {
    Put(image, write.offset, write.bytes);
  }
}

// Each sector of `write` reaches the disk or not.
void ApplyTorn(std::string& image, const CrashVfs::Disk::Pending& write, SeededRandom& random) {
  if (write.truncates) {
    if (random.OneIn(2)) Apply(image, write);
    return;
  }
  for (std::uint64_t at = 0; at < write.bytes.size();) {
    const std::uint64_t in_sector = kSectorBytes - (write.offset + at) % kSectorBytes;
    const std::uint64_t count = std::min<std::uint64_t>(in_sector, write.bytes.size() - at);
    if (random.OneIn(2)) {
      Put(image, write.offset + at, absl::string_view(write.bytes).substr(at, count));
    }
    at += count;
  }
}

}  // namespace

bool CrashVfs::Disk::Fails(bool can_hit) {
  if (!can_hit || fault_in == 0) return false;
  if (fault_in > 1) {
    --fault_in;
    return false;
  }
  fault_fired = true;
  if (persistence == Persistence::kOnce) fault_in = 0;
  return true;
}

bool CrashVfs::Disk::CutsNow(std::uint64_t& countdown) {
  if (countdown == 0 || --countdown != 0) return false;
  CutPower();
  return true;
}

int CrashVfs::Disk::Open(absl::string_view path, bool create, File*& file) {
  if (Fails(fault == Fault::kInputOutput)) return SQLITE_CANTOPEN;
  std::unique_ptr<File>& slot = files_[std::string(path)];
  if (slot == nullptr && !create) {
    files_.erase(std::string(path));
    return SQLITE_CANTOPEN;
  }
  if (slot == nullptr) slot = std::make_unique<File>();
  file = slot.get();
  return SQLITE_OK;
}

int CrashVfs::Disk::Read(File& file, char* to, std::size_t count, std::uint64_t offset) {
  if (file.lost || Fails(fault == Fault::kInputOutput)) return SQLITE_IOERR_READ;
  const std::uint64_t end = std::min<std::uint64_t>(file.current.size(), offset + count);
  const std::size_t found = end > offset ? static_cast<std::size_t>(end - offset) : 0;
  if (found > 0) std::memcpy(to, file.current.data() + offset, found);
  if (found == count) return SQLITE_OK;
  std::memset(to + found, 0, count - found);
  return SQLITE_IOERR_SHORT_READ;
}

int CrashVfs::Disk::Write(File& file, absl::string_view bytes, std::uint64_t offset) {
  if (file.lost) return SQLITE_IOERR_WRITE;
  ++writes;
  bytes_written += bytes.size();
  const bool full = fault == Fault::kDiskFull;
  const bool fails = Fails(full || fault == Fault::kInputOutput);
  if (fails) bytes = bytes.substr(0, random_.Below(bytes.size() + 1));
  Put(file.current, offset, bytes);
  file.pending.push_back({offset, std::string(bytes), false});
  if (CutsNow(cut_at_write)) return SQLITE_IOERR_WRITE;
  if (fails) return full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
  return SQLITE_OK;
}

int CrashVfs::Disk::Truncate(File& file, std::uint64_t size) {
  if (file.lost || Fails(fault == Fault::kInputOutput)) return SQLITE_IOERR_TRUNCATE;
  file.current.resize(size, '\0');
  file.pending.push_back({size, {}, true});
  return SQLITE_OK;
}

int CrashVfs::Disk::Sync(File& file) {
  if (file.lost) return SQLITE_IOERR_FSYNC;
  ++syncs;
  if (CutsNow(cut_at_sync)) return SQLITE_IOERR_FSYNC;
  const bool fails = Fails(fault == Fault::kInputOutput || fault == Fault::kSync);
  for (const Pending& write : file.pending) {
    if (!fails || random_.OneIn(2)) Apply(file.durable, write);
  }
  file.pending.clear();
  if (fails) return SQLITE_IOERR_FSYNC;
  if (!file.durable_exists) SyncDirectory();
  return SQLITE_OK;
}

// SQLite syncs the directory together with the first sync of a journal or WAL it made; that makes
// earlier creations and deletions durable too. (A journal's deletion alone is not synced: only
// "synchronous=EXTRA" does that.)
void CrashVfs::Disk::SyncDirectory() {
  for (const auto& [path, file] : files_) file->durable_exists = true;
  deleted_.clear();
}

int CrashVfs::Disk::Size(File& file, std::int64_t& size) {
  if (file.lost || Fails(fault == Fault::kInputOutput)) return SQLITE_IOERR_FSTAT;
  size = static_cast<std::int64_t>(file.current.size());
  return SQLITE_OK;
}

int CrashVfs::Disk::Delete(absl::string_view path, bool sync) {
  if (Fails(fault == Fault::kInputOutput)) return SQLITE_IOERR_DELETE;
  const auto found = files_.find(std::string(path));
  if (found == files_.end()) return SQLITE_IOERR_DELETE_NOENT;
  if (found->second->durable_exists && !sync) deleted_[found->first] = found->second->durable;
  graves_.push_back(std::move(found->second));
  files_.erase(found);
  return SQLITE_OK;
}

bool CrashVfs::Disk::Exists(absl::string_view path) const {
  const File* file = Find(path);
  return file != nullptr && !file->current.empty();
}

const CrashVfs::Disk::File* CrashVfs::Disk::Find(absl::string_view path) const {
  const auto found = files_.find(std::string(path));
  return found == files_.end() ? nullptr : found->second.get();
}

std::string CrashVfs::Disk::AfterCut(const File& file) {
  std::string image = file.durable;
  const std::uint64_t style = random_.Below(5);
  const std::uint64_t prefix = random_.Below(file.pending.size() + 1);
  for (std::size_t i = 0; i < file.pending.size(); ++i) {
    const Pending& write = file.pending[i];
    if (style == 1 || (style == 2 && i < prefix) || (style == 3 && random_.OneIn(2))) {
      Apply(image, write);
    } else if (style == 4) {
      ApplyTorn(image, write, random_);
    }
  }
  return image;
}

void CrashVfs::Disk::CutPower() {
  power_was_cut = true;
  cut_at_sync = cut_at_write = fault_in = 0;
  std::map<std::string, std::string> left;
  for (const auto& [path, file] : files_) {
    const bool forgotten = !file->durable_exists && random_.OneIn(2);
    if (!forgotten) left[path] = AfterCut(*file);
  }
  for (const auto& [path, bytes] : deleted_) {
    if (files_.count(path) == 0 && random_.OneIn(2)) left[path] = bytes;
  }
  RestoreFrom(left);
}

std::map<std::string, std::string> CrashVfs::Disk::Copy() const {
  std::map<std::string, std::string> copy;
  for (const auto& [path, file] : files_) copy[path] = file->current;
  return copy;
}

void CrashVfs::Disk::RestoreFrom(const std::map<std::string, std::string>& files) {
  for (auto& [path, file] : files_) {
    file->lost = true;
    graves_.push_back(std::move(file));
  }
  files_.clear();
  deleted_.clear();
  for (const auto& [path, bytes] : files) Replace(path, bytes);
}

void CrashVfs::Disk::Replace(absl::string_view path, absl::string_view bytes) {
  std::unique_ptr<File>& file = files_[std::string(path)];
  if (file == nullptr) file = std::make_unique<File>();
  file->current = file->durable = std::string(bytes);
  file->pending.clear();
  file->durable_exists = true;
}

}  // namespace dims
