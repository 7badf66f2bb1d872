// SPDX-License-Identifier: Apache-2.0
#include "agent/config/agent_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class AgentConfigTest : public ::testing::Test {
 protected:
  absl::StatusOr<AgentConfig> Parse(const std::string& text) {
    return ParseAgentConfig("agent.toml", text, own_paths, report);
  }

  std::string ErrorOf(const std::string& text) {
    report = {};
    const auto config = Parse(text);
    EXPECT_EQ(config.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(config.status().message());
  }

  std::vector<std::string> own_paths = {"/var/lib/dims-agent"};
  ConfigReport report;
};

TEST_F(AgentConfigTest, AParserOfTheSiteIsAFormatOfItsInputs) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/door.toml";
  std::ofstream(path) << "[parser]\nname = \"city.door\"\n[[pattern]]\nmatch = '^door'\n"
                         "[[test]]\nline = 'door 7'\n";
  const std::string agent = "[agent]\nparsers = [\"" + path + "\"]\n";
  const std::string input = "[[input.file]]\npaths = [\"/var/log/door\"]\nformat = ";
  // The input may stand before the table that names the parser.
  const auto config = Parse(input + "\"city.door\"\n" + agent);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->pipeline.files.at(0).site_format, config->site_formats->Find("city.door"));
  EXPECT_EQ(config->pipeline.site_formats, config->site_formats);
  EXPECT_THAT(ErrorOf(agent + input + "\"city.dor\"\n"), HasSubstr("mean \"city.door\"?"));
}

TEST_F(AgentConfigTest, AFailingTestOfAParserRefusesTheConfigurationOnce) {
  const TemporaryDirectory directory;
  std::ofstream(directory.path() + "/door.toml")
      << "[parser]\nname = \"city.door\"\n[[pattern]]\nmatch = '^door'\n"
         "[[test]]\nline = 'gate 7'\n";
  const std::string error =
      ErrorOf("[agent]\nparsers = [\"" + directory.path() +
              "/*.toml\"]\n[[input.file]]\npaths = [\"/var/log/door\"]\nformat = \"city.door\"\n");
  EXPECT_THAT(error, HasSubstr("door.toml:5:1: error: no pattern matches the line of this test"));
  EXPECT_EQ(report.errors(), 1u);
}

TEST_F(AgentConfigTest, PathsOfParsersAreAbsoluteAndHaveNoPatternInTheirDirectory) {
  EXPECT_THAT(ErrorOf("[agent]\nparsers = [\"door.toml\"]\n"), HasSubstr("no absolute path"));
  EXPECT_THAT(ErrorOf("[agent]\nparsers = [\"/etc/*/door.toml\"]\n"), HasSubstr("last part"));
}

TEST_F(AgentConfigTest, ReadsAWholeConfiguration) {
  const auto config = Parse(R"(
[agent]
tlp = "green"
tags = ["dmz"]
[[input.file]]
paths = ["/var/log/auth.log", "/var/log/*.log"]
start = "end"
tags = ["auth"]
format = "syslog"
timezone = "Europe/Berlin"
[[input.syslog]]
listen = "udp://127.0.0.1:5514"
receive_buffer = "32MiB"
[[input.syslog]]
listen = "tcp://[::1]:5514"
[buffer]
size_max = "1GiB"
keep_acked = "12h"
[forward]
progress_timeout = "5s"
)");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_THAT(config->files.at(0).paths, SizeIs(2));
  EXPECT_EQ(config->files[0].start, FileStart::kEnd);
  EXPECT_THAT(config->pipeline.files.at(0).tagger.tags, ElementsAre("dmz", "auth"));
  EXPECT_EQ(config->pipeline.files[0].tagger.tlp, "green");
  EXPECT_EQ(config->pipeline.files[0].format, LineFormat::kSyslog);
  EXPECT_EQ(config->pipeline.files[0].zone.name(), "Europe/Berlin");
  ASSERT_THAT(config->syslogs, SizeIs(2));
  EXPECT_EQ(config->syslogs[0].Text(), "udp://127.0.0.1:5514");
  EXPECT_EQ(config->syslogs[0].receive_buffer_bytes, 32u << 20);
  EXPECT_EQ(config->syslogs[1].Text(), "tcp://[::1]:5514");
  EXPECT_THAT(config->pipeline.syslogs.at(1).tagger.tags, ElementsAre("dmz"));
  EXPECT_EQ(config->buffer.bytes_max, 1u << 30);
  EXPECT_EQ(config->buffer.keep_acked, absl::Hours(12));
  EXPECT_EQ(config->forward.progress_timeout, absl::Seconds(5));
}

TEST_F(AgentConfigTest, HasADefaultForEverythingButInputs) {
  const auto config = Parse("");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->tlp, "amber");
  EXPECT_EQ(config->buffer.bytes_max, 0u);
  EXPECT_EQ(config->buffer.keep_acked, absl::Hours(24));
  EXPECT_EQ(report.warnings(), 1u);
  EXPECT_THAT(report.Text(), HasSubstr("there is no input"));
}

TEST_F(AgentConfigTest, F53RefusesAFileThatAnybodyMayWrite) {
  const TemporaryDirectory directory;
  const std::string path = directory / "agent.toml";
  std::ofstream(path) << "[[input.file]]\npaths = [\"/var/log/*.log\"]\n";
  ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
  EXPECT_TRUE(LoadAgentConfig(path, {}, report).ok()) << report.Text();
  ASSERT_EQ(::chmod(path.c_str(), 0646), 0);
  EXPECT_FALSE(LoadAgentConfig(path, {}, report).ok());
  EXPECT_THAT(report.Text(),
              ::testing::AllOf(HasSubstr("mode 0646"), HasSubstr("chmod o-w " + path)));
}

TEST_F(AgentConfigTest, F41RefusesToReadWhatTheAgentItselfWrites) {
  for (const char* path : {"/var/lib/dims-agent/buffer.db", "/var/lib/dims-agent/*.log",
                           "/var/lib/*/x", "/var/lib/dims-agent"}) {
    EXPECT_THAT(ErrorOf(std::string("[[input.file]]\npaths = [\"") + path + "\"]\n"),
                HasSubstr("the agent's own /var/lib/dims-agent"))
        << path;
  }
  report = {};
  EXPECT_TRUE(Parse("[[input.file]]\npaths = [\"/var/log/*.log\"]\n").ok());
}

TEST_F(AgentConfigTest, F48RefusesWhatCannotWork) {
  EXPECT_THAT(ErrorOf("[[input.file]]\npaths = [\"auth.log\"]\n"), HasSubstr("absolute path"));
  EXPECT_THAT(ErrorOf("[[input.file]]\npaths = []\n"), HasSubstr("is empty"));
  EXPECT_THAT(ErrorOf("[[input.file]]\npaths = [\"/a\"]\ntimezone = \"Mars/Base\"\n"),
              HasSubstr("no time zone"));
  EXPECT_THAT(ErrorOf("[agent]\ntlp = \"purple\"\n"), HasSubstr("is none of"));
  EXPECT_THAT(ErrorOf("[agent]\ntags = [\"\"]\n"), HasSubstr("a tag has"));
  EXPECT_THAT(ErrorOf("[[input.syslog]]\n"), HasSubstr("needs \"listen\""));
}

TEST_F(AgentConfigTest, F48RefusesTwoInputsOnOnePort) {
  EXPECT_THAT(ErrorOf("[[input.syslog]]\nlisten = \"udp://127.0.0.1:514\"\n"
                      "[[input.syslog]]\nlisten = \"udp://127.0.0.1:514\"\n"),
              HasSubstr("by another input already"));
}

TEST_F(AgentConfigTest, ReadsListenAddresses) {
  EXPECT_EQ(ParseSyslogListener("udp://0.0.0.0:514")->port, 514);
  EXPECT_EQ(ParseSyslogListener("tcp://[::]:6514")->address, "::");
  for (const char* text :
       {"127.0.0.1:514", "udp://127.0.0.1", "udp://localhost:514", "udp://::1:514",
        "tcp://1.2.3.4:70000", "udp://1.2.3.4:x", "udp://", "tcp://[1.2.3.4]:514"}) {
    EXPECT_FALSE(ParseSyslogListener(text).ok()) << text;
  }
}

TEST_F(AgentConfigTest, ReadsWhoMaySendSyslogAndWhatHoldsForEachSender) {
  const auto config =
      ParseAgentConfig("agent.toml",
                       "[[input.syslog]]\nlisten = \"udp://0.0.0.0:514\"\n"
                       "allow = [\"192.0.2.0/24\", \"2001:db8::/32\"]\nformat = \"keyvalue\"\n"
                       "[[input.syslog.sender]]\naddress = \"192.0.2.7\"\nhost = \"fw1\"\n"
                       "timezone = \"Europe/Berlin\"\n"
                       "[[input.syslog.sender]]\naddress = \"192.0.2.0/28\"\nformat = \"cef\"\n"
                       "[[input.syslog]]\nlisten = \"udp://0.0.0.0:515\"\n",
                       {}, report);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_TRUE(config->syslogs[0].Allows(*IpAddress::Parse("192.0.2.200")));
  EXPECT_FALSE(config->syslogs[0].Allows(*IpAddress::Parse("198.51.100.1")));
  EXPECT_TRUE(config->syslogs[1].Allows(*IpAddress::Parse("198.51.100.1")));
  const std::vector<SenderLines>& senders = config->pipeline.syslogs[0].senders;
  ASSERT_EQ(senders.size(), 2u);
  EXPECT_EQ(senders[0].host, "fw1");
  EXPECT_EQ(senders[0].zone.name(), "Europe/Berlin");
  EXPECT_EQ(senders[0].format, LineFormat::kKeyValue);
  EXPECT_EQ(senders[1].text_format->name, "cef");
  EXPECT_TRUE(config->pipeline.syslogs[1].senders.empty());
}

TEST_F(AgentConfigTest, F48RefusesWrongSendersAndBlocks) {
  const std::string listener = "[[input.syslog]]\nlisten = \"udp://0.0.0.0:514\"\n";
  EXPECT_THAT(ErrorOf(listener + "allow = [\"192.0.2.0/33\"]\n"), HasSubstr("192.0.2.0/24"));
  EXPECT_THAT(ErrorOf(listener + "[[input.syslog.sender]]\nhost = \"fw1\"\n"),
              HasSubstr("needs \"address\""));
  EXPECT_THAT(ErrorOf(listener + "[[input.syslog.sender]]\naddress = \"fw1\"\n"),
              HasSubstr("is no address"));
  EXPECT_THAT(ErrorOf(listener + "[[input.syslog.sendr]]\naddress = \"192.0.2.7\"\n"),
              HasSubstr("unknown key \"sendr\""));
}

TEST_F(AgentConfigTest, NamesTheFileOfACertificateThatCannotBeUsed) {
  const std::string listener = "[[input.syslog]]\nlisten = \"tls://127.0.0.1:6514\"\n";
  EXPECT_THAT(ErrorOf(listener), HasSubstr("a certificate and its key are needed"));
  const std::string wrong =
      ErrorOf(listener + "certificate = \"/nowhere/agent.pem\"\nkey = \"/nowhere/agent.key\"\n");
  EXPECT_THAT(wrong, HasSubstr("agent.toml:1:1"));
  EXPECT_THAT(wrong, HasSubstr("/nowhere/agent.pem"));
}

TEST_F(AgentConfigTest, RefusesKeysOfTlsOnAPlainListener) {
  EXPECT_THAT(ErrorOf("[[input.syslog]]\nlisten = \"tcp://127.0.0.1:514\"\n"
                      "client_ca = \"/etc/ca.pem\"\n"),
              HasSubstr("only tls:// uses"));
  EXPECT_THAT(ErrorOf("[[input.syslog]]\nlisten = \"udp://127.0.0.1:514\"\n"
                      "client_names = [\"a b\"]\n"),
              HasSubstr("no DNS name"));
}

TEST_F(AgentConfigTest, HasAReferencePageThatIsUpToDate) {
  const std::string path = std::string(DIMS_SOURCE_DIR) + "/docs/agent_config.md";
  if (std::getenv("DIMS_WRITE_DOCS") != nullptr) std::ofstream(path) << AgentConfigPage();
  std::ostringstream page;
  page << std::ifstream(path).rdbuf();
  EXPECT_EQ(page.str(), AgentConfigPage()) << "run this test with DIMS_WRITE_DOCS=1";
}

TEST_F(AgentConfigTest, WarnsOfAPathThatMatchesNoFile) {
  TemporaryDirectory directory;
  std::ofstream(directory / "there.log") << "x";
  AgentConfig config;
  config.files.resize(1);
  config.files[0].paths = {directory / "there.log", directory / "*.txt"};
  CheckReadable(config, report);
  EXPECT_EQ(report.warnings(), 1u);
  EXPECT_THAT(report.Text(), HasSubstr("*.txt: warning: matches no file"));
}

TEST_F(AgentConfigTest, WarnsOfAFileItMayNotRead) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  TemporaryDirectory directory;
  std::ofstream(directory / "secret.log") << "x";
  ::chmod((directory / "secret.log").c_str(), 0);
  AgentConfig config;
  config.files.resize(1);
  config.files[0].paths = {directory / "*.log"};
  CheckReadable(config, report);
  EXPECT_THAT(report.Text(), HasSubstr("cannot be read"));
}

}  // namespace
}  // namespace dims
