// SPDX-License-Identifier: Apache-2.0
#include "agent/http/http_input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include "common/base/mutex.h"
#include "tests/support/seeded_random.h"

namespace dims {
namespace {

using ::testing::ElementsAre;

// A pipeline whose buffer takes everything at once, or nothing.
class FakePipeline final : public ChunkSink {
 public:
  bool Push(InputChunk chunk) override {
    MutexLock lock(mutex_);
    for (const InputLine& line : chunk.lines) {
      lines_.emplace_back(chunk.Line(line));
      positions_.push_back(line.position);
    }
    if (commits && chunk.notice != nullptr) chunk.notice->Committed();
    return true;
  }

  bool HasRoom(LossClass) const override { return has_room; }

  std::vector<std::string> lines() const {
    MutexLock lock(mutex_);
    return lines_;
  }

  std::vector<std::uint64_t> positions() const {
    MutexLock lock(mutex_);
    return positions_;
  }

  std::atomic<bool> commits = true;
  std::atomic<bool> has_room = true;

 private:
  mutable Mutex mutex_;
  std::vector<std::string> lines_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::uint64_t> positions_ ABSL_GUARDED_BY(mutex_);
};

class HttpInputTest : public ::testing::Test {
 protected:
  void Listen(const std::string& token = "") {
    HttpLimits limits;
    limits.body_bytes_max = 1000;
    limits.commit_timeout = absl::Milliseconds(50);
    HttpListener listener = *ParseHttpListener("http://127.0.0.1:0");
    listener.token = token;
    auto opened = HttpInput::Open({listener}, pipeline_, clock_, random_, limits);
    ASSERT_TRUE(opened.ok()) << opened.status();
    input_ = *std::move(opened);
    input_->Start();
  }

  httplib::Result Post(const std::string& body, const httplib::Headers& headers = {}) {
    httplib::Client client("127.0.0.1", input_->listeners()[0].port);
    return client.Post("/any/path", headers, body, "application/json");
  }

  FakePipeline pipeline_;
  SystemClock clock_;
  SeededRandom random_{1};
  std::unique_ptr<HttpInput> input_;
};

TEST_F(HttpInputTest, AnswersOnceTheEventsAreInTheBuffer) {
  Listen();
  const httplib::Result first = Post("[{\"a\":1},{\"a\":2}]");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->status, 200);
  EXPECT_EQ(first->body, "{\"accepted\":2}\n");
  EXPECT_EQ(Post("{\"a\":3}")->body, "{\"accepted\":1}\n");
  EXPECT_THAT(pipeline_.lines(), ElementsAre("{\"a\":1}", "{\"a\":2}", "{\"a\":3}"));
  EXPECT_THAT(pipeline_.positions(), ElementsAre(1, 2, 3));
}

TEST_F(HttpInputTest, SaysSoWhenTheyAreNotInTheBufferInTime) {
  Listen();
  pipeline_.commits = false;
  const httplib::Result result = Post("{\"a\":1}");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 503);
  EXPECT_EQ(result->get_header_value("Retry-After"), "1");
}

TEST_F(HttpInputTest, TakesNothingWhereThereIsNoRoom) {
  Listen();
  pipeline_.has_room = false;
  EXPECT_EQ(Post("{\"a\":1}")->status, 503);
  EXPECT_TRUE(pipeline_.lines().empty());
}

TEST_F(HttpInputTest, AsksForItsToken) {
  Listen("a-secret-of-this-site");
  EXPECT_EQ(Post("{\"a\":1}")->status, 401);
  EXPECT_EQ(Post("{\"a\":1}", {{"Authorization", "Bearer a-secret-of-that-site"}})->status, 401);
  EXPECT_EQ(Post("{\"a\":1}", {{"Authorization", "Bearer a-secret-of-this-site"}})->status, 200);
  EXPECT_THAT(pipeline_.lines(), ElementsAre("{\"a\":1}"));
}

TEST_F(HttpInputTest, RefusesABodyAboveTheLimitWhole) {
  Listen();
  EXPECT_EQ(Post(std::string(2000, 'x'))->status, 413);
  EXPECT_TRUE(pipeline_.lines().empty());
  EXPECT_EQ(Post("{\"a\":1}")->status, 200) << "the next one is taken";
}

TEST_F(HttpInputTest, RefusesACompressedBodyThatGrowsAboveTheLimit) {
  Listen();
  httplib::Client client("127.0.0.1", input_->listeners()[0].port);
  client.set_compress(true);
  const httplib::Result bomb = client.Post("/", std::string(500'000, 'x'), "application/json");
  ASSERT_TRUE(bomb);
  EXPECT_EQ(bomb->status, 413);
  const httplib::Result small = client.Post("/", std::string(600, 'y'), "application/json");
  ASSERT_TRUE(small);
  EXPECT_EQ(small->status, 200);
  EXPECT_THAT(pipeline_.lines(), ElementsAre(std::string(600, 'y')));
}

TEST_F(HttpInputTest, NamesAnAddressItCannotHave) {
  Listen();
  HttpListener taken = input_->listeners()[0];
  EXPECT_TRUE(absl::IsUnavailable(HttpInput::Open({taken}, pipeline_, clock_, random_).status()));
}

TEST(HttpListenerTest, ReadsAddressesAndRefusesTheRest) {
  EXPECT_EQ(ParseHttpListener("http://[::1]:8088")->Text(), "http://[::1]:8088");
  EXPECT_TRUE(ParseHttpListener("http://127.3.2.1:80")->IsLoopback());
  EXPECT_FALSE(ParseHttpListener("http://192.0.2.1:80")->IsLoopback());
  for (const char* wrong : {"127.0.0.1:80", "https://127.0.0.1:80", "http://127.0.0.1",
                            "http://localhost:80", "http://127.0.0.1:80/path"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseHttpListener(wrong).status())) << wrong;
  }
}

}  // namespace
}  // namespace dims
