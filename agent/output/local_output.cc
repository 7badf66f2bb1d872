// SPDX-License-Identifier: Apache-2.0
#include "agent/output/local_output.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/output/event_text.h"
#include "agent/policy/matching_rows.h"
#include "common/base/backoff.h"
#include "common/base/log.h"

namespace dims {
namespace {

constexpr absl::Duration kFirstPause = absl::Milliseconds(250);
constexpr absl::Duration kLongestPause = absl::Seconds(10);
constexpr std::size_t kBytesPerCell = 8;  // of a column's arrays, roughly

// What a batch takes in memory, roughly.
std::size_t WeightOf(const EventBatch& batch) {
  std::size_t bytes = 1024 + batch.rows() * batch.columns().size() * kBytesPerCell;
  for (const Column& column : batch.columns()) bytes += column.strings().bytes().size();
  return bytes;
}

}  // namespace

LocalOutput::LocalOutput(OutputOptions options, const Clock& clock, Random& random)
    : options_(std::move(options)),
      clock_(clock),
      random_(random),
      destination_(MakeDestination(options_, clock, give_up_)),
      queue_(options_.queue_bytes) {}

LocalOutput::~LocalOutput() {
  Stop();
}

void LocalOutput::Start() {
  if (!thread_.joinable()) thread_ = std::thread([this] { WriteLoop(); });
}

void LocalOutput::EndSoon() {
  queue_.Close();
  MutexLock lock(mutex_);
  if (stopping_) return;
  stopping_ = true;
  drain_until_ = clock_.Monotonic() + kDrain;
  changed_.NotifyAll();
}

void LocalOutput::Drain() {
  EndSoon();
  if (thread_.joinable()) {
    MutexLock lock(mutex_);
    while (!ended_) {
      const absl::Duration left = drain_until_ - clock_.Monotonic();
      if (left <= absl::ZeroDuration()) break;
      changed_.WaitFor(mutex_, left);
    }
  }
  give_up_ = true;
}

void LocalOutput::Stop() {
  Drain();
  if (!thread_.joinable()) return;
  thread_.join();
  const std::uint64_t dropped = dropped_.load();
  if (dropped > 0) LogWarning(options_.Name(), ": ", dropped, " events dropped in all");
}

void LocalOutput::Take(const std::shared_ptr<const EventBatch>& batch) {
  std::shared_ptr<const EventBatch> queued = batch;
  const bool taken = queue_.TryPush(queued, WeightOf(*batch));
  if (!taken) dropped_.fetch_add(RowsOf(batch).size(), std::memory_order_relaxed);
  SayIfDropping(taken);
}

// Once when it begins and once when the queue is all but empty again: one that is only just too
// slow would fill the log.
void LocalOutput::SayIfDropping(bool taken) {
  if (!taken && !dropping_) {
    dropping_ = true;
    LogWarning(options_.Name(), ": does not keep up, its events are dropped");
  } else if (taken && dropping_ && queue_.weight() <= options_.queue_bytes / 8) {
    dropping_ = false;
    LogInfo(options_.Name(), ": keeps up again; ", dropped_.load(), " events were dropped");
  }
}

std::vector<std::uint32_t> LocalOutput::RowsOf(
    const std::shared_ptr<const EventBatch>& batch) const {
  std::vector<std::uint32_t> rows;
  if (options_.filter == nullptr) {
    for (std::uint32_t row = 0; row < batch->rows(); ++row) rows.push_back(row);
    return rows;
  }
  const RowBitmap matching = MatchingRows(batch, *options_.filter);
  for (std::uint32_t row = 0; row < batch->rows(); ++row) {
    if (matching.Test(row)) rows.push_back(row);
  }
  return rows;
}

void LocalOutput::WriteLoop() {
  while (const std::optional<std::shared_ptr<const EventBatch>> batch = queue_.Pop()) {
    WriteBatch(*batch);
  }
  MutexLock lock(mutex_);
  ended_ = true;
  changed_.NotifyAll();
}

void LocalOutput::WriteBatch(const std::shared_ptr<const EventBatch>& batch) {
  const std::vector<std::uint32_t> rows = RowsOf(batch);
  const EventText text(*batch, options_);
  for (std::size_t next = 0; next < rows.size();) {
    std::vector<std::string> events;
    for (; next < rows.size() && events.size() < kEventsAtOnce; ++next) {
      events.push_back(text.Of(rows[next]));
    }
    if (!WriteEvents(events)) {
      dropped_.fetch_add(rows.size() - next, std::memory_order_relaxed);
      return;
    }
  }
}

// False: it is over; what was not taken is counted.
bool LocalOutput::WriteEvents(const std::vector<std::string>& events) {
  Backoff pauses(kFirstPause, kLongestPause, random_);
  std::size_t done = 0;
  while (!give_up_) {
    std::size_t taken = 0;
    const absl::Status status = destination_->Write(std::span(events).subspan(done), taken);
    done += taken;
    rows_.fetch_add(taken, std::memory_order_relaxed);
    SetTrouble(status.message());
    if (status.ok()) return true;
    if (taken > 0) pauses.Reset();
    if (!absl::IsDeadlineExceeded(status)) Pause(pauses.Next());
  }
  dropped_.fetch_add(events.size() - done, std::memory_order_relaxed);
  return false;
}

// While it is being stopped nobody waits for a destination that failed.
void LocalOutput::Pause(absl::Duration length) {
  const absl::Duration until = clock_.Monotonic() + length;
  MutexLock lock(mutex_);
  while (!stopping_) {
    const absl::Duration left = until - clock_.Monotonic();
    if (left <= absl::ZeroDuration()) return;
    changed_.WaitFor(mutex_, left);
  }
  give_up_ = true;
}

void LocalOutput::SetTrouble(absl::string_view trouble) {
  MutexLock lock(mutex_);
  if (trouble == trouble_) return;
  if (trouble_.empty()) LogWarning(trouble);
  if (trouble.empty()) LogInfo(options_.Name(), ": takes events again");
  trouble_ = std::string(trouble);
}

OutputCounts LocalOutput::counts() const {
  OutputCounts out;
  out.rows = rows_.load(std::memory_order_relaxed);
  out.dropped = dropped_.load(std::memory_order_relaxed);
  out.waiting_bytes = queue_.weight();
  MutexLock lock(mutex_);
  out.trouble = trouble_;
  return out;
}

}  // namespace dims
