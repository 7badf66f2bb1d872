// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "agent/inputs/refused_senders.h"
#include "tests/agent/inputs/syslog_input_fixture.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::SizeIs;

class SyslogSenderTest : public SyslogInputTest {
 protected:
  static SyslogListener Allowing(const std::string& where, const std::string& block) {
    SyslogListener listener = *ParseSyslogListener(where);
    if (!block.empty()) listener.allow = {*Cidr::Parse(block)};
    return listener;
  }
};

TEST_F(SyslogSenderTest, DropsDatagramsOfSendersThatAreNotAllowedAndCountsThem) {
  StartWith({Allowing("udp://127.0.0.1:0", "127.0.0.2")});
  const UniqueFd stranger = Connect(0, "127.0.0.3");
  const UniqueFd known = Connect(0, "127.0.0.2");
  Send(stranger, "<13>strange");
  Send(stranger, "<13>strange");
  Send(known, "<13>known");
  EXPECT_THAT(Receive(1), ElementsAre("<13>known"));
  EXPECT_THAT(origins, ElementsAre("127.0.0.2"));
  EXPECT_THAT(input->counts().refused_senders, ElementsAre(Pair("127.0.0.3", 2)));
}

TEST_F(SyslogSenderTest, ClosesConnectionsOfSendersThatAreNotAllowed) {
  StartWith({Allowing("tcp://127.0.0.1:0", "127.0.0.0/31")});
  const UniqueFd stranger = Connect(0, "127.0.0.2");
  EXPECT_TRUE(IsClosed(stranger));
  Send(Connect(0, "127.0.0.1"), "<13>known\n");
  EXPECT_THAT(Receive(1), ElementsAre("<13>known"));
  EXPECT_THAT(input->counts().refused_senders, ElementsAre(Pair("127.0.0.2", 1)));
}

TEST_F(SyslogSenderTest, AReloadCutsThoseWhoMayNotSendAnyMoreAndKeepsTheOthers) {
  StartWith({Allowing("tcp://127.0.0.1:0", "")});
  const UniqueFd goes = Connect(0, "127.0.0.2");
  const UniqueFd stays = Connect(0, "127.0.0.1");
  Send(goes, "<13>one\n");
  Send(stays, "<13>two\n");
  Receive(2);
  std::vector<SyslogListener> listeners = input->listeners();
  listeners[0].allow = {*Cidr::Parse("127.0.0.1")};
  Succeed(listeners);
  EXPECT_TRUE(IsClosed(goes));
  Send(stays, "<13>three\n");
  EXPECT_THAT(Receive(1), ElementsAre("<13>three"));
}

TEST_F(SyslogSenderTest, TellsWarningsAndLogInsFromTheRest) {
  Start({"udp://127.0.0.1:0"});
  const UniqueFd client = Connect();
  Send(client, "<11>an error");
  Send(client, "<14>information");
  std::map<LossClass, std::string> seen;
  while (seen.size() < 2) {
    const std::vector<std::string> lines = Receive(1);
    ASSERT_THAT(lines, SizeIs(1));
    seen[last.loss_class] = lines[0];
  }
  EXPECT_THAT(seen, ElementsAre(Pair(LossClass::kDatagram, "<11>an error"),
                                Pair(LossClass::kRoutineDatagram, "<14>information")));
}

TEST(RefusedSendersTest, NamesAHundredAndCountsTheOthersTogether) {
  RefusedSenders senders;
  for (int n = 0; n < 150; ++n) senders.Add(absl::StrCat("192.0.2.", n));
  senders.Add("192.0.2.7");
  const auto counts = senders.by_sender();
  EXPECT_THAT(counts, SizeIs(RefusedSenders::kSendersMax + 1));
  EXPECT_EQ(counts.at("192.0.2.7"), 2u);
  EXPECT_EQ(counts.at("others"), 50u);
}

TEST(SyslogClassTest, WarningsLogInsAndAuditAreNotRoutine) {
  for (const char* const kept : {"<0>", "<12>warning", "<11>error", "<38>auth info", "<86>authpriv",
                                 "<111>audit", "<164>local4 warning"}) {
    EXPECT_FALSE(IsRoutine(kept)) << kept;
  }
  for (const char* const routine : {"<13>notice", "<14>info", "<15>debug", "<166>local4 info",
                                    "no priority", "", "<", "<>x", "<1", "<999>x", "<12"}) {
    EXPECT_TRUE(IsRoutine(routine)) << routine;
  }
}

}  // namespace
}  // namespace dims
