// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/syslog_input.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "agent/inputs/syslog_socket.h"
#include "tests/agent/inputs/syslog_input_fixture.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

TEST_F(SyslogInputTest, ReceivesDatagramsWithTheirPeerAndCountsThem) {
  Start({"udp://127.0.0.1:0"});
  const UniqueFd client = Connect();
  Send(client, "<13>one\n");
  Send(client, std::string("<13>two\0", 8));
  EXPECT_THAT(Receive(2), ElementsAre("<13>one", "<13>two"));
  EXPECT_THAT(origins, ElementsAre("127.0.0.1", "127.0.0.1"));
  EXPECT_EQ(last.loss_class, LossClass::kRoutineDatagram);
  EXPECT_THAT(last.bookmark.source,
              ::testing::StartsWith(absl::StrCat("syslog:", input->listeners()[0].Text(), "#")));
  EXPECT_EQ(std::get<CounterPosition>(last.bookmark.position).counter, 2u);
  EXPECT_NE(std::get<CounterPosition>(last.bookmark.position).nonce, 0u);
}

TEST_F(SyslogInputTest, ReceivesFramesOfSeveralConnectionsWithoutMixingThem) {
  Start({"tcp://127.0.0.1:0"});
  const UniqueFd a = Connect();
  const UniqueFd b = Connect();
  Send(a, "<13>from ");
  Send(b, "10 <13>from b<13>half");
  Send(a, "a\n");
  EXPECT_THAT(Receive(2), UnorderedElementsAre("<13>from a", "<13>from b"));
  EXPECT_EQ(last.loss_class, LossClass::kRoutineStream);
  Send(b, " done\n");
  EXPECT_THAT(Receive(1), ElementsAre("<13>half done"));
}

TEST_F(SyslogInputTest, TakesAnUnfinishedFrameAsARecordWhenThePeerCloses) {
  Start({"tcp://127.0.0.1:0"});
  UniqueFd client = Connect();
  Send(client, "<13>one\n<13>no newline");
  client.Reset();
  EXPECT_THAT(Receive(2), ElementsAre("<13>one", "<13>no newline"));
}

TEST_F(SyslogInputTest, ListensOnSeveralAddressesAtOnce) {
  Start({"udp://127.0.0.1:0", "tcp://127.0.0.1:0"});
  const UniqueFd udp = Connect(0);
  const UniqueFd tcp = Connect(1);
  Send(udp, "<13>datagram");
  Send(tcp, "<13>stream\n");
  EXPECT_THAT(Receive(2), UnorderedElementsAre("<13>datagram", "<13>stream"));
}

TEST_F(SyslogInputTest, F25ReportsExactlyWhatTheKernelDropped) {
  sink.open = false;
  Start({"udp://127.0.0.1:0"}, 64 << 10);
  const UniqueFd client = Connect();
  for (int n = 0; n < 2000; ++n)
    Send(client, absl::StrCat("<13>message ", n, std::string(200, 'x')));
  sink.open = true;
  std::size_t received = 0;
  while (received + lost < 2000) {
    std::optional<InputChunk> chunk = sink.chunks.PopFor(absl::Seconds(20));
    ASSERT_TRUE(chunk.has_value()) << received << " received, " << lost << " lost";
    std::vector<std::string> lines;
    Note(*chunk, lines);
    received += lines.size();
  }
  EXPECT_EQ(received + lost, 2000u);
  EXPECT_GT(lost, 0u);
  EXPECT_EQ(input->counts().kernel_drops, lost);
}

TEST_F(SyslogInputTest, F27RefusesConnectionsAboveTheCapAndServesTheOthers) {
  limits.connections_max = 3;
  Start({"tcp://127.0.0.1:0"});
  std::vector<UniqueFd> served;
  for (int n = 0; n < 3; ++n) {
    served.push_back(Connect());
    Send(served.back(), "<13>hello\n");
  }
  Receive(3);
  for (int n = 0; n < 5; ++n) EXPECT_TRUE(IsClosed(Connect()));
  for (const UniqueFd& client : served) Send(client, "<13>still here\n");
  EXPECT_THAT(Receive(3), SizeIs(3));
  EXPECT_EQ(input->counts().refused, 5u);
}

TEST_F(SyslogInputTest, F27LetsTheQuietestConnectionGiveWayToANewOne) {
  limits.connections_max = 1;
  Start({"tcp://127.0.0.1:0"});
  const UniqueFd quiet = Connect();
  Send(quiet, "<13>hello\n");
  Receive(1);
  clock.Advance(limits.evict_after);
  const UniqueFd fresh = Connect();
  Send(fresh, "<13>new\n");
  EXPECT_THAT(Receive(1), ElementsAre("<13>new"));
  EXPECT_TRUE(IsClosed(quiet));
}

TEST_F(SyslogInputTest, F27EndsAConnectionThatStopsInsideAFrame) {
  Start({"tcp://127.0.0.1:0"});
  const UniqueFd slow = Connect();
  const UniqueFd idle = Connect();
  Send(idle, "<13>whole\n");
  Send(slow, "<13>whole\n<13>ha");
  Receive(2);
  clock.Advance(limits.frame_timeout + absl::Seconds(2));
  EXPECT_TRUE(IsClosed(slow));
  EXPECT_THAT(Receive(1), ElementsAre("<13>ha"));
  Send(idle, "<13>still served\n");
  EXPECT_THAT(Receive(1), ElementsAre("<13>still served"));
}

TEST_F(SyslogInputTest, F27EndsAFrameThatNeverEndsHoweverOftenAByteOfItComes) {
  limits.frame_age_max = absl::Seconds(100);
  Start({"tcp://127.0.0.1:0"});
  const UniqueFd dripping = Connect();
  Send(dripping, "<13>whole\n<13>");
  Receive(1);
  // A successor has read everything its predecessor was sent.
  for (int n = 0; n < 3; ++n) {
    clock.Advance(absl::Seconds(30));
    Send(dripping, "x");
    Succeed(input->listeners());
  }
  EXPECT_EQ(input->counts().timed_out, 0u);
  clock.Advance(absl::Seconds(30));
  EXPECT_TRUE(IsClosed(dripping));
  EXPECT_THAT(Receive(1), ElementsAre("<13>xxx"));
}

TEST_F(SyslogInputTest, HoldsNoPauseOfItsOwnAgainstASender) {
  Start({"tcp://127.0.0.1:0"});
  const UniqueFd client = Connect();
  Send(client, "<13>one\n<13>tw");
  Receive(1);
  sink.open = false;
  sink.AwaitInput();
  clock.Advance(absl::Minutes(30));
  sink.open = true;
  sink.AwaitInput();
  Send(client, "o\n");
  EXPECT_THAT(Receive(1), ElementsAre("<13>two"));
}

TEST_F(SyslogInputTest, F25ASuccessorCountsWhatTheKernelDroppedBetweenTheTwo) {
  Start({"udp://127.0.0.1:0"}, 64 << 10);
  const UniqueFd client = Connect();
  input->StopForHandover();
  for (int n = 0; n < 2000; ++n) Send(client, "<13>" + std::string(200, 'x'));
  Succeed(input->listeners());
  std::size_t received = 0;
  while (received + lost < 2000) {
    std::optional<InputChunk> chunk = sink.chunks.PopFor(absl::Seconds(20));
    ASSERT_TRUE(chunk.has_value()) << received << " received, " << lost << " lost";
    received += chunk->lines.size();
    for (const Loss& loss : chunk->losses) lost += loss.count;
  }
  EXPECT_EQ(received + lost, 2000u);
  EXPECT_GT(lost, 0u);
}

TEST_F(SyslogInputTest, BoundsTheMemoryOfUnfinishedFrames) {
  limits.held_bytes_max = 100'000;
  Start({"tcp://127.0.0.1:0"});
  const UniqueFd greedy = Connect();
  Send(greedy, "<13>" + std::string(200'000, 'x') + "\n<13>next\n");
  const std::vector<std::string> lines = Receive(2);
  EXPECT_THAT(lines[0], HasSubstr("<13>xxx"));
  EXPECT_EQ(lines[1], "<13>next");
}

TEST_F(SyslogInputTest, F55ReadsWhatTheKernelHoldsBeforeItStops) {
  sink.open = false;
  Start({"udp://127.0.0.1:0"});
  const UniqueFd client = Connect();
  for (int n = 0; n < 500; ++n) Send(client, "<13>datagram");
  sink.open = true;
  input->Stop();
  EXPECT_THAT(Receive(500), SizeIs(500));
}

TEST_F(SyslogInputTest, CountsAnewUnderAnotherNonceAfterTheWallClockJumped) {
  Start({"udp://127.0.0.1:0"});
  const UniqueFd client = Connect();
  Send(client, "<13>before");
  Receive(1);
  const auto before = std::get<CounterPosition>(last.bookmark.position);
  clock.Jump(absl::Hours(1));
  clock.Advance(absl::Seconds(2));
  CounterPosition after = before;
  // The jump is seen once a second; datagrams until then belong to the old count.
  while (after.nonce == before.nonce) {
    Send(client, "<13>after");
    Receive(1);
    after = std::get<CounterPosition>(last.bookmark.position);
    clock.Advance(absl::Seconds(2));
  }
  EXPECT_EQ(after.counter, 1u);
}

TEST_F(SyslogInputTest, TakesOverASocketThatWasOpenedForIt) {
  SyslogListener where = *ParseSyslogListener("udp://127.0.0.1:0");
  std::vector<UniqueFd> inherited;
  inherited.push_back(*BindSyslogSocket(where));
  where.port = PortOf(inherited[0].get());
  auto opened = SyslogInput::Open({where}, std::move(inherited), sink, clock, random);
  ASSERT_TRUE(opened.ok()) << opened.status();
  input = *std::move(opened);
  input->Start();
  Send(Connect(), "<13>one");
  EXPECT_THAT(Receive(1), ElementsAre("<13>one"));
}

TEST_F(SyslogInputTest, ASuccessorGoesOnWithAConnectionInsideAMessage) {
  Start({"tcp://127.0.0.1:0"});
  const UniqueFd client = Connect();
  Send(client, "<13>one\n<13>tw");
  EXPECT_THAT(Receive(1), ElementsAre("<13>one"));
  Send(client, "o\n");
  Succeed(input->listeners());
  Send(client, "<13>three\n");
  EXPECT_THAT(Receive(2), ElementsAre("<13>two", "<13>three"));
}

TEST_F(SyslogInputTest, GivesAllThatTheKernelHoldsOfAConnectionWhenItStops) {
  Start({"tcp://127.0.0.1:0"});
  sink.open = false;
  const UniqueFd client = Connect();
  std::string text;
  for (int n = 0; n < 20'000; ++n) absl::StrAppend(&text, "<13>message ", n, "\n");
  Send(client, text);
  sink.open = true;
  input->Stop();
  EXPECT_EQ(Receive(20'000).back(), "<13>message 19999");
}

TEST_F(SyslogInputTest, NamesTheListenerThatCannotBeBound) {
  Start({"tcp://127.0.0.1:0"});
  const auto second = SyslogInput::Open(input->listeners(), {}, sink, clock, random);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(input->listeners()[0].Text()));
}

}  // namespace
}  // namespace dims
