// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "common/delivery/bookmark.h"
#include "common/delivery/envelope.h"

namespace dims {

// Lines of a file that were acked, that the server has no longer and no batch of the site holds any
// more: those that end beyond `from` and before `until`. They are read again from the file under
// one epoch, before anything that was accepted after them is sent. A value.
struct FileHole {
  std::string source;
  FilePosition from;
  std::uint64_t until = 0;
  Epoch epoch = 0;

  friend bool operator==(const FileHole&, const FileHole&) = default;
};

// What marks lines that were read again: for which epoch, and where in the file they begin.
struct ReadAgain {
  Epoch epoch = 0;
  std::uint64_t from = 0;
  bool ends = false;  // nothing more comes of this hole, read to its end or not
};

}  // namespace dims
