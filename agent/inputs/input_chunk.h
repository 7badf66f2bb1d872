// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/delivery/bookmark.h"
#include "common/delivery/envelope.h"

namespace dims {

// What an input loses first when the site's buffer is full. A batch holds rows of one class.
enum class LossClass : std::uint8_t {
  kWait,  // files: reading stops, nothing is lost
  kTcp,   // the sender can be slowed down for a while
  kUdp,   // nobody waits
};

// A line longer than this is cut here and marked; the line after it is intact.
inline constexpr std::size_t kLineBytesMax = 256u << 10;

// Text handed over at once: whole lines only; a single longer line comes alone.
inline constexpr std::size_t kChunkBytes = 64u << 10;

// One line inside InputChunk::text, its terminator left out.
struct InputLine {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint64_t position = 0;  // of the source after this line: file offset or counter
  std::uint32_t origin = 0;    // index into InputChunk::origins
  bool cut = false;            // the line was longer than kLineBytesMax
};

// What an input hands to the pipeline: some whole lines of one source, and how far the source was
// read with them. A value.
//
// A chunk without lines carries a bookmark alone: a source first seen, skipped or closed.
// All lines of a chunk belong to one generation (or nonce) of the source: that of its bookmark.
struct InputChunk {
  std::uint32_t input = 0;  // index of the configured input of its kind
  LossClass loss_class = LossClass::kWait;
  std::vector<std::string> origins;  // file path, or addresses of peers
  absl::Time received;
  std::string text;
  std::vector<InputLine> lines;
  Bookmark bookmark;  // after the last line
  std::vector<Loss> losses;

  absl::string_view Line(const InputLine& line) const {
    return absl::string_view(text).substr(line.begin, line.end - line.begin);
  }
};

// Where inputs put their chunks.
//
// Thread: any; one sink serves all inputs of an agent.
class ChunkSink {
 public:
  virtual ~ChunkSink() = default;

  // Takes the chunk, waiting for room when that is this sink's way. False: closed, the chunk is
  // dropped, stop reading.
  virtual bool Push(InputChunk chunk) = 0;

  // Takes the chunk or, when there is no room, leaves it untouched and returns false.
  virtual bool TryPush(InputChunk& chunk) = 0;

  // False when Push would have to wait and this sink wants its inputs to stop reading instead.
  virtual bool HasRoom() const = 0;
};

}  // namespace dims
