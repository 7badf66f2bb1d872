// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/event/ip_address.h"
#include "common/geo/geo_record.h"

struct MMDB_s;

namespace dims {

inline constexpr std::uint64_t kGeoDatabaseBytesMax = std::uint64_t{2} << 30;

// One MaxMind DB file (GeoLite2, GeoIP2, DB-IP, IPinfo and what is made like them).
//
// Guarantees: what was opened stays as it was, whatever happens to the file: it is read from a copy
// without a name, so that a file overwritten in place never takes the program along (its pages are
// the kernel's to drop). The file may hold any bytes: what libmaxminddb 1.7 does not check is
// checked before it sees the file, and records are decoded by bounded code of our own.
// Immutable but for a count; thread: any.
class GeoDatabase {
 public:
  // Copies to `directory`/mmdb.copy, which must be the caller's alone, and removes that name again.
  // NotFound, PermissionDenied; DataLoss: no such database, or a damaged one; ResourceExhausted:
  // too large, or no room for the copy. Messages name the file.
  static absl::StatusOr<std::unique_ptr<GeoDatabase>> Open(const std::string& path,
                                                           const std::string& directory);
  ~GeoDatabase();
  GeoDatabase(const GeoDatabase&) = delete;
  GeoDatabase& operator=(const GeoDatabase&) = delete;

  // Adds to `out` what it lacks and the database has.
  void Look(const IpAddress& address, GeoRecord& out) const;

  const std::string& path() const { return path_; }

  // "GeoLite2-City"
  const std::string& type() const { return type_; }

  std::int64_t build_ns() const { return build_ns_; }

  // Look-ups that met damage.
  std::uint64_t damaged() const { return damaged_.load(std::memory_order_relaxed); }

 private:
  GeoDatabase() = default;

  std::string path_;
  std::string type_;
  std::int64_t build_ns_ = 0;
  std::unique_ptr<MMDB_s> mmdb_;
  std::span<const std::uint8_t> section_;  // of records
  mutable std::atomic<std::uint64_t> damaged_ = 0;
};

}  // namespace dims
