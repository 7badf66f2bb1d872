// SPDX-License-Identifier: Apache-2.0
#include "agent/output/stream_destination.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/agent/output/lines_batch.h"
#include "tests/support/scripted_listener.h"

namespace dims {
namespace {

using ::testing::HasSubstr;

class StreamDestinationTest : public ::testing::Test {
 protected:
  StreamDestinationTest() {
    options_.transport = OutputTransport::kTcp;
    options_.target = {"127.0.0.1", listener_.port()};
  }

  StreamDestination& stream() {
    if (stream_ == nullptr) stream_ = std::make_unique<StreamDestination>(options_, clock_, end_);
    return *stream_;
  }

  // What the receiver got of them.
  std::string Sent(const std::vector<std::string>& events) {
    std::size_t taken = 0;
    EXPECT_TRUE(stream().Write(events, taken).ok());
    EXPECT_EQ(taken, events.size());
    stream_.reset();
    return listener_.ReceiveStream();
  }

  ScriptedListener listener_{SOCK_STREAM};
  OutputOptions options_;
  SystemClock clock_;
  std::atomic<bool> end_ = false;
  std::unique_ptr<StreamDestination> stream_;
};

TEST_F(StreamDestinationTest, CountsTheOctetsOfEachMessage) {
  EXPECT_EQ(Sent({"one", "two\nlines"}), "3 one9 two\nlines");
}

TEST_F(StreamDestinationTest, EndsEachMessageWithALineFeedWhereThatIsWanted) {
  options_.octet_counting = false;
  EXPECT_EQ(Sent({"one", "two\nlines"}), "one\ntwo#012lines\n");
}

TEST_F(StreamDestinationTest, NobodyListensIsSaidWithTheName) {
  options_.target.port = 1;
  std::size_t taken = 7;
  const absl::Status status = stream().Write(std::vector<std::string>{"one"}, taken);
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("tcp://127.0.0.1:1"));
  EXPECT_EQ(taken, 0u);
}

TEST_F(StreamDestinationTest, ConnectsAnewOnceTheReceiverWentAway) {
  std::size_t taken = 0;
  ASSERT_TRUE(stream().Write(std::vector<std::string>{"one"}, taken).ok());
  EXPECT_EQ(listener_.AnswerAfter("3 one", "bye"), "3 one");  // closes
  while (true) {  // until the end of the connection has arrived
    ASSERT_TRUE(stream().Write(std::vector<std::string>{"two"}, taken).ok());
    if (stream_->connections() > 1) break;
    std::this_thread::yield();
  }
  stream_.reset();
  EXPECT_THAT(listener_.ReceiveStream(), "3 two");
}

TEST_F(StreamDestinationTest, AReceiverThatReadsNothingIsWaitedForAndLosesNothing) {
  const std::vector<std::string> events = ManyLines(512, 64 << 10);
  std::size_t taken = 0;
  const absl::Status status = stream().Write(events, taken);
  EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
  EXPECT_GT(taken, 0u);
  EXPECT_LT(taken, events.size());
  std::string received;
  std::thread receiver([&] { received = listener_.ReceiveStream(); });
  std::size_t more = 0;
  EXPECT_TRUE(stream().Write(std::span(events).subspan(taken), more).ok());
  EXPECT_EQ(taken + more, events.size());
  stream_.reset();
  receiver.join();
  std::string all;
  for (const std::string& event : events) absl::StrAppend(&all, event.size(), " ", event);
  EXPECT_TRUE(received == all) << received.size() << " of " << all.size() << " bytes";
}

TEST_F(StreamDestinationTest, ATlsReceiverThatSaysNothingIsLeftOnceItIsOver) {
  options_.transport = OutputTransport::kTls;
  end_ = true;
  std::size_t taken = 0;
  EXPECT_FALSE(stream().Write(std::vector<std::string>{"one"}, taken).ok());
}

}  // namespace
}  // namespace dims
