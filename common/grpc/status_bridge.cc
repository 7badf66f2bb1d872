// SPDX-License-Identifier: Apache-2.0
#include "common/grpc/status_bridge.h"

#include <string>

#include "absl/strings/string_view.h"

namespace dims {

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const absl::string_view message = status.message().substr(0, kWireMessageBytesMax);
  return {static_cast<grpc::StatusCode>(status.code()), std::string(message)};
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const int code = status.error_code();
  const bool known = code > 0 && code <= static_cast<int>(absl::StatusCode::kUnauthenticated);
  return {known ? static_cast<absl::StatusCode>(code) : absl::StatusCode::kUnknown,
          status.error_message()};
}

}  // namespace dims
