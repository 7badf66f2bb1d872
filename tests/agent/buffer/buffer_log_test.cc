// SPDX-License-Identifier: Apache-2.0
// The buffer's write-ahead log stays below 64 MiB, whoever reads.
#include "agent/buffer/buffer_view.h"
#include "common/sqlite/transaction.h"
#include "tests/agent/buffer/buffer_fixture.h"

namespace dims {
namespace {

constexpr std::uintmax_t kLogBytesAllowed = 64u << 20;
constexpr std::size_t kPayload = 1u << 20;
constexpr std::uint64_t kLoad = 100;  // batches: more than the log may hold

class BufferLogTest : public BufferTest {
 protected:
  BufferLogTest() {
    OnRealDisk();
    options_.bytes_max = 512u << 20;
  }

  std::uintmax_t LogBytes() const { return std::filesystem::file_size(File() + "-wal"); }
};

TEST_F(BufferLogTest, F20LooksFromBesideDuringAHeavyLoadLetTheLogBeShortened) {
  buffer();
  auto view = BufferView::Open(options_.directory).value();
  std::uintmax_t longest = 0;
  for (std::uint64_t n = 1; n <= kLoad; ++n) {
    Append(BatchOf(1, At("a", n), kPayload));
    ASSERT_TRUE(view->Newest(20).ok());
    longest = std::max(longest, LogBytes());
  }
  EXPECT_LT(longest, kLogBytesAllowed / 2);
}

TEST_F(BufferLogTest, F20AReaderThatNeverEndsStopsTheBufferBeforeItsLogFillsTheVolume) {
  Append(BatchOf(1, At("a", 1)));
  DatabaseOptions reading;
  reading.path = File();
  const auto reader = Database::Open(reading).value();
  absl::Status stopped;
  std::uint64_t n = 1;
  {
    const auto held = ReadSnapshot::Begin(*reader).value();
    ASSERT_TRUE(reader->QueryInt64("SELECT count(*) FROM batch").ok());
    while (stopped.ok() && n < kLoad)
      stopped = TryAppend(BatchOf(1, At("a", ++n), kPayload)).status();
    EXPECT_EQ(stopped.code(), absl::StatusCode::kResourceExhausted) << stopped;
    EXPECT_THAT(std::string(stopped.message()), ::testing::HasSubstr("end that program"));
    EXPECT_LT(LogBytes(), kLogBytesAllowed);
  }
  EXPECT_GT(Append(BatchOf(1, At("a", n), kPayload)), 0u) << "goes on by itself";
  EXPECT_LT(LogBytes(), kLogBytesAllowed);
}

}  // namespace
}  // namespace dims
