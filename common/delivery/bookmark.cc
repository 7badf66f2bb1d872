// SPDX-License-Identifier: Apache-2.0
#include "common/delivery/bookmark.h"

namespace dims {

std::uint64_t ScalarPosition(const Bookmark& bookmark) {
  if (const auto* file = std::get_if<FilePosition>(&bookmark.position)) return file->offset;
  if (const auto* counter = std::get_if<CounterPosition>(&bookmark.position))
    return counter->counter;
  return 0;
}

bool Covers(const Bookmark& bookmark, const Bookmark& batch_bookmark, std::uint64_t row_position) {
  if (bookmark.source != batch_bookmark.source) return false;
  if (const auto* file = std::get_if<FilePosition>(&bookmark.position)) {
    const auto* row = std::get_if<FilePosition>(&batch_bookmark.position);
    if (row == nullptr) return false;
    if (file->generation != row->generation) return file->generation > row->generation;
    return row_position <= file->offset;
  }
  if (const auto* counter = std::get_if<CounterPosition>(&bookmark.position)) {
    const auto* row = std::get_if<CounterPosition>(&batch_bookmark.position);
    return row != nullptr && counter->nonce == row->nonce && row_position <= counter->counter;
  }
  return bookmark.position == batch_bookmark.position;
}

}  // namespace dims
