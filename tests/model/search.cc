// SPDX-License-Identifier: Apache-2.0
#include "tests/model/search.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "tests/model/actions.h"
#include "tests/model/invariants.h"
#include "tests/model/state.h"

namespace dims::model {
namespace {

// 64 bits: among 10 million states a collision hides one with a chance of about 3 in a million.
std::uint64_t Fingerprint(const State& state) {
  static_assert(sizeof(State) % sizeof(std::uint64_t) == 0);
  std::array<std::uint64_t, sizeof(State) / sizeof(std::uint64_t)> words;
  std::memcpy(words.data(), &state, sizeof(State));
  std::uint64_t hash = 0x9e3779b97f4a7c15U;
  for (const std::uint64_t word : words) {
    hash = (hash ^ word) * 0xd6e8feb86659fd93U;
    hash ^= hash >> 32U;
  }
  return hash == 0 ? 1 : hash;
}

// Open addressing over fingerprints; 0 is empty.
class FingerprintSet {
 public:
  FingerprintSet() : slots_(std::size_t{1} << 16U) {}

  bool Add(std::uint64_t fingerprint) {
    if (2 * (count_ + 1) > slots_.size()) Grow();
    return Place(fingerprint);
  }

 private:
  bool Place(std::uint64_t fingerprint) {
    std::size_t slot = fingerprint & (slots_.size() - 1);
    while (slots_[slot] != 0) {
      if (slots_[slot] == fingerprint) return false;
      slot = (slot + 1) & (slots_.size() - 1);
    }
    slots_[slot] = fingerprint;
    ++count_;
    return true;
  }

  void Grow() {
    std::vector<std::uint64_t> old(slots_.size() * 2);
    old.swap(slots_);
    count_ = 0;
    for (const std::uint64_t fingerprint : old) {
      if (fingerprint != 0) Place(fingerprint);
    }
  }

  std::vector<std::uint64_t> slots_;
  std::size_t count_ = 0;
};

// How a state was first reached.
struct Arrival {
  std::uint32_t parent;
  Action action;
};

class Search {
 public:
  Search(const Rules& rules, const Bounds& bounds, std::size_t states_max)
      : rules_(rules),
        gaps_must_be_exact_(bounds.gaps_must_be_exact),
        states_max_(states_max),
        actions_(rules, bounds) {}

  SearchResult Run() {
    const State start = actions_.Start();
    Visit(start, {0, {ActionKind::kGreet}});
    std::size_t first = 0;
    while (!next_.empty() && result_.violation.empty() && arrivals_.size() < states_max_) {
      frontier_.swap(next_);
      next_.clear();
      for (std::size_t index = 0; index < frontier_.size() && result_.violation.empty(); ++index) {
        Expand(frontier_[index], static_cast<std::uint32_t>(first + index));
        if (arrivals_.size() >= states_max_) break;
      }
      first += frontier_.size();
    }
    result_.states = arrivals_.size();
    result_.complete = result_.violation.empty() && arrivals_.size() < states_max_;
    return result_;
  }

 private:
  void Expand(const State& state, std::uint32_t index) {
    actions_.Enumerate(state, enabled_);
    for (const Action& action : enabled_) {
      State successor = state;
      const Actions::Outcome outcome = actions_.Apply(action, successor);
      if (outcome == Actions::Outcome::kBeyondBounds) ++result_.beyond_bounds;
      if (outcome != Actions::Outcome::kDone) continue;
      ++result_.steps;
      Visit(successor, {index, action});
      if (!result_.violation.empty()) return;
    }
  }

  void Visit(const State& state, const Arrival& arrival) {
    if (!seen_.Add(Fingerprint(state))) return;
    arrivals_.push_back(arrival);
    next_.push_back(state);
    const char* violation = FindViolation(state, rules_);
    if (IsQuiet(state, rules_)) {
      ++result_.quiet;
      const bool too_much = DeclaresTooMuch(state);
      if (too_much) ++result_.over_declared;
      if (too_much && gaps_must_be_exact_) violation = "a gap names what is stored";
    }
    if (violation == nullptr) return;
    result_.violation = violation;
    result_.trace = Trace();
  }

  // Replays the way to the state that came last.
  std::string Trace() {
    std::vector<Action> way;
    for (std::size_t index = arrivals_.size() - 1; index != 0; index = arrivals_[index].parent) {
      way.push_back(arrivals_[index].action);
    }
    std::reverse(way.begin(), way.end());
    State state = actions_.Start();
    std::string text;
    for (const Action& action : way) {
      const State before = state;
      actions_.Apply(action, state);
      text += "  " + Actions::Describe(action, before, state) + "\n";
    }
    return text;
  }

  const Rules rules_;
  const bool gaps_must_be_exact_;
  const std::size_t states_max_;
  Actions actions_;
  FingerprintSet seen_;
  std::vector<Arrival> arrivals_;
  std::vector<State> frontier_;
  std::vector<State> next_;
  std::vector<Action> enabled_;
  SearchResult result_;
};

}  // namespace

SearchResult Explore(const Rules& rules, const Bounds& bounds, std::size_t states_max) {
  return Search(rules, bounds, states_max).Run();
}

}  // namespace dims::model
