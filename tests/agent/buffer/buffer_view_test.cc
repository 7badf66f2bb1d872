// SPDX-License-Identifier: Apache-2.0
#include "agent/buffer/buffer_view.h"

#include "tests/agent/buffer/buffer_fixture.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

class BufferViewTest : public BufferTest {
 protected:
  BufferView& View() {
    if (view_ == nullptr) view_ = BufferView::Open(options_.directory, options_.vfs).value();
    return *view_;
  }

  std::vector<BatchSummary::State> States() {
    std::vector<BatchSummary::State> states;
    const std::vector<BatchSummary> newest = View().Newest(100).value();
    for (const BatchSummary& summary : newest) states.push_back(summary.state);
    return states;
  }

  void TearDown() override { view_.reset(); }

  std::unique_ptr<BufferView> view_;
};

TEST_F(BufferViewTest, ShowsWhatWaitsAndWhatLeftWhileTheAgentWrites) {
  Append(BatchOf(3, At("auth.log", 120)));
  EXPECT_EQ(View().Count()->rows, 3U);
  Append(BatchOf(2, At("syslog", 200)));
  ASSERT_TRUE(buffer().Ack(1).ok());
  ASSERT_TRUE(buffer().Tidy().ok());
  EXPECT_THAT(States(), ElementsAre(BatchSummary::State::kWaiting, BatchSummary::State::kAcked));
  EXPECT_EQ(View().Position()->acked, 1U);
  EXPECT_EQ(View().Agent().value(), kAgent);
  EXPECT_THAT(View().Bookmarks().value(), SizeIs(2));
}

TEST_F(BufferViewTest, ListsNewestFirstInPages) {
  for (std::uint64_t i = 1; i <= 5; ++i) Append(BatchOf(1, At("a", i)));
  const auto first = View().Newest(2).value();
  ASSERT_THAT(first, SizeIs(2));
  EXPECT_EQ(first[0].sequence, 5U);
  EXPECT_THAT(first[0].sources, ElementsAre("a"));
  const auto second = View().Newest(2, first[1].id).value();
  EXPECT_EQ(second[0].sequence, 3U);
}

TEST_F(BufferViewTest, LoadsTheVeryBytesThatLeft) {
  const NewBatch batch = BatchOf(3, At("auth.log", 120));
  Append(batch);
  EXPECT_EQ(View().Load(kFirstBatchId)->payload, batch.encoded.payload);
  EXPECT_TRUE(absl::IsNotFound(View().Load(kFirstBatchId + 1).status()));
}

TEST_F(BufferViewTest, ShowsWhatANewEpochSetAside) {
  Append(BatchOf(1, At("a", 1)));
  Append(BatchOf(1, At("a", 2)));
  ASSERT_TRUE(buffer().NewEpoch(222, std::vector<Bookmark>{At("a", 1)}).ok());
  Read();
  EXPECT_THAT(States(), ElementsAre(BatchSummary::State::kWaiting, BatchSummary::State::kSetAside));
}

TEST_F(BufferViewTest, SaysWhenThereIsNoBuffer) {
  EXPECT_TRUE(absl::IsNotFound(BufferView::Open(options_.directory).status()));
}

}  // namespace
}  // namespace dims
