// SPDX-License-Identifier: Apache-2.0
#include "common/delivery/wire.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/event/event_batch.h"

namespace dims {
namespace {

constexpr std::size_t kPositionHashBytes = 16;
// What a payload may have at most: raw bytes that do not compress, and the header.
constexpr std::size_t kPayloadBytesMax = kBatchRawBytesMax + (64u << 10);

absl::Status Wrong(absl::string_view member, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(member, ": ", what));
}

absl::Status CheckName(absl::string_view member, const std::string& name) {
  if (name.size() > kNameBytesMax) return Wrong(member, "longer than 4,096 bytes");
  return absl::OkStatus();
}

absl::Status CheckCount(absl::string_view member, int count, int count_max) {
  if (count <= count_max) return absl::OkStatus();
  return Wrong(member, absl::StrCat(count, " of them, at most ", count_max, " are allowed"));
}

absl::StatusOr<Sha256Digest> DigestOf(absl::string_view member, const std::string& bytes) {
  if (bytes.size() != kSha256Bytes) return Wrong(member, "not 32 bytes");
  Sha256Digest digest;
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

// Times are on the wire as fixed64: two's complement.
std::uint64_t ToFixed(std::int64_t time_ns) {
  return static_cast<std::uint64_t>(time_ns);
}

std::int64_t FromFixed(std::uint64_t time_ns) {
  return static_cast<std::int64_t>(time_ns);
}

absl::StatusOr<std::vector<Bookmark>> BookmarksOf(
    const google::protobuf::RepeatedPtrField<v1::Bookmark>& messages) {
  RETURN_IF_ERROR(CheckCount("bookmarks", messages.size(), kBookmarksMax));
  std::vector<Bookmark> bookmarks;
  bookmarks.reserve(static_cast<std::size_t>(messages.size()));
  for (const v1::Bookmark& message : messages) {
    ASSIGN_OR_RETURN(Bookmark bookmark, FromWire(message));
    bookmarks.push_back(std::move(bookmark));
  }
  return bookmarks;
}

absl::Status ReadRowRanges(absl::string_view name,
                           const google::protobuf::RepeatedPtrField<v1::RowRange>& ranges,
                           std::uint32_t rows, std::vector<RowRange>& out) {
  RETURN_IF_ERROR(CheckCount(name, ranges.size(), kRowRangesMax));
  std::uint32_t end = 0;
  for (const v1::RowRange& range : ranges) {
    const bool inside = range.first() <= rows && range.count() <= rows - range.first();
    if (range.count() == 0 || range.first() < end || !inside) {
      return Wrong(name, "ranges are empty, overlap, or pass the last row");
    }
    end = range.first() + range.count();
    out.push_back({range.first(), range.count()});
  }
  return absl::OkStatus();
}

absl::Status ReadLosses(const v1::Envelope& message, Envelope& envelope) {
  RETURN_IF_ERROR(CheckCount("losses", message.losses_size(), kLossesPerEnvelopeMax));
  for (const v1::Loss& loss : message.losses()) {
    RETURN_IF_ERROR(CheckName("losses.source", loss.source()));
    RETURN_IF_ERROR(CheckName("losses.reason", loss.reason()));
    if (loss.count() == 0) return Wrong("losses.count", "is zero");
    envelope.losses.push_back({loss.source(), FromFixed(loss.from_ns()), FromFixed(loss.to_ns()),
                               loss.count(), loss.reason()});
  }
  return absl::OkStatus();
}

absl::Status CheckEnvelope(const v1::Envelope& message) {
  if (message.epoch() == 0) return Wrong("epoch", "is zero");
  if (message.sequence() == 0) return Wrong("sequence", "is zero");
  if (message.rows() > kBatchRowsMax) return Wrong("rows", "more than 4,096");
  if (message.first_ordinal() > UINT64_MAX - message.rows()) {
    return Wrong("first_ordinal", "passes 2^64");
  }
  if (message.payload().size() > kPayloadBytesMax) return Wrong("payload", "too long");
  if (message.payload().empty() == message.hollow_reason().empty()) {
    return Wrong("payload", "a payload or a hollow reason is needed, not both");
  }
  if ((message.replaces_epoch() == 0) != (message.replaces_sequence() == 0)) {
    return Wrong("replaces_epoch", "needs its sequence, and the reverse");
  }
  return CheckName("hollow_reason", message.hollow_reason());
}

}  // namespace

v1::Bookmark ToWire(const Bookmark& bookmark) {
  v1::Bookmark message;
  message.set_source(bookmark.source);
  message.set_closed(bookmark.closed);
  if (const auto* file = std::get_if<FilePosition>(&bookmark.position)) {
    message.mutable_file()->set_generation(file->generation);
    message.mutable_file()->set_offset(file->offset);
    message.mutable_file()->set_hash(file->hash.data(), file->hash.size());
    message.mutable_file()->set_path(file->path);
  } else if (const auto* counter = std::get_if<CounterPosition>(&bookmark.position)) {
    message.mutable_counter()->set_nonce(counter->nonce);
    message.mutable_counter()->set_counter(counter->counter);
  } else {
    message.set_cursor(std::get<CursorPosition>(bookmark.position).cursor);
  }
  return message;
}

v1::Hello ToWire(const Hello& hello) {
  v1::Hello message;
  message.set_epoch(hello.epoch);
  message.set_next(hello.next);
  message.set_oldest_retained(hello.oldest_retained);
  for (const EpochPosition& position : hello.ack_log) {
    v1::EpochPosition& entry = *message.add_ack_log();
    entry.set_epoch(position.epoch);
    entry.set_sequence(position.sequence);
    entry.set_next_ordinal(position.next_ordinal);
  }
  for (const std::string& source : hello.live_sources) message.add_live_sources(source);
  message.set_boot_nonce(hello.boot_nonce);
  message.set_store_generation_seen(hello.store_generation_seen);
  message.set_want_new_epoch(hello.want_new_epoch);
  message.set_agent_version(hello.agent_version);
  message.set_wall_time_ns(ToFixed(hello.wall_time_ns));
  return message;
}

v1::Position ToWire(const Position& position) {
  v1::Position message;
  message.set_epoch(position.epoch);
  message.set_watermark(position.watermark);
  message.set_chain(position.chain.data(), position.chain.size());
  for (const Bookmark& bookmark : position.bookmarks) *message.add_bookmarks() = ToWire(bookmark);
  message.set_store_generation(position.store_generation);
  message.set_credit_bytes(position.credit_bytes);
  message.set_server_time_ns(ToFixed(position.server_time_ns));
  for (const EpochPosition& epoch : position.epochs) {
    v1::EpochPosition& entry = *message.add_epochs();
    entry.set_epoch(epoch.epoch);
    entry.set_sequence(epoch.sequence);
    entry.set_next_ordinal(epoch.next_ordinal);
  }
  message.set_retention_seconds(position.retention_seconds);
  return message;
}

v1::Envelope ToWire(Envelope envelope) {
  v1::Envelope message;
  message.set_epoch(envelope.epoch);
  message.set_sequence(envelope.sequence);
  message.set_first_ordinal(envelope.first_ordinal);
  message.set_rows(envelope.rows);
  message.set_payload_digest(envelope.payload_digest.data(), envelope.payload_digest.size());
  message.set_chain(envelope.chain.data(), envelope.chain.size());
  for (const Bookmark& bookmark : envelope.bookmarks) *message.add_bookmarks() = ToWire(bookmark);
  for (const RowRange& range : envelope.leave_out) {
    v1::RowRange& entry = *message.add_leave_out();
    entry.set_first(range.first);
    entry.set_count(range.count);
  }
  for (const RowRange& range : envelope.maybe_repeated) {
    v1::RowRange& entry = *message.add_maybe_repeated();
    entry.set_first(range.first);
    entry.set_count(range.count);
  }
  for (const Loss& loss : envelope.losses) {
    v1::Loss& entry = *message.add_losses();
    entry.set_source(loss.source);
    entry.set_from_ns(ToFixed(loss.from_ns));
    entry.set_to_ns(ToFixed(loss.to_ns));
    entry.set_count(loss.count);
    entry.set_reason(loss.reason);
  }
  if (!envelope.hollow()) message.set_payload(std::move(envelope.payload));
  message.set_hollow_reason(envelope.hollow_reason);
  message.set_replaces_epoch(envelope.replaces_epoch);
  message.set_replaces_sequence(envelope.replaces_sequence);
  return message;
}

v1::Ack ToWire(const Ack& ack) {
  v1::Ack message;
  message.set_epoch(ack.epoch);
  message.set_committed(ack.committed);
  message.set_archived(ack.archived);
  message.set_credit_bytes(ack.credit_bytes);
  for (const QuarantinedBatch& batch : ack.quarantined) {
    v1::Quarantined& entry = *message.add_quarantined();
    entry.set_sequence(batch.sequence);
    entry.set_rows(batch.rows);
    entry.set_reason(batch.reason);
  }
  message.set_server_time_ns(ToFixed(ack.server_time_ns));
  return message;
}

v1::Report ToWire(const Report& report) {
  v1::Report message;
  message.set_waiting_rows(report.waiting_rows);
  message.set_waiting_bytes(report.waiting_bytes);
  message.set_oldest_waiting_ns(ToFixed(report.oldest_waiting_ns));
  message.set_lost_rows(report.lost_rows);
  message.set_wall_time_ns(ToFixed(report.wall_time_ns));
  return message;
}

absl::StatusOr<Bookmark> FromWire(const v1::Bookmark& message) {
  Bookmark bookmark;
  if (message.source().empty()) return Wrong("bookmark.source", "is empty");
  RETURN_IF_ERROR(CheckName("bookmark.source", message.source()));
  bookmark.source = message.source();
  bookmark.closed = message.closed();
  switch (message.position_case()) {
    case v1::Bookmark::kFile: {
      FilePosition file;
      file.generation = message.file().generation();
      file.offset = message.file().offset();
      if (message.file().hash().size() != kPositionHashBytes) {
        return Wrong("bookmark.file.hash", "not 16 bytes");
      }
      std::copy(message.file().hash().begin(), message.file().hash().end(), file.hash.begin());
      RETURN_IF_ERROR(CheckName("bookmark.file.path", message.file().path()));
      file.path = message.file().path();
      bookmark.position = std::move(file);
      return bookmark;
    }
    case v1::Bookmark::kCounter:
      bookmark.position = CounterPosition{message.counter().nonce(), message.counter().counter()};
      return bookmark;
    case v1::Bookmark::kCursor:
      RETURN_IF_ERROR(CheckName("bookmark.cursor", message.cursor()));
      bookmark.position = CursorPosition{message.cursor()};
      return bookmark;
    case v1::Bookmark::POSITION_NOT_SET:
      break;
  }
  return Wrong("bookmark.position", "is missing");
}

absl::StatusOr<Hello> FromWire(const v1::Hello& message) {
  Hello hello;
  hello.epoch = message.epoch();
  hello.next = message.next();
  hello.oldest_retained = message.oldest_retained();
  if (hello.next == 0) return Wrong("next", "is zero");
  if (hello.oldest_retained == 0 || hello.oldest_retained > hello.next) {
    return Wrong("oldest_retained", "is zero or beyond next");
  }
  RETURN_IF_ERROR(CheckCount("ack_log", message.ack_log_size(), kAckLogMax));
  for (const v1::EpochPosition& entry : message.ack_log()) {
    if (entry.epoch() == 0) return Wrong("ack_log.epoch", "is zero");
    hello.ack_log.push_back({entry.epoch(), entry.sequence(), entry.next_ordinal()});
  }
  RETURN_IF_ERROR(CheckCount("live_sources", message.live_sources_size(), kBookmarksMax));
  for (const std::string& source : message.live_sources()) {
    RETURN_IF_ERROR(CheckName("live_sources", source));
    hello.live_sources.push_back(source);
  }
  hello.boot_nonce = message.boot_nonce();
  hello.store_generation_seen = message.store_generation_seen();
  hello.want_new_epoch = message.want_new_epoch();
  RETURN_IF_ERROR(CheckName("agent_version", message.agent_version()));
  hello.agent_version = message.agent_version();
  hello.wall_time_ns = FromFixed(message.wall_time_ns());
  return hello;
}

absl::StatusOr<Position> FromWire(const v1::Position& message) {
  Position position;
  if (message.epoch() == 0) return Wrong("epoch", "is zero");
  position.epoch = message.epoch();
  position.watermark = message.watermark();
  ASSIGN_OR_RETURN(position.chain, DigestOf("chain", message.chain()));
  ASSIGN_OR_RETURN(position.bookmarks, BookmarksOf(message.bookmarks()));
  position.store_generation = message.store_generation();
  position.credit_bytes = message.credit_bytes();
  position.server_time_ns = FromFixed(message.server_time_ns());
  RETURN_IF_ERROR(CheckCount("epochs", message.epochs_size(), kAckLogMax));
  for (const v1::EpochPosition& entry : message.epochs()) {
    if (entry.epoch() == 0) return Wrong("epochs.epoch", "is zero");
    position.epochs.push_back({entry.epoch(), entry.sequence(), entry.next_ordinal()});
  }
  position.retention_seconds = message.retention_seconds();
  return position;
}

absl::StatusOr<Envelope> FromWire(v1::Envelope message) {
  RETURN_IF_ERROR(CheckEnvelope(message));
  Envelope envelope;
  envelope.epoch = message.epoch();
  envelope.sequence = message.sequence();
  envelope.first_ordinal = message.first_ordinal();
  envelope.rows = message.rows();
  ASSIGN_OR_RETURN(envelope.payload_digest, DigestOf("payload_digest", message.payload_digest()));
  ASSIGN_OR_RETURN(envelope.chain, DigestOf("chain", message.chain()));
  ASSIGN_OR_RETURN(envelope.bookmarks, BookmarksOf(message.bookmarks()));
  RETURN_IF_ERROR(
      ReadRowRanges("leave_out", message.leave_out(), message.rows(), envelope.leave_out));
  RETURN_IF_ERROR(ReadRowRanges("maybe_repeated", message.maybe_repeated(), message.rows(),
                                envelope.maybe_repeated));
  RETURN_IF_ERROR(ReadLosses(message, envelope));
  envelope.payload = std::move(*message.mutable_payload());
  envelope.hollow_reason = std::move(*message.mutable_hollow_reason());
  envelope.replaces_epoch = message.replaces_epoch();
  envelope.replaces_sequence = message.replaces_sequence();
  return envelope;
}

absl::StatusOr<Ack> FromWire(const v1::Ack& message) {
  Ack ack;
  if (message.epoch() == 0) return Wrong("epoch", "is zero");
  ack.epoch = message.epoch();
  ack.committed = message.committed();
  ack.archived = message.archived();
  ack.credit_bytes = message.credit_bytes();
  RETURN_IF_ERROR(CheckCount("quarantined", message.quarantined_size(), kQuarantinedPerAckMax));
  for (const v1::Quarantined& entry : message.quarantined()) {
    RETURN_IF_ERROR(CheckName("quarantined.reason", entry.reason()));
    ack.quarantined.push_back({entry.sequence(), entry.rows(), entry.reason()});
  }
  ack.server_time_ns = FromFixed(message.server_time_ns());
  return ack;
}

absl::StatusOr<Report> FromWire(const v1::Report& message) {
  Report report;
  report.waiting_rows = message.waiting_rows();
  report.waiting_bytes = message.waiting_bytes();
  report.oldest_waiting_ns = FromFixed(message.oldest_waiting_ns());
  report.lost_rows = message.lost_rows();
  report.wall_time_ns = FromFixed(message.wall_time_ns());
  return report;
}

}  // namespace dims
