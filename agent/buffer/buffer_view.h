// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/buffer/buffer_position.h"

namespace dims {

// One line of "what left this site, and what waits".
struct BatchSummary {
  enum class State {
    kWaiting,   // not at the server yet
    kAcked,     // the server has it durably; kept in the ring for a while
    kSetAside,  // the server had its rows already when a new epoch began
  };

  BatchId id = 0;
  State state = State::kWaiting;
  Epoch epoch = 0;
  Sequence sequence = 0;
  std::uint32_t rows = 0;
  std::uint64_t payload_bytes = 0;
  std::int64_t accepted_ns = 0;
  std::string hollow_reason;
  std::vector<std::string> sources;
};

// A look at the buffer from beside: for `status` and `sent`, also of another process and while the
// agent writes.
//
// Guarantees: never writes, never checkpoints; each call sees one moment and holds it only for the
// call, so that the write-ahead log does not grow behind it. Thread: one at a time. Errors:
// NotFound = no buffer there; DataLoss = damaged; Unavailable = try again.
class BufferView {
 public:
  static absl::StatusOr<std::unique_ptr<BufferView>> Open(const std::string& directory,
                                                          const std::string& vfs = "");

  absl::StatusOr<std::string> Agent();
  absl::StatusOr<BufferPosition> Position();
  absl::StatusOr<Backlog> Count();
  absl::StatusOr<std::vector<Bookmark>> Bookmarks();

  // The newest first, up to `count_max`, of those older than `before`; 0: from the newest on.
  absl::StatusOr<std::vector<BatchSummary>> Newest(int count_max, BatchId before = 0);

  // The batch with its payload; NotFound when the ring has let it go. A payload that does not match
  // its digest is DataLoss.
  absl::StatusOr<Envelope> Load(BatchId id);

 private:
  explicit BufferView(std::unique_ptr<Database> database) : database_(std::move(database)) {}

  std::unique_ptr<Database> database_;
};

}  // namespace dims
