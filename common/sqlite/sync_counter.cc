// SPDX-License-Identifier: Apache-2.0
#include "common/sqlite/sync_counter.h"

#include <sqlite3.h>

#include <atomic>
#include <mutex>
#include <new>

#include "common/base/check.h"

namespace dims {
namespace {

// SQLite knows VFSs by name, for the whole process; so is the count.
constexpr char kName[] = "dims-counting";
std::atomic<std::uint64_t> syncs = 0;

// Lies behind the system's own file object, and takes the place of its methods.
struct CountedMethods {
  sqlite3_io_methods methods;  // the system's, but for xSync
  int (*sync)(sqlite3_file*, int);
};

int Sync(sqlite3_file* file, int flags) {
  syncs.fetch_add(1, std::memory_order_relaxed);
  return reinterpret_cast<const CountedMethods*>(file->pMethods)->sync(file, flags);
}

int RoundedSize(const sqlite3_vfs& system) {
  constexpr int kAlignment = alignof(CountedMethods);
  return (system.szOsFile + kAlignment - 1) / kAlignment * kAlignment;
}

int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  auto* system = static_cast<sqlite3_vfs*>(vfs->pAppData);
  const int result = system->xOpen(system, name, file, flags, flags_out);
  if (file->pMethods == nullptr) return result;
  void* behind = reinterpret_cast<char*>(file) + RoundedSize(*system);
  auto* counted = new (behind) CountedMethods{*file->pMethods, file->pMethods->xSync};
  counted->methods.xSync = Sync;
  file->pMethods = &counted->methods;
  return result;
}

}  // namespace

std::uint64_t SyncsCounted() {
  return syncs.load(std::memory_order_relaxed);
}

const char* CountingVfs() {
  static sqlite3_vfs vfs;
  static std::once_flag once;
  std::call_once(once, [] {
    sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
    DIMS_CHECK(system != nullptr);
    vfs = *system;
    vfs.pNext = nullptr;
    vfs.zName = kName;
    vfs.pAppData = system;
    vfs.szOsFile = RoundedSize(*system) + static_cast<int>(sizeof(CountedMethods));
    vfs.xOpen = Open;
    DIMS_CHECK(sqlite3_vfs_register(&vfs, /*makeDflt=*/0) == SQLITE_OK);
  });
  return kName;
}

}  // namespace dims
