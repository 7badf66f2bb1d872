// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/output/host_lookup.h"
#include "agent/output/output_destination.h"
#include "common/base/clock.h"
#include "common/base/unique_fd.h"
#include "common/crypto/tls_session.h"

namespace dims {

// Events over one TCP connection, or TLS over it: octet-counted (RFC 6587, RFC 5425) or one a
// line.
//
// A receiver that reads slowly is waited for, as long as it takes: Write then returns
// DeadlineExceeded after kPatience, to be called again at once, and the frame that was begun goes
// on. After a connection that broke the event that was under way comes again whole. Syslog knows no
// acknowledgement: what the operating system had taken when a connection broke may be lost, and
// nobody can count it.
// TLS: files and names as TlsContext reads them, anew for each connection. Thread: one.
class StreamDestination final : public OutputDestination {
 public:
  static constexpr absl::Duration kPatience = absl::Seconds(1);
  static constexpr absl::Duration kHandshakeTimeout = absl::Seconds(10);

  StreamDestination(const OutputOptions& options, const Clock& clock,
                    const std::atomic<bool>& give_up)
      : options_(options), clock_(clock), give_up_(give_up) {}

  absl::Status Write(std::span<const std::string> events, std::size_t& taken) override;

  // How many were made so far.
  std::uint64_t connections() const { return connections_; }

 private:
  // What a write or handshake brought: bytes, something to wait for (POLLIN, POLLOUT), or an end.
  struct Step {
    std::size_t bytes = 0;
    short wait_for = 0;
    std::string error;
  };

  absl::Status Connect();
  absl::Status ShakeHands();
  absl::Status Send(absl::string_view wire, std::size_t& sent);
  Step SendSome(absl::string_view wire);
  Step StepOf(TlsSession::Outcome outcome) const;
  bool IsClosedByPeer();
  bool Wait(short events) const;
  void Disconnect();
  absl::Status Failed(absl::string_view why) const;
  std::string Frame(const std::string& event) const;

  const OutputOptions options_;
  const Clock& clock_;
  const std::atomic<bool>& give_up_;
  HostLookup lookup_;
  UniqueFd socket_;
  std::optional<TlsSession> tls_;  // over socket_
  std::uint64_t connections_ = 0;
  std::size_t begun_ = 0;  // bytes of the next event's frame that were sent
};

}  // namespace dims
