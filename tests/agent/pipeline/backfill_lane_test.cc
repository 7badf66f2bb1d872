// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "agent/pipeline/chunk_queue.h"
#include "tests/support/chunk_of.h"

namespace dims {
namespace {

InputChunk OldChunk(const std::string& text) {
  InputChunk chunk = FileChunk("old", 0, {text});
  chunk.backfill = std::make_shared<BackfillSettings>();
  return chunk;
}

std::string NextLine(ChunkQueue& queue, bool can_wait_paused = false) {
  const std::optional<InputChunk> chunk = queue.Pop(can_wait_paused, absl::ZeroDuration());
  return chunk ? std::string(chunk->Line(chunk->lines[0])) : "";
}

TEST(BackfillLaneTest, OldLinesComeWhenNothingElseWaits) {
  ChunkQueue queue;
  queue.Push(OldChunk("old"));
  queue.Push(FileChunk("a", 0, {"file"}));
  queue.Push(DatagramChunk("udp", 1, 0, {"datagram"}));
  EXPECT_NE(NextLine(queue), "old");
  EXPECT_NE(NextLine(queue), "old");
  EXPECT_EQ(NextLine(queue), "old");
}

TEST(BackfillLaneTest, OldLinesWaitLikeFilesWhileTheBufferIsFull) {
  ChunkQueue queue;
  queue.Push(OldChunk("old"));
  EXPECT_EQ(NextLine(queue, true), "");
  EXPECT_EQ(NextLine(queue), "old");
}

TEST(BackfillLaneTest, OldLinesTakeNoRoomFromFiles) {
  ChunkQueue queue;
  while (queue.HasRoomForBackfill()) queue.Push(OldChunk(std::string(60'000, 'x')));
  EXPECT_TRUE(queue.HasRoom(LossClass::kCanWait));
  EXPECT_TRUE(queue.HasRoom(LossClass::kDatagram));
}

}  // namespace
}  // namespace dims
