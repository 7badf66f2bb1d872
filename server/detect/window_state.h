// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dims {

// What windowed rules remember between commit groups: a table inside the commit's own transaction,
// so that a rollback or a restart takes the state back without code of its own.
//
// Thread: the commit thread, inside a transaction. Values are the rule's own bytes. Entries whose
// expiry has passed may vanish at any commit.
class WindowState {
 public:
  virtual ~WindowState() = default;

  virtual absl::StatusOr<std::optional<std::string>> Get(absl::string_view rule,
                                                         absl::string_view key) = 0;
  virtual absl::Status Put(absl::string_view rule, absl::string_view key, absl::string_view value,
                           std::int64_t expires_ns) = 0;
};

}  // namespace dims
