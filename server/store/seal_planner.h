// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "server/store/day.h"

namespace dims {

// What the planner knows of one open day.
struct OpenDayFigures {
  DayNumber day = 0;
  std::uint64_t rows = 0;
  std::int64_t oldest_received_ns = 0;
  std::int64_t oldest_tail_id = 0;
  std::uint64_t bytes = 0;  // of memory, about
};

struct SealLimits {
  std::uint64_t day_rows = 65'536;                    // a day with so many is sealed
  std::uint64_t open_rows = 262'144;                  // beyond, the largest day is
  std::uint64_t open_bytes = 48u << 20;               // of memory; beyond, the heaviest day is
  std::uint64_t open_rows_max = 524'288;              // from here on agents get no credit,
  std::uint64_t open_bytes_max = 96u << 20;           // and from so much memory in open rows on
  std::int64_t closed_after_ns = 3'600'000'000'000;   // a past day, this long after its oldest row
  std::uint64_t tail_bytes = std::uint64_t{1} << 30;  // beyond, the day of the oldest group is
  std::int64_t disk_full_retry_ns = 10'000'000'000;
};

// The day to seal next, if one is due. A pure function; `now_ns` is wall time.
std::optional<DayNumber> DayToSeal(std::span<const OpenDayFigures> days, std::uint64_t tail_bytes,
                                   std::int64_t now_ns, const SealLimits& limits);

// The day with the most rows; for sealing everything now.
std::optional<DayNumber> LargestDay(std::span<const OpenDayFigures> days);

}  // namespace dims
