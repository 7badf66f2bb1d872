// SPDX-License-Identifier: Apache-2.0
#include "common/grpc/grpc_log.h"

#include <grpc/support/log.h>

#include "common/base/log.h"

namespace dims {
namespace {

// gRPC says "error" of things that concern one connection only; to us they are warnings.
void Forward(gpr_log_func_args* args) {
  const LogLevel level =
      args->severity == GPR_LOG_SEVERITY_ERROR ? LogLevel::kWarning : LogLevel::kDebug;
  Log(level, absl::StrCat("grpc: ", args->message));
}

}  // namespace

void RouteGrpcLog() {
  gpr_set_log_function(Forward);
}

}  // namespace dims
