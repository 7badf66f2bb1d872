// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "agent/load/load_channel.h"
#include "agent/load/load_target.h"
#include "common/base/clock.h"
#include "common/base/unique_fd.h"
#include "dims/v1/load.pb.h"

namespace dims {

// The agent's end of `dims-agent load`: takes old lines from a socket in the state directory and
// hands them to the pipeline as backfill.
//
// Guarantees: lines of one source are taken in the order of their positions only, and their
// bookmark becomes durable with them, so whoever loads can ask at any time how far each file is;
// the reply to a flush says that everything before it is in the buffer. Live inputs come first:
// nothing is taken while the target has no room.
// Limits: one load at a time, further ones are told to wait; LoadChannel's a message; a line is
// kLineBytesMax. Who may connect is decided by the socket's mode.
// Thread: one of its own from Start to Stop; Stop ends it within half a second and is safe without
// Start and twice. Target and clock must outlive it.
class LoadListener {
 public:
  LoadListener(std::string state_directory, LoadTarget& target, const Clock& clock)
      : state_directory_(std::move(state_directory)), target_(target), clock_(clock) {}

  ~LoadListener() { Stop(); }

  absl::Status Start();
  void Stop();

 private:
  struct Conversation;

  void Loop();
  UniqueFd Accept() const;
  void Converse(UniqueFd socket);
  v1::LoadReply Answer(const v1::LoadRequest& request, Conversation& with);
  absl::Status Greet(const v1::LoadHello& hello, Conversation& with, v1::LoadReply& reply);
  absl::Status Take(const v1::LoadLines& lines, Conversation& with);
  absl::Status Flush(Conversation& with);

  const std::string state_directory_;
  LoadTarget& target_;
  const Clock& clock_;
  UniqueFd socket_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace dims
