// SPDX-License-Identifier: Apache-2.0
#include "agent/load/loader.h"

#include <fnmatch.h>
#include <poll.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agent/inputs/file_input.h"
#include "agent/inputs/gzip_file.h"
#include "agent/inputs/rotation_name.h"
#include "agent/load/file_snapshot.h"
#include "common/base/status_macros.h"
#include "common/delivery/wire.h"

namespace dims {
namespace {

constexpr absl::Duration kLook = absl::Milliseconds(200);  // how late a stop is seen
constexpr char kGzipMagic[] = "\x1f\x8b";
constexpr absl::Duration kFlushInterval = absl::Seconds(5);
constexpr absl::Duration kRetry = absl::Milliseconds(500);  // until an agent is sought again

// "/var/log/auth.log" for "/var/log/auth.log.2.gz".
std::string OriginOf(const std::string& path) {
  auto [directory, name] = SplitPath(path);
  if (IsCompressedName(name)) name.resize(name.rfind('.'));
  return absl::StrCat(directory, "/", RotationStem(name));
}

std::string Absolute(const std::string& path) {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  return error ? path : absolute.lexically_normal().string();
}

// The text of a log, whether its name says that it is packed or not.
absl::StatusOr<std::unique_ptr<OpenFile>> OpenLog(const FileSystem& files,
                                                  const std::string& path) {
  absl::StatusOr<std::unique_ptr<OpenFile>> file = files.Open(path);
  if (!file.ok()) return file;
  std::string magic(sizeof kGzipMagic - 1, '\0');
  ASSIGN_OR_RETURN(const std::size_t got, (*file)->ReadAt(0, magic));
  if (got < magic.size() || magic != kGzipMagic) return file;
  return std::make_unique<GzipFile>(*std::move(file));
}

}  // namespace

// One file on its way.
struct Loader::Reading {
  std::string source;
  std::string path;
  const LoadScan& scan;
  std::size_t part = 0;  // of scan.parts: that of the line at hand
  std::uint64_t lines = 0;
};

absl::Status Loader::Run(const std::vector<LoadFile>& files) {
  {
    MutexLock lock(mutex_);
    progress_.files_all = files.size();
    for (const LoadFile& file : files) progress_.bytes_all += file.size;
  }
  RETURN_IF_ERROR(Greet());
  std::size_t durable = 0;
  while (true) {
    const absl::Status loaded = LoadFrom(files, durable);
    if (loaded.ok()) return WaitUntilSent();
    if (!absl::IsUnavailable(loaded)) return loaded;
    RETURN_IF_ERROR(Greet());  // the agent went away, and with it what it had in memory alone
  }
}

// From the first file on that is not wholly on the agent's disk for certain.
absl::Status Loader::LoadFrom(const std::vector<LoadFile>& files, std::size_t& durable) {
  absl::Duration flushed = clock_.Monotonic();
  for (std::size_t n = durable; n < files.size(); ++n) {
    Note(files[n].path);
    RETURN_IF_ERROR(LoadOne(files[n]));
    if (clock_.Monotonic() - flushed < kFlushInterval) continue;
    RETURN_IF_ERROR(Flush());
    flushed = clock_.Monotonic();
    durable = n + 1;
  }
  Note("the agent's disk");
  RETURN_IF_ERROR(Flush());
  durable = files.size();
  return absl::OkStatus();
}

// Also an agent that starts again just now is found.
absl::Status Loader::Greet() {
  const absl::Duration until = clock_.Monotonic() + options_.patience;
  while (true) {
    const absl::Status greeted = GreetOnce();
    if (!absl::IsUnavailable(greeted)) return greeted;
    if (clock_.Monotonic() > until) return Annotate(greeted, "the agent cannot take lines now");
    Note(std::string(greeted.message()));
    RETURN_IF_ERROR(Pause(kRetry));
  }
}

absl::Status Loader::GreetOnce() {
  channel_.reset();
  ASSIGN_OR_RETURN(channel_, LoadChannel::Connect(options_.state_directory));
  {
    MutexLock lock(mutex_);
    too_old_before_ = progress_.too_old_rows;
  }
  v1::LoadRequest request;
  request.mutable_hello()->set_format(options_.format);
  request.mutable_hello()->set_timezone(options_.timezone);
  for (const std::string& tag : options_.tags) request.mutable_hello()->add_tags(tag);
  known_.clear();
  return Ask(request);
}

// One request and its reply.
absl::Status Loader::Ask(const v1::LoadRequest& request) {
  RETURN_IF_ERROR(channel_->Send(request));
  v1::LoadReply reply;
  while (true) {
    ASSIGN_OR_RETURN(const bool came, channel_->Receive(reply, kLook));
    if (came) break;
    if (stop_) return absl::CancelledError("stopped");
  }
  if (!reply.error().empty()) {
    return reply.try_again() ? absl::UnavailableError(reply.error())
                             : absl::FailedPreconditionError(reply.error());
  }
  for (const v1::Bookmark& message : reply.bookmarks()) {
    ASSIGN_OR_RETURN(Bookmark bookmark, FromWire(message));
    known_.push_back(std::move(bookmark));
  }
  if (reply.retention_seconds() > 0) {
    retention_ = absl::Seconds(static_cast<std::int64_t>(reply.retention_seconds()));
  }
  MutexLock lock(mutex_);
  progress_.waiting_rows = reply.waiting_rows();
  progress_.too_old_rows = too_old_before_ + reply.too_old_rows();
  return absl::OkStatus();
}

absl::Status Loader::LoadOne(const LoadFile& file) {
  if (stop_) return absl::CancelledError("stopped");
  if (const std::optional<std::string> why = WhySkipped(file)) {
    Done(file, absl::StrCat("skipped: ", *why), &LoadProgress::files_skipped);
    return absl::OkStatus();
  }
  const auto failed = [&](const absl::Status& why) {
    Done(file, absl::StrCat("not read: ", std::string(why.message())), &LoadProgress::files_failed);
    return absl::OkStatus();
  };
  const auto text = OpenLog(files_, file.path);
  if (!text.ok()) return failed(text.status());
  const auto scan =
      ScanLoadFile(**text, file.written, options_.zone, known_, [this] { return stop_.load(); });
  if (absl::IsCancelled(scan.status())) return scan.status();
  if (!scan.ok()) return failed(scan.status());
  const absl::Status ending = (*text)->Ending();
  const bool read_live = std::any_of(
      scan->held.begin(), scan->held.end(),
      [](const Bookmark& bookmark) { return !absl::StartsWith(bookmark.source, kBackfillPrefix); });
  if (read_live && !options_.even_if_read) {
    Done(file, "skipped: the agent's own input has read it", &LoadProgress::files_skipped);
    return absl::OkStatus();
  }
  Reading reading{"", Absolute(file.path), *scan};
  if (scan->size > 0 && Place(*scan, reading.source).offset >= scan->size) {
    Done(file, "loaded before", &LoadProgress::files_loaded_before);
    return absl::OkStatus();
  }
  const absl::Status sent = Send(file, *scan, reading);
  if (absl::IsCancelled(sent) || absl::IsUnavailable(sent) || absl::IsFailedPrecondition(sent)) {
    return sent;
  }
  if (!sent.ok()) return failed(sent);
  if (!ending.ok())
    return failed(Annotate(ending, absl::StrCat("behind ", reading.lines, " lines")));
  Done(file, absl::StrCat(reading.lines, " lines"), nullptr);
  return absl::OkStatus();
}

// What tells without reading the file.
std::optional<std::string> Loader::WhySkipped(const LoadFile& file) const {
  if (file.written < clock_.Now() - retention_) {
    return absl::StrCat("older than the server keeps (", absl::ToInt64Hours(retention_) / 24,
                        " days)");
  }
  if (IsCompressedName(file.path) && !IsGzipName(file.path)) {
    return "only gzip is read: unpack it first";
  }
  if (options_.even_if_read) return std::nullopt;
  const std::string path = Absolute(file.path);
  const std::string origin = OriginOf(path);
  for (const Bookmark& bookmark : known_) {
    if (!absl::StartsWith(bookmark.source, kPatternKey)) continue;
    const std::string pattern = bookmark.source.substr(kPatternKey.size());
    const auto* cursor = std::get_if<CursorPosition>(&bookmark.position);
    std::int64_t history_ns = 0;
    if (cursor == nullptr || !absl::SimpleAtoi(cursor->cursor, &history_ns)) continue;
    if (path != origin && file.modified_ns > history_ns &&
        ::fnmatch(pattern.c_str(), origin.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0) {
      return absl::StrCat("the agent's own input has read it as ", origin);
    }
  }
  return std::nullopt;
}

// Where the text is read on: what was loaded of it before, or its start under a new name.
FilePosition Loader::Place(const LoadScan& scan, std::string& source) const {
  FilePosition from;
  for (const Bookmark& held : scan.held) {
    const auto& position = std::get<FilePosition>(held.position);
    if (!absl::StartsWith(held.source, scan.head) || position.offset <= from.offset) continue;
    from = position;
    source = held.source;
  }
  if (!source.empty()) return from;
  for (std::size_t n = 0;; ++n) {
    source = absl::StrCat(scan.head, n);
    const bool taken = std::any_of(known_.begin(), known_.end(), [&](const Bookmark& bookmark) {
      return bookmark.source == source;
    });
    if (!taken) return from;
  }
}

absl::Status Loader::Send(const LoadFile& file, const LoadScan& scan, Reading& reading) {
  FilePosition from = Place(scan, reading.source);
  from.path = reading.path;
  ASSIGN_OR_RETURN(std::unique_ptr<OpenFile> text, OpenLog(files_, file.path));
  FileTail tail(file.id, 0, std::move(from));
  tail.Open(std::make_unique<FileSnapshot>(std::move(text), scan.size));
  while (true) {
    if (stop_) return absl::CancelledError("stopped");
    InputChunk chunk;
    const std::uint64_t before = tail.position().offset;
    ASSIGN_OR_RETURN(FileTail::Outcome outcome, tail.Read(chunk));
    if (outcome == FileTail::Outcome::kReplaced) {
      return absl::AbortedError("it changed while it was read");
    }
    if (outcome == FileTail::Outcome::kMore) continue;
    const bool at_end = outcome == FileTail::Outcome::kEnd;
    if (at_end) {
      ASSIGN_OR_RETURN(outcome, tail.TakeUnfinished(chunk));
    }
    if (outcome == FileTail::Outcome::kLines) {
      RETURN_IF_ERROR(SendChunk(chunk, before, reading));
    }
    if (at_end) return absl::OkStatus();
  }
}

// A chunk over New Year goes in two parts.
absl::Status Loader::SendChunk(const InputChunk& chunk, std::uint64_t from, Reading& reading) {
  const std::vector<DatedPart>& parts = reading.scan.parts;
  std::size_t first = 0;
  std::uint64_t begins = from;  // the line at hand
  for (std::size_t n = 0; n < chunk.lines.size(); ++n) {
    std::size_t part = reading.part;
    while (part + 1 < parts.size() && parts[part + 1].offset <= begins) ++part;
    if (part != reading.part && n > first) {
      RETURN_IF_ERROR(SendLines(chunk, first, n - 1, reading));
      first = n;
    }
    reading.part = part;
    begins = chunk.lines[n].position;
  }
  return SendLines(chunk, first, chunk.lines.size() - 1, reading);
}

absl::Status Loader::SendLines(const InputChunk& chunk, std::size_t first, std::size_t last,
                               Reading& reading) {
  v1::LoadRequest request;
  v1::LoadLines& lines = *request.mutable_lines();
  Bookmark bookmark = last + 1 == chunk.lines.size() ? chunk.bookmark : BookmarkAfter(chunk, last);
  bookmark.source = reading.source;
  *lines.mutable_bookmark() = ToWire(bookmark);
  lines.set_path(reading.path);
  lines.set_written_ns(
      static_cast<std::uint64_t>(absl::ToUnixNanos(reading.scan.parts[reading.part].written)));
  const std::uint32_t base = chunk.lines[first].begin;
  lines.set_text(chunk.text.substr(base, chunk.lines[last].end - base));
  for (std::size_t n = first; n <= last; ++n) {
    lines.add_begin(chunk.lines[n].begin - base);
    lines.add_end(chunk.lines[n].end - base);
    lines.add_position(chunk.lines[n].position);
    if (chunk.lines[n].cut) lines.set_cut(true);
  }
  RETURN_IF_ERROR(Ask(request));
  const std::uint64_t count = last - first + 1;
  reading.lines += count;
  const auto known = std::find_if(known_.begin(), known_.end(), [&](const Bookmark& entry) {
    return entry.source == bookmark.source;
  });
  if (known != known_.end()) {
    *known = std::move(bookmark);
  } else {
    known_.push_back(std::move(bookmark));
  }
  MutexLock lock(mutex_);
  progress_.lines += count;
  return absl::OkStatus();
}

absl::Status Loader::Flush() {
  v1::LoadRequest request;
  request.mutable_flush();
  return Ask(request);
}

absl::Status Loader::WaitUntilSent() {
  if (!options_.wait_until_sent) return absl::OkStatus();
  Note("the server");
  while (progress().waiting_rows > 0) {
    RETURN_IF_ERROR(Pause(kLook));
    RETURN_IF_ERROR(Flush());
  }
  return absl::OkStatus();
}

absl::Status Loader::Pause(absl::Duration time) const {
  if (stop_) return absl::CancelledError("stopped");
  ::poll(nullptr, 0, static_cast<int>(absl::ToInt64Milliseconds(time)));
  return absl::OkStatus();
}

void Loader::Done(const LoadFile& file, const std::string& text,
                  std::uint64_t LoadProgress::*count) {
  if (!done_.insert(file.path).second) return;  // it was looked at again
  tell_(absl::StrCat(file.path, ": ", text));
  MutexLock lock(mutex_);
  if (count != nullptr) ++(progress_.*count);
  ++progress_.files;
  progress_.bytes += file.size;
}

void Loader::Note(const std::string& what) {
  MutexLock lock(mutex_);
  progress_.now = what;
}

LoadProgress Loader::progress() const {
  MutexLock lock(mutex_);
  return progress_;
}

}  // namespace dims
