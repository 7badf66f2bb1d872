// SPDX-License-Identifier: Apache-2.0
#include "tests/support/crash_vfs.h"

#include <sqlite3.h>

#include <atomic>
#include <cstring>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/mutex.h"
#include "tests/support/crash_disk.h"

namespace dims {
namespace {

using Disk = CrashVfs::Disk;
using File = Disk::File;
using SharedMemory = Disk::SharedMemory;

// One disk, registered with SQLite.
struct Registration {
  sqlite3_vfs vfs = {};
  Mutex mutex;
  Disk* disk = nullptr;
  std::uint64_t random_state = 1;
};

// What SQLite holds for an open file. It allocates the bytes, so the first member is its own and
// all are plain.
struct Handle {
  sqlite3_file base;
  Registration* registration;
  File* file;
  int lock;
  unsigned shared_slots;
  unsigned exclusive_slots;
  bool uses_memory;
};

Handle& HandleOf(sqlite3_file* file) {
  return *reinterpret_cast<Handle*>(file);
}

Registration& RegistrationOf(sqlite3_vfs* vfs) {
  return *static_cast<Registration*>(vfs->pAppData);
}

void ReleaseSlots(Handle& handle) {
  SharedMemory& memory = handle.file->memory;
  for (unsigned slot = 0; slot < SharedMemory::kSlots; ++slot) {
    if ((handle.shared_slots & (1U << slot)) != 0) --memory.shared[slot];
    if (memory.exclusive[slot] == &handle) memory.exclusive[slot] = nullptr;
  }
  handle.shared_slots = handle.exclusive_slots = 0;
}

int Unlock(sqlite3_file* base, int level) {
  Handle& handle = HandleOf(base);
  MutexLock lock(handle.registration->mutex);
  File& file = *handle.file;
  if (handle.lock <= level) return SQLITE_OK;
  if (file.exclusive == &handle) file.exclusive = nullptr;
  if (file.reserved == &handle) file.reserved = nullptr;
  if (level == SQLITE_LOCK_NONE) --file.shared_locks;
  handle.lock = level;
  return SQLITE_OK;
}

int Lock(sqlite3_file* base, int level) {
  Handle& handle = HandleOf(base);
  MutexLock lock(handle.registration->mutex);
  File& file = *handle.file;
  if (file.lost) return SQLITE_IOERR_LOCK;
  if (handle.lock >= level) return SQLITE_OK;
  if (file.exclusive != nullptr && file.exclusive != &handle) return SQLITE_BUSY;
  if (level >= SQLITE_LOCK_RESERVED) {
    if (file.reserved != nullptr && file.reserved != &handle) return SQLITE_BUSY;
    file.reserved = &handle;
  }
  if (level == SQLITE_LOCK_EXCLUSIVE) {
    if (file.shared_locks > 1) return SQLITE_BUSY;
    file.exclusive = &handle;
  }
  if (handle.lock == SQLITE_LOCK_NONE) ++file.shared_locks;
  handle.lock = level;
  return SQLITE_OK;
}

int CheckReservedLock(sqlite3_file* base, int* result) {
  Handle& handle = HandleOf(base);
  MutexLock lock(handle.registration->mutex);
  *result = handle.file->reserved != nullptr ? 1 : 0;
  return SQLITE_OK;
}

int MemoryMap(sqlite3_file* base, int region, int bytes, int extend, void volatile** to) {
  Handle& handle = HandleOf(base);
  MutexLock lock(handle.registration->mutex);
  if (handle.file->lost) return SQLITE_IOERR_SHMOPEN;
  SharedMemory& memory = handle.file->memory;
  if (!handle.uses_memory) ++memory.users;
  handle.uses_memory = true;
  const auto index = static_cast<std::size_t>(region);
  *to = nullptr;
  if (index >= memory.regions.size() && extend == 0) return SQLITE_OK;
  while (memory.regions.size() <= index) {
    memory.regions.push_back(std::make_unique<char[]>(static_cast<std::size_t>(bytes)));
  }
  *to = memory.regions[index].get();
  return SQLITE_OK;
}

int MemoryLock(sqlite3_file* base, int first, int count, int flags) {
  Handle& handle = HandleOf(base);
  MutexLock lock(handle.registration->mutex);
  SharedMemory& memory = handle.file->memory;
  const auto begin = static_cast<unsigned>(first);
  const unsigned end = begin + static_cast<unsigned>(count);
  const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
  if ((flags & SQLITE_SHM_UNLOCK) != 0) {
    for (unsigned slot = begin; slot < end; ++slot) {
      if (memory.exclusive[slot] == &handle) memory.exclusive[slot] = nullptr;
      if ((handle.shared_slots & (1U << slot)) != 0) --memory.shared[slot];
      handle.shared_slots &= ~(1U << slot);
    }
    return SQLITE_OK;
  }
  if (handle.file->lost) return SQLITE_IOERR_SHMLOCK;
  for (unsigned slot = begin; slot < end; ++slot) {
    const int own = (handle.shared_slots >> slot) & 1U;
    const void* holder = memory.exclusive[slot];
    if (holder != nullptr && holder != &handle) return SQLITE_BUSY;
    if (exclusive && memory.shared[slot] > own) return SQLITE_BUSY;
  }
  for (unsigned slot = begin; slot < end; ++slot) {
    if (exclusive) {
      memory.exclusive[slot] = &handle;
    } else if ((handle.shared_slots & (1U << slot)) == 0) {
      ++memory.shared[slot];
      handle.shared_slots |= 1U << slot;
    }
  }
  return SQLITE_OK;
}

void MemoryBarrier(sqlite3_file*) {
  std::atomic_thread_fence(std::memory_order_seq_cst);
}

int MemoryUnmap(sqlite3_file* base, int) {
  Handle& handle = HandleOf(base);
  MutexLock lock(handle.registration->mutex);
  if (!handle.uses_memory) return SQLITE_OK;
  ReleaseSlots(handle);
  handle.uses_memory = false;
  if (--handle.file->memory.users == 0) handle.file->memory.regions.clear();
  return SQLITE_OK;
}

int Close(sqlite3_file* base) {
  MemoryUnmap(base, 0);
  return Unlock(base, SQLITE_LOCK_NONE);
}

int Read(sqlite3_file* base, void* to, int count, sqlite3_int64 offset) {
  Handle& handle = HandleOf(base);
  MutexLock lock(handle.registration->mutex);
  return handle.registration->disk->Read(*handle.file, static_cast<char*>(to),
                                         static_cast<std::size_t>(count),
                                         static_cast<std::uint64_t>(offset));
}

int Write(sqlite3_file* base, const void* from, int count, sqlite3_int64 offset) {
  Handle& handle = HandleOf(base);
  MutexLock lock(handle.registration->mutex);
  const absl::string_view bytes(static_cast<const char*>(from), static_cast<std::size_t>(count));
  return handle.registration->disk->Write(*handle.file, bytes, static_cast<std::uint64_t>(offset));
}

int Truncate(sqlite3_file* base, sqlite3_int64 size) {
  Handle& handle = HandleOf(base);
  MutexLock lock(handle.registration->mutex);
  return handle.registration->disk->Truncate(*handle.file, static_cast<std::uint64_t>(size));
}

int Sync(sqlite3_file* base, int) {
  Handle& handle = HandleOf(base);
  MutexLock lock(handle.registration->mutex);
  return handle.registration->disk->Sync(*handle.file);
}

int Size(sqlite3_file* base, sqlite3_int64* size) {
  Handle& handle = HandleOf(base);
  MutexLock lock(handle.registration->mutex);
  std::int64_t found = 0;
  const int result = handle.registration->disk->Size(*handle.file, found);
  *size = found;
  return result;
}

int FileControl(sqlite3_file*, int, void*) {
  return SQLITE_NOTFOUND;
}

int SectorSize(sqlite3_file*) {
  return 512;
}

// As SQLite assumes of Linux: a torn write harms no byte outside its own range.
int DeviceCharacteristics(sqlite3_file*) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

constexpr sqlite3_io_methods kMethods = {2,
                                         Close,
                                         Read,
                                         Write,
                                         Truncate,
                                         Sync,
                                         Size,
                                         Lock,
                                         Unlock,
                                         CheckReservedLock,
                                         FileControl,
                                         SectorSize,
                                         DeviceCharacteristics,
                                         MemoryMap,
                                         MemoryLock,
                                         MemoryBarrier,
                                         MemoryUnmap,
                                         nullptr,
                                         nullptr};

int Open(sqlite3_vfs* vfs, const char* path, sqlite3_file* base, int flags, int* flags_out) {
  Registration& registration = RegistrationOf(vfs);
  Handle& handle = HandleOf(base);
  std::memset(&handle, 0, sizeof(handle));
  MutexLock lock(registration.mutex);
  const bool create = (flags & SQLITE_OPEN_CREATE) != 0;
  const int result = registration.disk->Open(path == nullptr ? "" : path, create, handle.file);
  if (result != SQLITE_OK) return result;
  handle.registration = &registration;
  base->pMethods = &kMethods;
  if (flags_out != nullptr) *flags_out = flags;
  return SQLITE_OK;
}

int Delete(sqlite3_vfs* vfs, const char* path, int sync) {
  Registration& registration = RegistrationOf(vfs);
  MutexLock lock(registration.mutex);
  return registration.disk->Delete(path, sync != 0);
}

int Access(sqlite3_vfs* vfs, const char* path, int, int* result) {
  Registration& registration = RegistrationOf(vfs);
  MutexLock lock(registration.mutex);
  *result = registration.disk->Exists(path) ? 1 : 0;
  return SQLITE_OK;
}

int FullPathname(sqlite3_vfs*, const char* path, int count, char* to) {
  sqlite3_snprintf(count, to, "%s", path);
  return SQLITE_OK;
}

int Randomness(sqlite3_vfs* vfs, int count, char* to) {
  std::uint64_t& state = RegistrationOf(vfs).random_state;
  for (int i = 0; i < count; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    to[i] = static_cast<char>(state >> 56);
  }
  return count;
}

int Sleep(sqlite3_vfs*, int microseconds) {
  return microseconds;
}

int CurrentTime(sqlite3_vfs*, sqlite3_int64* milliseconds) {
  *milliseconds = 212'000'000'000'000;  // Julian, somewhere in 2006
  return SQLITE_OK;
}

int CurrentTimeDays(sqlite3_vfs*, double* days) {
  *days = 2453703.7;
  return SQLITE_OK;
}

int LastError(sqlite3_vfs*, int, char*) {
  return 0;
}

}  // namespace

class CrashVfs::Snapshot {
 public:
  explicit Snapshot(std::map<std::string, std::string> files) : files_(std::move(files)) {}

  const std::map<std::string, std::string>& files() const { return files_; }

 private:
  std::map<std::string, std::string> files_;
};

// The disk together with its registration.
struct CrashVfs::State {
  explicit State(std::uint64_t seed) : disk(seed) { registration.disk = &disk; }

  Disk disk;
  Registration registration;
};

CrashVfs::CrashVfs(std::uint64_t seed) : state_(std::make_unique<State>(seed)) {
  static std::atomic<std::uint64_t> next{1};
  name_ = absl::StrCat("crash-", next.fetch_add(1));
  sqlite3_vfs& vfs = state_->registration.vfs;
  vfs.iVersion = 2;
  vfs.szOsFile = sizeof(Handle);
  vfs.mxPathname = 512;
  vfs.zName = name_.c_str();
  vfs.pAppData = &state_->registration;
  vfs.xOpen = Open;
  vfs.xDelete = Delete;
  vfs.xAccess = Access;
  vfs.xFullPathname = FullPathname;
  vfs.xRandomness = Randomness;
  vfs.xSleep = Sleep;
  vfs.xCurrentTime = CurrentTimeDays;
  vfs.xCurrentTimeInt64 = CurrentTime;
  vfs.xGetLastError = LastError;
  DIMS_CHECK(sqlite3_vfs_register(&vfs, 0) == SQLITE_OK);
}

CrashVfs::~CrashVfs() {
  sqlite3_vfs_unregister(&state_->registration.vfs);
}

void CrashVfs::CutPower() {
  MutexLock lock(state_->registration.mutex);
  state_->disk.CutPower();
}

void CrashVfs::CutPowerAtSync(std::uint64_t nth) {
  MutexLock lock(state_->registration.mutex);
  state_->disk.cut_at_sync = nth;
  state_->disk.power_was_cut = false;
}

void CrashVfs::CutPowerAtWrite(std::uint64_t nth) {
  MutexLock lock(state_->registration.mutex);
  state_->disk.cut_at_write = nth;
  state_->disk.power_was_cut = false;
}

bool CrashVfs::power_was_cut() const {
  MutexLock lock(state_->registration.mutex);
  return state_->disk.power_was_cut;
}

void CrashVfs::Fail(Fault fault, std::uint64_t nth, Persistence persistence) {
  MutexLock lock(state_->registration.mutex);
  state_->disk.fault = fault;
  state_->disk.fault_in = nth;
  state_->disk.persistence = persistence;
  state_->disk.fault_fired = false;
}

void CrashVfs::ClearFault() {
  MutexLock lock(state_->registration.mutex);
  state_->disk.fault_in = 0;
}

bool CrashVfs::fault_fired() const {
  MutexLock lock(state_->registration.mutex);
  return state_->disk.fault_fired;
}

std::uint64_t CrashVfs::syncs_count() const {
  MutexLock lock(state_->registration.mutex);
  return state_->disk.syncs;
}

std::uint64_t CrashVfs::writes_count() const {
  MutexLock lock(state_->registration.mutex);
  return state_->disk.writes;
}

std::uint64_t CrashVfs::written_bytes() const {
  MutexLock lock(state_->registration.mutex);
  return state_->disk.bytes_written;
}

std::string CrashVfs::Contents(absl::string_view path) const {
  MutexLock lock(state_->registration.mutex);
  const File* file = state_->disk.Find(path);
  return file == nullptr ? std::string() : file->current;
}

void CrashVfs::SetContents(absl::string_view path, absl::string_view bytes) {
  MutexLock lock(state_->registration.mutex);
  state_->disk.Replace(path, bytes);
}

std::shared_ptr<const CrashVfs::Snapshot> CrashVfs::TakeSnapshot() const {
  MutexLock lock(state_->registration.mutex);
  return std::make_shared<const Snapshot>(state_->disk.Copy());
}

void CrashVfs::Restore(const Snapshot& snapshot) {
  MutexLock lock(state_->registration.mutex);
  state_->disk.RestoreFrom(snapshot.files());
}

}  // namespace dims
