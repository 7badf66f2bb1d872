// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/inputs/file_system.h"
#include "agent/inputs/input_chunk.h"
#include "agent/inputs/position_hash.h"
#include "agent/inputs/record_rule.h"
#include "common/delivery/bookmark.h"

namespace dims {

// "file:<file system id>:<inode>", the source key of a file.
std::string FileSourceKey(const FileId& id);

// The file of such a key; false when `key` is none.
bool ParseFileSourceKey(absl::string_view key, FileId& id);

// What FileTail met on its way.
struct FileTailCounts {
  std::uint64_t lines = 0;
  std::uint64_t lines_cut = 0;
  std::uint64_t hole_bytes = 0;  // NUL bytes skipped where a writer left a hole
};

// One file being read: turns what was appended since its position into chunks of whole lines.
//
// Guarantees: the position moves only with whole lines, so an unfinished line is never handed out
// in two parts; before each read the bytes before the position are checked against the position's
// hash, so a file that was truncated, refilled or replaced is noticed even when it has grown again.
// Holds no text between calls: an unfinished line is read again when the file has changed, one
// longer than kLineBytesMax is only searched for its end.
// Thread: one. Owns the open file, which may be taken away (Close) and given back at any time.
class FileTail {
 public:
  enum class Outcome : std::uint8_t {
    kLines,     // `chunk` is filled; there may be more
    kMore,      // nothing yet, but not at the end either: call again
    kEnd,       // nothing but perhaps an unfinished line
    kReplaced,  // what lies before the position is not what was read there
  };

  FileTail(FileId id, std::uint32_t input, FilePosition position)
      : id_(id), input_(input), position_(std::move(position)) {}

  // Lines that belong together are handed out as one, with their newlines: null for none. A record
  // is whole when the next one has begun, at kRecordLinesMax lines or kChunkBytes, or as
  // TakeRecord says. `records` must outlive this.
  void SetRecords(const RecordRule* records) { records_ = records; }

  // Reads on from the position. REQUIRES: is_open(). The caller sets received and origins.
  absl::StatusOr<Outcome> Read(InputChunk& chunk);

  // Hands out the unfinished line as a record, for a file nobody will continue. kEnd when there is
  // none. REQUIRES: is_open().
  absl::StatusOr<Outcome> TakeUnfinished(InputChunk& chunk);

  // Hands out the whole lines of the record that the last Read left. kEnd when there are none.
  // REQUIRES: is_open().
  absl::StatusOr<Outcome> TakeRecord(InputChunk& chunk);

  // True when the last Read left whole lines, as the record may go on.
  bool has_open_record() const { return record_end_ > position_.offset; }

  // True when the bytes before `position` are what its hash says.
  static absl::StatusOr<bool> Verifies(const OpenFile& file, const FilePosition& position);

  // Moves to the start of the file as another generation.
  void StartOver();

  // Moves to `offset` without reading what lies before.
  absl::Status SkipTo(std::uint64_t offset);

  // The offset after the last newline at or before the end; an unfinished line counts as new.
  absl::StatusOr<std::uint64_t> EndOfLastLine() const;

  void Open(std::unique_ptr<OpenFile> file) { file_ = std::move(file); }

  void Close() { file_.reset(); }

  bool is_open() const { return file_ != nullptr; }

  const OpenFile& file() const { return *file_; }

  // True when the file differs from what the last Read that returned kEnd saw.
  bool Changed(const FileStatus& status) const {
    return status.size != seen_size_ || status.modified_ns != seen_modified_ns_;
  }

  // What the next Read will compare with; the text ends at `end`.
  void Saw(const FileStatus& status, std::uint64_t end) {
    seen_size_ = status.size;
    seen_modified_ns_ = status.modified_ns;
    seen_end_ = end;
  }

  // False before the end was first seen in this life.
  bool seen() const { return seen_modified_ns_ != 0; }

  // Bytes after the last newline when the end was last seen.
  std::uint64_t unfinished_bytes() const {
    return seen_end_ > position_.offset ? seen_end_ - position_.offset : 0;
  }

  void MovedTo(std::string path) { position_.path = std::move(path); }

  const FileId& id() const { return id_; }

  std::uint32_t input() const { return input_; }

  const FilePosition& position() const { return position_; }

  const FileTailCounts& counts() const { return counts_; }

  Bookmark bookmark(bool closed = false) const;

 private:
  absl::StatusOr<Outcome> ReadLongLine(InputChunk& chunk);
  absl::Status EmitLongLine(std::uint64_t end, std::uint64_t next, InputChunk& chunk);
  enum class Hole : std::uint8_t { kNone, kSkipped, kAtEnd };
  absl::StatusOr<Hole> SkipHole(absl::string_view body);
  absl::StatusOr<Hole> LeaveHole(std::uint64_t offset);
  absl::Status MoveTo(std::uint64_t offset);

  const FileId id_;
  const std::uint32_t input_;
  FilePosition position_;
  const RecordRule* records_ = nullptr;
  std::unique_ptr<OpenFile> file_;
  std::uint64_t seen_size_ = 0;
  std::int64_t seen_modified_ns_ = 0;
  std::uint64_t seen_end_ = 0;     // of the text
  std::uint64_t searched_to_ = 0;  // [offset, here) holds no newline
  std::uint64_t hole_to_ = 0;      // [offset, here) holds only NUL bytes
  std::uint64_t record_end_ = 0;   // [offset, here) are whole lines of a record that may go on
  FileTailCounts counts_;
};

}  // namespace dims
