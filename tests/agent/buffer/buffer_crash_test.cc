// SPDX-License-Identifier: Apache-2.0
// Power cuts, failing calls and full volumes at every point: a batch and its bookmark are there
// together or not at all, and what Append had accepted is there.
#include <functional>

#include "tests/agent/buffer/buffer_fixture.h"

namespace dims {
namespace {

using Fault = CrashVfs::Fault;
using Persistence = CrashVfs::Persistence;

constexpr std::uint64_t kSeeds = 200;
constexpr std::uint64_t kSteps = 60;

class BufferCrashTest : public BufferTest {
 protected:
  // Appends, reads, acks and trims until the disk fails or the steps end; returns how many batches
  // were accepted.
  std::uint64_t Work(std::uint64_t seed) {
    SeededRandom random(seed);
    std::uint64_t accepted = 0;
    for (std::uint64_t step = 0; step < kSteps; ++step) {
      clock_.Advance(absl::Milliseconds(400));
      std::vector<NewBatch> group;
      for (std::uint64_t i = 0; i <= random.Below(3); ++i) {
        group.push_back(BatchOf(2, At("a", accepted + i + 1), 100 + random.Below(20'000)));
      }
      const absl::StatusOr<Sequence> last = buffer_->Append(group);
      if (absl::IsResourceExhausted(last.status())) continue;
      if (!last.ok()) return accepted;
      accepted = *last;
      if (random.OneIn(3) && !buffer_->Ack(accepted - random.Below(2)).ok()) return accepted;
      if (random.OneIn(4) && !buffer_->Read(accepted, 1000).ok()) return accepted;
    }
    return accepted;
  }

  // Everything accepted is there, or one more group whose commit was under way; bookmark and
  // batches agree.
  void ExpectAllThere(std::uint64_t accepted, const std::string& what) {
    const absl::Status opened = TryOpen();
    ASSERT_TRUE(opened.ok()) << opened << " " << what;
    const BufferPosition position = buffer_->position();
    EXPECT_GE(position.next, accepted + 1) << what;
    EXPECT_LE(position.next, accepted + 4) << what;
    EXPECT_EQ(PositionOf("a"), position.next - 1) << what;
    EXPECT_FALSE(position.want_new_epoch) << what;
    const std::vector<Envelope> retained = Read(position.oldest_retained);
    EXPECT_EQ(retained.size(), position.next - position.oldest_retained) << what;
    for (const Envelope& envelope : retained) {
      EXPECT_FALSE(envelope.hollow()) << what;
      EXPECT_EQ(ScalarPosition(envelope.bookmarks[0]), envelope.sequence) << what;
    }
  }
};

TEST_F(BufferCrashTest, KeepsBatchesAndBookmarksTogetherAcrossAPowerCutAtAnySync) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    UseDisk(seed);
    options_.keep_acked_bytes = 50'000;
    Reopen();
    disk().CutPowerAtSync(1 + seed % 50);
    const std::uint64_t accepted = Work(seed);
    ASSERT_TRUE(disk().power_was_cut()) << "void run, seed " << seed;
    ExpectAllThere(accepted, absl::StrCat("seed ", seed));
  }
}

TEST_F(BufferCrashTest, KeepsBatchesAndBookmarksTogetherAcrossAPowerCutAtAnyWrite) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    UseDisk(seed);
    options_.keep_acked_bytes = 50'000;
    Reopen();
    disk().CutPowerAtWrite(1 + seed * 7 % 400);
    const std::uint64_t accepted = Work(seed);
    ASSERT_TRUE(disk().power_was_cut()) << "void run, seed " << seed;
    ExpectAllThere(accepted, absl::StrCat("seed ", seed));
  }
}

TEST_F(BufferCrashTest, LosesNothingAcceptedWhicheverCallFails) {
  std::uint64_t fired = 0;
  for (const Fault fault : {Fault::kInputOutput, Fault::kSync}) {
    for (std::uint64_t nth = 1; nth < 400; nth += fault == Fault::kSync ? 2 : 7) {
      UseDisk(nth);
      Reopen();
      disk().Fail(fault, nth, nth % 2 == 0 ? Persistence::kOnce : Persistence::kSticky);
      const std::uint64_t accepted = Work(nth);
      if (disk().fault_fired()) ++fired;
      disk().ClearFault();
      disk().CutPower();
      ExpectAllThere(accepted, absl::StrCat("call ", nth));
    }
  }
  EXPECT_GT(fired, 60U);
}

TEST_F(BufferCrashTest, F16GoesOnWithoutRestartOnceAFullVolumeHasRoomAgain) {
  for (std::uint64_t nth = 1; nth < 120; ++nth) {
    UseDisk(nth);
    Reopen();
    disk().Fail(Fault::kDiskFull, nth, Persistence::kSticky);
    Work(nth);
    ASSERT_TRUE(disk().fault_fired()) << "void run " << nth;
    const Sequence before = buffer_->position().next;
    EXPECT_TRUE(absl::IsResourceExhausted(TryAppend(BatchOf(2, At("a", before))).status()));
    disk().ClearFault();
    EXPECT_EQ(Append(BatchOf(2, At("a", before))), before) << nth;
    ExpectAllThere(before, absl::StrCat("write ", nth));
  }
}

TEST_F(BufferCrashTest, F17SaysUnknownAfterAFailedSyncAndAcceptsNothingMore) {
  Append(BatchOf(1, At("a", 1)));
  disk().Fail(Fault::kSync, 1, Persistence::kOnce);
  EXPECT_EQ(TryAppend(BatchOf(1, At("a", 2))).status().code(), absl::StatusCode::kUnknown);
  EXPECT_EQ(TryAppend(BatchOf(1, At("a", 2))).status().code(), absl::StatusCode::kUnknown);
}

TEST_F(BufferCrashTest, NumbersANewEpochOnceWhereverThePowerGoes) {
  for (std::uint64_t seed = 1; seed <= 120; ++seed) {
    UseDisk(seed);
    Reopen();
    for (std::uint64_t i = 1; i <= 300; ++i) Append(BatchOf(1, At("a", i), 60));
    disk().CutPowerAtWrite(1 + seed * 3 % 100);
    const bool begun = buffer_->NewEpoch(222, std::vector<Bookmark>{At("a", 100)}).ok();
    if (begun) buffer_->Read(1, 1 << 20).status().IgnoreError();
    if (begun && !disk().power_was_cut()) buffer_->Read(157, 1 << 20).status().IgnoreError();
    if (!disk().power_was_cut()) disk().CutPower();
    Reopen();
    const bool renewed = buffer_->position().epoch == 222;
    EXPECT_TRUE(renewed || !begun) << seed;
    const std::vector<Envelope> envelopes = Read();
    ExpectChainVerifies(envelopes);
    EXPECT_EQ(envelopes.size(), renewed ? 200U : 300U) << seed;
  }
}

TEST_F(BufferCrashTest, AServerAckForgottenInACrashCanBeRepeated) {
  Append(BatchOf(1, At("a", 1)));
  Append(BatchOf(1, At("a", 2)));
  clock_.Advance(absl::Seconds(2));
  ASSERT_TRUE(buffer().Ack(1).ok());
  ASSERT_TRUE(buffer().Ack(2).ok());  // within a second of the one before: in memory alone
  disk().CutPower();
  Reopen();
  EXPECT_EQ(buffer().position().acked, 1U);
  EXPECT_TRUE(buffer().Ack(2).ok());
}

}  // namespace
}  // namespace dims
