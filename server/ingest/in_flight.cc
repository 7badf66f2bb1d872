// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/in_flight.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/durable_file.h"
#include "common/base/unique_fd.h"

namespace dims {
namespace {

constexpr std::uint64_t kMagic = 0x31544c46534d4944;  // "DIMSFLT1", the version with it
constexpr std::size_t kAgentBytesMax = 40;            // a UUID is 36 long
constexpr std::size_t kBootBytesMax = 40;

// One batch, in the machine's own byte order: the file never leaves it. `weight` 0: free; in a slot
// in hand 1; of a suspect the weight of the ends it was in.
struct Slot {
  char agent[kAgentBytesMax];
  std::uint64_t epoch;
  std::uint64_t sequence;
  std::atomic<std::uint32_t> weight;
  std::uint32_t unused;
};

static_assert(sizeof(Slot) == 64);
static_assert(InFlight::kWorkersMax + InFlight::kGroupMax <= InFlight::kSuspectsMax);

// Another boot of the machine is no crash of ours. Empty where the kernel does not say.
std::string BootId() {
  absl::StatusOr<std::string> id =
      ReadSmallFile("/proc/sys/kernel/random/boot_id", kBootBytesMax - 1);
  return id.ok() ? *std::move(id) : std::string();
}

void Fill(Slot& slot, const InFlight::BatchName& batch, std::uint32_t weight) {
  std::memset(slot.agent, 0, kAgentBytesMax);
  std::memcpy(slot.agent, batch.agent.data(), std::min(batch.agent.size(), kAgentBytesMax));
  slot.epoch = batch.epoch;
  slot.sequence = batch.sequence;
  slot.weight.store(weight, std::memory_order_release);
}

std::string AgentOf(const Slot& slot) {
  return std::string(slot.agent, strnlen(slot.agent, kAgentBytesMax));
}

}  // namespace

struct InFlight::Layout {
  std::uint64_t magic;
  std::atomic<std::uint32_t> running;
  std::atomic<std::uint32_t> crashed;
  char boot[kBootBytesMax];
  char unused[8];
  Slot workers[kWorkersMax];
  Slot group[kGroupMax];
  Slot suspects[kSuspectsMax];
};

absl::StatusOr<std::unique_ptr<InFlight>> InFlight::Open(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, kSecretFileMode));
  if (!fd.valid()) return absl::ErrnoToStatus(errno, path);
  // Room for every page now: a page that finds none later would be a signal.
  if (const int error = ::posix_fallocate(fd.get(), 0, sizeof(Layout)); error != 0) {
    return absl::ErrnoToStatus(error, path);
  }
  void* map = ::mmap(nullptr, sizeof(Layout), PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  if (map == MAP_FAILED) return absl::ErrnoToStatus(errno, path);
  auto in_flight = std::unique_ptr<InFlight>(new InFlight(static_cast<Layout*>(map)));
  in_flight->LearnSuspects();
  return in_flight;
}

InFlight::InFlight(Layout* file) : file_(file) {}

InFlight::~InFlight() {
  file_->running.store(0);
  ::munmap(file_, sizeof(Layout));
}

void InFlight::LearnSuspects() {
  MutexLock lock(mutex_);
  if (file_->magic != kMagic) std::memset(static_cast<void*>(file_), 0, sizeof(Layout));
  const std::string boot = BootId();
  const bool same_boot = boot == std::string(file_->boot, strnlen(file_->boot, kBootBytesMax));
  for (const Slot& slot : file_->suspects) {
    if (slot.weight > 0) suspects_[{AgentOf(slot), slot.epoch, slot.sequence}] = slot.weight;
  }
  const std::uint32_t weight = file_->crashed != 0 ? kCrashWeight : kSilentEndWeight;
  std::map<Key, std::uint32_t> in_hand;  // in a worker's hands and a group's: once
  const auto learn = [&](Slot& slot) {
    if (slot.weight != 0) in_hand[{AgentOf(slot), slot.epoch, slot.sequence}] = weight;
    slot.weight = 0;
  };
  for (Slot& slot : file_->workers) learn(slot);
  for (Slot& slot : file_->group) learn(slot);
  if (file_->running != 0 && same_boot) {
    for (auto& [batch, sum] : in_hand) {
      if (const auto before = suspects_.find(batch); before != suspects_.end()) {
        sum += before->second;
      }
    }
    if (suspects_.size() + in_hand.size() > kSuspectsMax) suspects_.clear();
    for (const auto& [batch, sum] : in_hand) suspects_[batch] = sum;
  }
  WriteSuspects();
  std::memset(file_->boot, 0, kBootBytesMax);
  std::memcpy(file_->boot, boot.data(), std::min(boot.size(), kBootBytesMax - 1));
  file_->crashed = 0;
  file_->magic = kMagic;
  file_->running = 1;
}

void InFlight::WriteSuspects() {
  std::size_t written = 0;
  for (const auto& [batch, weight] : suspects_) {
    const auto& [agent, epoch, sequence] = batch;
    Fill(file_->suspects[written++], {agent, epoch, sequence}, weight);
  }
  for (; written < kSuspectsMax && file_->suspects[written].weight != 0; ++written) {
    file_->suspects[written].weight = 0;
  }
  any_suspects_ = !suspects_.empty();
}

InFlight::Verdict InFlight::Judge(const BatchName& batch) const {
  if (!any_suspects_.load(std::memory_order_relaxed)) return Verdict::kUnsuspected;
  MutexLock lock(mutex_);
  const auto found = suspects_.find({std::string(batch.agent), batch.epoch, batch.sequence});
  if (found == suspects_.end() || found->second < kAloneWeight) return Verdict::kUnsuspected;
  return found->second < kPoisonWeight ? Verdict::kAlone : Verdict::kPoison;
}

void InFlight::EnterWorker(std::size_t worker, const BatchName& batch) {
  DIMS_CHECK(worker < kWorkersMax);
  Fill(file_->workers[worker], batch, 1);
}

void InFlight::LeaveWorker(std::size_t worker) {
  file_->workers[worker].weight.store(0, std::memory_order_release);
}

void InFlight::EnterGroup(const BatchName& batch) {
  if (group_count_ < kGroupMax) Fill(file_->group[group_count_++], batch, 1);
}

void InFlight::LeaveGroup(bool committed) {
  if (committed && any_suspects_.load(std::memory_order_relaxed)) {
    MutexLock lock(mutex_);
    std::size_t cleared = 0;
    for (std::size_t i = 0; i < group_count_; ++i) {
      const Slot& slot = file_->group[i];
      cleared += suspects_.erase({AgentOf(slot), slot.epoch, slot.sequence});
    }
    if (cleared > 0) WriteSuspects();
  }
  for (std::size_t i = 0; i < group_count_; ++i) {
    file_->group[i].weight.store(0, std::memory_order_relaxed);
  }
  group_count_ = 0;
}

std::atomic<std::uint32_t>& InFlight::crash_mark() {
  return file_->crashed;
}

std::size_t InFlight::suspects_count() const {
  MutexLock lock(mutex_);
  return suspects_.size();
}

}  // namespace dims
