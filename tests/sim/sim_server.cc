// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/sim_server.h"

#include <limits>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/delivery/wire.h"
#include "common/event/fields.h"
#include "common/sqlite/database.h"
#include "server/store/commit/live_reader.h"

namespace dims::sim {
namespace {

constexpr absl::string_view kMark = "line ";

LineId IdOf(absl::string_view message) {
  LineId id = 0;
  const std::size_t at = message.rfind(kMark);
  DIMS_CHECK(at != absl::string_view::npos);
  DIMS_CHECK(absl::SimpleAtoi(message.substr(at + kMark.size()), &id));
  return id;
}

// A fault that waited in the disk strikes once.
absl::StatusOr<std::shared_ptr<const Column>> LoadTwice(const ManifestSource& source,
                                                        absl::string_view name, ColumnType type) {
  auto column = source.columns->Load({std::string(name), type});
  return column.ok() ? column : source.columns->Load({std::string(name), type});
}

}  // namespace

AgentRef AgentOf(std::size_t site) {
  static constexpr const char* kSites[] = {"harbour", "county", "port"};
  return {absl::StrCat("7f3c2d10-0000-4000-8000-00000000000", site), kSites[site], "1"};
}

absl::StatusOr<std::vector<Alert>> CountingDetector::Detect(const EventBatch& batch,
                                                            const RowBitmap& live,
                                                            WindowState& windows, absl::Time now) {
  (void)live, (void)now;
  if (!in_memory_ || !loaded_) {
    ASSIGN_OR_RETURN(const std::optional<std::string> known, windows.Get("count", "rows"));
    count_ = 0;
    if (known) DIMS_CHECK(absl::SimpleAtoi(*known, &count_));
    loaded_ = true;
  }
  count_ += batch.rows();
  RETURN_IF_ERROR(
      windows.Put("count", "rows", absl::StrCat(count_), std::numeric_limits<std::int64_t>::max()));
  return std::vector<Alert>();
}

SimServer::SimServer(std::uint64_t seed, const Mutation& mutation, SimulatedClock& clock,
                     SeededRandom& random, SimNetworks& networks)
    : mutation_(mutation),
      clock_(clock),
      random_(random),
      networks_(networks),
      disk_(seed),
      day_disk_(seed + 1),
      ack_wait_(seed % 4 == 0 ? absl::Seconds(2) : absl::ZeroDuration()) {}

bool SimServer::Start() {
  if (disk_.power_was_cut()) disk_.CutPowerAtSync(0);  // the power is back
  if (OpenStore()) return true;
  Stop();
  return false;
}

bool SimServer::OpenStore() {
  LiveDatabaseOptions options;
  options.path = directory_ / "live.db";
  options.vfs = disk_.name();
  options.file_identity = [this] { return file_identity_; };
  if (mutation_.synchronous_normal) {
    options.synchronous = DatabaseOptions::Synchronous::kNormal;
  }
  absl::StatusOr<std::unique_ptr<LiveDatabase>> live = LiveDatabase::Open(options, random_);
  death_ = live.status().ToString();
  if (!live.ok()) return false;
  live_ = *std::move(live);
  EventStoreOptions store_options;
  store_options.directory = directory_.path();
  store_options.vfs = day_disk_.name();
  store_options.retention_days = kRetentionDays - (mutation_.retention_early ? 1 : 0);
  store_options.seal.day_rows = 20;
  store_options.seal.open_rows = 60;
  store_options.seal.open_rows_max = 200;
  store_options.goes_on = [this](SealPoint point) {
    crashed_ = crashed_ || crash_at_ == point;
    return !crashed_;
  };
  absl::StatusOr<std::unique_ptr<EventStore>> store =
      EventStore::Open(store_options, *live_, clock_);
  death_ = store.status().ToString();
  if (!store.ok()) return false;
  store_ = *std::move(store);
  // Of this start alone: a passing fault of the disk hides a block until the next one.
  misses_blocks_ = !store_->recovery().missing.empty();
  detector_ = std::make_unique<CountingDetector>(mutation_.window_state_in_memory);
  GroupCommitterOptions committing;
  committing.ack_wait = ack_wait_;
  committer_ = std::make_unique<GroupCommitter>(*live_, *store_, enricher_, *detector_, networks_,
                                                clock_, random_, committing);
  absl::Status status = committer_->Reload();
  if (status.ok()) status = committer_->ReplayTail();
  death_ = status.ToString();
  return status.ok();
}

void SimServer::Stop() {
  committer_.reset();
  store_.reset();
  live_.reset();
  crash_at_.reset();
  if (mutation_.day_file_after_ledger && before_seal_ != nullptr) day_disk_.Restore(*before_seal_);
  before_seal_.reset();
  networks_.ServerGone();
}

void SimServer::Kill() {
  const std::shared_ptr<const CrashVfs::Snapshot> as_it_is = disk_.TakeSnapshot();
  const std::shared_ptr<const CrashVfs::Snapshot> days_as_they_are = day_disk_.TakeSnapshot();
  Stop();
  disk_.Restore(*as_it_is);
  if (!mutation_.day_file_after_ledger) day_disk_.Restore(*days_as_they_are);
}

void SimServer::CutPower() {
  disk_.CutPower();
  day_disk_.CutPower();
  Stop();
}

void SimServer::Seal(bool all, bool may_crash) {
  if (!running()) return;
  crash_at_.reset();
  crashed_ = false;
  if (may_crash) crash_at_ = static_cast<SealPoint>(1 + random_.Below(5));
  if (all) store_->SealAll();
  before_seal_ = day_disk_.TakeSnapshot();
  absl::Status status;
  if (!store_->HasUnrecorded()) status = store_->SealStep().status();
  if (status.ok() && !crashed_) status = store_->RecordSealed();
  if (crashed_ || (!status.ok() && !absl::IsResourceExhausted(status))) {
    death_ = status.ToString();
    Kill();
  }
}

StoredLines SimServer::Lines() {
  StoredLines lines;
  for (const ManifestSource& source : store_->manifest()->Sources()) {
    const auto message = LoadTwice(source, NameOf(Field::kMessage), ColumnType::kText);
    const auto site = LoadTwice(source, NameOf(Field::kOrganizationId), ColumnType::kKeyword);
    const auto repeated =
        LoadTwice(source, NameOf(Field::kDeliveryMaybeRepeated), ColumnType::kBool);
    DIMS_CHECK(message.ok() && site.ok());
    DIMS_CHECK(repeated.ok() || absl::IsNotFound(repeated.status()));
    for (std::uint32_t row = 0; row < source.rows; ++row) {
      const LineId id = IdOf((*message)->TextAt(row));
      const bool marked = repeated.ok() && *repeated != nullptr && (*repeated)->Has(row) &&
                          (*repeated)->bools()[row] != 0;
      ++(marked ? lines[id].maybe_repeated : lines[id].sure);
      const absl::string_view from = (*site)->strings()[(*site)->codes()[row]];
      mixed_sites_ = mixed_sites_ || from != AgentOf(id / kLinesOfSite).site;
    }
  }
  return lines;
}

void SimServer::Receive(std::size_t site, const SimNetwork::Arrival& arrival) {
  if (!running()) return;
  AgentRef from = AgentOf(site);
  if (mutation_.sites_mixed) from.site = AgentOf(0).site;
  const StreamId stream = arrival.stream;
  if (arrival.closed) {
    committer_->AddClosed(stream, from);
    return;
  }
  v1::AgentMessage message;
  DIMS_CHECK(message.ParseFromString(arrival.bytes));
  if (message.has_hello()) {
    committer_->Add(stream, from, FromWire(message.hello()).value());
  } else if (message.has_refill_done()) {
    committer_->AddRefillDone(stream, from);
  } else if (message.has_report()) {
    committer_->AddReport(stream, from);
  } else {
    for (const v1::Envelope& sent : message.deliver().envelopes()) {
      Envelope envelope = FromWire(sent).value();
      if (mutation_.ack_before_commit) {
        networks_.SendAck(arrival.stream, {envelope.epoch, envelope.sequence, 0, 8u << 20, {}, 0});
      }
      committer_->Add(from, decoder_.Decode(stream, std::move(envelope)).value());
    }
  }
}

void SimServer::Commit() {
  if (!running() || !committer_->gathered()) return;
  absl::Status status = committer_->Commit();
  if (absl::IsResourceExhausted(status)) status = committer_->Reload();
  generations_.insert(live_->store_generation());
  if (!status.ok()) {
    death_ = status.ToString();
    Kill();
  }
}

bool SimServer::Restore() {
  if (running()) Kill();
  disk_.Restore(*backup_);
  day_disk_.Restore(*day_backup_);
  if (!mutation_.generation_kept) ++file_identity_;
  while (!Start()) {
  }
  return !generations_.contains(live_->store_generation());
}

void SimServer::DropExpired() {
  if (!running()) return;
  const std::uint64_t before = SealedRows();
  const absl::Status status = store_->DropExpired();
  if (status.ok()) {
    expired_rows_ += before - SealedRows();
  } else if (!absl::IsResourceExhausted(status)) {
    ++expired_rows_;  // nobody can say how many
    death_ = status.ToString();
    Kill();
  }
}

bool SimServer::Knows(std::size_t site, const std::string& source) {
  return Query(absl::StrCat("SELECT count(*) FROM bookmark WHERE source = '", source,
                            "' AND agent = '", AgentOf(site).agent, "'")) > 0;
}

std::int64_t SimServer::Query(const std::string& sql) {
  DatabaseOptions options;
  options.path = directory_ / "live.db";
  options.vfs = disk_.name();
  const absl::StatusOr<std::unique_ptr<Database>> reader = Database::Open(options);
  return reader.ok() ? (*reader)->QueryInt64(sql).value_or(-1) : -1;
}

std::int64_t SimServer::DeclaredRows() {
  return Query("SELECT coalesce(sum(count), 0) FROM gap WHERE state = 2");
}

std::string SimServer::Gaps() {
  std::string out;
  const auto reader = LiveReader::Open(directory_ / "live.db", disk_.name());
  if (!reader.ok()) return out;
  const absl::StatusOr<std::vector<Gap>> gaps = (*reader)->Gaps();
  if (!gaps.ok()) return out;
  for (const Gap& gap : *gaps) {
    absl::StrAppend(&out, gap.site, " ", gap.first_sequence, "-", gap.last_sequence, " ", gap.count,
                    " ", gap.reason, "; ");
  }
  return out;
}

std::int64_t SimServer::RefillingGaps() {
  return Query("SELECT count(*) FROM gap WHERE state = 1");
}

std::int64_t SimServer::RowsOfWindow() {
  return Query("SELECT coalesce((SELECT CAST(value AS INTEGER) FROM window_state), 0)");
}

}  // namespace dims::sim
