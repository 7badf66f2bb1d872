// SPDX-License-Identifier: Apache-2.0
#include "agent/pipeline/pipeline.h"

#include "agent/inputs/file_input_thread.h"
#include "tests/agent/buffer/buffer_fixture.h"
#include "tests/support/chunk_of.h"
#include "tests/support/scratch_files.h"

namespace dims {
namespace {

using ::testing::SizeIs;

class PipelineTest : public BufferTest {
 protected:
  PipelineTest() {
    OnRealDisk();
    pipeline = std::make_unique<Pipeline>(PipelineOptions{}, buffer(), system_clock,
                                          [this](const absl::Status& status) { fatal = status; });
  }

  std::uint64_t Rows() {
    std::uint64_t rows = 0;
    for (const Envelope& envelope : Read()) rows += envelope.rows;
    return rows;
  }

  SystemClock system_clock;
  absl::Status fatal;
  std::unique_ptr<Pipeline> pipeline;
};

TEST_F(PipelineTest, F55CommitsEverythingHandedOverBeforeItStops) {
  pipeline->Start();
  std::uint64_t offset = 0;
  for (int n = 0; n < 100; ++n) {
    const InputChunk chunk = FileChunk("a", offset, std::vector<std::string>(100, "a line"));
    offset = std::get<FilePosition>(chunk.bookmark.position).offset;
    ASSERT_TRUE(pipeline->sink().Push(chunk));
  }
  pipeline->Stop();
  EXPECT_EQ(Rows(), 10'000u);
  EXPECT_EQ(PositionOf("file:1:a"), offset);
  EXPECT_FALSE(pipeline->sink().Push(FileChunk("a", offset, {"late"})));
  EXPECT_TRUE(fatal.ok()) << fatal;
}

TEST_F(PipelineTest, StopsTwiceAndWithoutStart) {
  pipeline->Stop();
  pipeline->Stop();
  EXPECT_TRUE(fatal.ok());
}

TEST_F(PipelineTest, ReadsAFileToTheBufferOnThreeThreads) {
  const auto files = MakeDiskFiles();
  std::string text;
  for (int n = 0; n < 20'000; ++n) absl::StrAppend(&text, "line number ", n, "\n");
  files->Append("a.log", text);
  FileInputOptions options;
  options.paths = {files->Path("*.log")};
  FileInput input({options}, {}, files->files(), pipeline->sink(), system_clock);
  FileInputThread reader(input, system_clock);
  pipeline->Start();
  reader.Start();
  while (reader.counts().lines < 20'000) std::this_thread::yield();
  reader.Stop();
  pipeline->Stop();
  EXPECT_EQ(Rows(), 20'000u);
  EXPECT_EQ(pipeline->rows(), 20'000u);
}

TEST(ChunkQueueTest, TakesFromBothLanesInTurnAndLeavesPausedFilesAlone) {
  ChunkQueue queue;
  queue.Push(FileChunk("a", 0, {"file 1"}));
  queue.Push(FileChunk("a", 7, {"file 2"}));
  queue.Push(DatagramChunk("udp", 7, 0, {"datagram"}));
  std::vector<LossClass> order;
  for (int n = 0; n < 2; ++n) order.push_back(queue.Pop(false, absl::ZeroDuration())->loss_class);
  EXPECT_THAT(order, ::testing::UnorderedElementsAre(LossClass::kCanWait, LossClass::kDatagram));
  EXPECT_FALSE(queue.Pop(true, absl::ZeroDuration()).has_value());
  EXPECT_TRUE(queue.Pop(false, absl::ZeroDuration()).has_value());
}

TEST(ChunkQueueTest, HasNoRoomInAFullLaneButInTheOther) {
  ChunkQueue queue;
  while (queue.HasRoom(LossClass::kCanWait)) {
    ASSERT_TRUE(queue.Push(FileChunk("a", 0, {std::string(100'000, 'x')})));
  }
  EXPECT_TRUE(queue.HasRoom(LossClass::kDatagram));
  queue.Pop(false, absl::ZeroDuration());
  EXPECT_TRUE(queue.HasRoom(LossClass::kCanWait));
}

TEST(ChunkQueueTest, GivesWhatIsQueuedAfterItWasClosed) {
  ChunkQueue queue;
  queue.Push(FileChunk("a", 0, {"one"}));
  queue.Close();
  EXPECT_FALSE(queue.Push(FileChunk("a", 4, {"two"})));
  EXPECT_TRUE(queue.Pop(false, absl::ZeroDuration()).has_value());
  EXPECT_FALSE(queue.Pop(false, absl::InfiniteDuration()).has_value());
}

}  // namespace
}  // namespace dims
