// SPDX-License-Identifier: Apache-2.0
// The first byte chooses: the bytes as a payload, or as what lies inside a payload's frame, so that
// the fuzzer need not learn to compress.
#include <zstd.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "common/base/check.h"
#include "common/base/little_endian.h"
#include "common/event/batch_codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static dims::BatchDecoder& decoder = *new dims::BatchDecoder;
  static dims::BatchEncoder& encoder = *new dims::BatchEncoder;
  if (size == 0) return 0;
  std::string payload(reinterpret_cast<const char*>(data + 1), size - 1);
  if (data[0] % 2 == 1) {
    const std::string raw = payload;
    payload = {1, 1, 0, 0};
    dims::AppendLittleEndian(payload, static_cast<std::uint32_t>(raw.size()));
    std::string frame(ZSTD_compressBound(raw.size()), '\0');
    frame.resize(ZSTD_compress(frame.data(), frame.size(), raw.data(), raw.size(), 1));
    payload += frame;
  }
  const auto batch = decoder.Decode(payload);
  if (!batch.ok()) return 0;
  for (const dims::Column& column : batch->columns()) {
    DIMS_CHECK(dims::ValidateParts(column.parts()).ok());
  }
  // What was decoded can be encoded and says the same again.
  const auto again = decoder.Decode(encoder.Encode(*batch).payload);
  DIMS_CHECK(again.ok() && again->rows() == batch->rows());
  return 0;
}
