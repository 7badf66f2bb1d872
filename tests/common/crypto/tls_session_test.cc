// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/tls_session.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <string>
#include <utility>
#include <vector>

#include "common/base/unique_fd.h"
#include "tests/support/tls_files.h"

namespace dims {
namespace {

using ::testing::HasSubstr;
using State = TlsSession::State;
using Role = TlsContext::Role;

// Both ends of one connection in one thread: each is asked in turn until neither can go on.
class TlsSessionTest : public ::testing::Test {
 protected:
  TlsSessionTest() {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    server_end.Reset(ends[0]);
    client_end.Reset(ends[1]);
  }

  void Open(const TlsFiles& server_files, const TlsFiles& client_files,
            const std::string& name = "localhost") {
    server.emplace(
        *TlsSession::Open(*TlsContext::Make(Role::kServer, server_files), server_end.get()));
    client.emplace(
        *TlsSession::Open(*TlsContext::Make(Role::kClient, client_files), client_end.get(), name));
  }

  // The states both ends come to.
  std::pair<State, State> ShakeHands() {
    std::pair<State, State> states;
    for (int round = 0; round < 10; ++round) {
      states.second = client->Handshake().state;
      states.first = server->Handshake().state;
    }
    return states;
  }

  std::string ReadAll() {
    std::string text;
    std::vector<char> room(TlsSession::kReadBytesMin * 4);
    while (true) {
      const TlsSession::Outcome got = server->Read(room);
      last = got.state;
      if (got.state != State::kDone) return text;
      text.append(room.data(), got.bytes);
    }
  }

  TestTlsFiles files;
  UniqueFd server_end;
  UniqueFd client_end;
  std::optional<TlsSession> server;
  std::optional<TlsSession> client;
  State last = State::kDone;
};

TEST_F(TlsSessionTest, CarriesBytesBothWaysAfterAHandshake) {
  Open(files.Of("server", ""), {.authorities = files.Path("ca.pem")});
  EXPECT_EQ(ShakeHands(), std::pair(State::kDone, State::kDone));
  EXPECT_TRUE(server->established());
  EXPECT_THAT(server->Protocol(), HasSubstr("TLSv1.3"));
  EXPECT_EQ(client->Write("hello").bytes, 5u);
  EXPECT_EQ(ReadAll(), "hello");
  EXPECT_EQ(last, State::kWantRead);
  EXPECT_EQ(server->Write("welcome").bytes, 7u);
  char room[100];
  EXPECT_EQ(client->Read(room).bytes, 7u);
}

TEST_F(TlsSessionTest, TheHandshakeIsPartOfTheFirstReadAndWrite) {
  Open(files.Of("server", ""), {.authorities = files.Path("ca.pem")});
  std::string text;
  for (int round = 0; round < 10 && text.empty(); ++round) {
    if (client->Write("early").state != State::kDone) ReadAll();
    text = ReadAll();
  }
  EXPECT_EQ(text, "early");
}

TEST_F(TlsSessionTest, GivesWhatThePeerSentBeforeItClosed) {
  Open(files.Of("server", ""), {.authorities = files.Path("ca.pem")});
  ShakeHands();
  const std::string text(100'000, 'x');
  std::size_t sent = 0;
  while (sent < text.size()) {
    const TlsSession::Outcome out = client->Write(absl::string_view(text).substr(sent));
    ASSERT_EQ(out.state, State::kDone);
    sent += out.bytes;
  }
  client->SayEnd();
  client_end.Reset();
  EXPECT_EQ(ReadAll().size(), text.size());
  EXPECT_EQ(last, State::kClosed);
}

TEST_F(TlsSessionTest, AConnectionCutWithoutANoteIsClosedToo) {
  Open(files.Of("server", ""), {.authorities = files.Path("ca.pem")});
  ShakeHands();
  EXPECT_EQ(client->Write("last words").bytes, 10u);
  client_end.Reset();
  EXPECT_EQ(ReadAll(), "last words");
  EXPECT_EQ(last, State::kClosed);
}

TEST_F(TlsSessionTest, WritesToAPeerThatIsGoneFailWithoutASignal) {
  Open(files.Of("server", ""), {.authorities = files.Path("ca.pem")});
  ShakeHands();
  server_end.Reset();
  EXPECT_EQ(client->Write("anybody?").state, State::kFailed);
  EXPECT_FALSE(client->error().empty());
}

TEST_F(TlsSessionTest, BytesThatAreNoTlsFailTheirOwnSession) {
  Open(files.Of("server", ""), {.authorities = files.Path("ca.pem")});
  const std::string plain = "<13>plain syslog on the port of TLS\n";
  ASSERT_GT(::send(client_end.get(), plain.data(), plain.size(), MSG_NOSIGNAL), 0);
  EXPECT_EQ(ReadAll(), "");
  EXPECT_EQ(last, State::kFailed);
  EXPECT_FALSE(server->error().empty());
}

TEST_F(TlsSessionTest, AsksForACertificateWhenThereIsAnAuthority) {
  Open(files.Of("server"), {.authorities = files.Path("ca.pem")});
  EXPECT_EQ(ShakeHands().first, State::kFailed);
  EXPECT_THAT(server->error(), HasSubstr("certificate"));
}

TEST_F(TlsSessionTest, TakesAClientThatTheAuthorityCertified) {
  Open(files.Of("server"), files.Of("client"));
  EXPECT_EQ(ShakeHands(), std::pair(State::kDone, State::kDone));
}

TEST_F(TlsSessionTest, RefusesAClientOfAnotherAuthority) {
  Open(files.Of("server"), files.Of("stranger"));
  EXPECT_EQ(ShakeHands().first, State::kFailed);
  EXPECT_THAT(server->error(), HasSubstr("the peer's certificate"));
}

TEST_F(TlsSessionTest, TakesAClientByItsFingerprintWithoutAnAuthority) {
  TlsFiles by_fingerprint = files.Of("server", "");
  by_fingerprint.peer_names = {files.FingerprintOf("stranger")};
  Open(by_fingerprint, files.Of("stranger"));
  EXPECT_EQ(ShakeHands(), std::pair(State::kDone, State::kDone));
}

TEST_F(TlsSessionTest, RefusesAClientWithAnotherFingerprint) {
  TlsFiles by_fingerprint = files.Of("server", "");
  by_fingerprint.peer_names = {files.FingerprintOf("stranger")};
  Open(by_fingerprint, files.Of("client"));
  EXPECT_EQ(ShakeHands().first, State::kFailed);
  EXPECT_THAT(server->error(), HasSubstr("none of those that may connect"));
}

TEST_F(TlsSessionTest, RefusesAClientThatBearsNoneOfTheNames) {
  TlsFiles by_name = files.Of("server");
  by_name.peer_names = {"fw1.example"};
  Open(by_name, files.Of("client"));
  EXPECT_EQ(ShakeHands().first, State::kFailed);
  EXPECT_THAT(server->error(), HasSubstr("none of the names"));
}

TEST_F(TlsSessionTest, AClientExpectsTheNameItCalled) {
  Open(files.Of("server", ""), {.authorities = files.Path("ca.pem")}, "elsewhere.example");
  EXPECT_EQ(ShakeHands().second, State::kFailed);
  EXPECT_THAT(client->error(), HasSubstr("none of the names"));
}

TEST_F(TlsSessionTest, AClientReachesAServerByAddress) {
  Open(files.Of("server", ""), {.authorities = files.Path("ca.pem")}, "127.0.0.1");
  EXPECT_EQ(ShakeHands(), std::pair(State::kDone, State::kDone));
}

TEST_F(TlsSessionTest, AClientMayNameItsServerInstead) {
  Open(files.Of("server", ""), {.authorities = files.Path("ca.pem"), .peer_names = {"localhost"}},
       "192.0.2.1");
  EXPECT_EQ(ShakeHands(), std::pair(State::kDone, State::kDone));
}

TEST_F(TlsSessionTest, AClientThatExpectsNobodyIsRefused) {
  const auto context = *TlsContext::Make(Role::kClient, {.authorities = files.Path("ca.pem")});
  EXPECT_EQ(TlsSession::Open(context, client_end.get()).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(TlsSessionTest, RefusesAnExpiredCertificate) {
  files.Issue("client", files.authority(), Principal::User("g", "old"),
              absl::Now() - absl::Hours(30));
  Open(files.Of("server"), files.Of("client"));
  EXPECT_EQ(ShakeHands().first, State::kFailed);
  EXPECT_THAT(server->error(), HasSubstr("expired"));
}

class TlsContextTest : public ::testing::Test {
 protected:
  std::string Complaint(const TlsFiles& of) {
    return std::string(TlsContext::Make(Role::kServer, of).status().message());
  }

  TestTlsFiles files;
};

TEST_F(TlsContextTest, NamesAFileThatIsNotThere) {
  EXPECT_THAT(Complaint(files.Of("nobody")), HasSubstr(files.Path("nobody.pem")));
}

TEST_F(TlsContextTest, NamesAFileThatHoldsNoCertificate) {
  files.Write("server.pem", "no certificate");
  EXPECT_THAT(Complaint(files.Of("server")), HasSubstr(files.Path("server.pem")));
  EXPECT_THAT(Complaint(files.Of("server")), HasSubstr("BEGIN CERTIFICATE"));
}

TEST_F(TlsContextTest, NamesAKeyOfAnotherCertificate) {
  TlsFiles mixed = files.Of("server");
  mixed.key = files.Path("client.key");
  EXPECT_THAT(Complaint(mixed), HasSubstr(files.Path("client.key")));
}

TEST_F(TlsContextTest, NamesAnEmptyFileOfAuthorities) {
  files.Write("ca.pem", "");
  EXPECT_THAT(Complaint(files.Of("server")), HasSubstr(files.Path("ca.pem")));
}

TEST_F(TlsContextTest, RefusesNamesWithoutAnAuthority) {
  TlsFiles named = files.Of("server", "");
  named.peer_names = {"fw1.example"};
  EXPECT_THAT(Complaint(named), HasSubstr("proves nothing"));
}

TEST_F(TlsContextTest, RefusesAServerWithoutAKey) {
  EXPECT_THAT(Complaint({.certificate = files.Path("server.pem")}), HasSubstr("both"));
}

TEST_F(TlsContextTest, KnowsUntilWhenItsCertificateHolds) {
  const auto context = *TlsContext::Make(Role::kServer, files.Of("server"));
  EXPECT_GT(context->not_after(), absl::Now() + absl::Hours(20));
  EXPECT_LT(context->not_after(), absl::Now() + absl::Hours(25));
}

TEST(TlsPeerNameTest, AreNamesAddressesAndFingerprints) {
  for (const char* const good : {"fw1.example", ".example", "192.0.2.1", "2001:db8::1"}) {
    EXPECT_EQ(CheckTlsPeerName(good), "") << good;
  }
  EXPECT_EQ(CheckTlsPeerName("sha-1:" + std::string(40, 'a')), "");
  for (const char* const bad : {"", "fw1 example", "*.example", "sha-256:12", "sha-1:zz"}) {
    EXPECT_NE(CheckTlsPeerName(bad), "") << bad;
  }
}

}  // namespace
}  // namespace dims
