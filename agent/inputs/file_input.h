// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "agent/inputs/file_input_options.h"
#include "agent/inputs/file_system.h"
#include "agent/inputs/file_tail.h"
#include "agent/inputs/input_chunk.h"
#include "agent/inputs/rotation_directory.h"
#include "common/base/clock.h"
#include "common/delivery/file_hole.h"

namespace dims {

// A pattern is itself a source, "files:/var/log/*.log": its cursor says that it was looked at.
inline constexpr absl::string_view kPatternKey = "files:";

// All file inputs of an agent: which files there are, how far each was read, in which order they
// are read. A state machine: Poll does what can be done now and never waits (but for the sink).
//
// Guarantees: every complete line that stays readable until the next Poll is handed over exactly
// once, in order within its file, across renames (any number between two polls), deletion and
// re-creation, reused inodes, truncation, and while the agent was stopped, as long as the bookmarks
// given to `resume` are those that were committed. Truncation by copying ("copytruncate") reads on
// in the copy, compression of a file that is gone (gzip) in the archive.
//
// Limits: FileInputLimits; memory is about 400 bytes a watched file and one chunk.
// Thread: one. The file system, sink and clock must outlive it. Files are only ever read.
class FileInput {
 public:
  enum class Progress : std::uint8_t {
    kIdle,    // everything read: wait for a change or a quarter of a second
    kMore,    // call again at once
    kNoRoom,  // the sink is full: call again when it has room
    kClosed,  // the sink is closed
  };

  // `resume` holds the bookmarks of all sources known so far; those of other kinds are ignored.
  FileInput(std::vector<FileInputOptions> inputs, const std::vector<Bookmark>& resume,
            const FileSystem& files, ChunkSink& sink, const Clock& clock,
            const FileInputLimits& limits = {});

  Progress Poll();

  // Reads these lines again, instead of what was asked before, ahead of everything else; each hole
  // ends with a chunk that says so, also when its file is gone, not the same, or not configured.
  // `server`: bookmarks that may name files unknown here, which count as if given to `resume`.
  void ReadAgain(std::vector<FileHole> holes, const std::vector<Bookmark>& server = {});

  // Something changed in a directory: the next Poll looks for new and renamed files, if the last
  // look is not too near for what it cost.
  void ScanSoon() { next_scan_ = earliest_scan_; }

  // Where files were matched, and where symbolic links led: a change of one shows there. Those of
  // patterns with wildcards in their directory as far as they were found.
  const std::set<std::string>& directories() const { return directories_; }

  FileInputCounts counts() const;

  std::size_t watched_files() const { return watched_.size(); }

  std::size_t open_files() const { return open_.size(); }

  // Paths that cannot be read and patterns that match no file, each with the reason.
  const std::map<std::string, std::string>& unreadable() const { return unreadable_; }

 private:
  struct Watched {
    explicit Watched(FileTail file_tail) : tail(std::move(file_tail)) {}

    FileTail tail;
    std::string origin;         // the path it was matched under
    std::uint64_t matched = 0;  // number of the last scan that found it there
    bool at_path = true;        // false: renamed or deleted, or a copy
    bool deleted = false;
    absl::Duration quiet_since = absl::ZeroDuration();
    std::vector<Loss> losses;
    std::list<FileId>::iterator open;  // valid while tail.is_open()
  };

  using WatchedFiles = std::map<FileId, Watched>;

  using Look = FileLook;
  using Archive = FoundArchive;

  struct Lost {  // what was read of a file that is not where it was
    FileTail tail;
    std::string origin;
  };

  struct Bound {  // what a matched path named last
    FileId id;
    Look look;
    std::uint64_t scan = 0;
  };

  // Which files there are (file_input_scan.cc).
  bool Scan(absl::Duration now);
  void ScanPattern(std::uint32_t input, const std::string& pattern, RotationDirectory& around);
  void NoteHistory(const std::string& pattern, const std::vector<std::string>& paths,
                   RotationDirectory& around);
  void Visit(const Look& look, const std::string& path, const FileStatus& status,
             RotationDirectory& around);
  void VisitArchive(const Look& look, const std::string& path, const FileStatus& status);
  void Watch(const Look& look, const std::string& path, const FileStatus& status);
  Watched* Add(const FileId& id, std::uint32_t input, const std::string& origin,
               FilePosition position);
  void NoteRotation(const Look& look, const std::string& path, RotationDirectory& around);
  bool IsCopyInProgress(const std::string& path, const FileStatus& status,
                        RotationDirectory& around);
  bool AdoptCopy(const Watched& truncated, RotationDirectory& around);
  void RememberSiblings(const std::string& path, RotationDirectory& around);
  void CheckUnmatched(absl::Duration now, RotationDirectory& around);
  void SeekMovedFiles(RotationDirectory& around);
  std::optional<std::uint32_t> InputOf(const std::string& path) const;
  bool IsExcluded(std::uint32_t input, const std::string& path) const;
  // Archives (file_input_archive.cc).
  void MeetArchive(const Look& look, const std::string& origin, const std::string& path,
                   const FileStatus& status);
  void PlaceArchives(RotationDirectory& around);
  bool PlaceArchive(const FileId& id, Archive& archive, RotationDirectory& around);
  bool MustWait(const FileId& id, const Archive& archive, RotationDirectory& around);
  bool IsOldInArchive(const std::string& log, const std::string& path,
                      const std::vector<RotationDirectory::Sibling>& siblings) const;
  bool PassOn(const FileTail& gone, const OpenFile* file, const std::string& origin,
              RotationDirectory& around);
  void LoseTrackOf(const Watched& watched);
  void PassOnLost(RotationDirectory& around);
  void VerifyUnopened(RotationDirectory& around);
  std::int64_t HistoryOf(std::uint32_t input) const;
  std::string OriginOf(const std::string& path) const;
  Progress EndArchive(Watched& watched, absl::Duration now);
  bool IsFinishedArchive(Watched& watched) const;
  // file_input_again.cc
  Progress ReadHoles();
  bool OpenHole(const FileHole& hole);
  Progress ReadHole(const FileHole& hole);
  bool PushAgain(const FileHole& hole, InputChunk chunk, std::uint64_t from);
  Progress EndHole();
  // What is in them (file_input.cc).
  Progress ReadTurn(absl::Duration now);
  Progress ReadFile(const FileId& id, absl::Duration now);
  Progress Settle(Watched& watched, absl::Duration now);
  Progress SettleRecord(Watched& watched, absl::Duration now);
  void Replaced(WatchedFiles::iterator watched, RotationDirectory& around);
  bool OpenTail(Watched& watched);
  void CloseTail(Watched& watched);
  void LetGo(WatchedFiles::iterator watched, bool close = true);
  bool Push(Watched& watched, InputChunk chunk);
  bool PushBookmark(std::uint32_t input, Bookmark bookmark);
  Loss LossOf(const Watched& watched, const std::string& reason) const;
  void NoteFormer(const FileId& id, std::uint64_t generation);
  void CountOf(const FileTail& tail);

  const std::vector<FileInputOptions> inputs_;
  const FileSystem& files_;
  ChunkSink& sink_;
  const Clock& clock_;
  const FileInputLimits limits_;

  std::map<FileId, FilePosition> resume_;        // not yet found again
  std::map<std::string, std::int64_t> history_;  // by pattern looked at, in whichever life
  WatchedFiles watched_;
  std::map<std::string, Bound> bound_;  // by matched path
  // Beside a path, never to be read, with their sizes.
  std::map<std::string, std::map<FileId, std::uint64_t>> old_siblings_;
  std::map<FileId, Archive> archives_;      // met, not placed yet
  std::vector<Lost> lost_;                  // to be sought in archives
  std::optional<FileId> archive_turn_;      // one is unpacked at a time
  std::map<FileId, std::uint64_t> copies_;  // of watched files until truncated; size compared
  std::set<std::string> directories_;
  std::set<std::string> link_directories_;  // where matched symbolic links point to
  std::set<FileId> due_;                    // have something to read
  FileId last_turn_;        // of due_, so that turns go round when the sink is often full
  std::list<FileId> open_;  // least recently read first
  // Of files that are gone: another file under the same inode is another generation.
  std::map<FileId, std::uint64_t> former_generations_;
  std::list<FileHole> holes_;  // the first is being read
  std::optional<FileTail> hole_tail_;
  std::string hole_origin_;
  std::uint64_t scans_ = 0;
  absl::Duration next_scan_ = absl::ZeroDuration();
  absl::Duration earliest_scan_ = absl::ZeroDuration();
  bool closed_ = false;
  std::map<std::string, std::string> unreadable_;
  FileInputCounts counts_;  // of files let go; live ones are added by counts()
};

}  // namespace dims
