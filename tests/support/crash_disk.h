// SPDX-License-Identifier: Apache-2.0
// The model behind CrashVfs: files, what of them is durable, faults and power cuts. Knows nothing
// of SQLite's tables of functions; crash_vfs.cc maps those to it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/support/crash_vfs.h"
#include "tests/support/seeded_random.h"

namespace dims {

// Files by path. One instance is one disk. Thread: the caller locks.
class CrashVfs::Disk {
 public:
  // A write or truncation that no sync has covered yet.
  struct Pending {
    std::uint64_t offset = 0;
    std::string bytes;
    bool truncates = false;  // to `offset`
  };

  struct SharedMemory {
    static constexpr std::size_t kSlots = 8;
    std::vector<std::unique_ptr<char[]>> regions;
    std::array<int, kSlots> shared = {};
    std::array<const void*, kSlots> exclusive = {};
    int users = 0;
  };

  struct File {
    std::string current;
    std::string durable;
    std::vector<Pending> pending;
    bool durable_exists = false;
    bool lost = false;  // of before a power cut
    int shared_locks = 0;
    const void* reserved = nullptr;
    const void* exclusive = nullptr;
    SharedMemory memory;
  };

  explicit Disk(std::uint64_t seed) : random_(seed) {}

  // All results are SQLite's codes.
  int Open(absl::string_view path, bool create, File*& file);
  int Read(File& file, char* to, std::size_t count, std::uint64_t offset);
  int Write(File& file, absl::string_view bytes, std::uint64_t offset);
  int Truncate(File& file, std::uint64_t size);
  int Sync(File& file);
  int Size(File& file, std::int64_t& size);
  int Delete(absl::string_view path, bool sync);
  bool Exists(absl::string_view path) const;

  void CutPower();
  const File* Find(absl::string_view path) const;
  void Replace(absl::string_view path, absl::string_view bytes);
  std::map<std::string, std::string> Copy() const;
  void RestoreFrom(const std::map<std::string, std::string>& files);

  std::uint64_t cut_at_sync = 0;  // counts down; 0: none
  std::uint64_t cut_at_write = 0;
  bool power_was_cut = false;
  std::optional<Fault> fault;
  Persistence persistence = Persistence::kOnce;
  std::uint64_t fault_in = 0;
  bool fault_fired = false;
  std::uint64_t syncs = 0;
  std::uint64_t writes = 0;
  std::uint64_t bytes_written = 0;

 private:
  bool Fails(bool can_hit);
  bool CutsNow(std::uint64_t& countdown);
  void SyncDirectory();
  std::string AfterCut(const File& file);

  SeededRandom random_;
  std::map<std::string, std::unique_ptr<File>> files_;
  std::map<std::string, std::string> deleted_;  // durable bytes whose deletion no sync has covered
  std::vector<std::unique_ptr<File>> graves_;   // handles may still point at them
};

}  // namespace dims
