// SPDX-License-Identifier: Apache-2.0
// Holes: lines of a file that the server lost and the ring let go, read again from the file. What
// was accepted after them waits meanwhile: the server's bookmark must not pass a hole that is still
// to be filled (docs/decisions/0001, rule 6).
#include <algorithm>

#include "agent/buffer/buffer_change.h"
#include "agent/buffer/coverage.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

// Batches that one hole may be read into; the ids are kept free below what is retained.
constexpr BatchId kHoleBatchesMax = BatchId{1} << 16;

constexpr int kSearchPage = 256;  // batches a query

const Bookmark* OfSource(std::span<const Bookmark> bookmarks, absl::string_view source) {
  const auto found = std::find_if(bookmarks.begin(), bookmarks.end(),
                                  [&](const Bookmark& entry) { return entry.source == source; });
  return found == bookmarks.end() ? nullptr : &*found;
}

FileHole* OfSource(std::vector<FileHole>& holes, absl::string_view source) {
  const auto found = std::find_if(holes.begin(), holes.end(),
                                  [&](const FileHole& hole) { return hole.source == source; });
  return found == holes.end() ? nullptr : &*found;
}

}  // namespace

// A hole that is not read to its end goes on where the server is, or where reading had come to. New
// ones are found below what is retained, as long as no ids are in use there.
absl::Status EventBuffer::FindHoles(std::span<const ServerBookmark> server, Change& change) {
  for (FileHole& hole : change.holes) {
    hole.epoch = change.meta.epoch;
    for (const auto& [bookmark, through_id, doubtful] : server) {
      const auto* theirs = std::get_if<FilePosition>(&bookmark.position);
      const bool further = !doubtful && theirs != nullptr && bookmark.source == hole.source &&
                           theirs->generation == hole.from.generation &&
                           theirs->offset > hole.from.offset;
      if (further) hole.from = *theirs;
    }
  }
  std::erase_if(change.holes,
                [](const FileHole& hole) { return hole.from.offset + 1 >= hole.until; });
  BufferMeta& meta = change.meta;
  if (!change.holes.empty()) {
    meta.number_from = std::min(meta.number_from, meta.again_next);
    return absl::OkStatus();
  }
  if (meta.number_from < meta.held_from || meta.number_from <= kHoleBatchesMax) {
    return absl::OkStatus();
  }
  meta.again_next = meta.held_from = 0;
  ASSIGN_OR_RETURN(const std::vector<Bookmark> own, LoadBookmarks(*database_));
  for (const auto& [bookmark, through_id, doubtful] : server) {
    const auto* theirs = std::get_if<FilePosition>(&bookmark.position);
    const Bookmark* const known = OfSource(own, bookmark.source);
    if (theirs == nullptr || bookmark.closed || known == nullptr) continue;
    const auto* mine = std::get_if<FilePosition>(&known->position);
    if (mine == nullptr || known->closed || mine->generation < theirs->generation) continue;
    // What the server has of an earlier generation is no longer in the file; this one has a start.
    FilePosition from = *theirs;
    const bool later = mine->generation > theirs->generation;
    if (later) from = {mine->generation, 0, {}, mine->path};
    if (doubtful && !later) continue;
    if (mine->offset <= from.offset) continue;
    ASSIGN_OR_RETURN(const std::uint64_t until, HoleEnd(bookmark.source, from, *mine));
    if (until <= from.offset + 1) continue;
    change.holes.push_back({bookmark.source, from, until, meta.epoch});
  }
  if (change.holes.empty()) return absl::OkStatus();
  meta.held_from = meta.number_from;
  meta.number_from = meta.again_next = meta.held_from - kHoleBatchesMax;
  return absl::OkStatus();
}

// Where the first line ends that is retained beyond the server's bookmark. One past the own
// position when none is; the bookmark's offset when nothing can be said.
absl::StatusOr<std::uint64_t> EventBuffer::HoleEnd(absl::string_view source,
                                                   const FilePosition& from,
                                                   const FilePosition& own) {
  for (BatchId next = 0;;) {
    ASSIGN_OR_RETURN(const std::vector<BatchRow> rows, LoadBatches(*database_, next, kSearchPage));
    if (rows.empty()) return own.offset + 1;
    next = rows.back().id + 1;
    for (const BatchRow& row : rows) {
      ASSIGN_OR_RETURN(Envelope envelope, ToEnvelope(row, ""));
      const Bookmark* const end = OfSource(envelope.bookmarks, source);
      const auto* position = end == nullptr ? nullptr : std::get_if<FilePosition>(&end->position);
      if (position == nullptr || position->generation != from.generation) continue;
      if (!row.hollow_reason.empty()) return from.offset;
      absl::StatusOr<std::string> payload = LoadPayload(*database_, row.id);
      if (absl::IsDataLoss(payload.status())) return from.offset;
      RETURN_IF_ERROR(payload.status());
      return FirstPosition(*payload, source).value_or(from.offset);
    }
  }
}

// What does not go on where the hole was read to is of another epoch or another reader.
absl::Status EventBuffer::AcceptAgain(const NewBatch& batch, Change& change) {
  if (batch.bookmarks.size() != 1) {
    return absl::InvalidArgumentError("a batch that was read again is of one file");
  }
  const Bookmark& end = batch.bookmarks.front();
  const auto* position = std::get_if<FilePosition>(&end.position);
  FileHole* const hole = OfSource(change.holes, end.source);
  const bool goes_on =
      hole != nullptr && position != nullptr && batch.again->epoch == hole->epoch &&
      position->generation == hole->from.generation && batch.again->from == hole->from.offset;
  if (!goes_on) return absl::OkStatus();
  if (change.meta.again_next >= change.meta.held_from) {
    change.holes.clear();
    return absl::OkStatus();
  }
  hole->from = *position;
  BatchRow row;
  row.id = change.meta.again_next++;
  return Insert(row, batch, change);
}

std::vector<FileHole> EventBuffer::Holes() const {
  MutexLock lock(mutex_);
  return holes_;
}

absl::Status EventBuffer::EndHole(absl::string_view source, Epoch epoch) {
  MutexLock lock(mutex_);
  Change change = Begin();
  const std::size_t ended = std::erase_if(change.holes, [&](const FileHole& hole) {
    return hole.source == source && hole.epoch == epoch;
  });
  if (ended == 0) return absl::OkStatus();
  change.PassReservedIds();
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(*database_), "end of a hole");
  return Finish(transaction, change);
}

absl::Status EventBuffer::GiveUpHoles() {
  MutexLock lock(mutex_);
  const bool under_way = meta_.acked + 1 < meta_.next || meta_.number_from < meta_.again_next;
  if (holes_.empty() || under_way) return absl::OkStatus();
  Change change = Begin();
  change.holes.clear();
  change.PassReservedIds();
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(*database_), "give up holes");
  return Finish(transaction, change);
}

}  // namespace dims
