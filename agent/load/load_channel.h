// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/unique_fd.h"

namespace google::protobuf {
class MessageLite;
}

namespace dims {

// Where an agent listens for `dims-agent load`, in its state directory.
inline constexpr char kLoadSocketName[] = "load.sock";

// Listens there; what was left by a process that ended is replaced. Only the owner may connect.
absl::StatusOr<UniqueFd> ListenForLoads(const std::string& state_directory);

// Takes its name away again: what is no file need not lie in a copy of the directory.
void ForgetLoadSocket(const std::string& state_directory);

// One end of the conversation between `dims-agent load` and an agent: whole messages over a
// connected socket, each behind its size.
//
// Limits: kMessageBytesMax a message; a peer that takes nothing for kSendTimeout is given up.
// Thread: one. Errors: Unavailable when the peer is gone, InvalidArgument for what is no message.
class LoadChannel {
 public:
  static constexpr std::size_t kMessageBytesMax = 4u << 20;
  static constexpr absl::Duration kSendTimeout = absl::Seconds(30);

  explicit LoadChannel(UniqueFd socket);

  // Unavailable: no agent runs there.
  static absl::StatusOr<std::unique_ptr<LoadChannel>> Connect(const std::string& state_directory);

  absl::Status Send(const google::protobuf::MessageLite& message);

  // False when nothing whole came within `timeout`: call again.
  absl::StatusOr<bool> Receive(google::protobuf::MessageLite& message, absl::Duration timeout);

 private:
  bool TakeMessage(std::string& out);

  UniqueFd socket_;
  std::string received_;
};

}  // namespace dims
