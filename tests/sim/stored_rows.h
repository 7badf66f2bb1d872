// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/store/open_rows.h"
#include "tests/sim/site_record.h"

namespace dims::sim {

// Stands for the open blocks: counts the lines that became searchable.
class StoredRows final : public OpenRows {
 public:
  void Append(OpenChunk chunk) override;

  bool AcceptsMore() const override { return true; }

  const StoredLines& lines() const { return lines_; }

  std::uint64_t rows() const { return rows_; }

 private:
  StoredLines lines_;
  std::uint64_t rows_ = 0;
};

}  // namespace dims::sim
