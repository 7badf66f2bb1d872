// SPDX-License-Identifier: Apache-2.0
#include "agent/buffer/coverage.h"

#include <optional>
#include <string>
#include <variant>

#include "common/event/batch_codec.h"

namespace dims {
namespace {

const ServerBookmark* FindSource(std::span<const ServerBookmark> server, absl::string_view source) {
  for (const ServerBookmark& entry : server) {
    if (entry.bookmark.source == source) return &entry;
  }
  return nullptr;
}

// One source of a batch: the row values of dims.source are the dictionary's, so this is asked once
// per code.
struct SourceEnds {
  const ServerBookmark* server = nullptr;
  const Bookmark* batch = nullptr;
};

std::vector<SourceEnds> EndsByCode(const Column& source, std::span<const Bookmark> bookmarks,
                                   std::span<const ServerBookmark> server) {
  std::vector<SourceEnds> ends(source.dictionary_size());
  for (std::uint32_t code = 0; code < ends.size(); ++code) {
    const absl::string_view name = source.strings()[code];
    ends[code].server = FindSource(server, name);
    for (const Bookmark& bookmark : bookmarks) {
      if (bookmark.source == name) ends[code].batch = &bookmark;
    }
  }
  return ends;
}

bool CoversRow(const SourceEnds& ends, BatchId id, std::int64_t position) {
  if (ends.server == nullptr || ends.batch == nullptr || position < 0) return false;
  if (id <= ends.server->through_id) return true;
  if (std::holds_alternative<CursorPosition>(ends.batch->position)) return false;
  return Covers(ends.server->bookmark, *ends.batch, static_cast<std::uint64_t>(position));
}

void AddRow(std::vector<RowRange>& ranges, std::uint32_t row) {
  if (!ranges.empty() && ranges.back().first + ranges.back().count == row) {
    ++ranges.back().count;
  } else {
    ranges.push_back({row, 1});
  }
}

}  // namespace

bool CoversBatch(const ServerBookmark& server, const Bookmark& batch, BatchId id) {
  if (server.bookmark.source != batch.source) return false;
  return id <= server.through_id || Covers(server.bookmark, batch, ScalarPosition(batch));
}

Coverage CoverageOf(BatchId id, std::span<const Bookmark> batch,
                    std::span<const ServerBookmark> server) {
  std::size_t known = 0;
  std::size_t covered = 0;
  for (const Bookmark& bookmark : batch) {
    const ServerBookmark* entry = FindSource(server, bookmark.source);
    if (entry == nullptr) continue;
    ++known;
    if (CoversBatch(*entry, bookmark, id)) ++covered;
  }
  if (known == 0) return Coverage::kNone;
  return covered == batch.size() ? Coverage::kAll : Coverage::kSome;
}

std::vector<RowRange> CoveredRows(const BatchRow& row, const Envelope& envelope,
                                  std::span<const ServerBookmark> server) {
  const absl::StatusOr<EventBatch> batch = BatchDecoder().Decode(envelope.payload);
  if (!batch.ok()) return {};
  const Column* source = batch->Find("dims.source", ColumnType::kKeyword);
  const Column* position = batch->Find("dims.position", ColumnType::kInteger);
  if (source == nullptr || position == nullptr) return {};
  const std::vector<SourceEnds> ends = EndsByCode(*source, envelope.bookmarks, server);
  std::vector<RowRange> covered;
  for (std::uint32_t r = 0; r < batch->rows(); ++r) {
    if (!source->Has(r) || !position->Has(r)) continue;
    if (CoversRow(ends[source->codes()[r]], row.id, position->integers()[r])) AddRow(covered, r);
  }
  return covered;
}

std::optional<std::uint64_t> FirstPosition(absl::string_view payload, absl::string_view source) {
  const absl::StatusOr<EventBatch> batch = BatchDecoder().Decode(payload);
  if (!batch.ok()) return std::nullopt;
  const Column* names = batch->Find("dims.source", ColumnType::kKeyword);
  const Column* position = batch->Find("dims.position", ColumnType::kInteger);
  if (names == nullptr || position == nullptr) return std::nullopt;
  for (std::uint32_t row = 0; row < batch->rows(); ++row) {
    if (!names->Has(row) || !position->Has(row) || names->strings()[names->codes()[row]] != source)
      continue;
    return static_cast<std::uint64_t>(position->integers()[row]);
  }
  return std::nullopt;
}

}  // namespace dims
