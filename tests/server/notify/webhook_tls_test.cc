// SPDX-License-Identifier: Apache-2.0
// An https webhook whose certificate comes from an authority of the operator's own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <future>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "server/notify/webhook_sink.h"
#include "tests/server/notify/tls_listener.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kTaken[] = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";

class WebhookTlsTest : public ::testing::Test {
 protected:
  WebhookTlsTest() {
    std::signal(SIGPIPE, SIG_IGN);  // as in the server
    std::ofstream(directory_ / "ca.pem") << ours_.certificate().Pem();
  }

  CertificateAuthority MakeAuthority(const std::string& name) {
    return CertificateAuthority::Create(name, SystemClock().Now(), absl::Hours(1), random_).value();
  }

  // What became of one alert, and what `listener` saw of it.
  std::pair<absl::Status, std::string> SendTo(const TlsListener& listener,
                                              const std::string& ca_file) {
    auto served = std::async(std::launch::async, [&] { return listener.Serve(kTaken); });
    const auto sink =
        WebhookSink::Create(absl::StrCat("https://127.0.0.1:", listener.port(), "/hook"), ca_file);
    EXPECT_TRUE(sink.ok()) << sink.status();
    const absl::Status sent = (*sink)->Send({7, 1, "rule", "key", 1, "title", {}, {}});
    return {sent, served.get()};
  }

  TemporaryDirectory directory_;
  SeededRandom random_{1};
  CertificateAuthority ours_ = MakeAuthority("ours");
};

TEST_F(WebhookTlsTest, PostsToAServerThatTheNamedAuthorityCertified) {
  const TlsListener listener(ours_);
  const auto [sent, request] = SendTo(listener, directory_ / "ca.pem");
  EXPECT_TRUE(sent.ok()) << sent;
  EXPECT_THAT(request, StartsWith("POST /hook HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("\"title\":\"title\""));
}

TEST_F(WebhookTlsTest, TellsNothingToAServerOfAnotherAuthority) {
  const CertificateAuthority stranger = MakeAuthority("stranger");
  const TlsListener listener(stranger);
  for (const std::string& ca_file : {directory_ / "ca.pem", std::string()}) {
    const auto [sent, request] = SendTo(listener, ca_file);
    EXPECT_TRUE(absl::IsUnavailable(sent)) << sent;
    EXPECT_EQ(request, "");
  }
}

TEST_F(WebhookTlsTest, AFileOfAuthoritiesThatIsNotThereIsRefusedAtOnce) {
  const auto sink = WebhookSink::Create("https://hooks.example/x", directory_ / "absent.pem");
  EXPECT_TRUE(absl::IsInvalidArgument(sink.status()));
  EXPECT_THAT(std::string(sink.status().message()), HasSubstr("absent.pem"));
}

}  // namespace
}  // namespace dims
