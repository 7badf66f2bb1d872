// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "agent/fields/clock_text.h"

namespace dims {

// A moment, how far east of UTC the clock that wrote it was, and whether a year or a zone had to be
// guessed for it.
struct InferredTime {
  std::int64_t time_ns = 0;
  std::int32_t offset_s = 0;
  bool inferred = false;
};

// Turns a time as written into a moment. A complete time is taken as it is, however far off. A
// missing zone is the given one; a missing year is the latest with time <= receipt + 24 h, so that
// 31 December read in January is last year's and 29 February finds its leap year. In the hour that
// the end of summer time repeats, the second pass is meant unless it lies in the future; a time
// that the beginning skips is read with the offset before it.
//
// Remembers the last seconds it was asked for: logs repeat them thousands of times. Thread: one.
class TimeInference {
 public:
  InferredTime Resolve(const ClockText& clock, std::int64_t received_ns,
                       const absl::TimeZone& zone);

 private:
  // A written second in a zone and the receipts, [from_ns, until_ns), for which it means `time_ns`.
  struct Remembered {
    std::uint64_t written = ~std::uint64_t{0};
    absl::TimeZone zone;
    std::int64_t from_ns = 0;
    std::int64_t until_ns = 0;
    std::int64_t time_ns = 0;
    std::int32_t offset_s = 0;
  };

  static constexpr std::size_t kRememberedCount = 256;  // a power of two

  InferredTime Remember(const ClockText& clock, std::int64_t received_ns,
                        const absl::TimeZone& zone);
  static Remembered Infer(const ClockText& clock, std::int64_t received_ns,
                          const absl::TimeZone& zone);
  static Remembered InferYear(const ClockText& clock, std::int64_t received_ns,
                              const absl::TimeZone& zone);
  static Remembered At(const absl::CivilSecond& civil, std::int64_t received_ns,
                       const absl::TimeZone& zone);

  std::array<Remembered, kRememberedCount> remembered_;
};

}  // namespace dims
