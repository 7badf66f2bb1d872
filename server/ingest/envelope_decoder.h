// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/statusor.h"
#include "common/event/batch_codec.h"
#include "server/ingest/stream.h"

namespace dims {

// Checks and decodes one envelope: digest, limits, columns only the server may set, rows to leave
// out.
//
// A payload that does not decode or breaks a limit is quarantined whole, a row that carries a
// server-owned column alone (D10); the sequence is consumed either way. Error: DataLoss when the
// payload is not the one the digest names (the bytes were damaged on the way: the stream must end,
// nothing may be quarantined for it). Thread: one decoder a worker.
class EnvelopeDecoder {
 public:
  absl::StatusOr<DecodedEnvelope> Decode(StreamId stream, Envelope envelope);

  // A batch that was in flight at two crashes: quarantined whole, its payload never looked into.
  static DecodedEnvelope Poison(StreamId stream, Envelope envelope);

 private:
  BatchDecoder decoder_;
};

// The rows of a batch of `rows` rows that no range of `skip` covers. REQUIRES: ranges lie inside.
RowBitmap RowsKept(std::uint32_t rows, std::span<const RowRange> skip);

}  // namespace dims
