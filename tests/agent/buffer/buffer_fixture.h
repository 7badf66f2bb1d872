// SPDX-License-Identifier: Apache-2.0
// The language of the buffer's tests: batches of a source up to a position, on a disk that can
// fail.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/buffer/event_buffer.h"
#include "common/delivery/chain.h"
#include "tests/support/crash_vfs.h"
#include "tests/support/seeded_random.h"
#include "tests/support/simulated_clock.h"
#include "tests/support/temporary_directory.h"

namespace dims {

inline constexpr char kAgent[] = "7f3c2d10-0000-4000-8000-000000000001";

inline Bookmark At(absl::string_view file, std::uint64_t offset) {
  FilePosition position;
  position.offset = offset;
  position.path = std::string(file);
  return {std::string(file), position, false};
}

inline Bookmark Count(absl::string_view socket, std::uint64_t nonce, std::uint64_t counter) {
  return {std::string(socket), CounterPosition{nonce, counter}, false};
}

inline Bookmark Cursor(absl::string_view journal, absl::string_view cursor) {
  return {std::string(journal), CursorPosition{std::string(cursor)}, false};
}

// A batch of `rows` rows whose last one ends at `end`. The payload only looks like one: the buffer
// does not read it.
inline NewBatch BatchOf(std::uint32_t rows, const Bookmark& end, std::size_t payload_bytes = 200) {
  NewBatch batch;
  batch.encoded.rows = rows;
  batch.encoded.payload = absl::StrCat(end.source, ":", ScalarPosition(end), ":", rows, ":");
  while (batch.encoded.payload.size() < payload_bytes) {
    batch.encoded.payload += static_cast<char>('a' + batch.encoded.payload.size() * 7 % 26);
  }
  batch.encoded.digest = Sha256(batch.encoded.payload);
  batch.bookmarks = {end};
  batch.oldest_ns = 1000 + static_cast<std::int64_t>(ScalarPosition(end));
  return batch;
}

// A buffer, its disk and its clock. On a CrashVfs unless OnRealDisk() was called before Open.
class BufferTest : public ::testing::Test {
 protected:
  BufferTest() { UseDisk(1); }

  ~BufferTest() override { buffer_.reset(); }

  // A fresh disk, with its own seed for what a power cut leaves. Lock and note are in the folder,
  // on the real disk.
  void UseDisk(std::uint64_t seed) {
    buffer_.reset();
    std::filesystem::remove(directory_ / "buffer.next");
    disk_ = std::make_unique<CrashVfs>(seed);
    options_.directory = directory_.path();
    options_.agent = kAgent;
    options_.vfs = disk_->name();
    options_.volume_free = [this] { return volume_free_; };
    options_.bytes_max = 64u << 20;
  }

  void OnRealDisk() { options_.vfs.clear(); }

  absl::Status TryOpen() {
    buffer_.reset();
    absl::StatusOr<std::unique_ptr<EventBuffer>> opened =
        EventBuffer::Open(options_, clock_, random_);
    if (!opened.ok()) return opened.status();
    buffer_ = *std::move(opened);
    return absl::OkStatus();
  }

  EventBuffer& Reopen() {
    const absl::Status status = TryOpen();
    EXPECT_TRUE(status.ok()) << status;
    return *buffer_;
  }

  EventBuffer& buffer() { return buffer_ == nullptr ? Reopen() : *buffer_; }

  CrashVfs& disk() { return *disk_; }

  absl::StatusOr<Sequence> TryAppend(NewBatch batch) {
    return buffer().Append(std::span(&batch, 1));
  }

  Sequence Append(NewBatch batch) {
    const absl::StatusOr<Sequence> sequence = TryAppend(std::move(batch));
    EXPECT_TRUE(sequence.ok()) << sequence.status();
    return sequence.ok() ? *sequence : 0;
  }

  std::vector<Envelope> Read(Sequence first = 1) {
    std::vector<Envelope> all;
    while (true) {
      auto some = buffer().Read(first, 1 << 20);
      EXPECT_TRUE(some.ok()) << some.status();
      if (!some.ok() || some->empty()) return all;
      first = some->back().sequence + 1;
      for (Envelope& envelope : *some) all.push_back(std::move(envelope));
    }
  }

  std::vector<Sequence> Sequences(Sequence first = 1) {
    std::vector<Sequence> sequences;
    for (const Envelope& envelope : Read(first)) sequences.push_back(envelope.sequence);
    return sequences;
  }

  std::uint64_t PositionOf(absl::string_view source) {
    const std::vector<Bookmark> bookmarks = buffer().Bookmarks().value();
    for (const Bookmark& bookmark : bookmarks) {
      if (bookmark.source == source) return ScalarPosition(bookmark);
    }
    return 0;
  }

  // The chain links every envelope to the one before, from the start of the epoch.
  void ExpectChainVerifies(const std::vector<Envelope>& envelopes) {
    if (envelopes.empty()) return;
    Sha256Digest chain = ChainStart(kAgent, envelopes.front().epoch);
    Ordinal ordinal = 0;
    Sequence sequence = 0;
    for (const Envelope& envelope : envelopes) {
      chain = ChainNext(chain, envelope.epoch, envelope.sequence, envelope.payload_digest);
      EXPECT_EQ(envelope.sequence, ++sequence);
      EXPECT_EQ(envelope.first_ordinal, ordinal);
      EXPECT_EQ(envelope.chain, chain) << envelope.sequence;
      ordinal += envelope.rows;
    }
  }

  std::string File() const { return options_.directory + "/buffer.db"; }

  TemporaryDirectory directory_;
  std::unique_ptr<CrashVfs> disk_;
  SimulatedClock clock_;
  SeededRandom random_{42};
  BufferOptions options_;
  std::uint64_t volume_free_ = 1ULL << 40;
  std::unique_ptr<EventBuffer> buffer_;
};

}  // namespace dims
