// SPDX-License-Identifier: Apache-2.0
#include "agent/parse/time_inference.h"

#include <algorithm>
#include <limits>

namespace dims {
namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
constexpr std::int64_t kDayNanos = 86'400 * kNanosPerSecond;
// How far a clock may be ahead of the agent's and still mean the second pass of a repeated hour.
constexpr std::int64_t kRepeatSlackNanos = 60 * kNanosPerSecond;
// From one 29 February to the next, across a century without one.
constexpr std::int64_t kLeapGapYears = 8;
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kAlways = std::numeric_limits<std::int64_t>::min();

std::int64_t SecondsSinceEpoch(const absl::CivilSecond& civil) {
  return civil - absl::CivilSecond();
}

absl::CivilSecond CivilOf(const ClockText& clock, std::int64_t year) {
  return absl::CivilSecond(year, clock.month, clock.day, clock.hour, clock.minute, clock.second);
}

bool Exists(const ClockText& clock, std::int64_t year) {
  return clock.month != 2 || clock.day != 29 || absl::CivilDay(year, 2, 29).day() == 29;
}

std::uint64_t Packed(const ClockText& clock) {
  std::uint64_t packed = static_cast<std::uint64_t>(clock.year);
  for (const std::int32_t part : {clock.month, clock.day, clock.hour, clock.minute, clock.second}) {
    packed = packed << 6 | static_cast<std::uint64_t>(part);
  }
  return packed;
}

}  // namespace

InferredTime TimeInference::Resolve(const ClockText& clock, std::int64_t received_ns,
                                    const absl::TimeZone& zone) {
  if (clock.has_zone && clock.year != 0) {
    const std::int64_t local_s = SecondsSinceEpoch(CivilOf(clock, clock.year));
    return {(local_s - clock.offset_s) * kNanosPerSecond + clock.nanos, clock.offset_s, false};
  }
  if (clock.has_zone) return Remember(clock, received_ns, absl::FixedTimeZone(clock.offset_s));
  return Remember(clock, received_ns, zone);
}

InferredTime TimeInference::Remember(const ClockText& clock, std::int64_t received_ns,
                                     const absl::TimeZone& zone) {
  const std::uint64_t written = Packed(clock);
  Remembered& slot = remembered_[(written ^ written >> 6) % kRememberedCount];
  if (slot.written != written || received_ns < slot.from_ns || received_ns >= slot.until_ns ||
      slot.zone != zone) {
    slot = Infer(clock, received_ns, zone);
    slot.written = written;
    slot.zone = zone;
  }
  return {slot.time_ns + clock.nanos, slot.offset_s, true};
}

TimeInference::Remembered TimeInference::Infer(const ClockText& clock, std::int64_t received_ns,
                                               const absl::TimeZone& zone) {
  if (clock.year != 0) return At(CivilOf(clock, clock.year), received_ns, zone);
  return InferYear(clock, received_ns, zone);
}

TimeInference::Remembered TimeInference::InferYear(const ClockText& clock, std::int64_t received_ns,
                                                   const absl::TimeZone& zone) {
  const std::int64_t latest_ns = received_ns + kDayNanos;
  const std::int64_t latest_year = absl::ToCivilYear(absl::FromUnixNanos(latest_ns), zone).year();
  // The next candidate bounds how long the choice holds.
  std::int64_t until_ns = kNever;
  for (std::int64_t year = latest_year + kLeapGapYears; year >= latest_year - kLeapGapYears;
       --year) {
    if (!Exists(clock, year)) continue;
    Remembered candidate = At(CivilOf(clock, year), received_ns, zone);
    if (candidate.time_ns <= latest_ns) {
      candidate.from_ns = std::max(candidate.from_ns, candidate.time_ns - kDayNanos);
      candidate.until_ns = std::min(candidate.until_ns, until_ns);
      return candidate;
    }
    until_ns = candidate.time_ns - kDayNanos;
  }
  return At(CivilOf(clock, latest_year), received_ns, zone);
}

TimeInference::Remembered TimeInference::At(const absl::CivilSecond& civil,
                                            std::int64_t received_ns, const absl::TimeZone& zone) {
  const absl::TimeZone::TimeInfo meaning = zone.At(civil);
  const std::int64_t first_ns = absl::ToUnixNanos(meaning.pre);
  const std::int64_t second_ns = absl::ToUnixNanos(meaning.post);
  Remembered out;
  out.from_ns = kAlways;
  out.until_ns = kNever;
  out.time_ns = first_ns;
  if (meaning.kind == absl::TimeZone::TimeInfo::REPEATED) {
    const std::int64_t second_pass_ns = second_ns - kRepeatSlackNanos;
    const bool second_pass = received_ns >= second_pass_ns;
    (second_pass ? out.from_ns : out.until_ns) = second_pass_ns;
    if (second_pass) out.time_ns = second_ns;
  }
  out.offset_s =
      static_cast<std::int32_t>(SecondsSinceEpoch(civil) - out.time_ns / kNanosPerSecond);
  return out;
}

}  // namespace dims
