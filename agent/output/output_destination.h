// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "agent/output/output_options.h"
#include "common/base/clock.h"

namespace dims {

// Where the events of one local output go.
//
// Write takes events in order and sets `taken` to how many it took, also when it fails behind some
// of them; the others are to come again. An event taken is the operating system's: of a file in its
// cache, of a connection in its buffers. Calls return within about a second once `give_up` is true,
// but for a name that is being looked up, which nobody waits for. Errors say in words for people
// what is wrong. Thread: one, but for Reopen.
class OutputDestination {
 public:
  virtual ~OutputDestination() = default;

  virtual absl::Status Write(std::span<const std::string> events, std::size_t& taken) = 0;

  // Begin anew, with whatever is there now (a file that was renamed). Thread: any.
  virtual void Reopen() {}
};

// A file, a socket or a connection, opened with the first Write. `give_up` and the clock must
// outlive it.
std::unique_ptr<OutputDestination> MakeDestination(const OutputOptions& options, const Clock& clock,
                                                   const std::atomic<bool>& give_up);

}  // namespace dims
