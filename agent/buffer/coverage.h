// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "agent/buffer/buffer_rows.h"

namespace dims {

enum class Coverage { kNone, kSome, kAll };

// What the server's bookmarks say about a batch by its bookmarks alone. kSome: only its rows can
// tell.
Coverage CoverageOf(BatchId id, std::span<const Bookmark> batch,
                    std::span<const ServerBookmark> server);

// True when the source's rows up to the batch's bookmark are at the server.
bool CoversBatch(const ServerBookmark& server, const Bookmark& batch, BatchId id);

// The rows that the server's bookmarks cover, by the columns dims.source and dims.position of the
// payload. None when the payload does not decode: in doubt a row is sent.
std::vector<RowRange> CoveredRows(const BatchRow& row, const Envelope& envelope,
                                  std::span<const ServerBookmark> server);

// What dims.position says of the first row of `source`; none when the payload does not decode or
// has no such row.
std::optional<std::uint64_t> FirstPosition(absl::string_view payload, absl::string_view source);

}  // namespace dims
