// SPDX-License-Identifier: Apache-2.0
// What one agent, or a flood of all of them, can take of the server is bounded.
#include "absl/strings/escaping.h"
#include "tests/server/ingest/ingest_fixture.h"

namespace dims {
namespace {

class LimitsTest : public IngestTest {
 protected:
  LimitsTest() {
    live_bytes_max_ = 4 << 20;
    Start();
    agent_.Connect(*committer_);
  }

  // A batch that does not compress.
  EventBatch Noise() {
    std::vector<std::string> messages;
    for (int i = 0; i < 64; ++i) messages.push_back(absl::BytesToHexString(random_.Bytes(2000)));
    return Rows(messages);
  }

  std::uint64_t SendNoise() {
    agent_.Send(*committer_, Noise());
    Commit();
    return replies_.LastAck(agent_.stream)->credit_bytes;
  }

  TestAgent agent_{replies_, kAgent, "seattle"};
};

TEST_F(LimitsTest, CreditStopsBeforeLiveDbIsFull) {
  int batches = 0;
  while (SendNoise() > 0 && batches < 1000) ++batches;
  EXPECT_GT(batches, 5);
  EXPECT_FALSE(committer_->has_room());
  EXPECT_LT(live_->MeasureSize()->live_bytes, live_bytes_max_);
}

TEST_F(LimitsTest, CreditComesBackWhenSealingHasEmptiedTheTail) {
  while (SendNoise() > 0) {
  }
  std::vector<std::int64_t> covered;
  for (const auto& chunk : rows_.chunks) covered.push_back(chunk.tail_id);
  ASSERT_TRUE(static_cast<Ledger&>(*live_).RecordSealed({}, covered).ok());
  committer_->AddReport(agent_.stream, agent_.from());
  Commit();
  EXPECT_GT(replies_.LastAck(agent_.stream)->credit_bytes, 0u);
}

TEST_F(LimitsTest, AnAgentThatBeginsEpochsForEverIsRefusedInTheEnd) {
  Hello again = agent_.MakeHello();
  again.want_new_epoch = true;
  for (int i = 0; i < 8192; ++i) agent_.Greet(*committer_, again);
  Commit();
  EXPECT_EQ(replies_.RefusalOf(agent_.stream), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(CountIn("watermark"), 8192);
}

}  // namespace
}  // namespace dims
