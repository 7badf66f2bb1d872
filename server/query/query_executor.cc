// SPDX-License-Identifier: Apache-2.0
#include "server/query/query_executor.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/event/concatenate.h"
#include "common/event/gather_rows.h"
#include "server/query/parallel_scan.h"
#include "server/query/query_columns.h"
#include "server/query/query_plan.h"
#include "server/query/row_collector.h"
#include "server/query/source_scan.h"
#include "server/query/table_pipes.h"

namespace dims {
namespace {

constexpr int kThreadsMax = 16;
constexpr absl::Duration kProgressInterval = absl::Milliseconds(100);

// One run of one query: the manifest's sources in order, then the table's pipes.
class Execution {
 public:
  Execution(const QueryRequest& request, const Clock& clock, const std::atomic<bool>& cancelled,
            const QueryExecutor::BatchSink& on_batch,
            const QueryExecutor::ProgressSink& on_progress)
      : request_(request),
        plan_(MakePlan(request)),
        cancelled_(cancelled),
        on_batch_(on_batch),
        on_progress_(on_progress),
        clock_(clock),
        started_(clock_.Monotonic()) {
    LimitRows();
    collector_.emplace(plan_, request.memory_bytes_max,
                       [this](const EventBatch& rows) { return Collected(rows); });
    if (plan_.aggregation == nullptr) return;
    for (std::size_t i = 0; i < ThreadsCount(); ++i) groups_.emplace_back(*plan_.aggregation);
    groups_bytes_.resize(groups_.size());
  }

  absl::StatusOr<QueryOutcome> Run(const Manifest& manifest) {
    std::vector<ManifestSource> sources = manifest.Sources(plan_.range);
    outcome_.blocks_skipped = manifest.open().size() + manifest.sealed().size() - sources.size();
    std::erase_if(sources, [&](const ManifestSource& source) {
      const bool skip = !MayHoldRows(plan_, source);
      outcome_.blocks_skipped += skip ? 1 : 0;
      return skip;
    });
    RETURN_IF_ERROR(ScanAll(sources));
    RETURN_IF_ERROR(Complete());
    outcome_.rows = rows_given_;
    return std::move(outcome_);
  }

 private:
  // A limit on the answer is a limit on what is collected, where rows come out as they are
  // collected: one more is wanted, to know whether anything was left out.
  void LimitRows() {
    if (request_.rows_max == 0 || plan_.aggregation != nullptr || !plan_.streams) return;
    plan_.rows_wanted = std::min(plan_.rows_wanted, request_.rows_max + 1);
  }

  std::size_t ThreadsCount() const {
    return static_cast<std::size_t>(std::clamp(request_.threads_count, 1, kThreadsMax));
  }

  // Each thread has groups of its own, and the same sources always meet in the same ones.
  absl::Status ScanAll(std::vector<ManifestSource>& sources) {
    const auto scan_one = [&](std::size_t i, std::size_t thread) -> absl::StatusOr<ScanResult> {
      if (cancelled_.load(std::memory_order_relaxed)) return absl::CancelledError("cancelled");
      auto scanned =
          ScanSource(plan_, sources[i], request_.memory_bytes_max,
                     groups_.empty() ? nullptr : &groups_[thread], [this] { return MayGoOn(); });
      sources[i].columns.reset();  // with what it has loaded: the next source takes its place
      return scanned;
    };
    ParallelScan scan(sources.size(), ThreadsCount(),
                      groups_.empty() ? ParallelScan::Turns::kFree : ParallelScan::Turns::kFixed,
                      scan_one);
    bool late = false;
    std::uint64_t done = 0;
    while (true) {
      if (cancelled_.load(std::memory_order_relaxed)) return absl::CancelledError("cancelled");
      if (!late && done < sources.size() && clock_.Monotonic() - started_ > request_.deadline) {
        late = true;
        scan.Stop();  // what is being scanned still counts
      }
      // By the sources' order alone, so that it does not matter how many threads there are.
      if (!late && done < sources.size() && collector_->IsSettledAt(sources[done].max_time_ns)) {
        outcome_.blocks_skipped += sources.size() - done;
        return absl::OkStatus();
      }
      std::optional<ParallelScan::Done> next = scan.Next();
      if (!next) break;
      if (absl::IsDeadlineExceeded(next->result.status())) {
        late = true;  // in the middle of it: nothing of this source counts
        scan.Stop();
        continue;
      }
      ++done;
      RETURN_IF_ERROR(
          AddOne(sources[next->source], next->source % ThreadsCount(), std::move(next->result)));
      if (next->source + 1 < sources.size()) {
        RETURN_IF_ERROR(collector_->NothingNewerThan(sources[next->source + 1].max_time_ns));
      }
      TellProgress(done, sources.size());
    }
    if (late && done < sources.size()) {
      StopEarly(absl::StrCat("stopped at its deadline with ", sources.size() - done, " of ",
                             sources.size(), " blocks not read"));
    }
    return absl::OkStatus();
  }

  // Before each column, on any thread: a source may be long.
  absl::Status MayGoOn() const {
    if (cancelled_.load(std::memory_order_relaxed)) return absl::CancelledError("cancelled");
    if (clock_.Monotonic() - started_ <= request_.deadline) return absl::OkStatus();
    return absl::DeadlineExceededError("the query's deadline has passed");
  }

  // Often enough for people; each costs a message.
  void TellProgress(std::size_t done, std::size_t total) {
    if (!on_progress_) return;
    const absl::Duration now = clock_.Monotonic();
    if (done < total && now - progress_told_ < kProgressInterval) return;
    progress_told_ = now;
    on_progress_({done, total, outcome_.rows_matched});
  }

  absl::Status AddOne(const ManifestSource& source, std::size_t groups_turn,
                      absl::StatusOr<ScanResult> scan) {
    ++outcome_.blocks_scanned;
    if (absl::IsDataLoss(scan.status())) {
      outcome_.damaged_blocks.push_back(source.name);
      StopEarly(
          absl::StrCat(source.name, " is damaged and was left out: ", scan.status().message()));
      return absl::OkStatus();
    }
    RETURN_IF_ERROR(scan.status());
    outcome_.rows_scanned += source.rows;
    outcome_.bytes_scanned += scan->bytes_read;
    outcome_.rows_matched += scan->rows_matched;
    if (groups_.empty()) return collector_->Add(std::move(scan->rows));
    groups_bytes_[groups_turn] = scan->groups_bytes;
    const std::size_t memory_bytes =
        std::accumulate(groups_bytes_.begin(), groups_bytes_.end(), std::size_t{0});
    if (memory_bytes <= request_.memory_bytes_max) return absl::OkStatus();
    return absl::ResourceExhaustedError(
        absl::StrCat("the groups of this query need more than ", request_.memory_bytes_max >> 20,
                     " MiB: narrow the time range or group by fewer values"));
  }

  // What the collector hands out: part of the answer, or of the table the pipes work on.
  absl::Status Collected(const EventBatch& rows) {
    if (plan_.streams) return Give(rows, true);
    table_bytes_ += MemoryBytes(rows);
    if (table_bytes_ > request_.memory_bytes_max) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the table of this query needs more than ", request_.memory_bytes_max >> 20,
                       " MiB: narrow the time range, choose fields, or add | head N"));
    }
    table_pieces_.push_back(rows);
    return absl::OkStatus();
  }

  absl::Status Complete() {
    QueryTable table;
    if (!groups_.empty()) {
      for (std::size_t i = 1; i < groups_.size(); ++i) groups_[0].Merge(std::move(groups_[i]));
      table = {groups_[0].Finish(), groups_[0].ColumnOrder()};
    } else {
      RETURN_IF_ERROR(collector_->Finish());
      if (plan_.streams) {
        NoteColumns();
        return absl::OkStatus();
      }
      std::vector<const EventBatch*> pieces;
      for (const EventBatch& piece : table_pieces_) pieces.push_back(&piece);
      table.rows = Concatenate(pieces);
      table_pieces_.clear();
    }
    for (const Pipe* pipe : plan_.rest) {
      ASSIGN_OR_RETURN(table, ApplyPipe(*pipe, std::move(table), request_.memory_bytes_max));
    }
    outcome_.column_order = table.column_order;
    for (std::uint32_t begin = 0; begin < table.rows.rows(); begin += kBatchRowsMax) {
      std::vector<std::uint32_t> rows(std::min(kBatchRowsMax, table.rows.rows() - begin));
      std::iota(rows.begin(), rows.end(), begin);
      RETURN_IF_ERROR(Give(GatherRows(table.rows, rows), false));
    }
    return absl::OkStatus();
  }

  // The order of columns when pipes run batch by batch.
  void NoteColumns() {
    for (const Pipe* pipe : plan_.rest) {
      if (pipe->kind != Pipe::Kind::kFields) continue;
      outcome_.column_order = ColumnOrderOf(pipe->names, {columns_.begin(), columns_.end()});
    }
  }

  // To the caller, as far as the limit goes, with the pipes still to be run if `pipes`.
  absl::Status Give(const EventBatch& rows, bool pipes) {
    QueryTable part{rows, {}};
    if (request_.rows_max != 0 && rows_given_ + rows.rows() > request_.rows_max) {
      if (!limit_said_) {
        limit_said_ = true;
        StopEarly(
            absl::StrCat("stopped at the limit of ", request_.rows_max, " rows; there are more"));
      }
      Pipe head;
      head.rows = request_.rows_max - rows_given_;
      ASSIGN_OR_RETURN(part, ApplyPipe(head, std::move(part), request_.memory_bytes_max));
    }
    for (const Pipe* pipe : plan_.rest) {
      if (!pipes) break;
      ASSIGN_OR_RETURN(part, ApplyPipe(*pipe, std::move(part), request_.memory_bytes_max));
    }
    if (part.rows.rows() == 0) return absl::OkStatus();
    rows_given_ += part.rows.rows();
    for (const Column& column : part.rows.columns())
      columns_.insert({column.name(), column.type()});
    if (!AsksFor("event.stream")) part.rows.Remove("event.stream");
    if (!AsksFor("event.ordinal")) part.rows.Remove("event.ordinal");
    return on_batch_(part.rows);
  }

  bool AsksFor(const std::string& name) const {
    return plan_.columns &&
           std::find(plan_.columns->begin(), plan_.columns->end(), name) != plan_.columns->end();
  }

  void StopEarly(std::string why) {
    outcome_.complete = false;
    outcome_.why.push_back(std::move(why));
  }

  const QueryRequest& request_;
  QueryPlan plan_;
  const std::atomic<bool>& cancelled_;
  const QueryExecutor::BatchSink& on_batch_;
  const QueryExecutor::ProgressSink& on_progress_;
  const Clock& clock_;
  absl::Duration started_;
  std::optional<RowCollector> collector_;
  absl::Duration progress_told_ = -absl::InfiniteDuration();
  std::vector<Aggregation> groups_;  // one a thread; none: the answer is rows
  std::vector<std::size_t> groups_bytes_;
  std::vector<EventBatch> table_pieces_;
  std::size_t table_bytes_ = 0;
  std::uint64_t rows_given_ = 0;
  std::set<ColumnId> columns_;  // of the answer
  bool limit_said_ = false;
  QueryOutcome outcome_;
};

}  // namespace

absl::StatusOr<QueryOutcome> QueryExecutor::Run(const Manifest& manifest,
                                                const QueryRequest& request, const Clock& clock,
                                                const std::atomic<bool>& cancelled,
                                                const BatchSink& on_batch,
                                                const ProgressSink& on_progress) {
  return Execution(request, clock, cancelled, on_batch, on_progress).Run(manifest);
}

}  // namespace dims
