// SPDX-License-Identifier: Apache-2.0
#include "agent/load/load_listener.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/config/line_keys.h"
#include "agent/inputs/commit_notice.h"
#include "common/base/log.h"
#include "common/base/status_macros.h"
#include "common/delivery/wire.h"

namespace dims {
namespace {

constexpr absl::Duration kStopLook = absl::Milliseconds(200);  // how late a stop is seen
constexpr absl::Duration kNoRoom = absl::Milliseconds(20);     // until room is looked for again
constexpr absl::Duration kCommitWait = absl::Seconds(60);      // of a flush
constexpr std::size_t kTagsMax = 64;
constexpr char kTag[] = "backfill";

// Chunks whose lines contradict each other would be an error of ours: nothing of them is taken.
absl::Status Check(const v1::LoadLines& lines, std::uint64_t after) {
  const auto wrong = [](absl::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat("load: ", what));
  };
  const int count = lines.begin_size();
  if (count == 0 || count != lines.end_size() || count != lines.position_size() ||
      (lines.cut() && count != 1)) {
    return wrong("lines without their places");
  }
  std::uint32_t begin = 0;
  for (int n = 0; n < count; ++n) {
    if (lines.begin(n) < begin || lines.end(n) < lines.begin(n) ||
        lines.end(n) > lines.text().size() || lines.end(n) - lines.begin(n) > kLineBytesMax) {
      return wrong("a line outside its text");
    }
    if (lines.position(n) <= after) return wrong("lines that were taken before");
    begin = lines.end(n);
    after = lines.position(n);
  }
  if (lines.bookmark().file().offset() != after) return wrong("a bookmark that is not its lines'");
  return absl::OkStatus();
}

absl::StatusOr<InputChunk> ChunkOf(const v1::LoadLines& lines, absl::Time now) {
  InputChunk chunk;
  ASSIGN_OR_RETURN(chunk.bookmark, FromWire(lines.bookmark()));
  if (!absl::StartsWith(chunk.bookmark.source, kBackfillPrefix) ||
      !std::holds_alternative<FilePosition>(chunk.bookmark.position) || chunk.bookmark.closed) {
    return absl::InvalidArgumentError("load: a bookmark that is none of a load");
  }
  chunk.origins = {lines.path()};
  chunk.received = now;
  chunk.written = absl::FromUnixNanos(static_cast<std::int64_t>(lines.written_ns()));
  chunk.text = lines.text();
  for (int n = 0; n < lines.begin_size(); ++n) {
    chunk.lines.push_back({lines.begin(n), lines.end(n), lines.position(n), 0, lines.cut()});
  }
  return chunk;
}

}  // namespace

// One connection. The last chunk is held back, so that a flush can wait for its commit.
struct LoadListener::Conversation {
  explicit Conversation(UniqueFd socket) : channel(std::move(socket)) {}

  LoadChannel channel;
  std::shared_ptr<const BackfillSettings> settings;  // null: before the greeting
  std::map<std::string, std::uint64_t> taken;        // by source, how far
  std::optional<InputChunk> last;
  std::shared_ptr<CommitNotice> notice;  // of the last chunk handed over, while it is awaited
};

absl::Status LoadListener::Start() {
  ASSIGN_OR_RETURN(socket_, ListenForLoads(state_directory_));
  thread_ = std::thread([this] { Loop(); });
  return absl::OkStatus();
}

void LoadListener::Stop() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
  if (!socket_.valid()) return;
  socket_.Reset();
  ForgetLoadSocket(state_directory_);
}

void LoadListener::Loop() {
  while (!stop_) {
    if (UniqueFd socket = Accept(); socket.valid()) Converse(std::move(socket));
  }
}

UniqueFd LoadListener::Accept() const {
  pollfd ready{socket_.get(), POLLIN, 0};
  if (::poll(&ready, 1, static_cast<int>(absl::ToInt64Milliseconds(kStopLook))) <= 0)
    return UniqueFd();
  return UniqueFd(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
}

void LoadListener::Converse(UniqueFd socket) {
  Conversation with(std::move(socket));
  v1::LoadRequest request;
  while (!stop_) {
    const absl::StatusOr<bool> came = with.channel.Receive(request, kStopLook);
    if (!came.ok()) break;
    if (!*came) continue;
    const v1::LoadReply reply = Answer(request, with);
    if (!with.channel.Send(reply).ok()) break;
    if (!reply.error().empty() && !reply.try_again()) break;
  }
  // Whoever comes next is told how far files are in the buffer: all that was taken must be there.
  while (!stop_ && absl::IsUnavailable(Flush(with))) continue;
}

v1::LoadReply LoadListener::Answer(const v1::LoadRequest& request, Conversation& with) {
  v1::LoadReply reply;
  absl::Status status = absl::InvalidArgumentError("load: no greeting");
  if (request.has_hello()) {
    status = Greet(request.hello(), with, reply);
  } else if (with.settings != nullptr) {
    status = request.has_lines() ? Take(request.lines(), with) : Flush(with);
  }
  if (!status.ok()) reply.set_error(std::string(status.message()));
  reply.set_try_again(absl::IsUnavailable(status));
  if (with.settings != nullptr) reply.set_too_old_rows(with.settings->too_old_rows);
  const LoadTargetState state = target_.State();
  reply.set_waiting_bytes(state.waiting_bytes);
  reply.set_waiting_rows(state.waiting_rows);
  reply.set_connected(state.connected);
  if (state.retention != absl::InfiniteDuration()) {
    reply.set_retention_seconds(static_cast<std::uint64_t>(absl::ToInt64Seconds(state.retention)));
  }
  return reply;
}

absl::Status LoadListener::Greet(const v1::LoadHello& hello, Conversation& with,
                                 v1::LoadReply& reply) {
  auto settings = std::make_shared<BackfillSettings>();
  RETURN_IF_ERROR(SetLineFormat(hello.format(), target_.Formats().get(), settings->lines));
  RETURN_IF_ERROR(SetLineZone(hello.timezone(), settings->lines));
  if (static_cast<std::size_t>(hello.tags_size()) > kTagsMax) {
    return absl::InvalidArgumentError("load: too many tags");
  }
  Tagger& tagger = settings->lines.tagger;
  tagger = target_.SiteTagger();
  tagger.tags.emplace_back(kTag);
  for (const std::string& tag : hello.tags()) tagger.tags.push_back(tag);
  const LoadTargetState state = target_.State();
  if (state.retention < absl::InfiniteDuration()) {
    settings->oldest_ns = absl::ToUnixNanos(clock_.Now() - state.retention);
  } else if (!state.connected) {
    return absl::UnavailableError(
        "the agent has not reached its server yet, which says how long events are kept");
  }
  ASSIGN_OR_RETURN(const std::vector<Bookmark> known, target_.Bookmarks());
  for (const Bookmark& bookmark : known) {
    if (std::holds_alternative<CounterPosition>(bookmark.position)) continue;
    *reply.add_bookmarks() = ToWire(bookmark);
    if (const auto* file = std::get_if<FilePosition>(&bookmark.position)) {
      with.taken[bookmark.source] = file->offset;
    }
  }
  with.settings = std::move(settings);
  return absl::OkStatus();
}

absl::Status LoadListener::Take(const v1::LoadLines& lines, Conversation& with) {
  std::uint64_t& taken = with.taken[lines.bookmark().source()];
  RETURN_IF_ERROR(Check(lines, taken));
  ASSIGN_OR_RETURN(InputChunk chunk, ChunkOf(lines, clock_.Now()));
  chunk.backfill = with.settings;
  while (!target_.HasRoom()) {
    if (stop_) return absl::UnavailableError("the agent stops");
    ::poll(nullptr, 0, static_cast<int>(absl::ToInt64Milliseconds(kNoRoom)));
  }
  if (with.last && !target_.Push(*std::move(with.last))) {
    return absl::UnavailableError("the agent stops");
  }
  taken = std::get<FilePosition>(chunk.bookmark.position).offset;
  with.last = std::move(chunk);
  return absl::OkStatus();
}

absl::Status LoadListener::Flush(Conversation& with) {
  if (with.last) {
    with.notice = std::make_shared<CommitNotice>();
    with.last->notice = with.notice;
    if (!target_.Push(*std::exchange(with.last, std::nullopt))) {
      return absl::UnavailableError("the agent stops");
    }
  }
  const absl::Duration until = clock_.Monotonic() + kCommitWait;
  while (with.notice != nullptr && !with.notice->WaitFor(kStopLook, clock_)) {
    if (stop_ || clock_.Monotonic() > until) {
      return absl::UnavailableError("not in the agent's buffer yet");
    }
  }
  with.notice.reset();
  return absl::OkStatus();
}

}  // namespace dims
