// SPDX-License-Identifier: Apache-2.0
#include "common/base/backoff.h"

#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"

namespace dims {
namespace {

TEST(BackoffTest, GrowsFromTheFirstWaitToTheLongest) {
  SeededRandom random(1);
  Backoff backoff(absl::Seconds(1), absl::Seconds(4), random);
  const absl::Duration first = backoff.Next();
  absl::Duration last;
  for (int i = 0; i < 10; ++i) last = backoff.Next();

  EXPECT_GE(first, absl::Milliseconds(800));
  EXPECT_LE(first, absl::Milliseconds(1200));
  EXPECT_GE(last, absl::Milliseconds(3200));
  EXPECT_LE(last, absl::Milliseconds(4800));
}

TEST(BackoffTest, ALongestWaitBelowTheFirstHoldsFromTheFirstAttemptOn) {
  SeededRandom random(1);
  Backoff backoff(absl::Seconds(1), absl::Milliseconds(200), random);
  EXPECT_LE(backoff.Next(), absl::Milliseconds(240));

  backoff.Reset();
  EXPECT_LE(backoff.Next(), absl::Milliseconds(240));
}

TEST(BackoffTest, StartsAnewAfterASuccess) {
  SeededRandom random(1);
  Backoff backoff(absl::Seconds(1), absl::Minutes(2), random);
  for (int i = 0; i < 10; ++i) backoff.Next();

  backoff.Reset();
  EXPECT_LE(backoff.Next(), absl::Milliseconds(1200));
}

}  // namespace
}  // namespace dims
