// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/event/tlp.h"

namespace dims {

inline constexpr std::size_t kFoeMomentsMax = 512;  // remembered of one foe; the oldest go first
inline constexpr std::size_t kAlertEvidenceMax = 20;

// When and where one foe was seen lately, and when it was last alerted: the memory of the rule "the
// same foe at two or more sites within an hour".
//
// Guarantees: finds every pair of sites less than an hour apart that looking at all of its moments
// would find, although of ten minutes at one site it remembers the first and the last only. One
// alert an hour. A value; Encode and Decode are its bytes in the window table.
class FoeWindow {
 public:
  static constexpr std::int64_t kSpanNs = 3600 * std::int64_t{1'000'000'000};

  struct Moment {
    std::int64_t time_ns = 0;
    std::string site;
    std::string event_id;
    bool fresh = false;  // of the commit group at hand
    Tlp tlp = Tlp::kRed;

    friend bool operator==(const Moment&, const Moment&) = default;
  };

  // What an alert is made of: moments of one hour, oldest first.
  struct Finding {
    std::int64_t start_ns = 0;
    std::vector<std::string> sites;     // sorted, two or more
    std::vector<std::string> evidence;  // event ids, oldest first, at least one of each of the
                                        // first kAlertEvidenceMax sites
    Tlp tlp = Tlp::kClear;              // the strictest of all its moments
  };

  void Add(Moment moment);

  // The hours that now have two or more sites through a fresh moment, and overlap no hour that was
  // alerted before.
  std::vector<Finding> Evaluate();

  // Forgets what cannot matter any more for events up to an hour old.
  void Trim(std::int64_t now_ns);

  // When this may be forgotten altogether.
  std::int64_t ExpiresNs() const;

  std::string Encode() const;
  // Bytes that do not fit (an older form) are an empty window: at worst one alert more.
  static FoeWindow Decode(absl::string_view bytes);

  const std::vector<Moment>& moments() const { return moments_; }

 private:
  void Thin();
  bool AlertedNear(std::int64_t start_ns) const;

  std::vector<Moment> moments_;        // ascending by time after Evaluate
  std::vector<std::int64_t> alerted_;  // starts of alerted hours, ascending
};

}  // namespace dims
