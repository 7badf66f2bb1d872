// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/journal_input.h"

#include <systemd/sd-id128.h>

#include <array>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

constexpr absl::Duration kNoRoomWait = absl::Milliseconds(5);
constexpr absl::Duration kJournalSettle = absl::Milliseconds(20);
constexpr absl::Duration kPositionEvery = absl::Seconds(5);     // where there are no lines
constexpr int kEntriesMax = 4096;                               // looked at for one chunk
constexpr absl::Duration kQuietWait = absl::Milliseconds(250);  // Stop waits no longer

}  // namespace

std::string JournalInputOptions::Source() const {
  if (!directory.empty()) return absl::StrCat("journal:", directory);
  sd_id128_t machine{};
  if (::sd_id128_get_machine(&machine) < 0) return "journal:";
  std::array<char, SD_ID128_STRING_MAX> text{};
  return absl::StrCat("journal:", ::sd_id128_to_string(machine, text.data()));
}

JournalInput::JournalInput(JournalInputOptions options, const std::vector<Bookmark>& resume,
                           ChunkSink& sink, const Clock& clock)
    : options_(std::move(options)), sink_(sink), clock_(clock) {
  for (const Bookmark& bookmark : resume) {
    const auto* position = std::get_if<CursorPosition>(&bookmark.position);
    if (position != nullptr && bookmark.source == options_.Source()) cursor_ = position->cursor;
  }
  handed_over_ = cursor_;
}

void JournalInput::Start() {
  thread_ = std::thread([this] {
    Loop();
    HandOverPosition();
  });
}

void JournalInput::Stop() {
  {
    MutexLock lock(mutex_);
    stop_ = true;
    stop_changed_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
}

std::string JournalInput::trouble() const {
  MutexLock lock(mutex_);
  return trouble_;
}

void JournalInput::SetTrouble(std::string trouble) {
  MutexLock lock(mutex_);
  if (!trouble.empty() && trouble != trouble_) LogWarning(trouble);
  trouble_ = std::move(trouble);
}

void JournalInput::Loop() {
  do {
    const absl::Status ended = Follow();
    if (ended.ok()) return;
    SetTrouble(std::string(ended.message()));
  } while (!WaitForStop(kRetry));
}

// OK: stopped.
absl::Status JournalInput::Follow() {
  ASSIGN_OR_RETURN(const std::unique_ptr<JournalReader> reader,
                   JournalReader::Open(options_.directory));
  RETURN_IF_ERROR(Position(*reader));
  SetTrouble("");
  bool vacuumed = false;  // perhaps
  while (!WaitForStop(absl::ZeroDuration())) {
    if (!sink_.HasRoomFor(LossClass::kCanWait, options_.input)) {
      vacuumed = true;
      if (WaitForStop(kNoRoomWait)) break;
      continue;
    }
    if (std::exchange(vacuumed, false) && !cursor_.empty()) RETURN_IF_ERROR(Position(*reader));
    ASSIGN_OR_RETURN(const bool more, ReadChunk(*reader));
    if (more) continue;
    if (clock_.Monotonic() - handed_over_at_ >= kPositionEvery) HandOverPosition();
    // A journal whose files come and go may say again and again that something is new.
    if (WaitForStop(kJournalSettle)) break;
    vacuumed = reader->Wait(kQuietWait);
  }
  return absl::OkStatus();
}

absl::Status JournalInput::Position(JournalReader& reader) {
  if (!cursor_.empty()) {
    const absl::StatusOr<bool> there = reader.SeekAfter(cursor_);
    bookmark_gone_ = there.ok() && !*there;
    if (!absl::IsInvalidArgument(there.status())) return there.status();
    LogWarning("the journal's bookmark is none that it knows: it is read from its start");
  }
  return options_.start == JournalStart::kEnd && cursor_.empty() ? reader.SeekEnd()
                                                                 : reader.SeekStart();
}

absl::StatusOr<bool> JournalInput::ReadChunk(JournalReader& reader) {
  InputChunk chunk;
  std::string read = cursor_;
  bool more = true;
  for (int looked = 0; looked < kEntriesMax && chunk.text.size() < kChunkBytes; ++looked) {
    ASSIGN_OR_RETURN(more, reader.Next());
    if (!more) break;
    ASSIGN_OR_RETURN(read, reader.Cursor());
    if (bookmark_gone_) NoteLoss(read, chunk);
    if (!options_.own_executable.empty() && reader.IsOf(options_.own_executable)) continue;
    InputLine line;
    line.begin = static_cast<std::uint32_t>(chunk.text.size());
    ASSIGN_OR_RETURN(line.cut, reader.AppendEntry(chunk.text));
    line.end = static_cast<std::uint32_t>(chunk.text.size());
    chunk.lines.push_back(line);
    chunk.cursors.push_back(read);
  }
  cursor_ = std::move(read);
  if (!chunk.lines.empty() || !chunk.losses.empty()) HandOver(std::move(chunk));
  return more;
}

void JournalInput::HandOver(InputChunk chunk) {
  chunk.input = options_.input;
  chunk.origins = {options_.Source()};
  chunk.received = clock_.Now();
  chunk.bookmark.source = options_.Source();
  chunk.bookmark.position = CursorPosition{cursor_};
  handed_over_ = cursor_;
  handed_over_at_ = clock_.Monotonic();
  sink_.Push(std::move(chunk));
}

// Behind what was left out, or it would count as vacuumed once it is.
void JournalInput::HandOverPosition() {
  if (cursor_ != handed_over_) HandOver({});
}

// The first entry behind a bookmark tells what was vacuumed away before it was read.
void JournalInput::NoteLoss(const std::string& first, InputChunk& chunk) {
  bookmark_gone_ = false;
  Loss loss;
  loss.count = EntriesBetween(cursor_, first);
  if (loss.count == 0) return;
  loss.source = options_.Source();
  loss.from_ns = TimeOfCursor(cursor_);
  loss.to_ns = TimeOfCursor(first);
  loss.reason = "journal_vacuumed";
  chunk.losses.push_back(std::move(loss));
}

bool JournalInput::WaitForStop(absl::Duration timeout) {
  MutexLock lock(mutex_);
  if (!stop_ && timeout > absl::ZeroDuration()) stop_changed_.WaitFor(mutex_, timeout);
  return stop_;
}

}  // namespace dims
