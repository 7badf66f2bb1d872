// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "agent/output/host_lookup.h"
#include "agent/output/output_destination.h"
#include "common/base/unique_fd.h"

namespace dims {

// One UDP datagram an event. What the network loses nobody counts; a port where nobody listens is
// noticed on this machine and where the network says so.
// Limit: an event above kDatagramBytesMax is cut there.
class DatagramDestination final : public OutputDestination {
 public:
  static constexpr std::size_t kDatagramBytesMax = 65'000;

  explicit DatagramDestination(const OutputOptions& options) : target_(options.target) {}

  absl::Status Write(std::span<const std::string> events, std::size_t& taken) override;

 private:
  absl::Status Connect();

  const HostPort target_;
  HostLookup lookup_;
  UniqueFd socket_;
};

}  // namespace dims
