// SPDX-License-Identifier: Apache-2.0
#include "server/store/event_store.h"

#include <algorithm>
#include <utility>

#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "server/store/seal_batches.h"

namespace dims {
namespace {

// The number in "day-20260115/17-9f3a02bc"; 0 when there is none.
std::int64_t IdIn(absl::string_view block_name) {
  const std::size_t slash = block_name.find('/');
  if (slash == block_name.npos) return 0;
  std::int64_t id = 0;
  for (const char byte : block_name.substr(slash + 1)) {
    if (byte < '0' || byte > '9') break;
    id = id * 10 + (byte - '0');
  }
  return id;
}

}  // namespace

EventStore::EventStore(const EventStoreOptions& options, Ledger& ledger, Clock& clock)
    : options_(options),
      ledger_(ledger),
      clock_(clock),
      files_(options.directory, options.vfs),
      sealed_(std::make_shared<const std::vector<SealedBlock>>()) {}

absl::StatusOr<std::unique_ptr<EventStore>> EventStore::Open(const EventStoreOptions& options,
                                                             Ledger& ledger, Clock& clock) {
  std::unique_ptr<EventStore> store(new EventStore(options, ledger, clock));
  ASSIGN_OR_RETURN(const std::vector<LedgerRow> rows, ledger.Rows(), "store: ledger");
  ASSIGN_OR_RETURN(FoundBlocks found, FindBlocks(rows, store->files_), "store");
  store->recovery_ = std::move(found.recovery);
  MutexLock lock(store->mutex_);
  for (const LedgerRow& row : rows) {
    std::int64_t& upto = store->sealed_upto_[row.day];
    upto = std::max(upto, row.sealed_upto);
    std::int64_t& id = store->last_id_[row.day];
    id = std::max(id, IdIn(row.block));
  }
  store->sealed_ = std::make_shared<const std::vector<SealedBlock>>(std::move(found.blocks));
  store->Publish();
  return store;
}

void EventStore::Append(OpenChunk chunk) {
  MutexLock lock(mutex_);
  last_tail_id_ = chunk.tail_id;
  open_.Append(chunk, sealed_upto_);
  Publish();
}

bool EventStore::AcceptsMore() const {
  MutexLock lock(mutex_);
  return open_.rows() < options_.seal.open_rows_max &&
         open_.bytes() < options_.seal.open_bytes_max && !disk_full_since_ns_;
}

std::shared_ptr<const Manifest> EventStore::manifest() const {
  MutexLock lock(mutex_);
  return manifest_;
}

StoreFigures EventStore::figures() const {
  MutexLock lock(mutex_);
  StoreFigures figures;
  figures.open_rows = open_.rows();
  figures.open_days = open_.Figures().size();
  figures.blocks = sealed_->size();
  figures.sealing_finds_disk_full = disk_full_since_ns_.has_value();
  for (const SealedBlock& block : *sealed_) {
    figures.sealed_rows += block.header->rows;
    figures.sealed_bytes += block.header->StoredBytes();
  }
  return figures;
}

absl::StatusOr<bool> EventStore::SealStep() {
  const std::vector<OpenSlice> slices = FreezeDueDay();
  if (slices.empty() || !GoesOn(SealPoint::kFrozen)) return false;
  auto written = WriteBlocks(slices);
  if (!written.ok()) return GiveUpSealing(written.status());
  if (written->rows.empty() || !GoesOn(SealPoint::kWritten)) return false;
  MutexLock lock(mutex_);
  disk_full_since_ns_.reset();
  written_ = *std::move(written);
  return true;
}

bool EventStore::HasUnrecorded() const {
  MutexLock lock(mutex_);
  return written_.has_value();
}

absl::Status EventStore::RecordSealed() {
  std::vector<LedgerRow> rows;
  std::vector<std::int64_t> covered;
  {
    MutexLock lock(mutex_);
    if (!written_) return absl::OkStatus();
    rows = written_->rows;
    covered = open_.CoveredByFrozen();
    const std::vector<std::int64_t>& empty = open_.empty_groups();
    covered.insert(covered.end(), empty.begin(), empty.end());
  }
  RETURN_IF_ERROR(ledger_.RecordSealed(rows, covered), "store: record sealed blocks");
  if (!GoesOn(SealPoint::kRecorded)) return absl::OkStatus();
  MutexLock lock(mutex_);
  open_.Release();
  open_.ForgetEmptyGroups();
  for (const LedgerRow& row : rows) {
    sealed_upto_[row.day] = std::max(sealed_upto_[row.day], row.sealed_upto);
  }
  auto sealed = std::make_shared<std::vector<SealedBlock>>(*sealed_);
  for (SealedBlock& block : written_->blocks) sealed->push_back(std::move(block));
  sealed_ = std::move(sealed);
  written_.reset();
  Publish();
  GoesOn(SealPoint::kPublished);
  return absl::OkStatus();
}

void EventStore::SealAll() {
  MutexLock lock(mutex_);
  seal_all_upto_ = last_tail_id_;
}

void EventStore::NoteTailBytes(std::uint64_t bytes) {
  MutexLock lock(mutex_);
  tail_bytes_ = bytes;
}

absl::Status EventStore::DropExpired() {
  std::vector<DayNumber> days;
  std::vector<std::string> names;
  {
    MutexLock lock(mutex_);
    if (written_) return absl::OkStatus();  // one change of the sealed blocks at a time
    days = ExpiredDays();
    for (const SealedBlock& block : *sealed_) {
      if (std::binary_search(days.begin(), days.end(), block.day)) names.push_back(block.name);
    }
  }
  if (days.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(ledger_.Forget(names), "store: drop expired days");
  MutexLock lock(mutex_);
  auto sealed = std::make_shared<std::vector<SealedBlock>>(*sealed_);
  std::erase_if(*sealed, [&](const SealedBlock& block) {
    return std::binary_search(days.begin(), days.end(), block.day);
  });
  sealed_ = std::move(sealed);
  Publish();
  for (const DayNumber day : days) files_.Drop(day);
  return absl::OkStatus();
}

std::vector<OpenSlice> EventStore::FreezeDueDay() {
  MutexLock lock(mutex_);
  if (written_) return {};
  const std::int64_t now = NowNs();
  if (disk_full_since_ns_ && now - *disk_full_since_ns_ < options_.seal.disk_full_retry_ns) {
    return {};
  }
  const std::optional<DayNumber> day = DueDay();
  return day ? open_.Freeze(*day) : std::vector<OpenSlice>();
}

std::optional<DayNumber> EventStore::DueDay() {
  const std::vector<OpenDayFigures> days = open_.Figures();
  for (const OpenDayFigures& day : days) {
    if (day.oldest_tail_id <= seal_all_upto_) return day.day;
  }
  return DayToSeal(days, tail_bytes_, NowNs(), options_.seal);
}

absl::StatusOr<EventStore::Written> EventStore::WriteBlocks(const std::vector<OpenSlice>& slices) {
  Written written;
  const DayNumber day = slices.front().day;
  const std::vector<EncodedBlock> blocks = EncodeSlices(slices, zstd_);
  if (!GoesOn(SealPoint::kEncoded)) return written;
  const std::shared_ptr<DayFile> file = files_.WriterOf(day);
  if (!file) return absl::UnavailableError("a dropped file of this day is still being read");
  for (const EncodedBlock& block : blocks) {
    std::int64_t& last_id = last_id_[day];
    ASSIGN_OR_RETURN(const StoredHeader stored, file->Add(block, last_id + 1));
    last_id = stored.id;
    written.rows.push_back({stored.name, day, block.header.rows, DigestOfHeader(stored.bytes),
                            slices.back().tail_ids.back()});
    written.blocks.push_back(
        {stored.name, day, stored.id, std::make_shared<const BlockHeader>(block.header), file});
  }
  return written;
}

absl::Status EventStore::GiveUpSealing(const absl::Status& why) {
  MutexLock lock(mutex_);
  open_.Thaw();
  if (absl::IsResourceExhausted(why)) disk_full_since_ns_ = NowNs();
  return Annotate(why, "store: seal");
}

void EventStore::AwaitChange(absl::Duration timeout) const {
  MutexLock lock(mutex_);
  published_.WaitFor(mutex_, timeout);
}

void EventStore::Publish() {
  manifest_ = std::make_shared<const Manifest>(open_.Slices(), sealed_);
  published_.NotifyAll();
}

std::vector<DayNumber> EventStore::ExpiredDays() {
  std::map<DayNumber, std::uint64_t> bytes_of;
  for (const SealedBlock& block : *sealed_) bytes_of[block.day];
  std::uint64_t bytes = 0;
  for (auto& [day, of_day] : bytes_of) bytes += of_day = files_.MeasureBytes(day);
  const DayNumber oldest_kept = DayOf(NowNs()) - options_.retention_days;
  std::vector<DayNumber> expired;
  for (const auto& [day, of_day] : bytes_of) {
    const bool too_many = options_.bytes_max > 0 && bytes > options_.bytes_max;
    if (day >= oldest_kept && !too_many) break;
    expired.push_back(day);
    bytes -= of_day;
  }
  return expired;
}

std::int64_t EventStore::NowNs() const {
  return absl::ToUnixNanos(clock_.Now());
}

}  // namespace dims
