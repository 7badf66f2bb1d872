// SPDX-License-Identifier: Apache-2.0
#include "server/query/parallel_scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "common/event/column_builder.h"

namespace dims {
namespace {

ScanResult ResultOf(std::size_t source) {
  ScanResult result;
  result.rows_matched = source;
  return result;
}

std::vector<std::size_t> SourcesOf(ParallelScan& scan) {
  std::vector<std::size_t> sources;
  while (auto done = scan.Next()) sources.push_back(done->source);
  return sources;
}

std::vector<std::size_t> UpTo(std::size_t count) {
  std::vector<std::size_t> all(count);
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

class ParallelScanTest : public testing::TestWithParam<std::size_t> {};

TEST_P(ParallelScanTest, HandsEverySourceOverOnceAndInOrder) {
  for (const auto turns : {ParallelScan::Turns::kFree, ParallelScan::Turns::kFixed}) {
    ParallelScan scan(200, GetParam(), turns, [](std::size_t source, std::size_t) {
      return absl::StatusOr<ScanResult>(ResultOf(source));
    });
    for (std::size_t i = 0; i < 200; ++i) {
      const auto done = scan.Next();
      ASSERT_TRUE(done.has_value());
      EXPECT_EQ(done->source, i);
      EXPECT_EQ(done->result->rows_matched, i);
    }
    EXPECT_FALSE(scan.Next().has_value());
  }
}

TEST_P(ParallelScanTest, KeepsASourceToItsThreadWhereTurnsAreFixed) {
  std::vector<std::size_t> thread_of(97);
  ParallelScan scan(thread_of.size(), GetParam(), ParallelScan::Turns::kFixed,
                    [&](std::size_t source, std::size_t thread) -> absl::StatusOr<ScanResult> {
                      thread_of[source] = thread;
                      return ResultOf(source);
                    });
  EXPECT_EQ(SourcesOf(scan), UpTo(thread_of.size()));
  for (std::size_t i = 0; i < thread_of.size(); ++i) EXPECT_EQ(thread_of[i], i % GetParam());
}

TEST_P(ParallelScanTest, HandsErrorsOverInTheirTurn) {
  ParallelScan scan(9, GetParam(), ParallelScan::Turns::kFree,
                    [](std::size_t source, std::size_t) -> absl::StatusOr<ScanResult> {
                      if (source == 4) return absl::DataLossError("damaged");
                      return ResultOf(source);
                    });
  for (std::size_t i = 0; i < 9; ++i) EXPECT_EQ(scan.Next()->result.ok(), i != 4);
}

TEST_P(ParallelScanTest, GivesWhatWasBegunAfterAStopAndBeginsNothing) {
  std::atomic<std::size_t> scanned{0};
  ParallelScan scan(300, GetParam(), ParallelScan::Turns::kFixed,
                    [&](std::size_t source, std::size_t) -> absl::StatusOr<ScanResult> {
                      ++scanned;
                      return ResultOf(source);
                    });
  EXPECT_TRUE(scan.Next().has_value());
  scan.Stop();
  const std::vector<std::size_t> rest = SourcesOf(scan);
  EXPECT_EQ(rest.size() + 1, scanned);
  EXPECT_TRUE(std::is_sorted(rest.begin(), rest.end()));
}

TEST_P(ParallelScanTest, ScansFewSourcesAheadUntilManyWereHandedOver) {
  std::atomic<std::size_t> begun{0};
  ParallelScan scan(400, GetParam(), ParallelScan::Turns::kFree,
                    [&](std::size_t source, std::size_t) -> absl::StatusOr<ScanResult> {
                      ++begun;
                      return ResultOf(source);
                    });
  for (std::size_t given = 1; given <= 400; ++given) {
    ASSERT_TRUE(scan.Next().has_value());
    EXPECT_LE(begun, given + GetParam() + given / 2);
    EXPECT_LE(begun, given + ParallelScan::kAheadMax);
  }
}

TEST_P(ParallelScanTest, HoldsNoMoreRowsThanItsLimitAndOneSourceAThread) {
  constexpr std::size_t kRowBytes = 4u << 20;
  std::atomic<std::size_t> begun{0};
  ParallelScan scan(60, GetParam(), ParallelScan::Turns::kFree,
                    [&](std::size_t source, std::size_t) -> absl::StatusOr<ScanResult> {
                      ++begun;
                      ColumnBuilder text("message", ColumnType::kText);
                      text.SetBytes(0, std::string(kRowBytes, 'x'));
                      ScanResult result = ResultOf(source);
                      result.rows = EventBatch(1, {});
                      result.rows.Put(text.Take(1));
                      return result;
                    });
  for (std::size_t given = 1; given <= 60; ++given) {
    ASSERT_TRUE(scan.Next().has_value());
    EXPECT_LE(begun - given, ParallelScan::kHeldBytesMax / kRowBytes + 2 * GetParam());
  }
}

INSTANTIATE_TEST_SUITE_P(Threads, ParallelScanTest, testing::Values(1, 2, 5));

}  // namespace
}  // namespace dims
