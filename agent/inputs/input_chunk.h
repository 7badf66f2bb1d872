// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/inputs/backfill_settings.h"
#include "agent/inputs/commit_notice.h"
#include "common/delivery/bookmark.h"
#include "common/delivery/envelope.h"
#include "common/delivery/file_hole.h"
#include "common/delivery/loss_class.h"

namespace dims {

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
  LossClass loss_class = LossClass::kCanWait;
  std::vector<std::string> origins;  // file path, or addresses of peers
  absl::Time received;
  absl::Time written = absl::InfiniteFuture();  // of old lines: when the last can have been written
  std::string text;
  std::vector<InputLine> lines;
  Bookmark bookmark;                 // after the last line
  std::vector<std::string> cursors;  // after each line, where positions are cursors
  std::vector<Loss> losses;
  std::shared_ptr<CommitNotice> notice;  // told once this chunk and all before it are committed
  std::optional<ReadAgain> again;        // the lines were read before: they fill a hole
  // Set: old lines of no configured input, which are loaded, and how to read them.
  std::shared_ptr<const BackfillSettings> backfill;

  absl::string_view Line(const InputLine& line) const {
    return absl::string_view(text).substr(line.begin, line.end - line.begin);
  }
};

// Where `chunk`'s source was read to after its line number `line`, for a cut inside the chunk.
// REQUIRES: line < chunk.lines.size(), and the chunk's text begins with what lies before its first
// line in the source, as FileTail makes it.
Bookmark BookmarkAfter(const InputChunk& chunk, std::size_t line);

// Where inputs put their chunks.
//
// Thread: any; one sink serves all inputs of an agent.
class ChunkSink {
 public:
  virtual ~ChunkSink() = default;

  // Takes the chunk, even one above the bound: ask HasRoom before reading. False: closed, the
  // chunk is dropped, stop reading.
  virtual bool Push(InputChunk chunk) = 0;

  // False: stop reading what can wait, drop and count what cannot.
  virtual bool HasRoom(LossClass loss_class) const = 0;

  // The same, asked by one input: true also while others have filled the sink, as long as this one
  // has little in it.
  virtual bool HasRoomFor(LossClass loss_class, std::uint32_t) const { return HasRoom(loss_class); }
};

}  // namespace dims
