// SPDX-License-Identifier: Apache-2.0
#include "common/event/decoded_bytes.h"

#include <cstdint>

namespace dims {

std::size_t DecodedBytes(const EventBatch& batch) {
  std::size_t bytes = 0;
  for (const Column& column : batch.columns()) {
    const ColumnParts& parts = column.parts();
    bytes += parts.name.size() + parts.strings.bytes().size();
    bytes += sizeof(std::uint32_t) * (parts.strings.size() + parts.codes.size() +
                                      parts.list_ends.size() + parts.list_elements.size());
    bytes += sizeof(IpAddress) * parts.addresses.size();
    bytes += sizeof(std::int64_t) * (parts.integers.size() + parts.doubles.size());
    bytes += parts.bools.size() + batch.rows() / 8;
  }
  return bytes;
}

}  // namespace dims
