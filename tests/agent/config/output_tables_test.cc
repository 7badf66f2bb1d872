// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/config/agent_config.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class OutputTablesTest : public ::testing::Test {
 protected:
  absl::StatusOr<AgentConfig> Read(const std::string& text) {
    return ParseAgentConfig("agent.toml", text, {}, report_);
  }

  std::string RefusalOf(const std::string& text) {
    report_ = {};
    const auto config = Read(text);
    EXPECT_EQ(config.status().code(), absl::StatusCode::kInvalidArgument) << text;
    return std::string(config.status().message());
  }

  ConfigReport report_;
};

TEST_F(OutputTablesTest, ReadsOutputsOfBothKinds) {
  const auto config = Read(R"(
[[output.file]]
path = "/srv/feed.log"
size_max = "100MiB"
keep = 3
where = "event.dataset:sshd"
[[output.syslog]]
to = "tls://siem.example:6514"
framing = "lines"
format = "json"
policy = true
queue = "1MiB"
ca = "/etc/ca.pem"
peers = ["siem.example"]
)");
  ASSERT_TRUE(config.ok()) << config.status();
  ASSERT_THAT(config->outputs, SizeIs(2));
  const OutputOptions& file = config->outputs[0];
  EXPECT_EQ(file.Name(), "/srv/feed.log");
  EXPECT_EQ(file.size_max, 100u << 20);
  EXPECT_EQ(file.keep, 3u);
  EXPECT_NE(file.filter, nullptr);
  EXPECT_FALSE(file.after_policy);
  const OutputOptions& syslog = config->outputs[1];
  EXPECT_EQ(syslog.Name(), "tls://siem.example:6514");
  EXPECT_FALSE(syslog.octet_counting);
  EXPECT_EQ(syslog.format, OutputFormat::kJson);
  EXPECT_TRUE(syslog.after_policy);
  EXPECT_EQ(syslog.queue_bytes, 1u << 20);
  EXPECT_EQ(syslog.tls.authorities, "/etc/ca.pem");
  EXPECT_THAT(syslog.tls.peer_names, ElementsAre("siem.example"));
}

TEST_F(OutputTablesTest, RefusesWhatCannotBeWrittenTo) {
  const auto syslog = [](const std::string& key) {
    return "[[output.syslog]]\nto = \"tcp://a:1\"\n" + key + "\n";
  };
  EXPECT_THAT(RefusalOf("[[output.file]]\npath = \"feed.log\"\n"), HasSubstr("no absolute path"));
  EXPECT_THAT(RefusalOf("[[output.syslog]]\nto = \"http://a:1\"\n"), HasSubstr("tls://"));
  EXPECT_THAT(RefusalOf("[[output.syslog]]\nto = \"tcp://a\"\n"), HasSubstr("HOST:PORT"));
  EXPECT_THAT(RefusalOf("[[output.syslog]]\nto = \"tcp://a:0\"\n"), HasSubstr("no port"));
  EXPECT_THAT(RefusalOf(syslog("where = \"((\"")), HasSubstr("no filter"));
  EXPECT_THAT(RefusalOf(syslog("ca = \"ca.pem\"")), HasSubstr("no absolute path"));
  EXPECT_THAT(RefusalOf(syslog("peers = [\"a b\"]")), HasSubstr("a b"));
  EXPECT_THAT(RefusalOf(syslog("") + syslog("")), HasSubstr("stands twice"));
}

TEST_F(OutputTablesTest, RefusesAnInputThatWouldReadAnOutput) {
  EXPECT_THAT(RefusalOf("[[input.file]]\npaths = [\"/srv/*.log\"]\n"
                        "[[output.file]]\npath = \"/srv/feed.log\"\n"),
              HasSubstr("/srv/feed.log"));
}

TEST_F(OutputTablesTest, ReadsWhereTheNumbersGo) {
  const auto config =
      Read("[metrics]\ntextfile = \"/srv/dims.prom\"\nlisten = \"http://127.0.0.1:9108\"\n");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->metrics.textfile, "/srv/dims.prom");
  EXPECT_EQ(config->metrics.listener->port, 9108);
  EXPECT_THAT(RefusalOf("[metrics]\nlisten = \"http://0.0.0.0:9108\"\n"),
              HasSubstr("reached from other machines"));
  EXPECT_THAT(RefusalOf("[metrics]\ntextfile = \"/srv/dims.txt\"\n"), HasSubstr(".prom"));
}

TEST_F(OutputTablesTest, InputsAreCountedUnderTheNamesPeopleGiveThem) {
  const auto config = Read(R"(
[[input.file]]
paths = ["/var/log/auth.log", "/var/log/sudo.log"]
[[input.syslog]]
listen = "udp://127.0.0.1:5514"
[[input.http]]
listen = "http://127.0.0.1:8088"
)");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->pipeline.files[0].name, "/var/log/auth.log, /var/log/sudo.log");
  EXPECT_EQ(config->pipeline.files[1].name, "http://127.0.0.1:8088");
  EXPECT_EQ(config->pipeline.syslogs[0].name, "udp://127.0.0.1:5514");
}

}  // namespace
}  // namespace dims
