// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/syslog_chunk.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"

namespace dims {
namespace {

constexpr int kPriorityMax = 191;
constexpr int kNoticeSeverity = 5;
// auth, authpriv, log audit, log alert
constexpr std::uint32_t kKeptFacilities = 1u << 4 | 1u << 10 | 1u << 13 | 1u << 14;

}  // namespace

bool IsRoutine(absl::string_view message) {
  if (message.empty() || message.front() != '<') return true;
  int priority = 0;
  std::size_t at = 1;
  for (; at < message.size() && at < 4 && message[at] >= '0' && message[at] <= '9'; ++at) {
    priority = priority * 10 + (message[at] - '0');
  }
  if (at == 1 || at == message.size() || message[at] != '>' || priority > kPriorityMax) return true;
  return priority % 8 >= kNoticeSeverity && (kKeptFacilities >> (priority / 8) & 1) == 0;
}

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

void SyslogChunk::Renew(Random& random) {
  DIMS_CHECK(empty());
  nonce_ = random.Uint64();
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
