// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "agent/inputs/input_chunk.h"

namespace dims {

// Keeps what inputs hand over, up to a number of chunks that were not taken away yet. Thread: one.
class CollectingSink final : public ChunkSink {
 public:
  explicit CollectingSink(std::size_t chunks_max = SIZE_MAX) : chunks_max_(chunks_max) {}

  bool Push(InputChunk chunk) override {
    if (closed) return false;
    chunks.push_back(std::move(chunk));
    return true;
  }

  bool HasRoom(LossClass) const override { return chunks.size() < chunks_max_; }

  // Takes all chunks away, as a commit does: their lines, in order; their bookmarks are kept.
  std::vector<std::string> TakeLines() {
    std::vector<std::string> lines;
    for (const InputChunk& chunk : chunks) {
      for (const InputLine& line : chunk.lines) lines.emplace_back(chunk.Line(line));
      losses.insert(losses.end(), chunk.losses.begin(), chunk.losses.end());
      bookmarks[chunk.bookmark.source] = chunk.bookmark;
    }
    chunks.clear();
    return lines;
  }

  std::vector<Bookmark> Bookmarks() const {
    std::vector<Bookmark> out;
    for (const auto& [source, bookmark] : bookmarks) {
      if (!bookmark.closed) out.push_back(bookmark);
    }
    return out;
  }

  std::vector<InputChunk> chunks;
  std::map<std::string, Bookmark> bookmarks;  // committed: by source, the last one
  std::vector<Loss> losses;
  bool closed = false;

 private:
  const std::size_t chunks_max_;
};

}  // namespace dims
