// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/input_chunk.h"

#include "agent/inputs/position_hash.h"
#include "common/base/check.h"

namespace dims {

Bookmark BookmarkAfter(const InputChunk& chunk, std::size_t line) {
  DIMS_CHECK(line < chunk.lines.size());
  Bookmark bookmark = chunk.bookmark;
  if (line + 1 == chunk.lines.size()) return bookmark;
  bookmark.closed = false;
  const InputLine& last = chunk.lines[line];
  if (auto* const file = std::get_if<FilePosition>(&bookmark.position)) {
    file->offset = last.position;
    file->hash = PositionHash(absl::string_view(chunk.text).substr(0, last.end + 1));
  } else if (auto* const counter = std::get_if<CounterPosition>(&bookmark.position)) {
    counter->counter = last.position;
  } else if (auto* const cursor = std::get_if<CursorPosition>(&bookmark.position)) {
    DIMS_CHECK(chunk.cursors.size() == chunk.lines.size());
    cursor->cursor = chunk.cursors[line];
  }
  return bookmark;
}

}  // namespace dims
