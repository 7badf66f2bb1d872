// SPDX-License-Identifier: Apache-2.0
#include "common/base/bounded_queue.h"

#include <thread>

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

}  // namespace
}  // namespace dims
