// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/un.h>

#include <cstring>
#include <future>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/notify/alert_text.h"
#include "server/notify/open_sinks.h"
#include "server/notify/syslog_sink.h"
#include "server/notify/webhook_sink.h"
#include "tests/support/scripted_listener.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

Alert Foe() {
  return {7,          1'796'000'000'123'456'789,  "foe_at_several_sites", "192.0.2.7",
          1,          "foe 192.0.2.7 at 2 sites", {"seattle", "tacoma"},  {"a/00/1", "b/00/2"},
          Tlp::kGreen};
}

constexpr char kFoeJson[] =
    R"({"id":7,"raised":"2026-11-30T00:53:20.123456789Z","rule":"foe_at_several_sites",)"
    R"("key":"192.0.2.7","title":"foe 192.0.2.7 at 2 sites","sites":["seattle","tacoma"],)"
    R"("evidence":["a/00/1","b/00/2"],"tlp":"green"})";

constexpr char kFoeSyslog[] =
    "<129>1 2026-11-30T00:53:20.123456Z centre dims-server 42 alert "
    "[dims@32473 id=\"7\" rule=\"foe_at_several_sites\" key=\"192.0.2.7\" "
    "sites=\"seattle,tacoma\" tlp=\"green\"] \xEF\xBB\xBF"
    "foe 192.0.2.7 at 2 sites";

TEST(AlertTextTest, WritesAnAlertAsJsonAndAsSyslog) {
  EXPECT_EQ(AlertJson(Foe()), kFoeJson);
  EXPECT_EQ(AlertSyslog(Foe(), {"centre", 42}), kFoeSyslog);
}

TEST(AlertTextTest, KeepsWhatAttackersWroteFromBeingMoreThanText) {
  Alert alert = Foe();
  alert.key = "a\"]\\\n\x1b[2J";
  alert.title = "x\n<0>1 forged \xff\xed\xa0\x80";
  const std::string json = AlertJson(alert);
  EXPECT_THAT(json, HasSubstr(R"("key":"a\"]\\\u000a\u001b[2J")"));
  EXPECT_THAT(json, HasSubstr("forged \xEF\xBF\xBD"));
  const std::string syslog = AlertSyslog(alert, {"host with spaces", 1});
  EXPECT_THAT(syslog, HasSubstr(" host_with_spaces dims-server "));
  EXPECT_EQ(syslog.find('\n'), std::string::npos);
  EXPECT_EQ(syslog.find('\x1b'), std::string::npos);
  EXPECT_THAT(syslog, HasSubstr("key=\"a\\\"\\]"));
}

TEST(WebhookSinkTest, PostsTheAlertAsJson) {
  const ScriptedListener listener(SOCK_STREAM);
  auto served = std::async(std::launch::async, [&] {
    return listener.ServeHttp("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
  });
  const auto sink =
      WebhookSink::Create(absl::StrCat("http://127.0.0.1:", listener.port(), "/hook"));
  ASSERT_TRUE(sink.ok());
  EXPECT_TRUE((*sink)->Send(Foe()).ok());
  const std::string request = served.get();
  EXPECT_THAT(request, StartsWith("POST /hook HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(request, EndsWith(kFoeJson));
}

TEST(WebhookSinkTest, ReportsARefusalSoThatItIsTriedAgain) {
  for (const char* answer : {"HTTP/1.1 503 Busy\r\nConnection: close\r\n\r\n",
                             "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n", ""}) {
    const ScriptedListener listener(SOCK_STREAM);
    auto served = std::async(std::launch::async, [&] { return listener.ServeHttp(answer); });
    const auto sink = WebhookSink::Create(absl::StrCat("http://127.0.0.1:", listener.port()));
    EXPECT_TRUE(absl::IsUnavailable((*sink)->Send(Foe()))) << answer;
    served.get();
  }
}

TEST(WebhookSinkTest, DoesNotReadAnEndlessAnswer) {
  const ScriptedListener listener(SOCK_STREAM);
  auto served = std::async(std::launch::async, [&] {
    return listener.ServeHttp("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" +
                              std::string(200'000, 'x'));
  });
  const auto sink = WebhookSink::Create(absl::StrCat("http://127.0.0.1:", listener.port()));
  EXPECT_TRUE((*sink)->Send(Foe()).ok());
  served.get();
}

TEST(WebhookSinkTest, TakesHttpAndHttpsOnly) {
  EXPECT_TRUE(WebhookSink::Create("https://hooks.example/x").ok());
  for (const char* url : {"", "file:///etc/passwd", "ftp://a.example", "hooks.example"})
    EXPECT_TRUE(absl::IsInvalidArgument(WebhookSink::Create(url).status())) << url;
}

TEST(SyslogSinkTest, SendsADatagramOverUdp) {
  const ScriptedListener listener(SOCK_DGRAM);
  const auto sink =
      SyslogSink::Create(absl::StrCat("udp://127.0.0.1:", listener.port()), {"centre", 42});
  ASSERT_TRUE(sink.ok()) << sink.status();
  ASSERT_TRUE((*sink)->Send(Foe()).ok());
  EXPECT_EQ(listener.ReceiveDatagram(), kFoeSyslog);
}

TEST(SyslogSinkTest, CountsOctetsOverTcp) {
  const ScriptedListener listener(SOCK_STREAM);
  auto received = std::async(std::launch::async, [&] { return listener.ReceiveStream(); });
  const auto sink =
      SyslogSink::Create(absl::StrCat("tcp://127.0.0.1:", listener.port()), {"centre", 42});
  ASSERT_TRUE((*sink)->Send(Foe()).ok());
  EXPECT_EQ(received.get(), absl::StrCat(std::strlen(kFoeSyslog), " ", kFoeSyslog));
}

TEST(SyslogSinkTest, SendsToTheLocalSocket) {
  const TemporaryDirectory directory;
  const UniqueFd log(::socket(AF_UNIX, SOCK_DGRAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, (directory / "log").c_str());
  ASSERT_EQ(::bind(log.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  const auto sink = SyslogSink::Create(absl::StrCat("unix://", directory / "log"), {"centre", 42});
  ASSERT_TRUE((*sink)->Send(Foe()).ok());
  char bytes[2048];
  const ssize_t size = ::recv(log.get(), bytes, sizeof(bytes), MSG_DONTWAIT);
  ASSERT_GT(size, 0);
  EXPECT_EQ(std::string(bytes, static_cast<std::size_t>(size)), kFoeSyslog);
}

TEST(SyslogSinkTest, ReportsWhatItCannotReach) {
  const TemporaryDirectory directory;
  const auto local = SyslogSink::Create(directory / "absent", {});
  EXPECT_TRUE(absl::IsUnavailable((*local)->Send(Foe())));
  std::uint16_t port = 0;
  {
    const ScriptedListener closed(SOCK_STREAM);
    port = closed.port();
  }
  const auto tcp = SyslogSink::Create(absl::StrCat("tcp://127.0.0.1:", port), {});
  EXPECT_TRUE(absl::IsUnavailable((*tcp)->Send(Foe())));
}

TEST(SyslogSinkTest, RefusesTargetsItDoesNotKnow) {
  for (const char* target : {"", "udp://", "udp://host", "relp://host:1", "dev/log"})
    EXPECT_FALSE(SyslogSink::Create(target, {}).ok()) << target;
}

TEST(OpenSinksTest, OpensWhatTheSettingsName) {
  EXPECT_THAT(*OpenSinks("", "", ""), IsEmpty());
  EXPECT_EQ(OpenSinks("https://hooks.example/x", "", "unix:///dev/log")->size(), 2u);
  EXPECT_THAT(std::string(OpenSinks("hooks.example", "", "").status().message()),
              StartsWith("alerts.webhook: "));
  EXPECT_THAT(std::string(OpenSinks("", "", "syslog.example").status().message()),
              StartsWith("alerts.syslog: "));
}

}  // namespace
}  // namespace dims
