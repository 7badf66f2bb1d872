// SPDX-License-Identifier: Apache-2.0
#include "agent/http/metrics_listener.h"

#include <gtest/gtest.h>
#include <httplib.h>

namespace dims {
namespace {

class MetricsListenerTest : public ::testing::Test {
 protected:
  MetricsListenerTest() {
    auto opened = MetricsListener::Open(*ParseHttpListener("http://127.0.0.1:0"),
                                        [] { return std::string("a 1\n"); });
    EXPECT_TRUE(opened.ok()) << opened.status();
    listener_ = *std::move(opened);
  }

  std::unique_ptr<MetricsListener> listener_;
};

TEST_F(MetricsListenerTest, AnswersWithTheNumbersAndTheirFormat) {
  httplib::Client client("127.0.0.1", listener_->where().port);
  const httplib::Result answer = client.Get("/metrics");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "a 1\n");
  EXPECT_EQ(answer->get_header_value("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
}

TEST_F(MetricsListenerTest, AnswersNothingElse) {
  httplib::Client client("127.0.0.1", listener_->where().port);
  EXPECT_EQ(client.Get("/")->status, 404);
  EXPECT_EQ(client.Post("/metrics", "x", "text/plain")->status, 404);
}

TEST_F(MetricsListenerTest, SaysWhereItCannotListen) {
  const auto second = MetricsListener::Open(listener_->where(), [] { return std::string(); });
  EXPECT_TRUE(absl::IsUnavailable(second.status())) << second.status();
}

}  // namespace
}  // namespace dims
