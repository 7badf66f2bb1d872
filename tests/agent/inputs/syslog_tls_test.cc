// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>

#include "common/crypto/tls_session.h"
#include "tests/agent/inputs/syslog_input_fixture.h"
#include "tests/support/tls_files.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using State = TlsSession::State;

// A sender over TLS that waits for its socket.
class TlsSender {
 public:
  TlsSender(UniqueFd socket, const TlsFiles& files)
      : socket_(std::move(socket)),
        session_(*TlsSession::Open(*TlsContext::Make(TlsContext::Role::kClient, files),
                                   socket_.get(), "localhost")) {
    ::fcntl(socket_.get(), F_SETFL, ::fcntl(socket_.get(), F_GETFL) | O_NONBLOCK);
  }

  // The last state: kDone when all was taken.
  State Send(absl::string_view bytes) {
    while (!bytes.empty()) {
      const TlsSession::Outcome out = session_.Write(bytes);
      bytes.remove_prefix(out.bytes);
      if (!Wait(out.state)) return out.state;
    }
    return State::kDone;
  }

  // What the server says next: kClosed or kFailed once it has ended the session.
  State Listen() {
    char room[100];
    while (true) {
      const TlsSession::Outcome out = session_.Read(room);
      if (out.state == State::kDone || !Wait(out.state)) return out.state;
    }
  }

  void Close() {
    session_.SayEnd();
    socket_.Reset();
  }

 private:
  // False when there is nothing to wait for.
  bool Wait(State state) {
    if (state == State::kDone) return true;
    if (state != State::kWantRead && state != State::kWantWrite) return false;
    const short events = state == State::kWantRead ? POLLIN : POLLOUT;
    pollfd waiting{socket_.get(), events, 0};
    return ::poll(&waiting, 1, 20'000) > 0;
  }

  UniqueFd socket_;
  TlsSession session_;
};

class SyslogTlsTest : public SyslogInputTest {
 protected:
  static SyslogListener Listening(const TlsFiles& with) {
    SyslogListener listener = *ParseSyslogListener("tls://127.0.0.1:0");
    listener.tls = with;
    return listener;
  }

  void StartTls(const TlsFiles& with) { StartWith({Listening(with)}); }

  TlsSender Sender(const std::string& name = "client") { return {Connect(), files.Of(name)}; }

  TestTlsFiles files;
};

TEST_F(SyslogTlsTest, ReceivesFramesOfBothKindsInsideTls) {
  StartTls(files.Of("server", ""));
  TlsSender sender = Sender();
  EXPECT_EQ(sender.Send("7 <13>one<13>two\n"), State::kDone);
  EXPECT_THAT(Receive(2), ElementsAre("<13>one", "<13>two"));
  EXPECT_EQ(last.loss_class, LossClass::kRoutineStream);
  EXPECT_THAT(last.bookmark.source, HasSubstr("syslog:tls://127.0.0.1:"));
}

TEST_F(SyslogTlsTest, TakesMoreThanARecordAtOnceAndWhatCameBeforeTheEnd) {
  StartTls(files.Of("server"));
  TlsSender sender = Sender();
  std::string text;
  for (int n = 0; n < 20'000; ++n) absl::StrAppend(&text, "<13>message ", n, "\n");
  EXPECT_EQ(sender.Send(text), State::kDone);
  sender.Close();
  EXPECT_EQ(Receive(20'000).back(), "<13>message 19999");
}

TEST_F(SyslogTlsTest, CountsAPeerThatIsNotCertifiedAndServesTheOthers) {
  StartTls(files.Of("server"));
  TlsSender good = Sender();
  EXPECT_EQ(good.Send("<13>one\n"), State::kDone);
  TlsSender stranger = Sender("stranger");
  stranger.Send("<13>strange\n");
  EXPECT_EQ(stranger.Listen(), State::kFailed);
  EXPECT_EQ(good.Send("<13>two\n"), State::kDone);
  EXPECT_THAT(Receive(2), ElementsAre("<13>one", "<13>two"));
  EXPECT_EQ(input->counts().handshakes_failed, 1u);
}

TEST_F(SyslogTlsTest, ClosesAPeerThatSpeaksPlainSyslog) {
  StartTls(files.Of("server"));
  const UniqueFd plain = Connect();
  Send(plain, "<13>not encrypted\n");
  std::string answer(100, '\0');
  while (::recv(plain.get(), answer.data(), answer.size(), 0) > 0) continue;
  EXPECT_EQ(input->counts().handshakes_failed, 1u);
  EXPECT_EQ(input->counts().messages, 0u);
}

TEST_F(SyslogTlsTest, F27EndsAHandshakeThatDoesNotGoOn) {
  StartTls(files.Of("server"));
  const UniqueFd silent = Connect();
  TlsSender good = Sender();
  EXPECT_EQ(good.Send("<13>hello\n"), State::kDone);
  Receive(1);
  clock.Advance(limits.handshake_timeout + absl::Seconds(2));
  EXPECT_TRUE(IsClosed(silent));
  EXPECT_EQ(input->counts().handshakes_failed, 1u);
  EXPECT_EQ(good.Send("<13>still here\n"), State::kDone);
  EXPECT_THAT(Receive(1), SizeIs(1));
}

TEST_F(SyslogTlsTest, ASuccessorGoesOnWithASessionInsideAMessage) {
  StartTls(files.Of("server"));
  TlsSender sender = Sender();
  EXPECT_EQ(sender.Send("<13>one\n<13>tw"), State::kDone);
  EXPECT_THAT(Receive(1), ElementsAre("<13>one"));
  Succeed(input->listeners());
  EXPECT_EQ(sender.Send("o\n"), State::kDone);
  EXPECT_THAT(Receive(1), ElementsAre("<13>two"));
}

TEST_F(SyslogTlsTest, F35ASuccessorReadsTheCertificatesAgain) {
  StartTls(files.Of("server"));
  files.Issue("server", files.stranger(), Principal::Server("g"), absl::Now());
  Succeed(input->listeners());
  TlsSender old = Sender();
  old.Send("<13>one\n");
  EXPECT_EQ(old.Listen(), State::kFailed);
  TlsFiles trusting = files.Of("client", "stranger_ca.pem");
  TlsSender sender(Connect(), trusting);
  EXPECT_EQ(sender.Send("<13>two\n"), State::kDone);
  EXPECT_THAT(Receive(1), ElementsAre("<13>two"));
}

TEST_F(SyslogTlsTest, NamesTheFileThatCannotBeUsed) {
  SyslogListener listener = Listening(files.Of("nobody"));
  const auto opened = SyslogInput::Open({listener}, {}, sink, clock, random);
  EXPECT_THAT(std::string(opened.status().message()), HasSubstr(files.Path("nobody.pem")));
}

}  // namespace
}  // namespace dims
