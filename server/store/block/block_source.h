// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/event/column_source.h"
#include "server/store/block/block_header.h"
#include "server/store/block/column_part.h"
#include "server/store/block/zstd_codec.h"

namespace dims {

// Where the parts of one block's columns are read from. Thread: one at a time.
class PartReader {
 public:
  virtual ~PartReader() = default;

  // `column` is a position in BlockHeader::columns.
  virtual absl::StatusOr<std::string> Read(std::uint32_t column, ColumnPart part) = 0;
};

// A sealed block as a query sees it: columns and parts are read when they are asked for, and kept
// for the life of the source. Predicates look at bounds, dictionaries, filters and templates before
// they read rows.
//
// Errors: DataLoss names the block and the column. Thread: one at a time.
class BlockSource final : public ColumnSource {
 public:
  // `name` is what messages call the block.
  BlockSource(std::string name, std::shared_ptr<const BlockHeader> header,
              std::unique_ptr<PartReader> parts);

  std::uint32_t rows() const override { return header_->rows; }

  const std::vector<ColumnId>& columns() const override { return columns_; }

  absl::StatusOr<std::shared_ptr<const Column>> Load(const ColumnId& id) override;
  absl::StatusOr<RowBitmap> Match(const ColumnId& id, const Predicate& predicate) override;
  absl::StatusOr<std::shared_ptr<const Column>> LoadRows(const ColumnId& id,
                                                         const RowBitmap& rows) override;
  absl::StatusOr<std::shared_ptr<const Column>> TakeRows(
      const ColumnId& id, std::span<const std::uint32_t> rows) override;
  absl::StatusOr<std::optional<ValueCounts>> CountValues(const ColumnId& id) override;
  std::optional<ColumnBounds> BoundsOf(const ColumnId& id) override;

  const std::string& name() const { return name_; }

  const BlockHeader& header() const { return *header_; }

  // Bytes of parts read so far.
  std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  absl::StatusOr<std::uint32_t> Find(const ColumnId& id) const;
  absl::StatusOr<std::string> ReadPart(std::uint32_t column, ColumnPart part);
  absl::StatusOr<const ValueCounts*> Head(std::uint32_t column);
  absl::StatusOr<TextBody*> Text(std::uint32_t column);
  absl::Status BindText(std::uint32_t column, TextReader& reader);
  absl::StatusOr<Column> Decode(std::uint32_t column);
  absl::StatusOr<Column> DecodeText(std::uint32_t column, const RowBitmap* rows);
  absl::StatusOr<Column> TakeCoded(std::uint32_t column, std::span<const std::uint32_t> rows);
  absl::StatusOr<Column> TakeText(std::uint32_t column, std::span<const std::uint32_t> rows);
  bool MayRepeat(std::uint32_t column, const ColumnId& reference) const;
  absl::StatusOr<std::shared_ptr<const Column>> DistinctValues(const ColumnId& id);
  absl::StatusOr<RowBitmap> MatchDictionary(std::uint32_t column, const Predicate& predicate);
  absl::StatusOr<RowBitmap> MatchAddresses(std::uint32_t column, const Predicate& predicate);
  absl::StatusOr<RowBitmap> MatchCodes(std::uint32_t column, const RowBitmap& values);
  absl::StatusOr<RowBitmap> MatchText(std::uint32_t column, const Predicate& predicate);
  absl::Status Named(const absl::Status& status) const;

  std::string name_;
  std::shared_ptr<const BlockHeader> header_;
  std::unique_ptr<PartReader> parts_;
  std::vector<ColumnId> columns_;
  ZstdCodec zstd_;
  std::map<std::uint32_t, std::shared_ptr<const Column>> loaded_;
  std::map<std::uint32_t, ValueCounts> heads_;
  std::map<std::uint32_t, TextBody> texts_;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace dims
