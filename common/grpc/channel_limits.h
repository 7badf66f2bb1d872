// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/server_builder.h>
#include <grpcpp/support/channel_arguments.h>

#include "absl/time/time.h"

// What a connection may cost, for all listeners and channels in one place. docs/wire_format.md
// repeats the numbers.
namespace dims {

inline constexpr int kGrpcMessageBytesMax =
    9 * 1024 * 1024;  // an envelope of 8 MiB raw payload and its frame
inline constexpr int kJoinMessageBytesMax = 16 * 1024;
inline constexpr int kMetadataBytesMax = 8 * 1024;
inline constexpr int kStreamsPerConnectionMax = 4;
inline constexpr absl::Duration kHandshakeTimeout = absl::Seconds(10);
inline constexpr absl::Duration kClientKeepalive = absl::Seconds(30);
inline constexpr absl::Duration kKeepaliveTimeout = absl::Seconds(20);
inline constexpr absl::Duration kServerPingMinimum = absl::Seconds(20);
inline constexpr absl::Duration kConnectionAge = absl::Hours(1);
inline constexpr absl::Duration kConnectionAgeGrace = absl::Minutes(1);
inline constexpr absl::Duration kJoinConnectionAge = absl::Minutes(1);

// Limits of the main port. Compression by gRPC is off: a gigabyte of zeros passes a small message
// limit before it is refused; our payloads are compressed inside and bounded by their own reader.
void LimitMainPort(grpc::ServerBuilder& builder);

// Limits of the join port: tiny messages, one stream, short connections.
void LimitJoinPort(grpc::ServerBuilder& builder);

// Arguments of every channel to a server of ours: keepalive, the same message limit, no
// compression, reconnects within 30 s, and the server's TLS name in place of whatever address it is
// reached under.
grpc::ChannelArguments ClientArguments();

}  // namespace dims
