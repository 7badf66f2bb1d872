// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/inputs/input_chunk.h"
#include "common/base/random.h"

namespace dims {

// True for what a site misses least when its buffer is full: notices, information and debugging,
// as the priority says, but nothing about who logged in (facilities auth and authpriv) and nothing
// of audit. Without a priority a message is a notice (RFC 3164, 4.3.3).
bool IsRoutine(absl::string_view message);

// Gathers the messages of one listener and loss class, from whichever peer, into chunks. Rows are
// counted from the start of the process: (nonce, counter) is the position of source
// "<source>#<nonce>".
//
// Thread: one.
class SyslogChunk {
 public:
  SyslogChunk(std::uint32_t input, LossClass loss_class, std::string source, Random& random)
      : input_(input),
        loss_class_(loss_class),
        source_(std::move(source)),
        nonce_(random.Uint64()) {}

  void Add(absl::string_view peer, absl::string_view message, bool cut);

  // Rows the kernel dropped before they could be read.
  void AddDropped(std::uint64_t count, absl::Time from, absl::Time to);

  // Counts from 0 under another nonce, as after a restart. REQUIRES: empty().
  void Renew(Random& random);

  bool empty() const { return chunk_.lines.empty() && chunk_.losses.empty(); }

  // True when it should be handed over before more is added.
  bool full() const { return chunk_.text.size() >= kChunkBytes; }

  // What was added since, received at `now`.
  InputChunk Take(absl::Time now);

  const std::string& source() const { return source_; }

  std::uint64_t counter() const { return counter_; }

 private:
  const std::uint32_t input_;
  const LossClass loss_class_;
  const std::string source_;
  std::uint64_t nonce_;
  std::uint64_t counter_ = 0;
  InputChunk chunk_;
};

}  // namespace dims
