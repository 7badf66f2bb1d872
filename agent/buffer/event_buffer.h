// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/buffer/buffer_options.h"
#include "agent/buffer/buffer_position.h"
#include "agent/buffer/buffer_rows.h"
#include "agent/buffer/tail_note.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/base/random.h"
#include "common/sqlite/transaction.h"

namespace dims {

// The site's durable queue of encoded batches, from acceptance to the server's ack and a while
// beyond.
//
// Guarantees: when Append returns OK, the batches and the bookmarks they cover are on disk together
// (one transaction, synchronous=FULL, one fsync for the group); after a crash all are there or none
// is. Sequences are dense from 1 in each epoch and tied by the hash chain. Acked batches stay
// readable until the ring's limits take them, oldest first. Nothing that is not acked leaves but by
// Hollow, or damaged, and both are counted. A new epoch numbers the retained batches anew, in
// chunks as Read gets to them; until then appended batches wait for their sequence behind them.
//
// Limits: see BufferOptions; a Read returns at most 1,024 envelopes. Thread: any. Calls that write
// take turns; Read has its own read-only connection and does not wait for an fsync, except to
// number batches or to mark a damaged one. Errors: ResourceExhausted = full, nothing written, retry
// after an ack or Hollow; DataLoss = the file does not verify, SetAside and open a new one; Unknown
// = outcome unknown, the process must exit and reopen. Others: the call is wrong.
class EventBuffer {
 public:
  // Opens or creates the buffer. What does not verify is DataLoss, never repaired. Unavailable:
  // somebody has it open.
  static absl::StatusOr<std::unique_ptr<EventBuffer>> Open(const BufferOptions& options,
                                                           const Clock& clock, Random& random);

  // Renames a buffer that Open or a later call found damaged, and returns its new name. Two of them
  // are kept. The next Open makes a new buffer and declares what the damaged one can have lost.
  static absl::StatusOr<std::string> SetAside(const BufferOptions& options, const Clock& clock);

  // Takes 0..n encoded batches, in order, in one transaction. `positions` are bookmarks that come
  // without a batch. Both kinds replace the stored position of the source they name. Returns the
  // last sequence given, 0 when it waits for the numbering of a new epoch or there was no batch. On
  // an error `batches` are as they were.
  absl::StatusOr<Sequence> Append(std::span<NewBatch> batches,
                                  std::span<const Bookmark> positions = {});

  // An envelope without rows, when no batch comes to carry losses.
  absl::Status AppendLosses(std::vector<Loss> losses);

  // Up to `bytes_max` of payload from `first` on, at least one envelope when there is one; empty
  // when there are none. What it returned is in flight until EndFlight: Hollow spares it.
  absl::StatusOr<std::vector<Envelope>> Read(Sequence first, std::size_t bytes_max);
  void EndFlight();

  // Everything up to and including `sequence` is stored at the server. Repeating is harmless; going
  // back or beyond what was numbered is an error and changes nothing. Reaches the disk with the
  // next Append or within a second of acks: an ack forgotten in a crash is found again by the next
  // Hello.
  absl::Status Ack(Sequence sequence);

  // The server fell back to `sequence`: what follows counts as not acked again. FailedPrecondition
  // when the ring no longer reaches back that far. The ack log stays.
  absl::Status Rewind(Sequence sequence);

  // Starts `epoch` at sequence 1. Every retained batch that `server` does not cover will be sent
  // again under it; covered ones are set aside until the ring's limits take them. Positions of
  // files move to the server's where that is further (see Bookmarks). Where lines are neither at
  // the server nor here, a file has a hole: all that is retained is held back until they were read
  // again (Append with `again`). InvalidArgument for an epoch had before.
  absl::Status NewEpoch(Epoch epoch, std::span<const Bookmark> server,
                        const EpochStart& start = {});

  // What is to be read again. EndHole: nothing more comes of it. GiveUpHoles: there is no room to
  // read it, and nothing under way that will make some. What was not read is a gap at the server.
  std::vector<FileHole> Holes() const;
  absl::Status EndHole(absl::string_view source, Epoch epoch);
  absl::Status GiveUpHoles();

  // How far the server says each epoch is stored or declared missing (Position.epochs). Goes into
  // AckLog for ever: what a restored agent no longer has, a restored server must still be asked
  // for. Nothing counts as acked by it. Durable when it returns.
  absl::Status Learn(std::span<const EpochPosition> server);

  // Gives up payload of batches of `loss_class`, oldest first, until `bytes_wanted` are free;
  // returns how many are. The envelopes stay, so the chain verifies and each loss is counted at
  // both ends.
  absl::StatusOr<std::uint64_t> Hollow(LossClass loss_class, std::uint64_t bytes_wanted,
                                       absl::string_view reason);

  // For idle times: what Append does beside appending (acks, the ring's limits).
  absl::Status Tidy();

  BufferPosition position() const;
  Backlog backlog() const;
  // The chain value after `sequence`. NotFound when it was trimmed or never numbered.
  absl::StatusOr<Sha256Digest> ChainAt(Sequence sequence) const;

  // All epochs this buffer had or heard of, each with the furthest ack or what Learn was told.
  std::vector<EpochPosition> AckLog() const;
  // The position of each source, as accepted; counters of ended processes are closed.
  absl::StatusOr<std::vector<Bookmark>> Bookmarks() const;

  ~EventBuffer();  // writes a waiting ack

 private:
  struct Change;  // the state as it will be when the transaction at hand commits

  EventBuffer(const BufferOptions& options, const Clock& clock);

  // With mutex_ held, inside the transaction of their Change.
  absl::Status OpenFile(Random& random) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Create(Random& random) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Verify() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status CloseCounters() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status DeclareLostTail() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Sequence> AppendLocked(std::span<NewBatch> batches,
                                        std::span<const Bookmark> positions)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Accept(const NewBatch& batch, Change& change) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status AcceptAgain(const NewBatch& batch, Change& to) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Insert(BatchRow& row, const NewBatch& batch, Change& to)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Change Begin() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Finish(Transaction& transaction, const Change& change)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status SettleRange(Sequence after, Sequence through, Change& change)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status TidyLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status MarkDamaged(BatchId id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status CheckRoom(std::uint64_t bytes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status MakeRoom(std::uint64_t bytes, Change& change) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<std::uint64_t> UsedBytes() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<BatchId> DueByAge() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Trim(Change& change, std::uint64_t bytes_wanted)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status TrimOne(const BatchRow& row, Change& change) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<std::vector<BatchRow>> Candidates(LossClass loss_class, BatchId after)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status HollowOne(BatchRow row, absl::string_view reason, Change& change)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::StatusOr<std::vector<ServerBookmark>> WithEnds(std::span<const Bookmark> server,
                                                       std::span<const Bookmark> doubtful)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status FindHoles(std::span<const ServerBookmark> server, Change& change)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<std::uint64_t> HoleEnd(absl::string_view source, const FilePosition& from,
                                        const FilePosition& own)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status TakeOverPositions(std::span<ServerBookmark> server)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void NoteServerFiles(std::span<const ServerBookmark> server)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool MayBeCovered(const NewBatch& batch) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status NumberSome() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status NumberOne(BatchRow row, std::vector<ServerBookmark>& server, Change& change)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<std::vector<RowRange>> CoveredBy(std::span<const ServerBookmark> server,
                                                  const BatchRow& row, const Envelope& envelope)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static void NameReplaced(BatchRow& row, const Change& change);

  absl::StatusOr<std::vector<Envelope>> ReadNumbered(Sequence first, std::size_t bytes_max,
                                                     BatchId& damaged)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(read_mutex_);

  const BufferOptions options_;
  const Clock& clock_;

  mutable Mutex mutex_;
  std::unique_ptr<Database> database_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t bytes_max_ ABSL_GUARDED_BY(mutex_) = 0;
  std::uint64_t loss_nonce_ ABSL_GUARDED_BY(mutex_) = 0;  // of envelopes without rows
  BufferMeta meta_ ABSL_GUARDED_BY(mutex_);
  std::vector<EpochPosition> ack_log_ ABSL_GUARDED_BY(mutex_);  // the last one is current
  std::vector<EpochPosition> heard_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> server_files_ ABSL_GUARDED_BY(mutex_);  // may cover what comes
  std::vector<FileHole> holes_ ABSL_GUARDED_BY(mutex_);
  Backlog backlog_ ABSL_GUARDED_BY(mutex_);
  bool ack_waits_ ABSL_GUARDED_BY(mutex_) = false;  // meta_.acked is ahead of the disk
  absl::Duration ack_written_ ABSL_GUARDED_BY(mutex_) = absl::ZeroDuration();
  TailNote note_ ABSL_GUARDED_BY(mutex_);

  Mutex read_mutex_ ABSL_ACQUIRED_AFTER(mutex_);
  std::unique_ptr<Database> reader_ ABSL_GUARDED_BY(read_mutex_);
  Sequence in_flight_ ABSL_GUARDED_BY(read_mutex_) = 0;
};

}  // namespace dims
