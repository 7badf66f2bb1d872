// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "server/store/open_rows.h"
#include "tests/support/row_text.h"

namespace dims {

// Open rows that only remember what they were given. Thread: one.
class MemoryOpenRows final : public OpenRows {
 public:
  void Append(OpenChunk chunk) override { chunks.push_back(std::move(chunk)); }

  bool AcceptsMore() const override { return accepts_more; }

  std::uint32_t rows() const {
    std::uint32_t rows = 0;
    for (const OpenChunk& chunk : chunks) rows += chunk.batch->rows();
    return rows;
  }

  // Every row in full, in order.
  std::vector<std::string> RowTexts() const {
    std::vector<std::string> out;
    for (const OpenChunk& chunk : chunks) {
      for (std::uint32_t row = 0; row < chunk.batch->rows(); ++row)
        out.push_back(RowText(*chunk.batch, row));
    }
    return out;
  }

  // The values of one column, "-" where absent.
  std::vector<std::string> Values(absl::string_view name, ColumnType type) const {
    std::vector<std::string> out;
    for (const OpenChunk& chunk : chunks) {
      const Column* column = chunk.batch->Find(name, type);
      for (std::uint32_t row = 0; row < chunk.batch->rows(); ++row)
        out.push_back(column != nullptr && column->Has(row) ? ValueText(*column, row) : "-");
    }
    return out;
  }

  std::vector<std::string> Messages() const { return Values("message", ColumnType::kText); }

  std::vector<OpenChunk> chunks;
  bool accepts_more = true;
};

}  // namespace dims
