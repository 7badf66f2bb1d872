// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/str_cat.h"
#include "agent/buffer/buffer_rows.h"
#include "common/base/status_macros.h"
#include "common/delivery/wire.h"

namespace dims {

std::string EncodeExtras(const std::vector<Bookmark>& bookmarks,
                         const std::vector<RowRange>& leave_out, const std::vector<Loss>& losses,
                         const std::vector<RowRange>& maybe_repeated) {
  v1::Envelope message;
  for (const Bookmark& bookmark : bookmarks) *message.add_bookmarks() = ToWire(bookmark);
  for (const RowRange& range : leave_out) {
    v1::RowRange* added = message.add_leave_out();
    added->set_first(range.first);
    added->set_count(range.count);
  }
  for (const RowRange& range : maybe_repeated) {
    v1::RowRange* added = message.add_maybe_repeated();
    added->set_first(range.first);
    added->set_count(range.count);
  }
  for (const Loss& loss : losses) {
    v1::Loss* added = message.add_losses();
    added->set_source(loss.source);
    added->set_from_ns(static_cast<std::uint64_t>(loss.from_ns));
    added->set_to_ns(static_cast<std::uint64_t>(loss.to_ns));
    added->set_count(loss.count);
    added->set_reason(loss.reason);
  }
  return message.SerializeAsString();
}

absl::StatusOr<Envelope> ToEnvelope(const BatchRow& row, std::string payload) {
  v1::Envelope extras;
  if (!extras.ParseFromString(row.extras)) {
    return absl::DataLossError(absl::StrCat("batch ", row.id, ": its bookmarks do not parse"));
  }
  Envelope envelope;
  envelope.epoch = row.epoch;
  envelope.sequence = row.sequence;
  envelope.first_ordinal = row.first_ordinal;
  envelope.rows = row.rows;
  envelope.payload_digest = row.digest;
  envelope.chain = row.chain;
  for (const v1::Bookmark& message : extras.bookmarks()) {
    ASSIGN_OR_RETURN(Bookmark bookmark, FromWire(message));
    envelope.bookmarks.push_back(std::move(bookmark));
  }
  for (const v1::RowRange& range : extras.leave_out()) {
    envelope.leave_out.push_back({range.first(), range.count()});
  }
  for (const v1::RowRange& range : extras.maybe_repeated()) {
    envelope.maybe_repeated.push_back({range.first(), range.count()});
  }
  for (const v1::Loss& loss : extras.losses()) {
    envelope.losses.push_back({loss.source(), static_cast<std::int64_t>(loss.from_ns()),
                               static_cast<std::int64_t>(loss.to_ns()), loss.count(),
                               loss.reason()});
  }
  envelope.payload = std::move(payload);
  envelope.hollow_reason = row.hollow_reason;
  envelope.replaces_epoch = row.replaces_epoch;
  envelope.replaces_sequence = row.replaces_sequence;
  return envelope;
}

}  // namespace dims
