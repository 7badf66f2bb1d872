// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "agent/inputs/input_chunk.h"

namespace dims {

// Syslog over a byte stream to frames (RFC 6587): "17 <13>..." counts its bytes, anything else ends
// with a line feed; decided frame by frame, as senders mix both.
//
// A number is a count only if a space and '<' or '{' follow it, and it is within kCountMax; else it
// is the text of a line. So after a wrong count the stream is in step again at the next line feed,
// and what follows is never joined to what came before. A frame longer than kLineBytesMax is cut
// there, its rest skipped. Empty lines are no frames.
//
// Limits: holds at most kLineBytesMax of an unfinished frame. Thread: one.
class SyslogFramer {
 public:
  static constexpr std::uint64_t kCountMax = 8u << 20;

  // Called with each frame, its terminator left out, and whether it was cut.
  using FrameSink = absl::FunctionRef<void(absl::string_view frame, bool cut)>;

  void Feed(absl::string_view bytes, FrameSink sink);

  // The stream is over: what is unfinished is a frame, cut if its count said that more would come.
  void End(FrameSink sink);

  // Stops holding the unfinished frame: hands out what is there as cut, skips the rest of it.
  void CutShort(FrameSink sink);

  // True inside a frame that has begun.
  bool unfinished() const { return state_ != State::kBetween; }

  std::size_t held_bytes() const { return held_.capacity() > kSmall ? held_.capacity() : 0; }

 private:
  // A capacity not worth counting.
  static constexpr std::size_t kSmall = 64;

  enum class State : std::uint8_t {
    kBetween,
    kCount,       // digits so far in held_
    kAfterCount,  // digits and a space in held_
    kLine,
    kCounted,
    kSkipLine,
    kSkipCounted,
  };

  // Each takes what it can use from the front of `bytes`.
  void Begin(absl::string_view& bytes);
  void TakeCount(absl::string_view& bytes);
  void TakeAfterCount(absl::string_view& bytes);
  void TakeLine(absl::string_view& bytes, FrameSink sink);
  void TakeCounted(absl::string_view& bytes, FrameSink sink);
  void SkipLine(absl::string_view& bytes);
  void SkipCounted(absl::string_view& bytes);
  void Emit(absl::string_view rest, bool cut, FrameSink sink);

  State state_ = State::kBetween;
  std::string held_;
  std::uint64_t missing_ = 0;  // bytes of a counted frame still to come
};

}  // namespace dims
