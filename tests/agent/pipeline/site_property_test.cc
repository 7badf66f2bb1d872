// SPDX-License-Identifier: Apache-2.0
// From files to the buffer through power cuts: every line in the buffer exactly once, by its bytes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "absl/strings/str_cat.h"
#include "agent/inputs/file_input.h"
#include "tests/agent/buffer/buffer_fixture.h"
#include "tests/support/scratch_files.h"
#include "tests/support/serial_pipeline.h"

namespace dims {
namespace {

class SitePropertyTest : public BufferTest {
 protected:
  void Begin(std::uint64_t seed) {
    random = SeededRandom(seed);
    UseDisk(seed);
    files = MakeMemoryFiles();
    number = rotations = 0;
    Start();
    Poll();
  }

  // The agent's process begins: what is committed is all it knows.
  void Start() {
    input.reset();
    pipeline.reset();
    Reopen();
    pipeline = std::make_unique<SerialPipeline>(PipelineOptions{}, buffer(), clock_);
    FileInputOptions options;
    options.paths = {files->Path("a.log"), files->Path("b.log")};
    FileInputLimits limits;
    limits.chunks_per_turn = 1 + static_cast<int>(random.Below(4));
    input = std::make_unique<FileInput>(std::vector<FileInputOptions>{options},
                                        buffer().Bookmarks().value(), files->files(), *pipeline,
                                        clock_, limits);
  }

  void Poll() {
    clock_.Advance(absl::Milliseconds(static_cast<std::int64_t>(100 + random.Below(1500))));
    input->Poll();
    if (!pipeline->Step().ok()) Crash();
  }

  void Crash() {
    if (!disk().power_was_cut()) disk().CutPower();
    ++crashes;
    Start();
  }

  void Write() {
    const std::string name = random.OneIn(2) ? "a.log" : "b.log";
    std::string text;
    for (std::uint64_t n = random.Below(random.OneIn(10) ? 6000 : 8); n > 0; --n) {
      absl::StrAppend(&text, "line ", ++number, "\n");
    }
    files->Append(name, text);
  }

  void Rotate() {
    if (!files->Exists("a.log")) return;
    for (int n = rotations++; n > 0; --n) {
      files->Rename(absl::StrCat("a.log.", n), absl::StrCat("a.log.", n + 1));
    }
    files->Rename("a.log", "a.log.1");
  }

  void Act() {
    const std::uint64_t what = random.Below(20);
    if (what == 0) return Crash();
    if (what == 1) return disk().CutPowerAtSync(1 + random.Below(3));
    if (what == 2) return Rotate();
    return what < 11 ? Write() : Poll();
  }

  std::map<std::string, int> Stored() {
    std::map<std::string, int> lines;
    BatchDecoder decoder;
    for (const Envelope& envelope : Read()) {
      if (envelope.payload.empty()) continue;
      const EventBatch batch = decoder.Decode(envelope.payload).value();
      const Column* const message = batch.Find("message");
      for (std::uint32_t row = 0; row < batch.rows(); ++row) {
        ++lines[std::string(message->TextAt(row))];
      }
    }
    return lines;
  }

  SeededRandom random{0};
  std::unique_ptr<ScratchFiles> files;
  std::unique_ptr<SerialPipeline> pipeline;
  std::unique_ptr<FileInput> input;
  int number = 0;
  int rotations = 0;
  int crashes = 0;
};

TEST_F(SitePropertyTest, F14KeepsEveryLineExactlyOnceThroughPowerCutsAndRotations) {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Begin(seed);
    for (int step = 0; step < 200; ++step) Act();
    for (int n = 0; n < 60; ++n) Poll();
    ASSERT_TRUE(pipeline->Drain().ok());
    const std::map<std::string, int> stored = Stored();
    EXPECT_EQ(stored.size(), static_cast<std::size_t>(number));
    for (const auto& [line, count] : stored) ASSERT_EQ(count, 1) << line;
  }
  EXPECT_GT(crashes, 100) << "too few power cuts to prove anything";
}

}  // namespace
}  // namespace dims
