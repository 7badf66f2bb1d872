// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/event/batch_builder.h"

namespace dims {

// Events of these lines, every other one of the dataset "even".
inline std::shared_ptr<const EventBatch> BatchOfLines(const std::vector<std::string>& lines) {
  BatchBuilder builder;
  for (const std::string& line : lines) {
    builder.Integer(Field::kTimestamp, 1'795'000'000'250'000'000);
    builder.Text(Field::kMessage, line);
    builder.Keyword(Field::kEventDataset, builder.rows() % 2 == 0 ? "even" : "odd");
    builder.FinishRow();
  }
  return std::make_shared<const EventBatch>(builder.Finish());
}

// "line 0" to "line N-1", each of `bytes`.
inline std::vector<std::string> ManyLines(int count, std::size_t bytes = 0) {
  std::vector<std::string> lines;
  for (int n = 0; n < count; ++n) {
    lines.push_back("line " + std::to_string(n));
    if (lines.back().size() < bytes) lines.back().resize(bytes, '.');
  }
  return lines;
}

}  // namespace dims
