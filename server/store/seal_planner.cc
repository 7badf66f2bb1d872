// SPDX-License-Identifier: Apache-2.0
#include "server/store/seal_planner.h"

#include <algorithm>

namespace dims {

std::optional<DayNumber> DayToSeal(std::span<const OpenDayFigures> days, std::uint64_t tail_bytes,
                                   std::int64_t now_ns, const SealLimits& limits) {
  if (days.empty()) return std::nullopt;
  const auto largest = std::max_element(
      days.begin(), days.end(), [](const auto& a, const auto& b) { return a.rows < b.rows; });
  if (largest->rows >= limits.day_rows) return largest->day;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  for (const OpenDayFigures& day : days) {
    rows += day.rows;
    bytes += day.bytes;
  }
  if (rows > limits.open_rows) return largest->day;
  if (bytes > limits.open_bytes) {
    const auto heaviest = std::max_element(
        days.begin(), days.end(), [](const auto& a, const auto& b) { return a.bytes < b.bytes; });
    return heaviest->day;
  }
  if (tail_bytes > limits.tail_bytes) {
    const auto oldest = std::min_element(
        days.begin(), days.end(),
        [](const auto& a, const auto& b) { return a.oldest_tail_id < b.oldest_tail_id; });
    return oldest->day;
  }
  for (const OpenDayFigures& day : days) {
    const bool closed = now_ns >= DayEnd(day.day);
    if (closed && now_ns - day.oldest_received_ns >= limits.closed_after_ns) return day.day;
  }
  return std::nullopt;
}

std::optional<DayNumber> LargestDay(std::span<const OpenDayFigures> days) {
  if (days.empty()) return std::nullopt;
  return std::max_element(days.begin(), days.end(),
                          [](const auto& a, const auto& b) { return a.rows < b.rows; })
      ->day;
}

}  // namespace dims
