// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/inputs/input_chunk.h"

namespace dims {

// Whole lines of the file `name` from `offset` on.
inline InputChunk FileChunk(absl::string_view name, std::uint64_t offset,
                            const std::vector<std::string>& lines) {
  InputChunk chunk;
  chunk.origins = {absl::StrCat("/var/log/", name)};
  chunk.received = absl::FromUnixSeconds(1'796'000'000);
  for (const std::string& text : lines) {
    InputLine line;
    line.begin = static_cast<std::uint32_t>(chunk.text.size());
    absl::StrAppend(&chunk.text, text, "\n");
    line.end = static_cast<std::uint32_t>(chunk.text.size() - 1);
    line.position = offset + chunk.text.size();
    chunk.lines.push_back(line);
  }
  FilePosition position;
  position.offset = offset + chunk.text.size();
  position.path = chunk.origins[0];
  chunk.bookmark.source = absl::StrCat("file:1:", name);
  chunk.bookmark.position = position;
  return chunk;
}

// Datagrams of a listener after `counter` others.
inline InputChunk DatagramChunk(absl::string_view source, std::uint64_t nonce,
                                std::uint64_t counter, const std::vector<std::string>& lines) {
  InputChunk chunk = FileChunk("none", 0, lines);
  chunk.loss_class = LossClass::kDatagram;
  chunk.origins = {"192.0.2.1"};
  for (InputLine& line : chunk.lines) line.position = ++counter;
  chunk.bookmark.source = std::string(source);
  chunk.bookmark.position = CounterPosition{nonce, counter};
  return chunk;
}

}  // namespace dims
