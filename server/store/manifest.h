// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "common/event/column_source.h"
#include "common/event/event_batch.h"
#include "server/store/block/block_header.h"
#include "server/store/day.h"
#include "server/store/day_file.h"

namespace dims {

// Event time, both ends inclusive.
struct TimeRange {
  std::int64_t from_ns = std::numeric_limits<std::int64_t>::min();
  std::int64_t to_ns = std::numeric_limits<std::int64_t>::max();
};

// Rows of one day in memory, from whole commit groups.
struct OpenSlice {
  std::shared_ptr<const EventBatch> batch;
  DayNumber day = 0;
  std::vector<std::int64_t> tail_ids;  // of the groups that have rows in it, ascending
  std::int64_t received_ns = 0;        // of the oldest row
  std::int64_t min_time_ns = 0;
  std::int64_t max_time_ns = 0;
  std::vector<std::string> sites;
  std::uint64_t bytes = 0;  // of memory, about
};

// A block that counts: the ledger names it.
struct SealedBlock {
  std::string name;
  DayNumber day = 0;
  std::int64_t id = 0;  // in its day's file
  std::shared_ptr<const BlockHeader> header;
  std::shared_ptr<DayFile> file;
};

// One piece of the store as a query scans it, with what may let the query skip it.
struct ManifestSource {
  std::string name;  // "day-20260115/17-9f3a02bc", or "open"
  bool sealed = false;
  std::uint32_t rows = 0;
  std::int64_t min_time_ns = 0;
  std::int64_t max_time_ns = 0;
  std::vector<std::string> sites;  // every site that has a row in it, and perhaps others
  std::uint64_t stored_bytes = 0;  // sealed blocks: of all columns
  std::shared_ptr<ColumnSource> columns;
};

// Everything the store holds at one moment, each row once. Immutable: rows that are committed or
// blocks that are sealed later are in later manifests, and what this one names stays readable as
// long as it lives, also when retention has dropped it meanwhile.
//
// Thread: any; each call of Sources makes sources of its own, each for one thread.
class Manifest {
 public:
  Manifest(std::vector<OpenSlice> open, std::shared_ptr<const std::vector<SealedBlock>> sealed);

  // What may hold rows of `range`, the newest first (by newest row). Rows outside the range may be
  // among them.
  std::vector<ManifestSource> Sources(const TimeRange& range = {}) const;

  const std::vector<OpenSlice>& open() const { return open_; }

  const std::vector<SealedBlock>& sealed() const { return *sealed_; }

  const std::shared_ptr<const std::vector<SealedBlock>>& shared_sealed() const { return sealed_; }

  std::uint64_t rows() const;

 private:
  std::vector<OpenSlice> open_;
  std::shared_ptr<const std::vector<SealedBlock>> sealed_;
};

}  // namespace dims
