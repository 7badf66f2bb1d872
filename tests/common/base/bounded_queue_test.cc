// SPDX-License-Identifier: Apache-2.0
#include "common/base/bounded_queue.h"

#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace dims {
namespace {

TEST(BoundedQueueTest, RefusesWhatIsAboveTheBoundAndKeepsOrder) {
  BoundedQueue<int> queue(3);
  int one = 1, two = 2, three = 3;
  EXPECT_TRUE(queue.TryPush(one, 2));
  EXPECT_FALSE(queue.TryPush(two, 2));
  EXPECT_TRUE(queue.TryPush(three, 1));
  EXPECT_EQ(queue.Pop(), 1);
  EXPECT_EQ(queue.Pop(), 3);
}

TEST(BoundedQueueTest, AdmitsOneItemHeavierThanTheBound) {
  BoundedQueue<int> queue(3);
  int item = 7;
  EXPECT_TRUE(queue.TryPush(item, 100));
  EXPECT_FALSE(queue.TryPush(item, 1));
}

TEST(BoundedQueueTest, GivesQueuedItemsAfterCloseAndThenNothing) {
  BoundedQueue<int> queue(3);
  queue.Push(1);
  queue.Close();
  EXPECT_FALSE(queue.Push(2));
  EXPECT_EQ(queue.Pop(), 1);
  EXPECT_EQ(queue.Pop(), std::nullopt);
}

TEST(BoundedQueueTest, WakesAWaitingProducerWhenThereIsRoom) {
  BoundedQueue<int> queue(1);
  queue.Push(1);
  std::thread producer([&] { queue.Push(2); });
  EXPECT_EQ(queue.Pop(), 1);
  EXPECT_EQ(queue.Pop(), 2);
  producer.join();
}

TEST(BoundedQueueTest, LetsItemsComeTogetherUntilTheyWeighEnough) {
  BoundedQueue<int> queue(100);
  std::thread producer([&] {
    for (int i = 0; i < 5; ++i) queue.Push(i, 2);
  });
  EXPECT_TRUE(queue.Await());
  EXPECT_EQ(queue.Gather(absl::Hours(1), 10), (std::vector<int>{0, 1, 2, 3, 4}));
  producer.join();
}

TEST(BoundedQueueTest, AnUrgentItemEndsTheGathering) {
  BoundedQueue<int> queue(100);
  queue.Push(1);
  std::thread producer([&] { queue.PushUrgent(2); });
  EXPECT_EQ(queue.Gather(absl::Hours(1), 100), (std::vector<int>{1, 2}));
  producer.join();
  queue.Push(3);
  std::thread hurried([&] { queue.PushAll({{4, 1}}, true); });
  EXPECT_EQ(queue.Gather(absl::Hours(1), 100), (std::vector<int>{3, 4}));
  hurried.join();
}

TEST(BoundedQueueTest, AProducerWithoutRoomEndsTheGathering) {
  BoundedQueue<int> queue(2);
  std::thread producer([&] { queue.PushAll({{1, 1}, {2, 1}, {3, 1}}); });
  EXPECT_TRUE(queue.Await());
  EXPECT_EQ(queue.Gather(absl::Hours(1), 100), (std::vector<int>{1, 2}));
  producer.join();
  EXPECT_EQ(queue.PopAll(), (std::vector<int>{3}));
}

TEST(BoundedQueueTest, TakesWhatIsThereWhenTheTimeToGatherIsOver) {
  BoundedQueue<int> queue(100);
  queue.Push(1);
  EXPECT_EQ(queue.Gather(absl::Milliseconds(1), 100), (std::vector<int>{1}));
  queue.Push(2);
  EXPECT_EQ(queue.Gather(-absl::InfiniteDuration(), 100), (std::vector<int>{2}));
}

TEST(BoundedQueueTest, CloseEndsAwaitAndGathering) {
  BoundedQueue<int> queue(100);
  EXPECT_FALSE(queue.Await(absl::Milliseconds(1)));
  queue.Push(1);
  std::thread closer([&] { queue.Close(); });
  EXPECT_EQ(queue.Gather(absl::Hours(1), 100), (std::vector<int>{1}));
  closer.join();
  EXPECT_FALSE(queue.Await());
  EXPECT_FALSE(queue.PushUrgent(2));
  EXPECT_FALSE(queue.PushAll({{2, 1}}));
}

}  // namespace
}  // namespace dims
