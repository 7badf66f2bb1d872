// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "agent/parse/sender_lines.h"
#include "common/event/ip_address.h"

namespace dims {

// Finds the settings of a sender by its address as text. The smallest block wins. Remembers who was
// asked for, so that a sender is read once and not line by line.
//
// Limits: remembers kRememberedMax senders, then begins anew. Thread: one. What it hands out holds
// as long as it does.
class SenderLookup {
 public:
  static constexpr std::size_t kRememberedMax = 4096;

  explicit SenderLookup(std::vector<SenderLines> senders) : senders_(std::move(senders)) {}

  // Null: as the rest of the input.
  const SenderLines* Find(absl::string_view address);

 private:
  const SenderLines* Search(absl::string_view address) const;

  std::vector<SenderLines> senders_;
  absl::flat_hash_map<std::string, const SenderLines*> remembered_;
};

}  // namespace dims
