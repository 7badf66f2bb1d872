// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/syslog_framer.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace dims {
namespace {

constexpr std::size_t kCountDigitsMax = 8;

bool IsDigit(char c) {
  return absl::ascii_isdigit(static_cast<unsigned char>(c));
}

}  // namespace

void SyslogFramer::Feed(absl::string_view bytes, FrameSink sink) {
  while (!bytes.empty()) {
    switch (state_) {
      case State::kBetween:
        Begin(bytes);
        break;
      case State::kCount:
        TakeCount(bytes);
        break;
      case State::kAfterCount:
        TakeAfterCount(bytes);
        break;
      case State::kLine:
        TakeLine(bytes, sink);
        break;
      case State::kCounted:
        TakeCounted(bytes, sink);
        break;
      case State::kSkipLine:
        SkipLine(bytes);
        break;
      case State::kSkipCounted:
        SkipCounted(bytes);
        break;
    }
  }
}

void SyslogFramer::Begin(absl::string_view& bytes) {
  const std::size_t first = bytes.find_first_not_of(absl::string_view("\r\n\0", 3));
  bytes.remove_prefix(std::min(first, bytes.size()));
  if (bytes.empty()) return;
  state_ = bytes[0] >= '1' && bytes[0] <= '9' ? State::kCount : State::kLine;
}

void SyslogFramer::TakeCount(absl::string_view& bytes) {
  while (!bytes.empty() && IsDigit(bytes[0]) && held_.size() <= kCountDigitsMax) {
    held_ += bytes[0];
    bytes.remove_prefix(1);
  }
  if (bytes.empty()) return;
  if (bytes[0] != ' ' || held_.size() > kCountDigitsMax) {
    state_ = State::kLine;
    return;
  }
  held_ += ' ';
  bytes.remove_prefix(1);
  state_ = State::kAfterCount;
}

void SyslogFramer::TakeAfterCount(absl::string_view& bytes) {
  std::uint64_t count = 0;
  const bool message = bytes[0] == '<' || bytes[0] == '{';
  if (!message || !absl::SimpleAtoi(absl::StripTrailingAsciiWhitespace(held_), &count) ||
      count > kCountMax) {
    state_ = State::kLine;
    return;
  }
  held_.clear();
  missing_ = count;
  state_ = State::kCounted;
}

void SyslogFramer::TakeLine(absl::string_view& bytes, FrameSink sink) {
  const std::size_t end = bytes.find('\n');
  const std::size_t room = kLineBytesMax - held_.size();
  if (end != absl::string_view::npos && end <= room) {
    const absl::string_view rest = bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    return Emit(rest, false, sink);
  }
  const absl::string_view part = bytes.substr(0, room);
  const bool too_long = bytes.size() > room;
  bytes.remove_prefix(part.size());
  if (too_long) {
    Emit(part, true, sink);
    state_ = State::kSkipLine;
    return;
  }
  held_.append(part.data(), part.size());
}

void SyslogFramer::TakeCounted(absl::string_view& bytes, FrameSink sink) {
  const std::size_t room = kLineBytesMax - held_.size();
  const absl::string_view part =
      bytes.substr(0, std::min<std::uint64_t>({bytes.size(), missing_, room}));
  bytes.remove_prefix(part.size());
  missing_ -= part.size();
  if (missing_ == 0) return Emit(part, false, sink);
  if (part.size() == room) {
    Emit(part, true, sink);
    state_ = State::kSkipCounted;
    return;
  }
  held_.append(part.data(), part.size());
}

void SyslogFramer::SkipLine(absl::string_view& bytes) {
  const std::size_t end = bytes.find('\n');
  if (end != absl::string_view::npos) state_ = State::kBetween;
  bytes.remove_prefix(end == absl::string_view::npos ? bytes.size() : end + 1);
}

void SyslogFramer::SkipCounted(absl::string_view& bytes) {
  const std::uint64_t size = std::min<std::uint64_t>(bytes.size(), missing_);
  bytes.remove_prefix(size);
  missing_ -= size;
  if (missing_ == 0) state_ = State::kBetween;
}

void SyslogFramer::End(FrameSink sink) {
  switch (state_) {
    case State::kCount:
    case State::kAfterCount:
    case State::kLine:
      Emit("", false, sink);
      break;
    case State::kCounted:
      Emit("", true, sink);
      break;
    case State::kBetween:
    case State::kSkipLine:
    case State::kSkipCounted:
      break;
  }
  state_ = State::kBetween;
}

void SyslogFramer::CutShort(FrameSink sink) {
  const State state = state_;
  if (state == State::kCounted) {
    Emit("", true, sink);
    state_ = State::kSkipCounted;
  } else if (state == State::kLine) {
    Emit("", true, sink);
    state_ = State::kSkipLine;
  }
}

// The held bytes and `rest` are a frame; the next one begins.
void SyslogFramer::Emit(absl::string_view rest, bool cut, FrameSink sink) {
  state_ = State::kBetween;
  if (held_.empty()) {
    if (!rest.empty()) sink(rest, cut);
    return;
  }
  held_.append(rest.data(), rest.size());
  sink(held_, cut);
  held_.clear();
  if (held_.capacity() > kSmall) held_.shrink_to_fit();
}

}  // namespace dims
