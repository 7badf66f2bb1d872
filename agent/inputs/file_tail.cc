// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/file_tail.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

// Searched in one call for the end of a long line or a hole.
constexpr std::uint64_t kSearchBytesMax = 4u << 20;

// A shorter run of NUL bytes inside a file is text like any other; at its start it is a hole.
constexpr std::uint64_t kHoleBytesMin = 4096;

// Splits text[begin, end), which ends with a newline, into lines; `base` is the source's position
// at `begin`.
void SplitLines(absl::string_view text, std::size_t begin, std::uint64_t base,
                std::vector<InputLine>& lines) {
  lines.reserve(64);
  const std::size_t first = begin;
  while (begin < text.size()) {
    const void* const newline = std::memchr(text.data() + begin, '\n', text.size() - begin);
    const auto end = static_cast<std::size_t>(static_cast<const char*>(newline) - text.data());
    InputLine line;
    line.begin = static_cast<std::uint32_t>(begin);
    line.end = static_cast<std::uint32_t>(end);
    line.position = base + (end + 1 - first);
    lines.push_back(line);
    begin = end + 1;
  }
}

// The same for records of several lines. `full`: the text goes on, but no record may be longer.
// Returns where the first record begins that may go on, or text.size().
std::size_t SplitRecords(absl::string_view text, std::size_t begin, std::uint64_t base, bool full,
                         const RecordRule& rule, std::vector<InputLine>& lines) {
  const std::size_t first = begin;
  const auto emit = [&](std::size_t end) {  // behind the last newline
    InputLine record;
    record.begin = static_cast<std::uint32_t>(begin);
    record.end = static_cast<std::uint32_t>(end - 1);
    record.position = base + (end - first);
    lines.push_back(record);
    begin = end;
  };
  std::size_t count = 0;
  for (std::size_t at = first; at < text.size(); ++count) {
    const std::size_t end = text.find('\n', at);
    if (at > begin && (count == kRecordLinesMax || !rule.Continues(text.substr(at, end - at)))) {
      emit(at);
      count = 0;
    }
    at = end + 1;
  }
  if (begin < text.size() && (count == kRecordLinesMax || (full && begin == first))) {
    emit(text.size());
  }
  return begin;
}

}  // namespace

std::string FileSourceKey(const FileId& id) {
  return absl::StrCat("file:", absl::Hex(id.file_system), ":", id.inode);
}

bool ParseFileSourceKey(absl::string_view key, FileId& id) {
  const std::vector<absl::string_view> parts = absl::StrSplit(key, ':');
  return parts.size() == 3 && parts[0] == "file" &&
         absl::SimpleHexAtoi(parts[1], &id.file_system) && absl::SimpleAtoi(parts[2], &id.inode);
}

absl::StatusOr<FileTail::Outcome> FileTail::Read(InputChunk& chunk) {
  DIMS_CHECK(is_open());
  ASSIGN_OR_RETURN(const FileStatus status, file_->Stat());
  const std::size_t before = std::min<std::uint64_t>(kPositionHashSpan, position_.offset);
  std::string buffer(before + kChunkBytes, '\0');
  ASSIGN_OR_RETURN(const std::size_t got, file_->ReadAt(position_.offset - before, buffer));
  buffer.resize(got);
  if (got < before ||
      (before > 0 && PositionHash(absl::string_view(buffer).substr(0, before)) != position_.hash)) {
    return Outcome::kReplaced;
  }
  const absl::string_view body = absl::string_view(buffer).substr(before);
  if (!body.empty()) {
    ASSIGN_OR_RETURN(const Hole hole, SkipHole(body));
    if (hole == Hole::kSkipped) return Outcome::kMore;
    if (hole == Hole::kAtEnd) {
      Saw(status, hole_to_);
      return Outcome::kEnd;
    }
  }
  const std::size_t newline = body.rfind('\n');
  if (newline == absl::string_view::npos) {
    if (body.size() == kChunkBytes) return ReadLongLine(chunk);
    Saw(status, position_.offset + body.size());
    return Outcome::kEnd;
  }
  const bool full = body.size() == kChunkBytes;
  const std::uint64_t end = position_.offset + body.size();
  buffer.resize(before + newline + 1);
  if (records_ == nullptr) {
    SplitLines(buffer, before, position_.offset, chunk.lines);
  } else {
    record_end_ = position_.offset + newline + 1;
    buffer.resize(SplitRecords(buffer, before, position_.offset, full, *records_, chunk.lines));
    if (chunk.lines.empty()) {
      Saw(status, end);
      return Outcome::kEnd;
    }
  }
  position_.offset += buffer.size() - before;
  position_.hash = PositionHash(buffer);
  searched_to_ = hole_to_ = position_.offset;
  chunk.text = std::move(buffer);
  chunk.bookmark = bookmark();
  counts_.lines += chunk.lines.size();
  return Outcome::kLines;
}

// The line at the position is longer than a chunk: look for its end, keeping none of it.
absl::StatusOr<FileTail::Outcome> FileTail::ReadLongLine(InputChunk& chunk) {
  std::string block(kChunkBytes, '\0');
  std::uint64_t at = std::max(searched_to_, position_.offset);
  for (std::uint64_t searched = 0; searched < kSearchBytesMax; searched += kChunkBytes) {
    ASSIGN_OR_RETURN(const FileStatus status, file_->Stat());
    ASSIGN_OR_RETURN(const std::size_t got, file_->ReadAt(at, block));
    const std::size_t newline = absl::string_view(block).substr(0, got).find('\n');
    if (newline != absl::string_view::npos) {
      RETURN_IF_ERROR(EmitLongLine(at + newline, at + newline + 1, chunk));
      return Outcome::kLines;
    }
    at += got;
    searched_to_ = at;
    if (got < block.size()) {
      Saw(status, at);
      return Outcome::kEnd;
    }
  }
  return Outcome::kMore;
}

absl::StatusOr<FileTail::Outcome> FileTail::TakeUnfinished(InputChunk& chunk) {
  DIMS_CHECK(is_open());
  const std::uint64_t end = seen_end_;
  if (end <= position_.offset) return Outcome::kEnd;
  if (record_end_ == end) return TakeRecord(chunk);
  if (hole_to_ >= end) {
    RETURN_IF_ERROR(LeaveHole(end).status());
    return Outcome::kEnd;
  }
  RETURN_IF_ERROR(EmitLongLine(end, end, chunk));
  return Outcome::kLines;
}

absl::StatusOr<FileTail::Outcome> FileTail::TakeRecord(InputChunk& chunk) {
  DIMS_CHECK(is_open());
  if (!has_open_record()) return Outcome::kEnd;
  RETURN_IF_ERROR(EmitLongLine(record_end_ - 1, record_end_, chunk));
  return Outcome::kLines;
}

absl::Status FileTail::EmitLongLine(std::uint64_t end, std::uint64_t next, InputChunk& chunk) {
  const std::uint64_t length = end - position_.offset;
  chunk.text.assign(std::min<std::uint64_t>(length, kLineBytesMax), '\0');
  ASSIGN_OR_RETURN(const std::size_t got, file_->ReadAt(position_.offset, chunk.text));
  chunk.text.resize(got);
  RETURN_IF_ERROR(MoveTo(next));
  InputLine line;
  line.end = static_cast<std::uint32_t>(got);
  line.position = next;
  line.cut = length > kLineBytesMax;
  chunk.lines.push_back(line);
  chunk.bookmark = bookmark();
  ++counts_.lines;
  if (line.cut) ++counts_.lines_cut;
  return absl::OkStatus();
}

// NUL bytes at the start of a file, or a long run of them, are a hole left by a truncation under a
// writer that did not append: skipped once something follows them.
absl::StatusOr<FileTail::Hole> FileTail::SkipHole(absl::string_view body) {
  const std::size_t text = body.find_first_not_of('\0');
  if (text == 0) return Hole::kNone;
  if (text != absl::string_view::npos) {
    if (position_.offset != 0 && text < kHoleBytesMin) return Hole::kNone;
    return LeaveHole(position_.offset + text);
  }
  std::uint64_t at = std::max(hole_to_, position_.offset + body.size());
  std::string block(kChunkBytes, '\0');
  for (std::uint64_t searched = 0; searched < kSearchBytesMax; searched += kChunkBytes) {
    at = std::max(at, file_->NextData(at));
    ASSIGN_OR_RETURN(const std::size_t got, file_->ReadAt(at, block));
    const std::size_t end = absl::string_view(block).substr(0, got).find_first_not_of('\0');
    if (end != absl::string_view::npos) return LeaveHole(at + end);
    at += got;
    hole_to_ = at;
    if (got < block.size()) return Hole::kAtEnd;
  }
  return Hole::kSkipped;
}

absl::StatusOr<FileTail::Hole> FileTail::LeaveHole(std::uint64_t offset) {
  const std::uint64_t bytes = offset - position_.offset;
  RETURN_IF_ERROR(MoveTo(offset));
  counts_.hole_bytes += bytes;
  return Hole::kSkipped;
}

absl::StatusOr<bool> FileTail::Verifies(const OpenFile& file, const FilePosition& position) {
  std::string bytes(std::min(kPositionHashSpan, position.offset), '\0');
  ASSIGN_OR_RETURN(const std::size_t got, file.ReadAt(position.offset - bytes.size(), bytes));
  return got == bytes.size() && (bytes.empty() || PositionHash(bytes) == position.hash);
}

void FileTail::StartOver() {
  ++position_.generation;
  position_.offset = 0;
  position_.hash = {};
  searched_to_ = hole_to_ = seen_size_ = seen_end_ = record_end_ = 0;
  seen_modified_ns_ = 0;
}

absl::Status FileTail::SkipTo(std::uint64_t offset) {
  return MoveTo(offset);
}

absl::Status FileTail::MoveTo(std::uint64_t offset) {
  std::string bytes(std::min(kPositionHashSpan, offset), '\0');
  ASSIGN_OR_RETURN(const std::size_t got, file_->ReadAt(offset - bytes.size(), bytes));
  if (got != bytes.size()) return absl::UnavailableError("the file shrank while it was read");
  position_.offset = offset;
  position_.hash = PositionHash(bytes);
  searched_to_ = hole_to_ = offset;
  return absl::OkStatus();
}

absl::StatusOr<std::uint64_t> FileTail::EndOfLastLine() const {
  ASSIGN_OR_RETURN(const FileStatus status, file_->Stat());
  std::string tail(std::min<std::uint64_t>(status.size, kLineBytesMax), '\0');
  ASSIGN_OR_RETURN(const std::size_t got, file_->ReadAt(status.size - tail.size(), tail));
  const std::size_t newline = absl::string_view(tail).substr(0, got).rfind('\n');
  if (newline != absl::string_view::npos) return status.size - tail.size() + newline + 1;
  return tail.size() == status.size ? 0 : status.size;
}

Bookmark FileTail::bookmark(bool closed) const {
  Bookmark out;
  out.source = FileSourceKey(id_);
  out.position = position_;
  out.closed = closed;
  return out;
}

}  // namespace dims
