// SPDX-License-Identifier: Apache-2.0
#include "agent/pipeline/chunk_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/support/chunk_of.h"

namespace dims {
namespace {

constexpr std::uint32_t kJournal = 1;
constexpr std::uint32_t kHttp = 2;

InputChunk ChunkOfInput(std::uint32_t input, absl::string_view line = "a line") {
  InputChunk chunk = FileChunk("a", 0, {std::string(line)});
  chunk.input = input;
  return chunk;
}

class ChunkQueueFairnessTest : public ::testing::Test {
 protected:
  // As many chunks as a flood of file lines needs to fill its part.
  int Flood(std::uint32_t input = 0) {
    int chunks = 0;
    for (; queue_.HasRoom(LossClass::kCanWait); ++chunks) {
      queue_.Push(ChunkOfInput(input, std::string(64 << 10, 'x')));
    }
    return chunks;
  }

  // The lane of the next chunk, which takes `cost` to parse.
  std::uint32_t Serve(absl::Duration cost = absl::Milliseconds(1)) {
    const std::optional<InputChunk> chunk = queue_.Pop(false, absl::ZeroDuration());
    EXPECT_TRUE(chunk.has_value());
    queue_.Charge(cost);
    return chunk ? chunk->input + (chunk->loss_class == LossClass::kCanWait ? 0 : 100) : 999;
  }

  ChunkQueue queue_;
};

TEST_F(ChunkQueueFairnessTest, F56AFloodOfFileLinesLeavesRoomForJournalAndHttp) {
  Flood();
  EXPECT_FALSE(queue_.HasRoomFor(LossClass::kCanWait, 0));
  for (const std::uint32_t input : {kJournal, kHttp}) {
    EXPECT_TRUE(queue_.HasRoomFor(LossClass::kCanWait, input));
    queue_.Push(ChunkOfInput(input, std::string(ChunkQueue::kShareBytes, 'y')));
    EXPECT_FALSE(queue_.HasRoomFor(LossClass::kCanWait, input)) << "memory is bounded";
  }
  EXPECT_TRUE(queue_.HasRoomFor(LossClass::kDatagram, 0));
}

TEST_F(ChunkQueueFairnessTest, F56BehindAFloodOfFileLinesOthersWaitForOneChunk) {
  Flood();
  Serve();
  queue_.Push(ChunkOfInput(kJournal));
  queue_.Push(ChunkOfInput(kHttp));
  queue_.Push(DatagramChunk("udp", 7, 0, {"datagram"}));
  std::set<std::uint32_t> served;
  for (int n = 0; n < 4; ++n) served.insert(Serve());
  EXPECT_THAT(served, ::testing::ElementsAre(0, kJournal, kHttp, 100));
}

TEST_F(ChunkQueueFairnessTest, F56ASlowParserCostsItsOwnInputFirst) {
  constexpr std::uint32_t kSlow = 0;
  std::map<std::uint32_t, int> served;
  for (int n = 0; n < 1010; ++n) {
    queue_.Push(ChunkOfInput(kSlow));
    queue_.Push(ChunkOfInput(1));
  }
  for (int n = 0; n < 1010; ++n) {
    const std::optional<InputChunk> chunk = queue_.Pop(false, absl::ZeroDuration());
    queue_.Charge(absl::Microseconds(chunk->input == kSlow ? 100 : 1));
    ++served[chunk->input];
  }
  EXPECT_NEAR(served[kSlow], 10, 2);
  EXPECT_NEAR(served[1], 1000, 2);
}

TEST_F(ChunkQueueFairnessTest, AnInputThatWasQuietSavesNoTimeUp) {
  queue_.Push(ChunkOfInput(1));
  Serve(absl::Seconds(100));
  queue_.Push(ChunkOfInput(1));
  Serve();  // from here on the quiet ones begin
  for (int n = 0; n < 10; ++n) {
    queue_.Push(ChunkOfInput(0));
    queue_.Push(ChunkOfInput(1));
  }
  std::map<std::uint32_t, int> served;
  for (int n = 0; n < 10; ++n) ++served[Serve()];
  EXPECT_GE(served[1], 4) << "not held back by what it used while nobody wanted it";
}

TEST_F(ChunkQueueFairnessTest, ChunksOfOneInputComeInOrder) {
  for (const char* line : {"one", "two", "three"}) queue_.Push(ChunkOfInput(0, line));
  std::vector<std::string> lines;
  for (int n = 0; n < 3; ++n) {
    const auto chunk = queue_.Pop(false, absl::ZeroDuration());
    lines.emplace_back(chunk->Line(chunk->lines[0]));
  }
  EXPECT_THAT(lines, ::testing::ElementsAre("one", "two", "three"));
}

}  // namespace
}  // namespace dims
