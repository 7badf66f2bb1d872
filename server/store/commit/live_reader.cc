// SPDX-License-Identifier: Apache-2.0
#include "server/store/commit/live_reader.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "server/store/commit/alert_rows.h"

namespace dims {

absl::StatusOr<std::unique_ptr<LiveReader>> LiveReader::Open(const std::string& path,
                                                             const std::string& vfs) {
  DatabaseOptions options;
  options.path = path;
  options.vfs = vfs;
  options.access = DatabaseOptions::Access::kReadOnly;
  ASSIGN_OR_RETURN(std::unique_ptr<Database> database, Database::Open(options));
  return std::unique_ptr<LiveReader>(new LiveReader(std::move(database)));
}

absl::StatusOr<std::vector<Alert>> LiveReader::Alerts(std::int64_t from_ns, std::size_t rows_max) {
  MutexLock lock(mutex_);
  ASSIGN_OR_RETURN(Statement read,
                   database_->Prepare(absl::StrCat("SELECT ", kAlertColumns,
                                                   " FROM alert WHERE raised_ns >= ?1 "
                                                   "ORDER BY raised_ns DESC, id DESC LIMIT ?2")));
  read.BindInt64(1, from_ns);
  read.BindInt64(2, static_cast<std::int64_t>(std::min(rows_max, kListedRowsMax)));
  return AlertsOf(read);
}

absl::StatusOr<std::vector<Gap>> LiveReader::Gaps() {
  MutexLock lock(mutex_);
  std::vector<Gap> out;
  ASSIGN_OR_RETURN(Statement read,
                   database_->Prepare(
                       "SELECT id, agent, site, source, epoch, from_ns, to_ns, count, reason, "
                       "state, first_sequence, last_sequence FROM gap ORDER BY id DESC LIMIT ?1"));
  read.BindInt64(1, static_cast<std::int64_t>(kListedRowsMax));
  while (true) {
    ASSIGN_OR_RETURN(const bool found, read.Step());
    if (!found) return out;
    Gap& gap = out.emplace_back();
    gap.id = read.Int64(0);
    gap.agent = std::string(read.Text(1));
    gap.site = std::string(read.Text(2));
    gap.source = std::string(read.Text(3));
    gap.epoch = read.Uint64(4);
    gap.from_ns = read.Int64(5);
    gap.to_ns = read.Int64(6);
    gap.count = read.Uint64(7);
    gap.reason = std::string(read.Text(8));
    gap.state = static_cast<GapState>(read.Int64(9));
    gap.first_sequence = read.Uint64(10);
    gap.last_sequence = read.Uint64(11);
  }
}

absl::StatusOr<std::uint64_t> LiveReader::GapRows(std::int64_t from_ns, std::int64_t to_ns,
                                                  const std::vector<std::string>& sites) {
  ASSIGN_OR_RETURN(const std::vector<Gap> gaps, Gaps());
  std::uint64_t rows = 0;
  for (const Gap& gap : gaps) {
    const bool inside = gap.from_ns < to_ns && (gap.to_ns == 0 || gap.to_ns >= from_ns);
    const bool asked =
        sites.empty() || std::find(sites.begin(), sites.end(), gap.site) != sites.end();
    if (inside && asked) rows += gap.count;
  }
  return rows;
}

absl::StatusOr<LiveReader::Counts> LiveReader::Count() {
  MutexLock lock(mutex_);
  Counts out;
  ASSIGN_OR_RETURN(out.alerts, database_->QueryInt64("SELECT count(*) FROM alert"));
  ASSIGN_OR_RETURN(out.gaps, database_->QueryInt64("SELECT count(*) FROM gap"));
  ASSIGN_OR_RETURN(out.gap_rows, database_->QueryInt64("SELECT coalesce(sum(count), 0) FROM gap"));
  ASSIGN_OR_RETURN(out.quarantined_rows,
                   database_->QueryInt64("SELECT coalesce(sum(rows), 0) FROM quarantine"));
  ASSIGN_OR_RETURN(out.quarantined_batches,
                   database_->QueryInt64("SELECT count(*) FROM quarantine"));
  ASSIGN_OR_RETURN(out.tail_groups, database_->QueryInt64("SELECT count(*) FROM tail"));
  return out;
}

}  // namespace dims
