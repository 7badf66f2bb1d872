// SPDX-License-Identifier: Apache-2.0
// FileInput reads lines again that the server lost, from files that still have them.
#include <algorithm>
#include <utility>

#include "agent/inputs/file_input.h"
#include "agent/inputs/gzip_file.h"
#include "agent/inputs/rotation_name.h"

namespace dims {

void FileInput::ReadAgain(std::vector<FileHole> holes, const std::vector<Bookmark>& server) {
  holes_.assign(std::make_move_iterator(holes.begin()), std::make_move_iterator(holes.end()));
  hole_tail_.reset();
  // The buffer has taken these positions over: a new file under an inode named there must not be
  // taken for what the server has of the old one.
  for (const Bookmark& bookmark : server) {
    FileId id;
    const auto* position = std::get_if<FilePosition>(&bookmark.position);
    if (position == nullptr || !ParseFileSourceKey(bookmark.source, id)) continue;
    if (watched_.contains(id) || resume_.size() >= limits_.watched_files_max) continue;
    if (bookmark.closed) {
      NoteFormer(id, position->generation);
    } else {
      resume_.try_emplace(id, *position);
      next_scan_ = earliest_scan_;
    }
  }
}

FileInput::Progress FileInput::ReadHoles() {
  const FileHole& hole = holes_.front();
  if (!hole_tail_ && !OpenHole(hole)) return EndHole();
  for (int n = 0; n < limits_.chunks_per_turn; ++n) {
    if (!sink_.HasRoom(LossClass::kCanWait)) return Progress::kNoRoom;
    const Progress progress = ReadHole(hole);
    if (progress != Progress::kMore) return progress == Progress::kIdle ? EndHole() : progress;
  }
  return Progress::kMore;
}

// False when there is nothing to read it from.
bool FileInput::OpenHole(const FileHole& hole) {
  FileId id;
  if (!ParseFileSourceKey(hole.source, id)) return false;
  std::optional<std::string> path = hole.from.path;
  if (const auto status = files_.Stat(*path); !status.ok() || status->id != id) {
    path = RotationDirectory(files_).Find(id, SplitPath(hole.from.path).first);
  }
  if (!path) return false;
  const auto watched = watched_.find(id);
  hole_origin_ = watched != watched_.end() ? watched->second.origin : OriginOf(*path);
  const std::optional<std::uint32_t> input =
      watched != watched_.end() ? watched->second.tail.input() : InputOf(hole_origin_);
  if (!input) return false;
  auto file = OpenText(files_, *path);
  if (!file.ok()) return false;
  const auto status = (*file)->Stat();
  if (!status.ok() || status->id != id) return false;
  FilePosition from = hole.from;
  from.path = *path;
  hole_tail_.emplace(id, *input, std::move(from));
  hole_tail_->SetRecords(inputs_[*input].records.get());
  hole_tail_->Open(*std::move(file));
  return true;
}

// kIdle when the hole ends here.
FileInput::Progress FileInput::ReadHole(const FileHole& hole) {
  InputChunk chunk;
  const std::uint64_t from = hole_tail_->position().offset;
  auto outcome = hole_tail_->Read(chunk);
  if (outcome.ok() && *outcome == FileTail::Outcome::kEnd && hole_tail_->has_open_record()) {
    chunk = {};
    outcome = hole_tail_->TakeRecord(chunk);  // nothing follows that would say that it is whole
  }
  if (!outcome.ok() || *outcome == FileTail::Outcome::kEnd ||
      *outcome == FileTail::Outcome::kReplaced) {
    return Progress::kIdle;
  }
  if (*outcome == FileTail::Outcome::kMore) return Progress::kMore;
  const auto beyond =
      std::find_if(chunk.lines.begin(), chunk.lines.end(),
                   [&](const InputLine& line) { return line.position >= hole.until; });
  const bool ends = beyond != chunk.lines.end();
  const auto left = static_cast<std::size_t>(beyond - chunk.lines.begin());
  if (left == 0) return Progress::kIdle;
  if (ends) {
    chunk.bookmark = BookmarkAfter(chunk, left - 1);
    chunk.lines.resize(left);
  }
  if (!PushAgain(hole, std::move(chunk), from)) return Progress::kClosed;
  return ends ? Progress::kIdle : Progress::kMore;
}

bool FileInput::PushAgain(const FileHole& hole, InputChunk chunk, std::uint64_t from) {
  chunk.again = {hole.epoch, from, chunk.lines.empty()};
  chunk.received = clock_.Now();
  chunk.origins = {hole_origin_};
  if (hole_tail_) chunk.input = hole_tail_->input();
  if (sink_.Push(std::move(chunk))) return true;
  closed_ = true;
  return false;
}

FileInput::Progress FileInput::EndHole() {
  const FileHole hole = std::move(holes_.front());
  holes_.pop_front();
  hole_tail_.reset();
  InputChunk last;
  last.bookmark = {hole.source, hole.from, false};
  return PushAgain(hole, std::move(last), hole.from.offset) ? Progress::kMore : Progress::kClosed;
}

}  // namespace dims
