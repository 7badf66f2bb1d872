// SPDX-License-Identifier: Apache-2.0
// The committing thread, the forwarding thread and a look from beside, all at once.
#include <stop_token>
#include <thread>

#include "agent/buffer/buffer_view.h"
#include "tests/agent/buffer/buffer_fixture.h"

namespace dims {
namespace {

constexpr std::uint64_t kSharedBatches = 300;

class BufferThreadsTest : public BufferTest {};

TEST_F(BufferThreadsTest, ForwardsEveryBatchOnceWhileOthersAppendAndLook) {
  OnRealDisk();
  options_.keep_acked_bytes = 5000;
  EventBuffer& shared = Reopen();
  std::jthread committing([&] {
    for (std::uint64_t i = 1; i <= kSharedBatches; ++i) Append(BatchOf(2, At("a", i)));
  });
  std::jthread looking([&](const std::stop_token& stop) {
    auto view = BufferView::Open(options_.directory).value();
    while (!stop.stop_requested()) EXPECT_TRUE(view->Newest(20).ok());
  });
  Sequence next = 1;
  while (next <= kSharedBatches) {
    const auto envelopes = shared.Read(next, 2000);
    ASSERT_TRUE(envelopes.ok()) << envelopes.status();
    for (const Envelope& envelope : *envelopes) EXPECT_EQ(envelope.sequence, next++);
    EXPECT_TRUE(shared.Ack(next - 1).ok());
  }
  committing.join();
  looking.request_stop();
  looking.join();
  EXPECT_EQ(shared.backlog().batches, 0U);
  EXPECT_EQ(shared.position().acked, kSharedBatches);
}

}  // namespace
}  // namespace dims
