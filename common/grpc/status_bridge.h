// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace dims {

// Error messages longer than this are cut before they cross the wire: they travel in HTTP/2
// headers.
inline constexpr int kWireMessageBytesMax = 1024;

// The two libraries share their codes by design, so that one error vocabulary serves on both sides
// of the border.
grpc::Status ToGrpc(const absl::Status& status);

// A code outside the vocabulary becomes Unknown.
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace dims
