// SPDX-License-Identifier: Apache-2.0
// Status plumbing: this Abseil has no macros of its own.
//
//   RETURN_IF_ERROR(database.Execute(sql), "buffer.db: append 3 batches");
//   ASSIGN_OR_RETURN(auto rows, Read(first), "buffer.db: read");
//
// The optional second argument names object and action; it is put in front of the message and
// evaluated on error only.
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace dims {

// `status` with `context: ` in front of its message; the code stays.
inline absl::Status Annotate(const absl::Status& status, absl::string_view context) {
  if (status.ok() || context.empty()) return status;
  return absl::Status(status.code(), absl::StrCat(context, ": ", status.message()));
}

}  // namespace dims

#define DIMS_CONCAT_INNER(a, b) a##b
#define DIMS_CONCAT(a, b) DIMS_CONCAT_INNER(a, b)

#define RETURN_IF_ERROR(expression, ...)                                    \
  do {                                                                      \
    if (absl::Status dims_status = (expression); !dims_status.ok()) {       \
      return ::dims::Annotate(dims_status, absl::string_view{__VA_ARGS__}); \
    }                                                                       \
  } while (false)

#define ASSIGN_OR_RETURN(target, expression, ...) \
  ASSIGN_OR_RETURN_INNER(DIMS_CONCAT(dims_result_, __LINE__), target, expression, __VA_ARGS__)

#define ASSIGN_OR_RETURN_INNER(result, target, expression, ...)               \
  auto result = (expression);                                                 \
  if (!result.ok()) {                                                         \
    return ::dims::Annotate(result.status(), absl::string_view{__VA_ARGS__}); \
  }                                                                           \
  target = *std::move(result)
