// SPDX-License-Identifier: Apache-2.0
// FileInput's look around: which files there are, what became of those that moved.
#include <fnmatch.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/inputs/file_input.h"
#include "agent/inputs/gzip_file.h"
#include "agent/inputs/rotation_name.h"

namespace dims {
namespace {

// Compared at either end to tell a copy of a log from another log.
constexpr std::uint64_t kComparedBytes = 4096;

// A scan may take this share of the time until the next one.
constexpr int kScanShare = 20;

// True when the shorter of two files is, as far as its first and last bytes tell, the beginning of
// the other one.
bool IsPrefix(const FileSystem& files, const std::string& path, const std::string& log) {
  const auto copy = files.Open(path);
  const auto original = files.Open(log);
  if (!copy.ok() || !original.ok()) return false;
  const auto copy_status = (*copy)->Stat();
  const auto original_status = (*original)->Stat();
  if (!copy_status.ok() || !original_status.ok()) return false;
  const std::uint64_t size = std::min(copy_status->size, original_status->size);
  if (size == 0) return false;
  std::string ours(std::min<std::uint64_t>(size, kComparedBytes), '\0');
  std::string theirs(ours.size(), '\0');
  for (const std::uint64_t offset : {std::uint64_t{0}, size - ours.size()}) {
    const auto got = (*copy)->ReadAt(offset, ours);
    const auto got_theirs = (*original)->ReadAt(offset, theirs);
    if (!got.ok() || !got_theirs.ok() || *got != *got_theirs || ours != theirs) return false;
  }
  return true;
}

// True when the file is one of `old`; another one may have its inode by now.
bool IsOld(const std::map<FileId, std::uint64_t>& old, const FileStatus& status) {
  const auto known = old.find(status.id);
  return known != old.end() && known->second == status.size;
}

}  // namespace

// False when the sink is closed.
bool FileInput::Scan(absl::Duration now) {
  if (!sink_.HasRoom(LossClass::kCanWait)) return false;
  ++scans_;
  RotationDirectory around(files_);
  for (std::uint32_t input = 0; input < inputs_.size(); ++input) {
    for (const std::string& pattern : inputs_[input].paths) {
      ScanPattern(input, pattern, around);
      if (closed_) return false;
    }
  }
  if (!resume_.empty()) SeekMovedFiles(around);
  CheckUnmatched(now, around);
  if (!lost_.empty() || !archives_.empty()) {
    VerifyUnopened(around);
    PassOnLost(around);
    PlaceArchives(around);
  }
  earliest_scan_ = now + kScanShare * (clock_.Monotonic() - now);
  next_scan_ = std::max(now + limits_.scan_interval, earliest_scan_);
  return !closed_;
}

void FileInput::ScanPattern(std::uint32_t input, const std::string& pattern,
                            RotationDirectory& around) {
  const bool first_look = !history_.contains(pattern);
  const std::vector<std::string> paths = files_.Glob(pattern);
  if (first_look) NoteHistory(pattern, paths, around);
  const Look look{input, first_look, history_.at(pattern)};
  const bool literal = pattern.find_first_of("*?[") == std::string::npos;
  if (paths.empty() && literal && !first_look && !bound_.contains(pattern)) {
    NoteRotation(look, pattern, around);
  }
  const auto told = unreadable_.find(pattern);
  if (paths.empty()) {
    unreadable_[pattern] = kMatchesNoFile;
  } else if (told != unreadable_.end() && told->second == kMatchesNoFile) {
    unreadable_.erase(told);
  }
  for (const std::string& path : paths) {
    if (IsExcluded(input, path) || (IsCompressedName(path) && !IsGzipName(path))) continue;
    const auto status = files_.Stat(path);
    if (!status.ok()) {
      unreadable_[path] = std::string(status.status().message());
      continue;
    }
    if (!status->regular) continue;
    const bool known = watched_.contains(status->id) || resume_.contains(status->id);
    if (known || !IsGzipName(path)) {
      Visit(look, path, *status, around);
    } else if (inputs_[input].start != FileStart::kEnd || status->modified_ns > look.history_ns) {
      VisitArchive(look, path, *status);
    }
  }
  if (!first_look) return;
  Bookmark seen;
  seen.source = absl::StrCat(kPatternKey, pattern);
  seen.position = CursorPosition{absl::StrCat(look.history_ns)};
  if (!PushBookmark(input, std::move(seen))) closed_ = true;
}

// The first look at a pattern: whatever lies beside its files and is not matched is history. The
// newest time there, by the file system's own clock, will tell it from what comes later.
void FileInput::NoteHistory(const std::string& pattern, const std::vector<std::string>& paths,
                            RotationDirectory& around) {
  std::set<std::string> directories = {SplitPath(pattern).first};
  for (const std::string& path : paths) directories.insert(SplitPath(path).first);
  std::int64_t& newest_ns = history_[pattern];
  for (const std::string& directory : directories) {
    newest_ns = std::max(newest_ns, around.NewestIn(directory));
  }
}

// A matched archive that no bookmark names. While the file it is made of is there, that is read.
void FileInput::VisitArchive(const Look& look, const std::string& path, const FileStatus& status) {
  if (!files_.Stat(std::string(WithoutGzip(path))).ok()) MeetArchive(look, path, path, status);
}

// `path` was matched and names `status` now.
void FileInput::Visit(const Look& look, const std::string& path, const FileStatus& status,
                      RotationDirectory& around) {
  const auto bound = bound_.find(path);
  const bool fresh_name = bound == bound_.end();
  const bool other_file = !fresh_name && bound->second.id != status.id;
  if (!watched_.contains(status.id) && IsCopyInProgress(path, status, around)) return;
  const bool appeared = fresh_name && !look.first && !resume_.contains(status.id);
  if (other_file) ++counts_.rotations;
  if (other_file || appeared) NoteRotation(look, path, around);
  bound_[path] = {status.id, look, scans_};
  if (fresh_name || other_file) {
    // Beside a file that is read on from an earlier life may lie the copy made before a truncation.
    if (!resume_.contains(status.id)) RememberSiblings(path, around);
  }
  if (!watched_.contains(status.id)) Watch(look, path, status);
  const auto found = watched_.find(status.id);
  if (found == watched_.end()) return;
  Watched& watched = found->second;
  if (watched.matched == scans_) return;  // matched by another name or pattern already
  if (fresh_name || other_file || !watched.at_path) {
    watched.origin = path;
    const std::string real = files_.Resolve(path);
    directories_.insert(SplitPath(path).first);
    directories_.insert(SplitPath(real).first);
    if (real != path) link_directories_.insert(SplitPath(real).first);
    watched.tail.MovedTo(real);
  }
  watched.matched = scans_;
  watched.at_path = true;
  // A record that was left open: its file may have been closed since.
  const bool changed = watched.tail.Changed(status);
  if (changed) watched.quiet_since = clock_.Monotonic();
  if (changed || watched.tail.has_open_record()) due_.insert(status.id);
}

// Begins to watch a matched file: from its bookmark, its end, or its start.
void FileInput::Watch(const Look& look, const std::string& path, const FileStatus& status) {
  bool from_end = look.first && inputs_[look.input].start == FileStart::kEnd;
  FilePosition position;
  const auto resumed = resume_.find(status.id);
  if (resumed != resume_.end()) {
    position = resumed->second;
    resume_.erase(resumed);
    from_end = false;
  }
  position.path = path;
  Watched* const watched = Add(status.id, look.input, path, std::move(position));
  if (watched == nullptr || !from_end || !OpenTail(*watched)) return;
  const auto end = watched->tail.EndOfLastLine();
  if (!end.ok() || !watched->tail.SkipTo(*end).ok()) return;
  if (!PushBookmark(look.input, watched->tail.bookmark())) closed_ = true;
}

FileInput::Watched* FileInput::Add(const FileId& id, std::uint32_t input, const std::string& origin,
                                   FilePosition position) {
  if (watched_.size() >= limits_.watched_files_max) {
    ++counts_.files_over_limit;
    return nullptr;
  }
  if (const auto former = former_generations_.find(id); former != former_generations_.end()) {
    position.generation = std::max(position.generation, former->second + 1);
    former_generations_.erase(former);
  }
  const auto [added, fresh] = watched_.try_emplace(id, FileTail(id, input, std::move(position)));
  added->second.tail.SetRecords(inputs_[input].records.get());
  added->second.origin = origin;
  added->second.quiet_since = clock_.Monotonic();
  due_.insert(id);
  return &added->second;
}

// `path` names another file than before. Files that had the name in between, each with its own
// rotation, lie beside it under names and inodes not seen before: they are read from their start.
void FileInput::NoteRotation(const Look& look, const std::string& path, RotationDirectory& around) {
  const auto known = old_siblings_.find(path);
  const std::vector<RotationDirectory::Sibling> siblings = around.SiblingsOf(path);
  std::int64_t since_ns = 0;  // without a list of what is old: the newest file known of old
  for (const auto& sibling : siblings) {
    const FileId& id = sibling.status.id;
    // An archive may have the time of its making.
    if (!IsGzipName(sibling.path) && (resume_.contains(id) || watched_.contains(id))) {
      since_ns = std::max(since_ns, sibling.status.modified_ns);
    }
  }
  if (since_ns == 0) since_ns = look.history_ns + 1;
  for (const auto& sibling : siblings) {
    const FileId& id = sibling.status.id;
    if (watched_.contains(id) || resume_.contains(id) || copies_.contains(id)) continue;
    if (IsExcluded(look.input, sibling.path)) continue;
    const bool old = known != old_siblings_.end() ? IsOld(known->second, sibling.status)
                                                  : sibling.status.modified_ns < since_ns;
    if (old) continue;
    if (IsGzipName(sibling.path)) {
      if (!IsOldInArchive(path, sibling.path, siblings)) {
        MeetArchive(look, path, sibling.path, sibling.status);
      }
      continue;
    }
    FilePosition start;
    start.path = sibling.path;
    Watched* const added = Add(id, look.input, path, std::move(start));
    if (added == nullptr) continue;
    added->at_path = false;
    // A restart before it is read must not take it for an old one.
    if (!PushBookmark(look.input, added->tail.bookmark())) closed_ = true;
  }
}

// True when the unknown file `path` is (or may become) a copy of the log it is named after. It is
// not read unless that log is truncated before it was read to the end.
bool FileInput::IsCopyInProgress(const std::string& path, const FileStatus& status,
                                 RotationDirectory& around) {
  const auto [directory, name] = SplitPath(path);
  const absl::string_view stem = RotationStem(name);
  if (stem.size() == name.size() || resume_.contains(status.id)) return false;
  const auto copy = copies_.find(status.id);
  if (copy != copies_.end() && copy->second == status.size) return true;
  const std::string log = absl::StrCat(directory, "/", stem);
  const auto bound = bound_.find(log);
  if (bound == bound_.end()) return false;
  const auto log_status = files_.Stat(log);
  const auto original = watched_.find(bound->second.id);
  if (!log_status.ok() || log_status->id != bound->second.id || original == watched_.end())
    return false;
  if (status.size == 0) return true;
  if (OpenTail(original->second)) {
    const FileTail& tail = original->second.tail;
    const auto verified = FileTail::Verifies(tail.file(), tail.position());
    if (verified.ok() && !*verified) Replaced(original, around);
    if (watched_.contains(status.id)) return false;
  }
  if (!IsPrefix(files_, path, log)) {
    copies_.erase(status.id);
    return false;
  }
  copies_[status.id] = status.size;
  return true;
}

// Looks beside a truncated log for the copy made of it, and reads on there. True when it was found.
bool FileInput::AdoptCopy(const Watched& truncated, RotationDirectory& around) {
  const auto known = old_siblings_.find(truncated.origin);
  const FilePosition& position = truncated.tail.position();
  bool found = false;
  std::int64_t found_ns = 0;
  const std::vector<RotationDirectory::Sibling> siblings = around.SiblingsOf(truncated.origin);
  for (const auto& sibling : siblings) {
    const FileId& id = sibling.status.id;
    const bool copy = copies_.erase(id) > 0;
    if (watched_.contains(id)) continue;
    if (!copy && known != old_siblings_.end() && IsOld(known->second, sibling.status)) continue;
    const bool archive = IsGzipName(sibling.path);
    const bool shorter = !archive && sibling.status.size < position.offset;
    if (!copy && (position.offset == 0 || shorter)) continue;
    const auto file = OpenText(files_, sibling.path);
    if (!file.ok()) continue;
    const auto verified = FileTail::Verifies(**file, position);
    const bool reads_on = !found && verified.ok() && *verified;
    if (!reads_on && !copy) continue;
    FilePosition start;
    start.path = sibling.path;
    if (reads_on) {
      start.offset = position.offset;
      start.hash = position.hash;
    }
    Watched* const added = Add(id, truncated.tail.input(), truncated.origin, std::move(start));
    if (added == nullptr) continue;
    added->at_path = false;
    if (reads_on) found_ns = sibling.status.modified_ns;
    found = found || reads_on;
    // Shorter than what was read of the original: all of it was read there.
    const std::uint64_t end =
        archive ? GzipTextSize(files_, sibling.path).value_or(0) : sibling.status.size;
    if (!reads_on && (!OpenTail(*added) || !added->tail.SkipTo(end).ok())) continue;
    if (!PushBookmark(truncated.tail.input(), added->tail.bookmark())) closed_ = true;
  }
  for (const auto& sibling : siblings) {  // copies of what was written and truncated after that one
    const FileId& id = sibling.status.id;
    if (!found || sibling.status.modified_ns < found_ns || watched_.contains(id)) continue;
    if (known != old_siblings_.end() && IsOld(known->second, sibling.status)) continue;
    if (IsGzipName(sibling.path)) {
      MeetArchive({truncated.tail.input(), false, 0}, truncated.origin, sibling.path,
                  sibling.status);
      continue;
    }
    FilePosition start;
    start.path = sibling.path;
    Watched* const added = Add(id, truncated.tail.input(), truncated.origin, std::move(start));
    if (added == nullptr) continue;
    added->at_path = false;
    if (!PushBookmark(truncated.tail.input(), added->tail.bookmark())) closed_ = true;
  }
  return found;
}

void FileInput::RememberSiblings(const std::string& path, RotationDirectory& around) {
  std::map<FileId, std::uint64_t>& known = old_siblings_[path];
  known.clear();
  for (const auto& sibling : around.SiblingsOf(path)) {
    const FileId& id = sibling.status.id;
    if (!copies_.contains(id) && !archives_.contains(id)) known[id] = sibling.status.size;
  }
}

// Files that no pattern found this time: renamed or deleted.
void FileInput::CheckUnmatched(absl::Duration now, RotationDirectory& around) {
  for (const auto& [path, bound] : bound_) {
    if (bound.scan != scans_) NoteRotation(bound.look, path, around);
  }
  std::vector<FileId> gone;
  for (auto& [id, watched] : watched_) {
    if (watched.matched == scans_) continue;
    if (watched.at_path) watched.quiet_since = now;
    const bool was_at_path = std::exchange(watched.at_path, false);
    const std::string path = watched.tail.position().path;
    auto status = files_.Stat(path);
    if (!status.ok() || status->id != id) {
      if (!was_at_path && watched.tail.is_open() && watched.deleted) continue;
      const auto found = around.Find(id, SplitPath(path).first);
      if (found) {
        watched.tail.MovedTo(*found);
        status = files_.Stat(*found);
      } else if (!watched.tail.is_open()) {
        gone.push_back(id);
        continue;
      }
    }
    if (status.ok() && status->id == id && watched.tail.Changed(*status)) {
      watched.quiet_since = now;
      due_.insert(id);
    }
    if (watched.tail.is_open() || watched.tail.unfinished_bytes() > 0) due_.insert(id);
  }
  for (const FileId& id : gone) {
    const auto found = watched_.find(id);
    LoseTrackOf(found->second);
    LetGo(found, false);
  }
}

// After a scan: files read in an earlier life that no pattern finds are sought beside the
// path they had, by inode; what is found is read to its end.
void FileInput::SeekMovedFiles(RotationDirectory& around) {
  for (auto& [id, position] : resume_) {
    const auto [directory, name] = SplitPath(position.path);
    const std::string stem(RotationStem(WithoutGzip(name)));
    const std::string origin = OriginOf(position.path);
    const bool link = link_directories_.contains(directory);
    std::optional<std::uint32_t> input = InputOf(origin);
    if (!input && link) input = 0;
    if (!input) continue;  // no longer configured
    const auto path = around.Find(id, directory);
    // Under another name only if its text can tell (the hash is checked before the first read).
    const bool ours =
        path && (IsGzipName(*path) || !IsCompressedName(*path)) &&
        (link || position.offset > 0 || IsRotationOf(WithoutGzip(SplitPath(*path).second), stem));
    if (!ours) {
      lost_.push_back({FileTail(id, *input, position), origin});
      continue;
    }
    position.path = *path;
    Watched* const added = Add(id, *input, origin, position);
    if (added != nullptr) added->at_path = false;
  }
  resume_.clear();
}

std::optional<std::uint32_t> FileInput::InputOf(const std::string& path) const {
  for (std::uint32_t input = 0; input < inputs_.size(); ++input) {
    for (const std::string& pattern : inputs_[input].paths) {
      if (::fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0 &&
          !IsExcluded(input, path)) {
        return input;
      }
    }
  }
  return std::nullopt;
}

// A pattern without "/" is of names, any other of paths.
bool FileInput::IsExcluded(std::uint32_t input, const std::string& path) const {
  const std::vector<std::string>& patterns = inputs_[input].exclude;
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    const bool whole = pattern.find('/') != std::string::npos;
    const std::string name = whole ? path : SplitPath(path).second;
    return ::fnmatch(pattern.c_str(), name.c_str(), FNM_PATHNAME) == 0;
  });
}

}  // namespace dims
