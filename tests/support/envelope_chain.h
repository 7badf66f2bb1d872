// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/delivery/chain.h"
#include "common/delivery/envelope.h"
#include "common/event/batch_builder.h"
#include "common/event/batch_codec.h"

namespace dims {

// Rows with a time, a message and a source address, as a parser makes them.
inline EventBatch LogRows(const std::vector<std::string>& messages, absl::Time at) {
  BatchBuilder builder;
  for (const std::string& message : messages) {
    builder.Integer(Field::kTimestamp, absl::ToUnixNanos(at));
    builder.Text(Field::kMessage, message);
    builder.Ip(Field::kSourceIp, *IpAddress::Parse("203.0.113.9"));
    builder.FinishRow();
  }
  return builder.Finish();
}

inline Bookmark FileBookmark(absl::string_view source, std::uint64_t offset,
                             std::uint64_t generation = 0) {
  FilePosition position;
  position.generation = generation;
  position.offset = offset;
  position.path = "/var/log/auth.log";
  return {std::string(source), position, false};
}

inline Bookmark CounterBookmark(absl::string_view source, std::uint64_t nonce,
                                std::uint64_t counter) {
  return {std::string(source), CounterPosition{nonce, counter}, false};
}

// Makes the envelopes of one epoch of an agent, one after the other, with dense sequences and
// ordinals, real payloads and a chain that holds.
class EnvelopeChain {
 public:
  EnvelopeChain(std::string agent, Epoch epoch) : epoch_(epoch), chain_(ChainStart(agent, epoch)) {}

  // Continues behind `sequence` instead.
  EnvelopeChain(Epoch epoch, Sequence sequence, Ordinal next_ordinal, const Sha256Digest& chain)
      : epoch_(epoch), sequence_(sequence), next_ordinal_(next_ordinal), chain_(chain) {}

  Envelope Next(const EventBatch& batch, std::vector<Bookmark> bookmarks = {}) {
    return NextPayload(encoder_.Encode(batch).payload, batch.rows(), std::move(bookmarks));
  }

  // The payload may be anything; digest and chain fit it.
  Envelope NextPayload(std::string payload, std::uint32_t rows,
                       std::vector<Bookmark> bookmarks = {}) {
    Envelope envelope = Step(Sha256(payload), rows);
    envelope.payload = std::move(payload);
    envelope.bookmarks = std::move(bookmarks);
    return envelope;
  }

  Envelope NextHollow(std::uint32_t rows, absl::string_view reason) {
    Envelope envelope = Step(Sha256("what was dropped"), rows);
    envelope.hollow_reason = std::string(reason);
    return envelope;
  }

  Epoch epoch() const { return epoch_; }

  Sequence sequence() const { return sequence_; }

  Ordinal next_ordinal() const { return next_ordinal_; }

  const Sha256Digest& chain() const { return chain_; }

 private:
  Envelope Step(const Sha256Digest& digest, std::uint32_t rows) {
    Envelope envelope;
    envelope.epoch = epoch_;
    envelope.sequence = ++sequence_;
    envelope.first_ordinal = next_ordinal_;
    envelope.rows = rows;
    envelope.payload_digest = digest;
    envelope.chain = chain_ = ChainNext(chain_, epoch_, sequence_, digest);
    next_ordinal_ += rows;
    return envelope;
  }

  BatchEncoder encoder_;
  Epoch epoch_;
  Sequence sequence_ = 0;
  Ordinal next_ordinal_ = 0;
  Sha256Digest chain_;
};

}  // namespace dims
