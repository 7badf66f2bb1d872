// SPDX-License-Identifier: Apache-2.0
#include "common/delivery/wire.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace dims {
namespace {

using ::testing::HasSubstr;

Bookmark FileBookmark() {
  FilePosition position{.generation = 2, .offset = 4096, .hash = {}, .path = "/var/log/auth.log"};
  position.hash.fill(7);
  return {.source = "file:fd00:1234", .position = position, .closed = false};
}

Envelope FullEnvelope() {
  Envelope envelope;
  envelope.epoch = 0xfedcba9876543210;
  envelope.sequence = 3;
  envelope.first_ordinal = 8192;
  envelope.rows = 100;
  envelope.payload_digest.fill(1);
  envelope.chain.fill(2);
  envelope.bookmarks = {
      FileBookmark(),
      {.source = "syslog:udp://127.0.0.1:514", .position = CounterPosition{9, 77}, .closed = true},
      {.source = "journal", .position = CursorPosition{"s=\xff;i=1"}, .closed = false}};
  envelope.leave_out = {{0, 10}, {10, 1}, {99, 1}};
  envelope.maybe_repeated = {{11, 2}};
  envelope.losses = {
      {"syslog:udp://127.0.0.1:514", -5, 1'796'000'000'000'000'000, 12, "kernel_drop"}};
  envelope.payload = std::string("\x01\x00\xff", 3);
  envelope.replaces_epoch = 5;
  envelope.replaces_sequence = 6;
  return envelope;
}

// Round trip over the bytes of the message, as a peer would see it. A template over the message.
template <typename Value>
Value ThroughBytes(const Value& value) {
  auto message = ToWire(value);
  decltype(message) parsed;
  EXPECT_TRUE(parsed.ParseFromString(message.SerializeAsString()));
  const auto back = FromWire(parsed);
  EXPECT_TRUE(back.ok()) << back.status();
  return back.ok() ? *back : Value{};
}

// What FromWire says to `message`.
template <typename Message>
std::string Refusal(const Message& message) {
  const auto value = FromWire(message);
  EXPECT_EQ(value.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(value.status().message());
}

TEST(WireTest, CarriesAnEnvelopeUnchanged) {
  EXPECT_EQ(ThroughBytes(FullEnvelope()), FullEnvelope());
}

TEST(WireTest, CarriesAHollowEnvelopeWithoutAPayload) {
  Envelope envelope = FullEnvelope();
  envelope.hollow_reason = "buffer_full";
  const Envelope back = ThroughBytes(envelope);
  EXPECT_TRUE(back.payload.empty());
  EXPECT_EQ(back.hollow_reason, "buffer_full");
  EXPECT_EQ(back.payload_digest, envelope.payload_digest);
}

TEST(WireTest, CarriesAHelloUnchanged) {
  const Hello hello{.epoch = 1,
                    .next = 10,
                    .oldest_retained = 4,
                    .ack_log = {{1, 3, 12'288}, {7, 1, 1}},
                    .live_sources = {"file:fd00:1234", "journal"},
                    .boot_nonce = 99,
                    .store_generation_seen = 5,
                    .want_new_epoch = true,
                    .agent_version = "0.1.0",
                    .wall_time_ns = 1'796'000'000'000'000'000};
  const Hello back = ThroughBytes(hello);
  EXPECT_EQ(back.epoch, hello.epoch);
  EXPECT_EQ(back.next, hello.next);
  EXPECT_EQ(back.oldest_retained, hello.oldest_retained);
  EXPECT_EQ(back.ack_log, hello.ack_log);
  EXPECT_EQ(back.live_sources, hello.live_sources);
  EXPECT_EQ(back.boot_nonce, hello.boot_nonce);
  EXPECT_EQ(back.store_generation_seen, hello.store_generation_seen);
  EXPECT_TRUE(back.want_new_epoch);
  EXPECT_EQ(back.agent_version, hello.agent_version);
  EXPECT_EQ(back.wall_time_ns, hello.wall_time_ns);
}

TEST(WireTest, CarriesAPositionUnchanged) {
  Position position;
  position.epoch = 8;
  position.watermark = 41;
  position.chain.fill(3);
  position.bookmarks = {FileBookmark()};
  position.store_generation = 11;
  position.credit_bytes = 262'144;
  position.server_time_ns = 17;
  position.epochs = {{7, 3, 30}, {8, 1, 10}};
  position.retention_seconds = 34'560'000;
  const Position back = ThroughBytes(position);
  EXPECT_EQ(back.epochs, position.epochs);
  EXPECT_EQ(back.epoch, 8u);
  EXPECT_EQ(back.watermark, 41u);
  EXPECT_EQ(back.chain, position.chain);
  EXPECT_EQ(back.bookmarks, position.bookmarks);
  EXPECT_EQ(back.store_generation, 11u);
  EXPECT_EQ(back.credit_bytes, 262'144u);
  EXPECT_EQ(back.server_time_ns, 17);
  EXPECT_EQ(back.retention_seconds, 34'560'000u);
}

TEST(WireTest, CarriesAnAckUnchanged) {
  const Ack ack{.epoch = 1,
                .committed = 9,
                .archived = 4,
                .credit_bytes = 1 << 20,
                .quarantined = {{8, 4096, "does not decode"}},
                .server_time_ns = 3};
  const Ack back = ThroughBytes(ack);
  EXPECT_EQ(back.epoch, 1u);
  EXPECT_EQ(back.committed, 9u);
  EXPECT_EQ(back.archived, 4u);
  EXPECT_EQ(back.credit_bytes, ack.credit_bytes);
  ASSERT_EQ(back.quarantined.size(), 1u);
  EXPECT_EQ(back.quarantined[0].sequence, 8u);
  EXPECT_EQ(back.quarantined[0].rows, 4096u);
  EXPECT_EQ(back.quarantined[0].reason, "does not decode");
  EXPECT_EQ(back.server_time_ns, 3);
}

TEST(WireTest, CarriesAReportUnchanged) {
  const Report back = ThroughBytes(Report{.waiting_rows = 1,
                                          .waiting_bytes = 2,
                                          .oldest_waiting_ns = -3,
                                          .lost_rows = 4,
                                          .wall_time_ns = 5});
  EXPECT_EQ(back.waiting_rows, 1u);
  EXPECT_EQ(back.waiting_bytes, 2u);
  EXPECT_EQ(back.oldest_waiting_ns, -3);
  EXPECT_EQ(back.lost_rows, 4u);
  EXPECT_EQ(back.wall_time_ns, 5);
}

TEST(WireTest, RefusesEnvelopesWithoutIdentity) {
  v1::Envelope message = ToWire(FullEnvelope());
  message.set_epoch(0);
  EXPECT_THAT(Refusal(message), HasSubstr("epoch"));
  message = ToWire(FullEnvelope());
  message.set_sequence(0);
  EXPECT_THAT(Refusal(message), HasSubstr("sequence"));
}

TEST(WireTest, RefusesDigestsOfAnotherLength) {
  for (const std::string& bytes : {std::string(), std::string(31, 'x'), std::string(33, 'x')}) {
    v1::Envelope message = ToWire(FullEnvelope());
    message.set_payload_digest(bytes);
    EXPECT_THAT(Refusal(message), HasSubstr("payload_digest"));
    message = ToWire(FullEnvelope());
    message.set_chain(bytes);
    EXPECT_THAT(Refusal(message), HasSubstr("chain"));
    v1::Position position;
    position.set_epoch(1);
    position.set_chain(bytes);
    EXPECT_THAT(Refusal(position), HasSubstr("chain"));
  }
}

TEST(WireTest, RefusesPayloadAndHollowReasonAtOnceOrNeither) {
  v1::Envelope message = ToWire(FullEnvelope());
  message.set_hollow_reason("damaged");
  EXPECT_THAT(Refusal(message), HasSubstr("payload"));
  message.clear_payload();
  message.clear_hollow_reason();
  EXPECT_THAT(Refusal(message), HasSubstr("payload"));
}

TEST(WireTest, RefusesRowRangesThatAreEmptyOverlapOrPassTheEnd) {
  const auto with = [](std::initializer_list<RowRange> ranges) {
    Envelope envelope = FullEnvelope();
    envelope.leave_out = ranges;
    return Refusal(ToWire(envelope));
  };
  EXPECT_THAT(with({{0, 0}}), HasSubstr("leave_out"));
  EXPECT_THAT(with({{0, 5}, {4, 1}}), HasSubstr("leave_out"));
  EXPECT_THAT(with({{5, 1}, {0, 1}}), HasSubstr("leave_out"));
  EXPECT_THAT(with({{99, 2}}), HasSubstr("leave_out"));
  EXPECT_THAT(with({{0xffffffff, 0xffffffff}}), HasSubstr("leave_out"));
}

TEST(WireTest, RefusesRepeatedRowsThatAreNotInTheBatch) {
  Envelope envelope = FullEnvelope();
  envelope.maybe_repeated = {{99, 2}};
  EXPECT_THAT(Refusal(ToWire(envelope)), HasSubstr("maybe_repeated"));
}

TEST(WireTest, RefusesHalfAReplacement) {
  v1::Envelope message = ToWire(FullEnvelope());
  message.set_replaces_sequence(0);
  EXPECT_THAT(Refusal(message), HasSubstr("replaces"));
}

TEST(WireTest, RefusesRowsAndOrdinalsBeyondTheirLimits) {
  v1::Envelope message = ToWire(FullEnvelope());
  message.set_rows(4097);
  EXPECT_THAT(Refusal(message), HasSubstr("4,096"));
  message = ToWire(FullEnvelope());
  message.set_first_ordinal(UINT64_MAX - 10);
  EXPECT_THAT(Refusal(message), HasSubstr("first_ordinal"));
}

TEST(WireTest, RefusesMoreMembersThanALimitAllows) {
  v1::Envelope envelope = ToWire(FullEnvelope());
  while (envelope.losses_size() <= kLossesPerEnvelopeMax) envelope.add_losses()->set_count(1);
  EXPECT_THAT(Refusal(envelope), HasSubstr("losses"));
  envelope = ToWire(FullEnvelope());
  while (envelope.leave_out_size() <= kRowRangesMax) envelope.add_leave_out();
  EXPECT_THAT(Refusal(envelope), HasSubstr("leave_out"));
  v1::Hello hello = ToWire(Hello());
  while (hello.ack_log_size() <= kAckLogMax) hello.add_ack_log()->set_epoch(1);
  EXPECT_THAT(Refusal(hello), HasSubstr("ack_log"));
  hello = ToWire(Hello());
  while (hello.live_sources_size() <= kBookmarksMax) hello.add_live_sources("x");
  EXPECT_THAT(Refusal(hello), HasSubstr("live_sources"));
  v1::Position position = ToWire(Position());
  position.set_epoch(1);
  while (position.bookmarks_size() <= kBookmarksMax) position.add_bookmarks();
  EXPECT_THAT(Refusal(position), HasSubstr("bookmarks"));
  v1::Ack ack = ToWire(Ack());
  ack.set_epoch(1);
  while (ack.quarantined_size() <= kQuarantinedPerAckMax) ack.add_quarantined();
  EXPECT_THAT(Refusal(ack), HasSubstr("quarantined"));
}

TEST(WireTest, RefusesNamesBeyond4096Bytes) {
  const std::string long_name(kNameBytesMax + 1, 'x');
  v1::Bookmark bookmark = ToWire(FileBookmark());
  bookmark.mutable_file()->set_path(long_name);
  EXPECT_THAT(Refusal(bookmark), HasSubstr("path"));
  bookmark = ToWire(FileBookmark());
  bookmark.set_source(long_name);
  EXPECT_THAT(Refusal(bookmark), HasSubstr("source"));
  bookmark.set_source("journal");
  bookmark.set_cursor(long_name);
  EXPECT_THAT(Refusal(bookmark), HasSubstr("cursor"));
  v1::Hello hello = ToWire(Hello());
  hello.set_agent_version(long_name);
  EXPECT_THAT(Refusal(hello), HasSubstr("agent_version"));
  v1::Envelope envelope = ToWire(FullEnvelope());
  envelope.mutable_losses(0)->set_reason(long_name);
  EXPECT_THAT(Refusal(envelope), HasSubstr("reason"));
}

TEST(WireTest, RefusesBookmarksWithoutSourcePositionOrHash) {
  v1::Bookmark bookmark = ToWire(FileBookmark());
  bookmark.clear_source();
  EXPECT_THAT(Refusal(bookmark), HasSubstr("source"));
  bookmark = ToWire(FileBookmark());
  bookmark.clear_position();
  EXPECT_THAT(Refusal(bookmark), HasSubstr("position"));
  bookmark = ToWire(FileBookmark());
  bookmark.mutable_file()->set_hash("short");
  EXPECT_THAT(Refusal(bookmark), HasSubstr("hash"));
}

TEST(WireTest, RefusesHellosWhoseRingMakesNoSense) {
  v1::Hello hello = ToWire(Hello());
  hello.set_next(0);
  EXPECT_THAT(Refusal(hello), HasSubstr("next"));
  hello.set_next(3);
  hello.set_oldest_retained(4);
  EXPECT_THAT(Refusal(hello), HasSubstr("oldest_retained"));
  hello.set_oldest_retained(0);
  EXPECT_THAT(Refusal(hello), HasSubstr("oldest_retained"));
}

TEST(WireTest, RefusesPositionsAndAcksWithoutEpoch) {
  EXPECT_THAT(Refusal(ToWire(Position())), HasSubstr("epoch"));
  EXPECT_THAT(Refusal(ToWire(Ack())), HasSubstr("epoch"));
}

}  // namespace
}  // namespace dims
