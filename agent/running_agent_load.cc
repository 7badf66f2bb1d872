// SPDX-License-Identifier: Apache-2.0
// What was read before, here and at the server, and how a running agent takes old lines in
// (dims-agent load).
#include "agent/running_agent_load.h"

#include "agent/inputs/resume_points.h"
#include "agent/running_agent.h"
#include "common/base/log.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

// What happens now is sent behind what waits already: old lines may be no more of it than this.
constexpr std::uint64_t kBacklogBytesMax = 4u << 20;

}  // namespace

void RunningAgent::OnServerBookmarks(const std::vector<Bookmark>& bookmarks) {
  {
    MutexLock lock(inputs_mutex_);
    server_bookmarks_ = bookmarks;
    if (started_inputs_) return file_thread_->ReadAgain(buffer_->Holes(), bookmarks);
  }
  if (const absl::Status started = StartFiles(); !started.ok()) Fail(started);
}

absl::StatusOr<std::vector<Bookmark>> RunningAgent::LoadPort::Bookmarks() {
  MutexLock lock(agent_.inputs_mutex_);
  if (!agent_.started_inputs_) {
    return absl::UnavailableError(
        "the agent has not reached its server yet, which may know what was loaded before");
  }
  ASSIGN_OR_RETURN(std::vector<Bookmark> own, agent_.buffer_->Bookmarks());
  return ResumePoints(std::move(own), agent_.server_bookmarks_);
}

bool RunningAgent::LoadPort::HasRoom() const {
  return agent_.pipeline_->sink().HasRoomForBackfill() && !agent_.pipeline_->waiting() &&
         agent_.buffer_->backlog().bytes < kBacklogBytesMax;
}

bool RunningAgent::LoadPort::Push(InputChunk chunk) {
  return agent_.pipeline_->sink().Push(std::move(chunk));
}

LoadTargetState RunningAgent::LoadPort::State() const {
  LoadTargetState state;
  const Backlog backlog = agent_.buffer_->backlog();
  state.waiting_bytes = backlog.bytes;
  state.waiting_rows = backlog.rows;
  MutexLock lock(agent_.condition_mutex_);
  state.connected = agent_.condition_.state == Forwarder::State::kStreaming;
  state.retention = agent_.condition_.retention;
  return state;
}

// An agent that cannot be given old files does everything else.
void RunningAgent::StartLoads() {
  if (load_port_ == nullptr) load_port_ = std::make_unique<LoadPort>(*this);
  load_listener_ = std::make_unique<LoadListener>(options_.state_directory, *load_port_, clock_);
  const absl::Status started = load_listener_->Start();
  if (!started.ok()) LogWarning("dims-agent load will not reach this agent: ", started.message());
}

}  // namespace dims
