// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/statusor.h"
#include "common/delivery/messages.h"
#include "dims/v1/collector.pb.h"

namespace dims {

// Limits of one message from a peer, checked here, before a value is used (DELIVERY "Limits").
inline constexpr std::size_t kMessageBytesMax = 9u << 20;
inline constexpr int kEnvelopesPerDeliverMax = 1024;
inline constexpr int kBookmarksMax = 65'536;
inline constexpr int kLossesPerEnvelopeMax = 1024;
inline constexpr int kRowRangesMax = 4096;
inline constexpr int kAckLogMax = 65'536;
inline constexpr int kQuarantinedPerAckMax = 65'536;
inline constexpr std::size_t kNameBytesMax = 4096;  // sources, paths, reasons, versions

// Value -> message. A hollow envelope carries no payload.
v1::Hello ToWire(const Hello& hello);
v1::Position ToWire(const Position& position);
v1::Envelope ToWire(Envelope envelope);
v1::Ack ToWire(const Ack& ack);
v1::Report ToWire(const Report& report);
v1::Bookmark ToWire(const Bookmark& bookmark);

// Message -> value. The message is hostile: InvalidArgument names the member that breaks a limit or
// a rule (wrong digest length, row ranges that overlap or pass the end, a payload and a hollow
// reason at once, ...).
absl::StatusOr<Hello> FromWire(const v1::Hello& message);
absl::StatusOr<Position> FromWire(const v1::Position& message);
absl::StatusOr<Envelope> FromWire(v1::Envelope message);
absl::StatusOr<Ack> FromWire(const v1::Ack& message);
absl::StatusOr<Report> FromWire(const v1::Report& message);
absl::StatusOr<Bookmark> FromWire(const v1::Bookmark& message);

}  // namespace dims
