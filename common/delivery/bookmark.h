// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>

namespace dims {

// How far a file was read. `hash` is the first 16 bytes of SHA-256 over the up to 256 bytes before
// `offset`: it tells whether the file at hand is still the one that was read. generation grows when
// the file shrank or the hash differs.
struct FilePosition {
  std::uint64_t generation = 0;
  std::uint64_t offset = 0;
  std::array<std::uint8_t, 16> hash{};
  std::string path;  // where the file was last seen: a hint

  friend bool operator==(const FilePosition&, const FilePosition&) = default;
};

// A source that cannot be read again (a socket): how many rows it gave since the process with this
// nonce started.
struct CounterPosition {
  std::uint64_t nonce = 0;
  std::uint64_t counter = 0;

  friend bool operator==(const CounterPosition&, const CounterPosition&) = default;
};

// A position only its source understands (a journal cursor).
struct CursorPosition {
  std::string cursor;

  friend bool operator==(const CursorPosition&, const CursorPosition&) = default;
};

// How far one source was read, up to and including the batch it rides with. A value.
struct Bookmark {
  std::string source;  // stable within one site: "file:<file system id>:<inode>",
                       // "syslog:udp://127.0.0.1:514"
  std::variant<FilePosition, CounterPosition, CursorPosition> position;
  bool closed = false;  // gone, will not be read again

  friend bool operator==(const Bookmark&, const Bookmark&) = default;
};

// Sources of old lines that were loaded (dims-agent load) begin so: their rows raise no alert.
inline constexpr char kBackfillPrefix[] = "load:";

// What the row column dims.position holds for `bookmark`: the file offset or the counter; 0 for
// cursors.
std::uint64_t ScalarPosition(const Bookmark& bookmark);

// True when what lies at scalar position `row_position` of the same source and (generation or
// nonce) is inside what `bookmark` says was read.
bool Covers(const Bookmark& bookmark, const Bookmark& batch_bookmark, std::uint64_t row_position);

}  // namespace dims
