// SPDX-License-Identifier: Apache-2.0
// A new epoch: what is retained gets new sequences, in chunks, as the forwarder reads it.
#include <algorithm>
#include <iterator>
#include <map>
#include <variant>

#include "absl/strings/str_cat.h"
#include "agent/buffer/buffer_change.h"
#include "agent/buffer/coverage.h"
#include "common/base/status_macros.h"
#include "common/delivery/chain.h"

namespace dims {
namespace {

constexpr int kNumberPage = 256;  // batches a transaction

// Both bookmarks say that the same text was read up to the same place of the same file.
bool SamePlace(const Bookmark& a, const Bookmark& b) {
  const auto* one = std::get_if<FilePosition>(&a.position);
  const auto* other = std::get_if<FilePosition>(&b.position);
  return one != nullptr && other != nullptr && one->generation == other->generation &&
         one->offset == other->offset && one->hash == other->hash;
}

// Both ascend; ranges that touch become one.
std::vector<RowRange> Union(std::vector<RowRange> ranges, const std::vector<RowRange>& others) {
  ranges.insert(ranges.end(), others.begin(), others.end());
  std::sort(ranges.begin(), ranges.end(),
            [](const RowRange& a, const RowRange& b) { return a.first < b.first; });
  std::vector<RowRange> merged;
  for (const RowRange& range : ranges) {
    if (merged.empty() || merged.back().first + merged.back().count < range.first) {
      merged.push_back(range);
    } else {
      RowRange& last = merged.back();
      last.count = std::max(last.first + last.count, range.first + range.count) - last.first;
    }
  }
  return merged;
}

// What an earlier epoch put in doubt and nothing has settled since: its rows may still wait here.
void StayInDoubt(std::span<const ServerBookmark> before, std::vector<ServerBookmark>& ends) {
  const auto place = [](const ServerBookmark& entry) {
    const auto* position = std::get_if<FilePosition>(&entry.bookmark.position);
    return position == nullptr ? std::pair<std::uint64_t, std::uint64_t>()
                               : std::pair(position->generation, position->offset);
  };
  for (const ServerBookmark& old : before) {
    if (!old.doubtful) continue;
    const auto found = std::find_if(ends.begin(), ends.end(), [&](const ServerBookmark& entry) {
      return entry.bookmark.source == old.bookmark.source;
    });
    if (found == ends.end()) {
      ends.push_back(old);
    } else if (found->doubtful && place(*found) < place(old)) {
      *found = old;
    }
  }
}

}  // namespace

absl::Status EventBuffer::NewEpoch(Epoch epoch, std::span<const Bookmark> server,
                                   const EpochStart& start) {
  MutexLock lock(mutex_);
  const bool had =
      std::any_of(ack_log_.begin(), ack_log_.end(),
                  [&](const EpochPosition& position) { return position.epoch == epoch; });
  if (epoch == 0 || had) {
    return absl::InvalidArgumentError(
        absl::StrCat("new epoch ", epoch, ": this buffer had it before"));
  }
  Change change = Begin();
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(*database_), "new epoch");
  ASSIGN_OR_RETURN(std::vector<ServerBookmark> ends, WithEnds(server, start.doubtful), "new epoch");
  ASSIGN_OR_RETURN(const std::vector<ServerBookmark> before, LoadServerBookmarks(*database_));
  BufferMeta& meta = change.meta;
  meta.epoch = epoch;
  meta.next = 1;
  meta.next_ordinal = meta.acked = meta.base = meta.base_ordinal = meta.refill_end = 0;
  meta.acked_id = 0;
  meta.chain = meta.base_chain = ChainStart(meta.agent, epoch);
  meta.want_new_epoch = false;
  ASSIGN_OR_RETURN(meta.number_from,
                   database_->QueryInt64(
                       absl::StrCat("SELECT coalesce(min(id), ", meta.next_id, ") FROM batch")));
  if (!start.reads_again) change.holes.clear();
  if (start.reads_again) RETURN_IF_ERROR(FindHoles(ends, change), "new epoch");
  RETURN_IF_ERROR(TakeOverPositions(ends), "new epoch");
  StayInDoubt(before, ends);
  RETURN_IF_ERROR(ReplaceServerBookmarks(*database_, ends), "new epoch");
  change.ack_log.push_back({epoch, 0, 0});
  ASSIGN_OR_RETURN(change.backlog, CountBacklog(*database_, meta), "new epoch");
  RETURN_IF_ERROR(Finish(transaction, change), "new epoch");
  NoteServerFiles(ends);
  MutexLock read_lock(read_mutex_);
  in_flight_ = 0;
  return absl::OkStatus();
}

// Files that the server has further than this buffer does: reading goes on from there, also after a
// crash right now, or their lines would come again under this very epoch.
absl::Status EventBuffer::TakeOverPositions(std::span<ServerBookmark> server) {
  ASSIGN_OR_RETURN(const std::vector<Bookmark> own, LoadBookmarks(*database_));
  for (ServerBookmark& entry : server) {
    Bookmark& bookmark = entry.bookmark;
    const bool doubtful = entry.doubtful;
    auto* theirs = std::get_if<FilePosition>(&bookmark.position);
    if (theirs == nullptr || bookmark.closed) continue;
    // From a doubtful one only a file that is not known here is read on: what lies there now will
    // be found to be another generation, and the doubt is about that one.
    const bool behind = std::all_of(own.begin(), own.end(), [&](const Bookmark& ours) {
      const auto* mine = std::get_if<FilePosition>(&ours.position);
      return ours.source != bookmark.source || mine == nullptr ||
             (!doubtful && std::pair(mine->generation, mine->offset) <
                               std::pair(theirs->generation, theirs->offset));
    });
    if (behind) RETURN_IF_ERROR(StoreBookmark(*database_, bookmark, meta_.next_id - 1));
    if (behind && doubtful) ++theirs->generation;
  }
  return absl::OkStatus();
}

void EventBuffer::NoteServerFiles(std::span<const ServerBookmark> server) {
  server_files_.clear();
  for (const ServerBookmark& entry : server) {
    if (std::holds_alternative<FilePosition>(entry.bookmark.position)) {
      server_files_.push_back(entry.bookmark.source);
    }
  }
}

// Lines that were on their way here when the epoch started may lie below the server's bookmark:
// such a batch is numbered like those of before, so that it leaves out what the server has.
bool EventBuffer::MayBeCovered(const NewBatch& batch) const {
  for (const Bookmark& bookmark : batch.bookmarks) {
    if (std::find(server_files_.begin(), server_files_.end(), bookmark.source) !=
        server_files_.end()) {
      return true;
    }
  }
  return false;
}

// Cursors and the counters of ended processes do not compare; the order of acceptance does: the
// server holds a prefix of what was sent. A cursor covers what was accepted up to the batch that
// carries it, a counter everything of its source before the first batch of its process. If no
// retained batch has it: nothing is known, nothing is covered.
//
// A file contradicts a bookmark also after it was truncated and filled anew. When a retained batch
// ends with that very text at that very offset, the bookmark is of this history and covers.
absl::StatusOr<std::vector<ServerBookmark>> EventBuffer::WithEnds(
    std::span<const Bookmark> server, std::span<const Bookmark> doubtful) {
  std::map<absl::string_view, ServerBookmark> by_source;
  bool scan = !doubtful.empty();
  for (const Bookmark& bookmark : server) {
    by_source[bookmark.source] = {bookmark, 0, false};
    scan = scan || !std::holds_alternative<FilePosition>(bookmark.position);
  }
  for (const Bookmark& bookmark : doubtful) by_source[bookmark.source] = {bookmark, 0, true};
  for (BatchId next = 0; scan;) {
    ASSIGN_OR_RETURN(const std::vector<BatchRow> rows, LoadBatches(*database_, next, kNumberPage));
    if (rows.empty()) break;
    next = rows.back().id + 1;
    for (const BatchRow& row : rows) {
      ASSIGN_OR_RETURN(const Envelope envelope, ToEnvelope(row, ""));
      for (const Bookmark& bookmark : envelope.bookmarks) {
        const auto found = by_source.find(bookmark.source);
        if (found == by_source.end()) continue;
        ServerBookmark& entry = found->second;
        if (entry.doubtful && SamePlace(bookmark, entry.bookmark)) entry.doubtful = false;
        const auto* counter = std::get_if<CounterPosition>(&bookmark.position);
        const auto* wanted = std::get_if<CounterPosition>(&entry.bookmark.position);
        if (counter != nullptr && wanted != nullptr) {
          if (entry.through_id == 0 && counter->nonce == wanted->nonce)
            entry.through_id = row.id - 1;
        } else if (std::holds_alternative<CursorPosition>(bookmark.position) &&
                   bookmark.position == entry.bookmark.position) {
          entry.through_id = row.id;
        }
      }
    }
  }
  std::vector<ServerBookmark> ends;
  for (auto& [source, entry] : by_source) ends.push_back(std::move(entry));
  return ends;
}

absl::Status EventBuffer::Learn(std::span<const EpochPosition> server) {
  MutexLock lock(mutex_);
  std::vector<EpochPosition> heard = heard_;
  std::vector<EpochPosition> news;
  for (const EpochPosition& position : server) {
    if (position.epoch == 0 || position.sequence == 0) continue;
    const auto known = std::find_if(heard.begin(), heard.end(), [&](const EpochPosition& entry) {
      return entry.epoch == position.epoch;
    });
    if (known != heard.end() && known->sequence >= position.sequence) continue;
    if (known == heard.end()) {
      heard.push_back(position);
    } else {
      *known = position;
    }
    news.push_back(position);
  }
  if (news.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(*database_), "learn positions");
  for (const EpochPosition& position : news) {
    RETURN_IF_ERROR(StoreHeard(*database_, position), "learn positions");
  }
  RETURN_IF_ERROR(transaction.Commit(), "learn positions");
  heard_ = std::move(heard);
  return absl::OkStatus();
}

std::vector<EpochPosition> EventBuffer::AckLog() const {
  MutexLock lock(mutex_);
  std::vector<EpochPosition> log;
  for (const EpochPosition& position : heard_) {
    const bool own = std::any_of(ack_log_.begin(), ack_log_.end(), [&](const EpochPosition& entry) {
      return entry.epoch == position.epoch;
    });
    if (!own) log.push_back(position);
  }
  for (EpochPosition position : ack_log_) {
    for (const EpochPosition& heard : heard_) {
      if (heard.epoch == position.epoch && heard.sequence > position.sequence) position = heard;
    }
    log.push_back(position);
  }
  return log;
}

absl::Status EventBuffer::NumberSome() {
  Change change = Begin();
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(*database_));
  ASSIGN_OR_RETURN(std::vector<ServerBookmark> server, LoadServerBookmarks(*database_));
  const std::size_t before = server.size();
  ASSIGN_OR_RETURN(std::vector<BatchRow> rows,
                   LoadBatches(*database_, meta_.number_from, kNumberPage));
  std::erase_if(rows, [&](const BatchRow& row) { return row.id >= change.number_until(); });
  if (rows.empty()) {
    return absl::DataLossError(
        absl::StrCat(database_->name(), ": batch ", meta_.number_from, " is missing"));
  }
  for (BatchRow& row : rows) RETURN_IF_ERROR(NumberOne(std::move(row), server, change));
  change.PassReservedIds();
  if (server.size() != before) RETURN_IF_ERROR(ReplaceServerBookmarks(*database_, server));
  RETURN_IF_ERROR(FindOldest(*database_, change.meta, change.backlog));
  RETURN_IF_ERROR(Finish(transaction, change));
  NoteServerFiles(server);
  return absl::OkStatus();
}

absl::Status EventBuffer::NumberOne(BatchRow row, std::vector<ServerBookmark>& server,
                                    Change& change) {
  ASSIGN_OR_RETURN(const Envelope envelope, ToEnvelope(row, ""));
  std::vector<ServerBookmark> doubtful;
  std::copy_if(server.begin(), server.end(), std::back_inserter(doubtful),
               [](const ServerBookmark& entry) { return entry.doubtful; });
  std::vector<ServerBookmark> sure;
  std::copy_if(server.begin(), server.end(), std::back_inserter(sure),
               [](const ServerBookmark& entry) { return !entry.doubtful; });
  ASSIGN_OR_RETURN(const std::vector<RowRange> covered, CoveredBy(sure, row, envelope));
  ASSIGN_OR_RETURN(std::vector<RowRange> repeated, CoveredBy(doubtful, row, envelope));
  // A row that was sent in doubt once may be stored for as long as it is here.
  repeated = Union(std::move(repeated), envelope.maybe_repeated);
  // Positions ascend: once a batch ends beyond a bookmark, the bookmark covers nothing of its
  // source any more.
  std::erase_if(server, [&](const ServerBookmark& entry) {
    return std::any_of(
        envelope.bookmarks.begin(), envelope.bookmarks.end(), [&](const Bookmark& end) {
          return end.source == entry.bookmark.source && !CoversBatch(entry, end, row.id);
        });
  });
  BufferMeta& meta = change.meta;
  meta.number_from = row.id + 1;
  std::uint64_t covered_rows = 0;
  for (const RowRange& range : covered) covered_rows += range.count;
  const bool nothing_left = covered_rows >= row.rows && !(row.rows == 0 && covered.empty());
  if (nothing_left) {
    change.Settle(row);
    if (meta.acked + 1 == meta.next) meta.acked_id = row.id;
    return absl::OkStatus();
  }
  const bool is_old = row.sequence > 0 || row.replaces_sequence > 0;
  NameReplaced(row, change);
  row.extras = EncodeExtras(envelope.bookmarks, covered, envelope.losses,
                            row.rows == 0 ? std::vector<RowRange>() : repeated);
  change.Number(row);
  if (is_old) meta.refill_end = row.sequence;
  return UpdateBatch(*database_, row);
}

// The envelope names the sequence under which it was last acked. One that never was acked stands in
// for nobody: the server may hold another batch under that sequence, of the life this buffer had
// before it was restored.
void EventBuffer::NameReplaced(BatchRow& row, const Change& change) {
  if (row.sequence == 0) return;
  const auto acked =
      std::find_if(change.ack_log.begin(), change.ack_log.end(),
                   [&](const EpochPosition& position) { return position.epoch == row.epoch; });
  const bool was_acked = acked != change.ack_log.end() && row.sequence <= acked->sequence;
  if (!was_acked) return;
  row.replaces_epoch = row.epoch;
  row.replaces_sequence = row.sequence;
}

// A single range {0, rows} for all of them, which an envelope without rows has too.
absl::StatusOr<std::vector<RowRange>> EventBuffer::CoveredBy(std::span<const ServerBookmark> server,
                                                             const BatchRow& row,
                                                             const Envelope& envelope) {
  switch (CoverageOf(row.id, envelope.bookmarks, server)) {
    case Coverage::kNone:
      return std::vector<RowRange>();
    case Coverage::kAll:
      return std::vector<RowRange>{{0, row.rows}};
    case Coverage::kSome:
      break;
  }
  if (!row.hollow_reason.empty()) return std::vector<RowRange>();
  absl::StatusOr<std::string> payload = LoadPayload(*database_, row.id);
  if (absl::IsDataLoss(payload.status())) return std::vector<RowRange>();  // Read will find it
  RETURN_IF_ERROR(payload.status());
  Envelope whole = envelope;
  whole.payload = *std::move(payload);
  const CoveredRowsFunction& ask = options_.covered_rows;
  return ask ? ask(row, whole, server) : CoveredRows(row, whole, server);
}

}  // namespace dims
