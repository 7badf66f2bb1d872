// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <initializer_list>
#include <ostream>
#include <string>

#include "gtest/gtest.h"
#include "tests/model/search.h"

namespace dims::model {
namespace {

constexpr std::size_t kMutantStatesMax = 8'000'000;

Bounds Only(int file_items, int counter_items, int faults,
            std::initializer_list<bool Bounds::*> allowed) {
  Bounds bounds;
  bounds.file_items = file_items;
  bounds.counter_items = counter_items;
  bounds.faults = faults;
  for (const auto fault :
       {&Bounds::cut, &Bounds::lose_message, &Bounds::repeat_message, &Bounds::agent_crash,
        &Bounds::server_crash, &Bounds::agent_restore, &Bounds::machine_restore,
        &Bounds::buffer_lost, &Bounds::server_restore, &Bounds::file_deleted, &Bounds::hollow}) {
    bounds.*fault = false;
  }
  for (const auto fault : allowed) bounds.*fault = true;
  return bounds;
}

// A protocol with one rule broken (or two, where one stands behind the other), and the smallest
// world in which that shows.
struct Mutant {
  const char* name;
  bool Rules::*rule;
  Bounds bounds;
  bool Rules::*rule_behind = nullptr;
};

std::ostream& operator<<(std::ostream& out, const Mutant& mutant) {
  return out << mutant.name;
}

class MutantTest : public testing::TestWithParam<Mutant> {};

TEST_P(MutantTest, IsFoundToLoseOrDoubleData) {
  Rules rules;
  rules.*GetParam().rule = false;
  if (GetParam().rule_behind != nullptr) rules.*GetParam().rule_behind = false;
  const SearchResult result = Explore(rules, GetParam().bounds, kMutantStatesMax);
  std::printf("%s: %zu states: %s\n%s", GetParam().name, result.states, result.violation.c_str(),
              result.trace.c_str());
  EXPECT_FALSE(result.violation.empty());
}

// The same world is clean when the rule holds: what is found is the mutant's doing.
TEST_P(MutantTest, IsNotBlamedOnTheWorldItLivesIn) {
  const SearchResult result = Explore(Rules(), GetParam().bounds, kMutantStatesMax);
  EXPECT_EQ(result.violation, "") << result.trace;
}

const Mutant kMutants[] = {
    {"AckBeforeCommit", &Rules::commit_before_ack, Only(1, 0, 1, {&Bounds::server_crash})},
    {"BookmarkBeforeBatch", &Rules::bookmark_with_batch, Only(1, 0, 1, {&Bounds::agent_crash})},
    {"NoChainCompare", &Rules::compare_chain, Only(1, 1, 1, {&Bounds::agent_restore})},
    {"ChainComparedAtAcked", &Rules::compare_at_watermark, Only(1, 1, 1, {&Bounds::agent_restore})},
    {"NoNonce", &Rules::nonce_in_counter_bookmark, Only(0, 2, 1, {&Bounds::agent_restore})},
    {"ServerAdoptsTheAgentsPosition", &Rules::server_keeps_own_position,
     Only(1, 1, 1, {&Bounds::agent_restore, &Bounds::server_restore})},
    {"NoFence", &Rules::fence_older_streams,
     Only(1, 1, 3, {&Bounds::agent_restore, &Bounds::server_restore, &Bounds::file_deleted})},
    {"NoFenceNorChainCompareAtOverlap", &Rules::fence_older_streams,
     Only(0, 2, 1, {&Bounds::agent_restore}), &Rules::compare_chain_at_overlap},
    {"NoAckLogOfOldEpochs", &Rules::ack_log_of_all_epochs,
     Only(0, 1, 2, {&Bounds::agent_restore, &Bounds::server_restore})},
    {"CoveredRowsDeleted", &Rules::set_covered_rows_aside,
     Only(0, 1, 2, {&Bounds::agent_restore, &Bounds::server_restore})},
    {"NoGapForAnUnknownEpoch", &Rules::gap_for_unknown_epoch,
     Only(0, 1, 1, {&Bounds::server_restore})},
    {"AnyKnownEpochIsCurrent", &Rules::only_newest_epoch_is_current,
     Only(1, 1, 2, {&Bounds::cut, &Bounds::agent_restore, &Bounds::server_restore})},
    {"OnlyUnackedRowsGoIntoANewEpoch", &Rules::resend_whole_ring_on_new_epoch,
     Only(0, 1, 1, {&Bounds::server_restore})},
    {"HolesAreNotReadAgain", &Rules::reread_holes, Only(1, 0, 1, {&Bounds::server_restore})},
    {"FileBookmarksAreNotVerified", &Rules::verify_file_bookmarks,
     Only(2, 0, 1, {&Bounds::machine_restore})},
    {"LatestNonceOnly", &Rules::counter_bookmark_per_nonce,
     Only(0, 2, 2, {&Bounds::agent_restore})},
    {"AckLogIgnoresPositions", &Rules::ack_log_takes_positions,
     Only(0, 1, 2, {&Bounds::agent_restore, &Bounds::server_restore})},
    {"EmptyServerAdoptsTheAgentsEpoch", &Rules::server_draws_every_epoch,
     Only(0, 2, 2, {&Bounds::agent_restore, &Bounds::server_restore})},
    {"PositionsHideDeclaredGaps", &Rules::positions_tell_declared,
     Only(0, 2, 3, {&Bounds::agent_restore, &Bounds::server_restore})},
    {"BookmarksGoBack", &Rules::bookmark_never_goes_back,
     Only(3, 0, 2, {&Bounds::agent_restore, &Bounds::machine_restore})},
    {"ReplacesNamesNeverAcked", &Rules::replace_only_acked_names,
     Only(1, 1, 2, {&Bounds::agent_restore, &Bounds::server_restore})},
    {"SameEpochAfterAShortfall", &Rules::new_epoch_on_shortfall,
     Only(1, 1, 3, {&Bounds::agent_restore, &Bounds::server_restore, &Bounds::file_deleted})},
    {"RowsBehindAHoleGoFirst", &Rules::hold_rows_behind_a_hole,
     Only(2, 0, 2, {&Bounds::buffer_lost, &Bounds::server_restore})},
};

INSTANTIATE_TEST_SUITE_P(Protocol, MutantTest, testing::ValuesIn(kMutants),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace dims::model
