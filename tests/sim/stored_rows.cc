// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/stored_rows.h"

#include "absl/strings/numbers.h"
#include "common/base/check.h"
#include "common/event/fields.h"

namespace dims::sim {

void StoredRows::Append(OpenChunk chunk) {
  rows_ += chunk.batch->rows();
  const Column* message = chunk.batch->Find(NameOf(Field::kMessage), ColumnType::kText);
  DIMS_CHECK(message != nullptr || chunk.batch->rows() == 0);
  for (std::uint32_t row = 0; row < chunk.batch->rows(); ++row) {
    LineId id = 0;
    DIMS_CHECK(absl::SimpleAtoi(message->TextAt(row), &id));
    ++lines_[id];
  }
}

}  // namespace dims::sim
