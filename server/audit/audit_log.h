// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/crypto/sha256.h"
#include "common/sqlite/database.h"

namespace dims {

inline constexpr std::size_t kAuditTextBytesMax = 256;         // who, act, object, outcome
inline constexpr std::size_t kAuditDetailBytesMax = 8 * 1024;  // a query's text
inline constexpr std::size_t kAuditPageRowsMax = 1000;

// One act as it is told to the log.
struct AuditEntry {
  std::string who;      // a principal's URI, or an address for somebody unknown
  std::string act;      // "site.add", "query", "join"
  std::string object;   // what it was done to
  std::string outcome;  // "ok", or the status code's name
  std::string detail;
};

struct AuditRow {
  std::uint64_t number = 0;  // dense from 1
  absl::Time at;
  AuditEntry entry;
};

// The end of the chain: whoever keeps a copy elsewhere can prove later that nothing before it was
// changed or cut off.
struct AuditHead {
  std::uint64_t number = 0;
  Sha256Digest chain{};
};

// Who did what, when, with which outcome; a chain of hashes over all rows (audit.db).
//
//   chain_0 = SHA-256("dims-audit-v1"); chain_n = SHA-256(chain_{n-1} | n u64 | ns u64 | 5 x
//   (length u32 | text))
//
// Guarantees: when Append returns OK the row is on disk; when it does not, the act it was about
// must not happen. Longer texts than the limits are cut and end in "...".
//
// Thread: any. Owns the database, whose only writer it is. `clock` must outlive it.
class AuditLog {
 public:
  // `vfs`: tests put a failing disk under it.
  static absl::StatusOr<std::unique_ptr<AuditLog>> Open(const std::string& path, Clock& clock,
                                                        absl::string_view vfs = "");

  absl::Status Append(const AuditEntry& entry) ABSL_LOCKS_EXCLUDED(mutex_);

  // Newest first, rows numbered below `before` (0: from the newest), at most `rows_max` and
  // kAuditPageRowsMax.
  absl::StatusOr<std::vector<AuditRow>> Page(std::uint64_t before, std::size_t rows_max)
      ABSL_LOCKS_EXCLUDED(mutex_);

  AuditHead Head() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Recomputes the chain over everything on disk, and that it passes through `known` where one is
  // given. The head it ends in; DataLoss names the first row that does not fit. Appends go on
  // meanwhile.
  absl::StatusOr<AuditHead> Verify(const std::optional<AuditHead>& known = std::nullopt) const;

 private:
  AuditLog(const DatabaseOptions& options, std::unique_ptr<Database> database, Clock& clock)
      : clock_(clock), options_(options), database_(std::move(database)) {}

  absl::Status LoadHead() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Clock& clock_;
  const DatabaseOptions options_;
  mutable Mutex mutex_;
  std::unique_ptr<Database> database_ ABSL_GUARDED_BY(mutex_);
  AuditHead head_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dims
