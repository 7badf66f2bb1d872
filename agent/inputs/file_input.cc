// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/file_input.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agent/inputs/gzip_file.h"
#include "agent/inputs/rotation_name.h"

namespace dims {

FileInput::FileInput(std::vector<FileInputOptions> inputs, const std::vector<Bookmark>& resume,
                     const FileSystem& files, ChunkSink& sink, const Clock& clock,
                     const FileInputLimits& limits)
    : inputs_(std::move(inputs)), files_(files), sink_(sink), clock_(clock), limits_(limits) {
  for (const FileInputOptions& input : inputs_) {
    for (const std::string& pattern : input.paths) {
      const std::string directory = SplitPath(pattern).first;
      if (directory.find_first_of("*?[") == std::string::npos) directories_.insert(directory);
    }
  }
  for (const Bookmark& bookmark : resume) {
    FileId id;
    const auto* position = std::get_if<FilePosition>(&bookmark.position);
    if (position != nullptr && ParseFileSourceKey(bookmark.source, id)) {
      if (bookmark.closed) {
        former_generations_[id] = position->generation;
      } else {
        resume_[id] = *position;
      }
    } else if (absl::StartsWith(bookmark.source, kPatternKey)) {
      const auto* cursor = std::get_if<CursorPosition>(&bookmark.position);
      std::int64_t& newest_ns = history_[bookmark.source.substr(kPatternKey.size())];
      if (cursor == nullptr || !absl::SimpleAtoi(cursor->cursor, &newest_ns)) newest_ns = 0;
    }
  }
}

FileInput::Progress FileInput::Poll() {
  if (!sink_.HasRoom(LossClass::kCanWait)) return Progress::kNoRoom;
  const absl::Duration now = clock_.Monotonic();
  if (now >= next_scan_ && !Scan(now)) return closed_ ? Progress::kClosed : Progress::kNoRoom;
  if (!holes_.empty()) return ReadHoles();
  return ReadTurn(now);
}

// Every file that has something to read gets a turn; then quiet rotated ones are settled.
FileInput::Progress FileInput::ReadTurn(absl::Duration now) {
  for (const FileId& id : open_) {
    Watched& watched = watched_.at(id);
    const auto status = watched.tail.file().Stat();
    if (!status.ok()) continue;
    watched.deleted = status->deleted;
    const bool changed = watched.tail.Changed(*status);
    if (changed) watched.quiet_since = now;
    const bool archive = IsGzipName(watched.tail.position().path);
    const bool quiet =
        (!watched.at_path || archive) && now - watched.quiet_since >= limits_.rotated_quiet;
    const bool unsettled = watched.deleted || archive || watched.tail.unfinished_bytes() > 0;
    const bool record =
        watched.tail.has_open_record() && now - watched.quiet_since >= limits_.record_quiet;
    if (changed || record || (quiet && unsettled)) due_.insert(id);
  }
  Progress progress = Progress::kIdle;
  for (std::size_t left = due_.size(); left > 0 && !due_.empty(); --left) {
    auto next = due_.upper_bound(last_turn_);
    if (next == due_.end()) next = due_.begin();
    const FileId id = *next;
    switch (ReadFile(id, now)) {
      case Progress::kIdle:
        due_.erase(id);
        break;
      case Progress::kMore:
        progress = Progress::kMore;
        break;
      case Progress::kNoRoom:
        return Progress::kNoRoom;
      case Progress::kClosed:
        closed_ = true;
        return Progress::kClosed;
    }
    last_turn_ = id;
  }
  return progress;
}

FileInput::Progress FileInput::ReadFile(const FileId& id, absl::Duration now) {
  const auto found = watched_.find(id);
  if (found == watched_.end()) return Progress::kIdle;
  if (IsGzipName(found->second.tail.position().path)) {
    if (archive_turn_.value_or(id) != id && watched_.contains(*archive_turn_) &&
        due_.contains(*archive_turn_)) {
      return Progress::kMore;
    }
    if (IsFinishedArchive(found->second)) return Progress::kIdle;
    archive_turn_ = id;
  }
  if (!OpenTail(found->second)) return Progress::kIdle;
  Watched& watched = found->second;
  const bool archive = IsGzipName(watched.tail.position().path);
  for (int n = 0; n < limits_.chunks_per_turn; ++n) {
    if (!sink_.HasRoom(LossClass::kCanWait)) return Progress::kNoRoom;
    InputChunk chunk;
    const auto outcome = watched.tail.Read(chunk);
    if (!outcome.ok()) {
      ++counts_.read_errors;
      unreadable_[watched.origin] = std::string(outcome.status().message());
      CloseTail(watched);
      return Progress::kIdle;
    }
    switch (*outcome) {
      case FileTail::Outcome::kLines:
        watched.quiet_since = now;
        if (!Push(watched, std::move(chunk))) return Progress::kClosed;
        break;
      case FileTail::Outcome::kMore:
        break;
      case FileTail::Outcome::kEnd:
        return archive ? EndArchive(watched, now) : Settle(watched, now);
      case FileTail::Outcome::kReplaced: {
        RotationDirectory around(files_);
        Replaced(found, around);
        PassOnLost(around);
        return closed_ ? Progress::kClosed : Progress::kMore;
      }
    }
  }
  return Progress::kMore;
}

// At the end of the file. One that nobody will continue gives its unfinished line as a record, and
// a deleted one is let go.
FileInput::Progress FileInput::Settle(Watched& watched, absl::Duration now) {
  if (watched.at_path) return SettleRecord(watched, now);
  if (now - watched.quiet_since < limits_.rotated_quiet) return Progress::kIdle;
  const auto status = watched.tail.file().Stat();
  if (!status.ok() || watched.tail.Changed(*status)) return Progress::kMore;
  if (watched.tail.unfinished_bytes() > 0) {
    InputChunk chunk;
    const auto outcome = watched.tail.TakeUnfinished(chunk);
    if (!outcome.ok()) return Progress::kMore;
    if (*outcome == FileTail::Outcome::kLines && !Push(watched, std::move(chunk))) {
      return Progress::kClosed;
    }
  }
  if (status->deleted) {
    RotationDirectory around(files_);
    PassOn(watched.tail, &watched.tail.file(), watched.origin, around);
    LetGo(watched_.find(watched.tail.id()));
  }
  return closed_ ? Progress::kClosed : Progress::kIdle;
}

// A record of several lines that did not go on for a while is whole.
FileInput::Progress FileInput::SettleRecord(Watched& watched, absl::Duration now) {
  if (!watched.tail.has_open_record() || now - watched.quiet_since < limits_.record_quiet) {
    return Progress::kIdle;
  }
  const auto status = watched.tail.file().Stat();
  if (!status.ok() || watched.tail.Changed(*status)) return Progress::kMore;
  InputChunk chunk;
  const auto outcome = watched.tail.TakeRecord(chunk);
  if (!outcome.ok() || *outcome != FileTail::Outcome::kLines) return Progress::kIdle;
  return Push(watched, std::move(chunk)) ? Progress::kIdle : Progress::kClosed;
}

// What lies before the position is other text than what was read: truncated, or another file under
// a reused inode.
void FileInput::Replaced(WatchedFiles::iterator found, RotationDirectory& around) {
  Watched& watched = found->second;
  const std::string& path = watched.tail.position().path;
  if (!watched.at_path || IsGzipName(path)) {
    // Not the one it was: that one may live on in an archive. This one may be new to us.
    const FileId id = found->first;
    Archive other{{watched.tail.input(), false, 0}, watched.origin, path};
    LoseTrackOf(watched);
    LetGo(found, false);
    if (LogNameOf(other.path) == LogNameOf(other.origin)) {
      archives_.try_emplace(id, std::move(other));
    }
    return;
  }
  ++counts_.truncations;
  const bool unfinished = watched.tail.unfinished_bytes() > 0;
  const bool found_again =
      AdoptCopy(watched, around) || PassOn(watched.tail, nullptr, watched.origin, around);
  if (!found_again && unfinished) {
    watched.losses.push_back(LossOf(watched, "truncated"));
  }
  watched.tail.StartOver();
  RememberSiblings(watched.origin, around);
  due_.insert(found->first);
}

Loss FileInput::LossOf(const Watched& watched, const std::string& reason) const {
  Loss loss;
  loss.source = FileSourceKey(watched.tail.id());
  loss.from_ns = loss.to_ns = absl::ToUnixNanos(clock_.Now());
  loss.count = 1;
  loss.reason = reason;
  return loss;
}

bool FileInput::OpenTail(Watched& watched) {
  if (watched.tail.is_open()) {
    open_.splice(open_.end(), open_, watched.open);
    return true;
  }
  const std::string& path = watched.tail.position().path;
  auto file = OpenText(files_, path);
  if (!file.ok()) {
    if (file.status().code() != absl::StatusCode::kNotFound) {
      unreadable_[watched.origin] = std::string(file.status().message());
    }
    return false;
  }
  const auto status = (*file)->Stat();
  if (!status.ok() || status->id != watched.tail.id() || !status->regular) {
    ScanSoon();  // renamed between the look and the opening
    return false;
  }
  unreadable_.erase(watched.origin);
  while (open_.size() >= limits_.open_files_max) {
    const auto idle = std::find_if(open_.begin(), open_.end(),
                                   [&](const FileId& id) { return !watched_.at(id).deleted; });
    CloseTail(watched_.at(idle != open_.end() ? *idle : open_.front()));
  }
  watched.tail.Open(*std::move(file));
  watched.open = open_.insert(open_.end(), watched.tail.id());
  return true;
}

void FileInput::CloseTail(Watched& watched) {
  if (!watched.tail.is_open()) return;
  watched.tail.Close();
  open_.erase(watched.open);
}

// The file is gone for good: its source is closed, or will be when what was lost is passed on, so
// that no crash in between finds neither bookmark.
void FileInput::LetGo(WatchedFiles::iterator found, bool close) {
  Watched& watched = found->second;
  if (close && !PushBookmark(watched.tail.input(), watched.tail.bookmark(true))) closed_ = true;
  CountOf(watched.tail);
  unreadable_.erase(watched.tail.position().path);
  NoteFormer(found->first, watched.tail.position().generation);
  CloseTail(watched);
  const auto bound = bound_.find(watched.origin);
  if (bound != bound_.end() && bound->second.id == found->first) {
    old_siblings_.erase(watched.origin);
    unreadable_.erase(watched.origin);
    bound_.erase(bound);
  }
  due_.erase(found->first);
  watched_.erase(found);
}

void FileInput::NoteFormer(const FileId& id, std::uint64_t generation) {
  if (former_generations_.size() >= limits_.watched_files_max) former_generations_.clear();
  std::uint64_t& former = former_generations_[id];
  former = std::max(former, generation);
}

bool FileInput::Push(Watched& watched, InputChunk chunk) {
  chunk.input = watched.tail.input();
  chunk.loss_class = LossClass::kCanWait;
  chunk.received = clock_.Now();
  chunk.origins = {watched.origin};
  chunk.losses = std::exchange(watched.losses, {});
  return sink_.Push(std::move(chunk));
}

bool FileInput::PushBookmark(std::uint32_t input, Bookmark bookmark) {
  InputChunk chunk;
  chunk.input = input;
  chunk.received = clock_.Now();
  chunk.bookmark = std::move(bookmark);
  return sink_.Push(std::move(chunk));
}

void FileInput::CountOf(const FileTail& tail) {
  counts_.lines += tail.counts().lines;
  counts_.lines_cut += tail.counts().lines_cut;
  counts_.hole_bytes += tail.counts().hole_bytes;
}

FileInputCounts FileInput::counts() const {
  FileInputCounts out = counts_;
  for (const auto& [id, watched] : watched_) {
    out.lines += watched.tail.counts().lines;
    out.lines_cut += watched.tail.counts().lines_cut;
    out.hole_bytes += watched.tail.counts().hole_bytes;
  }
  return out;
}

}  // namespace dims
