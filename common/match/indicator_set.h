// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "common/event/string_pool.h"
#include "common/event/tlp.h"
#include "common/match/address_ranges.h"
#include "common/match/observable.h"

namespace dims {

inline constexpr std::int64_t kNeverExpires = std::numeric_limits<std::int64_t>::max();
inline constexpr std::uint8_t kFoeConfidenceMin = 50;  // from here on a match makes a foe

// One statement of one provider about one observable. A value.
struct Indicator {
  Observable observable;
  std::uint8_t confidence = 0;  // 0..100
  Tlp tlp = Tlp::kAmber;
  std::int64_t expires_ns = kNeverExpires;  // valid before
  std::string provider;
  std::string name;

  friend bool operator==(const Indicator&, const Indicator&) = default;
};

// All indicators of all providers, for matching observables of events: addresses by hash and by the
// blocks around them, domains by themselves and the domains above them, hashes by their text.
//
// Guarantees: a look-up costs a few hash probes and one binary search however many indicators there
// are; expired ones never match. About 60 bytes an indicator and its text. Immutable after
// construction, shared as shared_ptr<const IndicatorSet>; thread: any.
class IndicatorSet {
 public:
  IndicatorSet() = default;

  // REQUIRES: observables in canonical form; at most 2^31 of them.
  explicit IndicatorSet(std::vector<Indicator> indicators);

  IndicatorSet(const IndicatorSet&) = delete;  // the hash tables point into it
  IndicatorSet& operator=(const IndicatorSet&) = delete;

  // What an event is told about a match; the views live as long as the set.
  struct Match {
    std::uint8_t confidence = 0;
    Tlp tlp = Tlp::kAmber;
    absl::string_view provider;
    absl::string_view name;
  };

  // The match of highest confidence; among equals the most specific, then the first provider by
  // name.
  std::optional<Match> BestOfAddress(const IpAddress& address, std::int64_t now_ns) const;
  std::optional<Match> BestOfDomain(absl::string_view domain, std::int64_t now_ns) const;
  std::optional<Match> BestOfHash(absl::string_view hash, std::int64_t now_ns) const;

  // Every match, most specific first. A CIDR block is matched by the blocks that contain it.
  std::vector<Indicator> All(const Observable& observable, std::int64_t now_ns) const;

  std::size_t size() const { return records_.size(); }

 private:
  struct Record {
    std::int64_t expires_ns = 0;
    std::uint32_t provider = 0;  // in words_
    std::uint32_t name = 0;      // in words_
    std::uint8_t confidence = 0;
    Tlp tlp = Tlp::kAmber;
    ObservableKind kind = ObservableKind::kAddress;
    bool last_of_observable = false;
  };

  class Choice;

  void Index(std::uint32_t first);
  // Calls visit(record) for the records of the observable whose first record is given.
  template <typename Visit>
  void VisitRecords(std::uint32_t first, Visit&& visit) const;
  template <typename Visit>
  void VisitBlocks(std::uint32_t block, Visit&& visit) const;
  template <typename Visit>
  void VisitAddress(const IpAddress& address, Visit&& visit) const;
  template <typename Visit>
  void VisitDomain(absl::string_view domain, Visit&& visit) const;
  template <typename Visit>
  void VisitHash(absl::string_view hash, Visit&& visit) const;

  // Sorted by observable, then confidence descending, then provider.
  std::vector<Record> records_;
  StringPool texts_;                                         // of each record's observable
  StringPool words_;                                         // providers and names
  absl::flat_hash_map<IpAddress, std::uint32_t> addresses_;  // first record
  absl::flat_hash_map<absl::string_view, std::uint32_t> domains_;
  absl::flat_hash_map<absl::string_view, std::uint32_t> hashes_;
  std::vector<std::uint32_t> first_of_block_;
  std::vector<Cidr> blocks_;
  AddressRanges ranges_;
};

}  // namespace dims
