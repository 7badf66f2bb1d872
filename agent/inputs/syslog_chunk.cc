// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/syslog_chunk.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"

namespace dims {

void SyslogChunk::Add(absl::string_view peer, absl::string_view message, bool cut) {
  if (message.size() > kLineBytesMax) {
    message = message.substr(0, kLineBytesMax);
    cut = true;
  }
  if (chunk_.origins.empty() || chunk_.origins.back() != peer) chunk_.origins.emplace_back(peer);
  InputLine line;
  line.begin = static_cast<std::uint32_t>(chunk_.text.size());
  chunk_.text.append(message.data(), message.size());
  line.end = static_cast<std::uint32_t>(chunk_.text.size());
  line.position = ++counter_;
  line.origin = static_cast<std::uint32_t>(chunk_.origins.size() - 1);
  line.cut = cut;
  chunk_.lines.push_back(line);
}

void SyslogChunk::AddDropped(std::uint64_t count, absl::Time from, absl::Time to) {
  Loss loss;
  loss.source = source_;
  loss.from_ns = absl::ToUnixNanos(from);
  loss.to_ns = absl::ToUnixNanos(to);
  loss.count = count;
  loss.reason = "kernel_drop";
  chunk_.losses.push_back(std::move(loss));
}

void SyslogChunk::Renew(std::uint64_t nonce) {
  DIMS_CHECK(empty());
  nonce_ = nonce;
  counter_ = 0;
}

InputChunk SyslogChunk::Take(absl::Time now) {
  InputChunk out = std::exchange(chunk_, {});
  out.input = input_;
  out.loss_class = loss_class_;
  out.received = now;
  // Losses alone move no position.
  if (!out.lines.empty()) {
    // The nonce is part of the key, so that the server keeps one position for each process: rows of
    // an earlier one may still be in the ring of a buffer that was restored.
    out.bookmark = {absl::StrCat(source_, "#", absl::Hex(nonce_, absl::kZeroPad16)),
                    CounterPosition{nonce_, counter_}, false};
  }
  return out;
}

}  // namespace dims
