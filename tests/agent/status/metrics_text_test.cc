// SPDX-License-Identifier: Apache-2.0
#include "agent/status/metrics_text.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

bool IsName(absl::string_view text) {
  if (text.empty() || std::isdigit(static_cast<unsigned char>(text[0])) != 0) return false;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_') return false;
  }
  return true;
}

// The exposition format as its description has it, and what `promtool check metrics` asks for:
// HELP and TYPE once and before the samples, samples of one metric together, each series once,
// counters named _total and nothing else.
class StrictMetrics {
 public:
  explicit StrictMetrics(absl::string_view text) {
    EXPECT_TRUE(absl::EndsWith(text, "\n"));
    for (const absl::string_view line : absl::StrSplit(text, '\n')) {
      if (!line.empty()) Read(line);
    }
  }

  // By its name with labels as written.
  double at(const std::string& series) const {
    const auto found = samples_.find(series);
    EXPECT_NE(found, samples_.end()) << series;
    return found == samples_.end() ? -1 : found->second;
  }

  bool has(const std::string& series) const { return samples_.count(series) > 0; }

 private:
  void Read(absl::string_view line) {
    const std::vector<std::string> words = absl::StrSplit(line, absl::MaxSplits(' ', 3));
    if (line[0] != '#') return ReadSample(line);
    ASSERT_EQ(words.size(), 4u) << line;
    EXPECT_TRUE(IsName(words[2])) << line;
    if (words[1] == "HELP") {
      EXPECT_TRUE(seen_.insert(words[2]).second) << "twice: " << line;
      EXPECT_EQ(words[3].back(), '.') << line;
      name_ = words[2];
      type_.clear();
      return;
    }
    EXPECT_EQ(words[1], "TYPE") << line;
    EXPECT_EQ(words[2], name_) << line;
    type_ = words[3];
    EXPECT_EQ(type_ == "counter", absl::EndsWith(name_, "_total")) << line;
    EXPECT_TRUE(type_ == "counter" || type_ == "gauge") << line;
  }

  void ReadSample(absl::string_view line) {
    std::size_t at = line.find_first_of("{ ");
    ASSERT_NE(at, absl::string_view::npos) << line;
    EXPECT_EQ(line.substr(0, at), name_) << line;
    EXPECT_FALSE(type_.empty()) << line;
    if (line[at] == '{') at = EndOfLabels(line, at + 1);
    ASSERT_LT(at, line.size()) << line;
    ASSERT_EQ(line[at], ' ') << line;
    double value = 0;
    ASSERT_TRUE(absl::SimpleAtod(line.substr(at + 1), &value)) << line;
    EXPECT_TRUE(samples_.emplace(line.substr(0, at), value).second) << "twice: " << line;
  }

  // Behind the brace.
  static std::size_t EndOfLabels(absl::string_view line, std::size_t at) {
    while (true) {
      const std::size_t equals = line.find("=\"", at);
      EXPECT_NE(equals, absl::string_view::npos) << line;
      if (equals == absl::string_view::npos) return line.size();
      EXPECT_TRUE(IsName(line.substr(at, equals - at))) << line;
      at = equals + 2;
      for (; at < line.size() && line[at] != '"'; ++at) {
        if (line[at] != '\\') continue;
        ++at;
        EXPECT_TRUE(at < line.size() && (line[at] == '\\' || line[at] == '"' || line[at] == 'n'))
            << line;
      }
      if (at + 1 >= line.size()) return line.size();
      if (line[at + 1] == '}') return at + 2;
      EXPECT_EQ(line[at + 1], ',') << line;
      at += 2;
    }
  }

  std::set<std::string> seen_;
  std::string name_;
  std::string type_;
  std::map<std::string, double> samples_;
};

AgentStatus StatusForMetrics() {
  AgentStatus status;
  status.agent = "0b5c";
  status.site = "seattle";
  status.connection = "streaming";
  status.certificate_until_ns = 1'800'000'000'500'000'000;
  status.waiting_rows = 12;
  status.lost_rows = 3;
  status.paused = true;
  status.inputs = {{"/var/log/auth.log", {10, 900}}, {"udp://0.0.0.0:514", {20, 1800}}};
  status.outputs = {{"/srv/feed.log", {30, 4, 100, "disk full"}}};
  status.unparsed = {{"192.0.2.9", 70}};
  return status;
}

TEST(MetricsTextTest, SaysWhatTheStatusSays) {
  const StrictMetrics metrics(MetricsText(StatusForMetrics(), {1.5, 4096, 7}));
  EXPECT_EQ(metrics.at("dims_agent_rows_total{input=\"/var/log/auth.log\"}"), 10);
  EXPECT_EQ(metrics.at("dims_agent_received_bytes_total{input=\"udp://0.0.0.0:514\"}"), 1800);
  EXPECT_EQ(metrics.at("dims_agent_unparsed_rows_total{source=\"192.0.2.9\"}"), 70);
  EXPECT_EQ(metrics.at("dims_agent_connection_state{state=\"streaming\"}"), 1);
  EXPECT_EQ(metrics.at("dims_agent_connection_state{state=\"waiting\"}"), 0);
  EXPECT_EQ(metrics.at("dims_agent_certificate_expiry_timestamp_seconds"), 1'800'000'000.5);
  EXPECT_EQ(metrics.at("dims_agent_waiting_rows"), 12);
  EXPECT_EQ(metrics.at("dims_agent_lost_rows_total"), 3);
  EXPECT_EQ(metrics.at("dims_agent_inputs_paused"), 1);
  EXPECT_EQ(metrics.at("dims_agent_output_dropped_rows_total{output=\"/srv/feed.log\"}"), 4);
  EXPECT_EQ(metrics.at("dims_agent_output_up{output=\"/srv/feed.log\"}"), 0);
  EXPECT_EQ(metrics.at("dims_agent_process_cpu_seconds_total"), 1.5);
  EXPECT_FALSE(metrics.has("dims_agent_last_ack_timestamp_seconds")) << "there was none yet";
}

TEST(MetricsTextTest, NamesThatLogsAndPeersChooseBreakNoLine) {
  AgentStatus status;
  status.unparsed = {{"/var/log/a\"b\\c\nd\te\x1b\xff.log", 1}, {"} 5", 2}};
  const StrictMetrics metrics(MetricsText(status, {}));
  EXPECT_EQ(metrics.at("dims_agent_unparsed_rows_total{source=\"} 5\"}"), 2);
  EXPECT_EQ(metrics.at("dims_agent_unparsed_rows_total{source=\"/var/log/"
                       "a\\\"b\\\\c\\\\x0ad\\\\x09e\\\\x1b\xef\xbf\xbd.log\"}"),
            1);
}

TEST(MetricsTextTest, AnAgentThatDidNothingYetIsWellFormedToo) {
  const StrictMetrics metrics(MetricsText({}, {}));
  EXPECT_EQ(metrics.at("dims_agent_waiting_rows"), 0);
  EXPECT_FALSE(metrics.has("dims_agent_certificate_expiry_timestamp_seconds"));
}

TEST(MetricsTextTest, TheFileIsReplacedWholeAndReadableByAll) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/dims.prom";
  ASSERT_TRUE(WriteMetricsFile(path, "old, and longer\n").ok());
  ASSERT_TRUE(WriteMetricsFile(path, "new\n").ok());
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  EXPECT_EQ(text.str(), "new\n");

  struct stat found {};

  ASSERT_EQ(::stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0644u);
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
}

TEST(MetricsTextTest, AFileThatCannotBeWrittenIsNamed) {
  const absl::Status status = WriteMetricsFile("/nowhere/dims.prom", "text\n");
  EXPECT_TRUE(absl::IsUnavailable(status));
  EXPECT_TRUE(absl::StrContains(status.message(), "/nowhere/dims.prom")) << status;
}

TEST(ResourceUsageTest, ReadsThisProcess) {
  const ResourceUsage usage = ReadResourceUsage();
  EXPECT_GT(usage.cpu_seconds, 0);
  EXPECT_GT(usage.resident_bytes, 1u << 20);
  EXPECT_GT(usage.open_files, 2u);
}

}  // namespace
}  // namespace dims
