// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/crypto/sha256.h"
#include "common/event/event_batch.h"

namespace dims {

// A batch as bytes: these very bytes lie in the site's buffer, cross the wire and lie in the
// server's tail.
struct EncodedBatch {
  std::string payload;
  std::uint32_t rows = 0;
  std::uint32_t raw_bytes = 0;  // before compression
  Sha256Digest digest{};        // of payload
};

// EventBatch -> bytes, by docs/wire_format.md "Payload" (version 1): a header, column descriptors
// (protobuf) and arrays as little-endian bytes, compressed as one zstd frame. Same batch, same
// bytes. Keeps its compression context: one encoder a thread.
class BatchEncoder {
 public:
  BatchEncoder();
  ~BatchEncoder();

  // REQUIRES: the batch is within the limits of event_batch.h.
  EncodedBatch Encode(const EventBatch& batch);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// Bytes -> EventBatch. The bytes are hostile: every limit of event_batch.h is checked before memory
// is taken, and every part is validated. InvalidArgument says what is wrong; nothing else is
// returned. One decoder a thread.
class BatchDecoder {
 public:
  BatchDecoder();
  ~BatchDecoder();

  absl::StatusOr<EventBatch> Decode(absl::string_view payload);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace dims
