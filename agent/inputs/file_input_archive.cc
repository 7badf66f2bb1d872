// SPDX-License-Identifier: Apache-2.0
// FileInput's gzip archives: which lines of a log that was rotated and compressed are still to be
// read in them.
#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/inputs/file_input.h"
#include "agent/inputs/gzip_file.h"
#include "agent/inputs/rotation_name.h"

namespace dims {
namespace {

// Compared to tell whether an archive holds the text of a file that is there.
constexpr std::size_t kHeadBytes = 16u << 10;

// gzip keeps the time of the file, some file systems and tools only its whole seconds.
constexpr std::int64_t kTimeSlackNs = 2'000'000'000;

std::string HeadOf(const OpenFile& file) {
  std::string head(kHeadBytes, '\0');
  const auto got = file.ReadAt(0, head);
  head.resize(got.value_or(0));
  return head;
}

bool EndsAt(const FileSystem& files, const std::string& archive, std::uint64_t offset) {
  return offset > 0 && GzipTextSize(files, archive) == static_cast<std::uint32_t>(offset);
}

// True when the text of `archive` up to `position` is what was read of `original`, which may be
// gone. Of a file that is there, read to its end, size and first bytes tell; else all is unpacked.
bool Continues(const FileSystem& files, const std::string& archive, const FilePosition& position,
               const OpenFile* original) {
  const auto text = OpenText(files, archive);
  if (!text.ok()) return false;
  if (original != nullptr && EndsAt(files, archive, position.offset)) {
    const std::string head = HeadOf(*original);
    if (!head.empty() && head == HeadOf(**text)) return true;
  }
  return FileTail::Verifies(**text, position).value_or(false);
}

// True when the shorter of the two first parts is how the other one begins.
bool BeginsLike(const OpenFile& one, const OpenFile& other) {
  const std::string a = HeadOf(one);
  const std::string b = HeadOf(other);
  return !a.empty() && !b.empty() && (absl::StartsWith(a, b) || absl::StartsWith(b, a));
}

}  // namespace

// An archive was met that no bookmark names: what it holds is found out at the end of the scan.
void FileInput::MeetArchive(const Look& look, const std::string& origin, const std::string& path,
                            const FileStatus& status) {
  if (archives_.size() >= limits_.watched_files_max) return;
  const auto [met, fresh] = archives_.try_emplace(status.id);
  if (!fresh) return;
  met->second = {look, origin, path, status.modified_ns};
}

// After a look around: archives that hold lines nobody has read are read, the oldest first.
void FileInput::PlaceArchives(RotationDirectory& around) {
  std::vector<std::pair<std::int64_t, FileId>> oldest_first;
  for (const auto& [id, archive] : archives_) oldest_first.emplace_back(archive.modified_ns, id);
  std::sort(oldest_first.begin(), oldest_first.end());
  for (const auto& [modified_ns, id] : oldest_first) {
    const auto found = archives_.find(id);
    if (found == archives_.end()) continue;
    Archive archive = found->second;
    if (PlaceArchive(id, archive, around)) {
      archives_.erase(id);
    } else if (const auto left = archives_.find(id); left != archives_.end()) {
      left->second.path = archive.path;
    }
  }
}

// What was read of files that are not open, in this life or an earlier one, must be where it is
// said to be, before it is known what is not: another file may have the inode of one that was
// compressed.
void FileInput::VerifyUnopened(RotationDirectory& around) {
  std::vector<FileId> resumed;
  for (const auto& [id, watched] : watched_) {
    if (watched.tail.is_open() || watched.tail.position().offset == 0) continue;
    if (!watched.tail.seen() || due_.contains(id)) resumed.push_back(id);
  }
  for (const FileId& id : resumed) {
    const auto found = watched_.find(id);
    if (found == watched_.end()) continue;
    FileTail& tail = found->second.tail;
    if (IsGzipName(tail.position().path) && IsFinishedArchive(found->second)) continue;
    if (!OpenTail(found->second)) continue;
    const auto verified = FileTail::Verifies(tail.file(), tail.position());
    if (verified.ok() && !*verified) Replaced(found, around);
  }
}

void FileInput::LoseTrackOf(const Watched& watched) {
  const FileTail& tail = watched.tail;
  lost_.push_back({FileTail(tail.id(), tail.input(), tail.position()), watched.origin});
}

// Seeks what was lost in archives. A source that no file has any more is closed.
void FileInput::PassOnLost(RotationDirectory& around) {
  for (const Lost& lost : std::exchange(lost_, {})) {
    PassOn(lost.tail, nullptr, lost.origin, around);
    if (watched_.contains(lost.tail.id())) continue;
    if (!PushBookmark(lost.tail.input(), lost.tail.bookmark(true))) closed_ = true;
    NoteFormer(lost.tail.id(), lost.tail.position().generation);
  }
}

// True when nothing more is to be found out about it.
bool FileInput::PlaceArchive(const FileId& id, Archive& archive, RotationDirectory& around) {
  if (watched_.contains(id)) return true;
  if (const auto status = files_.Stat(archive.path); !status.ok() || status->id != id) {
    const auto path = around.Find(id, SplitPath(archive.path).first);
    if (!path) return true;
    archive.path = *path;
  }
  if (MustWait(id, archive, around)) return false;
  FilePosition start;
  start.path = archive.path;
  Watched* const added = Add(id, archive.look.input, archive.origin, std::move(start));
  if (added == nullptr) return true;
  added->at_path = false;
  if (!PushBookmark(archive.look.input, added->tail.bookmark())) closed_ = true;
  return true;
}

// True while the archive's lines may be read from a file that is there still, or were.
bool FileInput::MustWait(const FileId& id, const Archive& archive, RotationDirectory& around) {
  const auto text = OpenText(files_, archive.path);
  if (!text.ok()) return true;
  // Deleted, but open: read to its end there, then passed on.
  for (const FileId& open : open_) {
    const Watched& watched = watched_.at(open);
    const auto status = watched.tail.file().Stat();
    if (!status.ok() || !status->deleted || IsGzipName(watched.tail.position().path)) continue;
    if (BeginsLike(**text, watched.tail.file())) return true;
  }
  // A copy of the log as it is: read there until the log is truncated.
  const auto status = (*text)->Stat();
  const auto copy = copies_.find(id);
  if (copy != copies_.end() && status.ok() && copy->second == status->size) return true;
  const auto [directory, name] = SplitPath(archive.path);
  const std::string log = absl::StrCat(directory, "/", RotationStem(WithoutGzip(name)));
  const auto bound = bound_.find(log);
  if (bound == bound_.end()) return false;
  const auto original = watched_.find(bound->second.id);
  if (original == watched_.end() || !OpenTail(original->second)) return false;
  const FileTail& tail = original->second.tail;
  const auto verified = FileTail::Verifies(tail.file(), tail.position());
  if (verified.ok() && !*verified) Replaced(original, around);  // may take the archive as its copy
  if (watched_.contains(id)) return true;
  if (!original->second.tail.is_open()) return false;
  const OpenFile& live = original->second.tail.file();
  const auto live_status = live.Stat();
  std::uint64_t size = status.ok() ? status->size : 0;
  if (IsGzipName(archive.path)) size = GzipTextSize(files_, archive.path).value_or(0);
  const bool longer = live_status.ok() && live_status->size >= size;
  if (!longer || !BeginsLike(**text, live)) return false;
  if (status.ok()) copies_[id] = status->size;
  return true;
}

// True when the archive holds a file that lay beside `path` and was not to be read: it is gone, and
// the archive's text is as long as it was.
bool FileInput::IsOldInArchive(const std::string& log, const std::string& path,
                               const std::vector<RotationDirectory::Sibling>& siblings) const {
  const auto known = old_siblings_.find(log);
  if (known == old_siblings_.end()) return false;
  const auto size = GzipTextSize(files_, path);
  for (const auto& [old, old_size] : known->second) {
    if (!size || static_cast<std::uint32_t>(old_size) != *size) continue;
    const auto there =
        std::find_if(siblings.begin(), siblings.end(),
                     [&id = old](const auto& sibling) { return sibling.status.id == id; });
    if (there == siblings.end()) return true;
  }
  return false;
}

// What `gone` read is under its name no more; `file` is it, if it is open still. If it lives on in
// an archive, its bookmark goes over to that, and what was not read of it is read there: true.
bool FileInput::PassOn(const FileTail& gone, const OpenFile* file, const std::string& origin,
                       RotationDirectory& around) {
  const FilePosition& position = gone.position();
  if (position.offset == 0) return false;
  std::int64_t since_ns = HistoryOf(gone.input());
  if (file != nullptr) {
    if (const auto status = file->Stat(); status.ok()) {
      since_ns = std::max(since_ns, status->modified_ns);
    }
  }
  for (const std::string& path : {position.path, origin}) {
    for (const auto& archive : around.ArchivesOf(path)) {
      const FileId& id = archive.status.id;
      if (watched_.contains(id) || resume_.contains(id)) continue;
      if (archive.status.modified_ns < since_ns - kTimeSlackNs) continue;
      if (!Continues(files_, archive.path, position, file)) continue;
      FilePosition start;
      start.path = archive.path;
      start.offset = position.offset;
      start.hash = position.hash;
      Watched* const added = Add(id, gone.input(), origin, std::move(start));
      if (added == nullptr) return false;
      added->at_path = false;
      archives_.erase(id);
      if (!PushBookmark(gone.input(), added->tail.bookmark())) closed_ = true;
      return true;
    }
  }
  return false;
}

// Files older than this were there before any pattern of the input was looked at.
std::int64_t FileInput::HistoryOf(std::uint32_t input) const {
  std::int64_t oldest_ns = std::numeric_limits<std::int64_t>::max();
  for (const std::string& pattern : inputs_[input].paths) {
    const auto history = history_.find(pattern);
    oldest_ns = std::min(oldest_ns, history == history_.end() ? 0 : history->second);
  }
  return oldest_ns;
}

// The path that was matched for the log whose archive `path` is; the log beside it if none was.
std::string FileInput::OriginOf(const std::string& path) const {
  const auto [directory, name] = SplitPath(path);
  const std::string beside = absl::StrCat(directory, "/", RotationStem(WithoutGzip(name)));
  if (InputOf(beside)) return beside;
  const std::string above = SplitPath(directory).first;
  for (const auto& [matched, bound] : bound_) {
    const auto [place, base] = SplitPath(matched);
    if ((place == above || SplitPath(place).first == above || place == directory) &&
        IsArchiveOf(WithoutGzip(name), base)) {
      return matched;
    }
  }
  return beside;
}

// At the end of an archive's text. A whole one is not looked at again; one that is cut or damaged
// may be written still, and counts as it is once it was quiet.
FileInput::Progress FileInput::EndArchive(Watched& watched, absl::Duration now) {
  const absl::Status ending = watched.tail.file().Ending();
  if (!ending.ok() && now - watched.quiet_since < limits_.rotated_quiet) return Progress::kIdle;
  if (watched.tail.unfinished_bytes() > 0) {
    InputChunk chunk;
    const auto outcome = watched.tail.TakeUnfinished(chunk);
    if (outcome.ok() && *outcome == FileTail::Outcome::kLines && !Push(watched, std::move(chunk))) {
      return Progress::kClosed;
    }
  }
  if (!ending.ok()) {
    unreadable_[watched.tail.position().path] = std::string(ending.message());
    if (watched.tail.counts().lines > 0) {
      InputChunk chunk;
      chunk.bookmark = watched.tail.bookmark();
      watched.losses.push_back(LossOf(watched, "archive_damaged"));
      if (!Push(watched, std::move(chunk))) return Progress::kClosed;
    }
  }
  CloseTail(watched);
  return Progress::kIdle;
}

// True when `watched` is an archive of which a bookmark says that it was read to its end.
bool FileInput::IsFinishedArchive(Watched& watched) const {
  const FilePosition& position = watched.tail.position();
  if (watched.tail.seen() || watched.tail.is_open() ||
      !EndsAt(files_, position.path, position.offset)) {
    return false;
  }
  const auto status = files_.Stat(position.path);
  if (!status.ok() || status->id != watched.tail.id()) return false;
  watched.tail.Saw(*status, position.offset);
  return true;
}

}  // namespace dims
