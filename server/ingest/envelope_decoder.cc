// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/envelope_decoder.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/event/decoded_bytes.h"
#include "common/event/fields.h"
#include "common/event/select_rows.h"

namespace dims {
namespace {

void SetQuarantined(DecodedEnvelope& decoded, absl::string_view reason) {
  decoded.batch.reset();
  decoded.quarantined_rows = RowsKept(decoded.envelope.rows, decoded.envelope.leave_out).Count();
  decoded.quarantine_reason = std::string(reason);
  decoded.skip = {{0, decoded.envelope.rows}};
}

// Rows in which a column has a value that only the server may set; names the first such column.
RowBitmap RowsWithServerColumns(const EventBatch& batch, std::string& first_name) {
  RowBitmap rows(batch.rows());
  for (const Column& column : batch.columns()) {
    if (!IsServerOwned(column.name())) continue;
    if (first_name.empty()) first_name = column.name();
    rows.Or(column.Presence());
  }
  return rows;
}

std::vector<RowRange> RangesOf(const RowBitmap& rows) {
  std::vector<RowRange> out;
  rows.ForEach([&](std::uint32_t row) {
    if (!out.empty() && out.back().first + out.back().count == row) {
      ++out.back().count;
    } else {
      out.push_back({row, 1});
    }
  });
  return out;
}

}  // namespace

RowBitmap RowsKept(std::uint32_t rows, std::span<const RowRange> skip) {
  RowBitmap keep(rows, true);
  for (const RowRange& range : skip) {
    for (std::uint32_t i = 0; i < range.count; ++i) keep.Clear(range.first + i);
  }
  return keep;
}

DecodedEnvelope EnvelopeDecoder::Poison(StreamId stream, Envelope envelope) {
  DecodedEnvelope decoded;
  decoded.stream = stream;
  decoded.envelope = std::move(envelope);
  decoded.poison = true;
  SetQuarantined(decoded, "in flight at two crashes of the server; not decoded");
  return decoded;
}

absl::StatusOr<DecodedEnvelope> EnvelopeDecoder::Decode(StreamId stream, Envelope envelope) {
  DecodedEnvelope decoded;
  decoded.stream = stream;
  decoded.envelope = std::move(envelope);
  const Envelope& from = decoded.envelope;
  if (from.hollow()) return decoded;
  if (Sha256(from.payload) != from.payload_digest) {
    return absl::DataLossError(
        absl::StrCat("batch ", from.sequence, ": the payload is not the one its digest names"));
  }
  absl::StatusOr<EventBatch> batch = decoder_.Decode(from.payload);
  if (!batch.ok()) {
    SetQuarantined(decoded, batch.status().message());
    return decoded;
  }
  if (batch->rows() != from.rows) {
    SetQuarantined(decoded, absl::StrCat("the envelope says ", from.rows,
                                         " rows, the payload holds ", batch->rows()));
    return decoded;
  }
  RowBitmap keep = RowsKept(from.rows, from.leave_out);
  std::string first_name;
  RowBitmap forbidden = RowsWithServerColumns(*batch, first_name);
  forbidden.And(keep);
  decoded.quarantined_rows = forbidden.Count();
  if (decoded.quarantined_rows > 0) {
    decoded.quarantine_reason = absl::StrCat("column ", first_name, " is set by the server alone");
    keep.AndNot(forbidden);
  }
  EventBatch kept = SelectRows(*std::move(batch), keep);
  if (!first_name.empty()) {
    std::vector<Column> allowed;
    for (const Column& column : kept.columns()) {
      if (!IsServerOwned(column.name())) allowed.push_back(column);
    }
    kept = EventBatch(kept.rows(), std::move(allowed));
  }
  RowBitmap skipped = keep;
  skipped.Not();
  decoded.skip = RangesOf(skipped);
  decoded.memory_bytes = DecodedBytes(kept);
  decoded.batch = std::move(kept);
  return decoded;
}

}  // namespace dims
