// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/event/column_source.h"
#include "common/event/row_bitmap.h"
#include "common/event/string_pool.h"
#include "server/store/block/byte_reader.h"
#include "server/store/block/text_shape.h"
#include "server/store/block/text_templates.h"
#include "server/store/block/zstd_codec.h"

namespace dims {

// The values of one group, in the order of the rows that have them.
struct GroupSeries {
  std::vector<std::int64_t> numbers;  // kinds made of digits
  StringPool words;                   // words: distinct, or one a value when codes is empty
  std::vector<std::uint32_t> codes;
};

// An encoded text column, opened but not rendered: templates and the template of each text. Typed
// values and the columns that texts repeat are read when they are needed. Texts are numbered from 0
// without the rows that have none.
//
// Takes damaged or hostile bytes: DataLoss, never a crash, bounded memory. What was read is
// consistent: every group has exactly the values its templates ask for. Thread: one.
class TextReader {
 public:
  // `bytes` from position `begin` on. `zstd` must outlive the reader.
  static absl::StatusOr<TextReader> Open(std::string bytes, std::size_t begin,
                                         std::uint32_t texts_count, ZstdCodec& zstd);

  // Columns whose values are part of the texts.
  const std::vector<ColumnId>& references() const { return references_; }

  // Which of the block's `rows` have a text; null: all. DataLoss when they are not size() ones.
  absl::Status SetRows(std::uint32_t rows, const RowBitmap* presence);

  // `columns` in the order of references(), before any reference is printed. After SetRows.
  // DataLoss when a column does not fit.
  absl::Status Bind(std::vector<std::shared_ptr<const Column>> columns);

  bool bound() const { return columns_.size() == references_.size(); }

  // Reads the values of a group, or of all; before they are asked for.
  absl::Status ReadGroup(std::uint32_t group);
  absl::Status ReadGroups();

  // The distinct words of a group, or all of them where they are not kept apart from the texts that
  // have them. REQUIRES: the group's kind is no number.
  absl::StatusOr<const StringPool*> WordsOf(std::uint32_t group);

  std::uint32_t size() const { return static_cast<std::uint32_t>(codes_.size()); }

  // The row of the block that text `i` belongs to.
  std::uint32_t RowOf(std::uint32_t i) const { return rows_.empty() ? i : rows_[i]; }

  const TextTemplates& templates() const { return templates_; }

  const std::vector<ValueGroup>& groups() const { return templates_.groups(); }

  // The template of each text.
  std::span<const std::uint32_t> codes() const { return codes_; }

  // REQUIRES: ReadGroup(group) was OK.
  const GroupSeries& series(std::uint32_t group) const { return *series_[group]; }

  PrintedColumn& reference(std::size_t i) { return printed_[i]; }

  const PrintedColumn& reference(std::size_t i) const { return printed_[i]; }

  // Value `position` of a group, as it stands in the text.
  void AppendGroupValue(std::string& out, std::uint32_t group, std::uint32_t position) const;

  // The position in its group of the value of `slot`, given where the text's values begin; a group
  // may stand in one template several times.
  std::uint32_t PositionOf(const TextTemplate& shape, std::size_t slot,
                           std::span<const std::uint32_t> positions) const;

  // The next two: REQUIRES that the template's groups were read and references are bound.
  //
  // Text `i`, given the position in each group at which its values begin; appended to `out`.
  void AppendText(std::string& out, std::uint32_t i, std::span<const std::uint32_t> positions);

  // Moves `positions` (one a group, zeros at text 0) from text `i` to the next.
  void Advance(std::uint32_t i, std::span<std::uint32_t> positions) const;

  // One string for each of the block's `rows` rows: its text if it has one and `wanted` (null: all)
  // holds it, else nothing. Reads what it needs. DataLoss when they exceed kSeriesBytesMax.
  // REQUIRES: bound.
  absl::Status AppendRows(std::uint32_t rows, const RowBitmap* wanted, StringPool& out);

  // References that the texts of `rows` (ascending) print, by number.
  std::vector<bool> ReferencesOf(std::span<const std::uint32_t> rows) const;

  // One string for each of `rows` (ascending): its text, or nothing. `columns` hold the values of
  // these rows alone, by reference; null where ReferencesOf says so. Reads the groups it needs.
  // DataLoss as above, or when a column does not fit.
  absl::Status AppendTaken(std::span<const std::uint32_t> rows,
                           std::span<const std::shared_ptr<const Column>> columns, StringPool& out);

 private:
  TextReader() = default;

  // The text of `row`; size() when it has none.
  std::uint32_t TextOf(std::uint32_t row) const;

  void Print(std::string& out, std::uint32_t i, std::span<const std::uint32_t> positions,
             std::span<PrintedColumn> references, std::uint32_t reference_row);
  std::vector<std::vector<std::uint32_t>> FollowedBy(const std::vector<bool>& wanted) const;
  absl::Status ReadTemplates(ByteReader& in);
  absl::Status FindGroups(ByteReader& in);
  void CountGroups();

  std::string bytes_;
  ZstdCodec* zstd_ = nullptr;
  std::vector<ColumnId> references_;
  TextTemplates templates_;
  std::vector<std::uint32_t> codes_;

  struct StoredGroup {
    std::size_t begin = 0;  // in bytes_
    std::size_t size = 0;
    std::uint64_t values_count = 0;
  };

  std::vector<StoredGroup> stored_;
  std::vector<std::optional<GroupSeries>> series_;
  absl::flat_hash_map<std::uint32_t, StringPool> words_;  // of groups whose codes were not read
  std::vector<std::shared_ptr<const Column>> columns_;
  std::vector<PrintedColumn> printed_;
  std::uint32_t rows_count_ = 0;
  std::vector<std::uint32_t> rows_;  // empty: every row has a text
};

}  // namespace dims
