// SPDX-License-Identifier: Apache-2.0
#include "agent/status/status_file.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

AgentStatus Sample() {
  AgentStatus status;
  status.running = true;
  status.site = "seattle";
  status.connection = "waiting";
  status.last_error = "a long story of what went wrong between here and there";
  status.waiting_rows = 12;
  status.inputs = {{"/var/log/auth.log", {7, 700}}};
  status.outputs = {{"tcp://siem:514", {3, 4, 500, "connection refused"}}};
  status.unreadable = {{"/var/log/secret", "permission denied"}};
  status.directives = {4, "watchlists", {"tagged watchlist:c2"}, {"7: no filters"}, 0, 3};
  status.unparsed = {{"/var/log/pump.log", 7}, {"192.0.2.9", 70}};
  status.enrichment = {{"/x.mmdb", "City of 2026-05-28"}};
  return status;
}

TEST(StatusFileTest, WhatWasWrittenIsRead) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(WriteStatusFile(directory.path(), Sample()).ok());

  const absl::StatusOr<AgentStatus> read = ReadStatusFile(directory.path());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(read->running);
  EXPECT_EQ(read->waiting_rows, 12u);
  EXPECT_EQ(read->unreadable, Sample().unreadable);
  EXPECT_EQ(read->unparsed, Sample().unparsed);
  EXPECT_EQ(read->inputs.at("/var/log/auth.log").bytes, 700u);
  EXPECT_EQ(read->outputs.at("tcp://siem:514").dropped_rows, 4u);
  EXPECT_EQ(read->outputs.at("tcp://siem:514").trouble, "connection refused");
  EXPECT_EQ(read->enrichment, Sample().enrichment);
  EXPECT_NE(StatusText(*read, 0).find("enrichment   /x.mmdb: City of 2026-05-28"),
            std::string::npos);
  EXPECT_EQ(read->directives.version, 4u);
  EXPECT_EQ(read->directives.allowed, "watchlists");
  EXPECT_EQ(read->directives.active, Sample().directives.active);
  EXPECT_EQ(read->directives.refused, Sample().directives.refused);
  EXPECT_EQ(read->directives.tagged_rows, 3u);
}

TEST(StatusFileTest, ShowsWhatTheServerAskedForAndNothingWhereItAskedForNothing) {
  const std::string text = StatusText(Sample(), 0);
  EXPECT_NE(text.find("active     tagged watchlist:c2"), std::string::npos) << text;
  EXPECT_NE(text.find("refused    7: no filters"), std::string::npos) << text;
  EXPECT_EQ(StatusText(AgentStatus(), 0).find("directives"), std::string::npos);
}

TEST(StatusFileTest, NamesTheSourcesOfUnreadLinesTheMostFirst) {
  const std::string text = StatusText(Sample(), 0);
  const std::size_t most = text.find("70 lines of 192.0.2.9");
  EXPECT_NE(most, std::string::npos) << text;
  EXPECT_LT(most, text.find("7 lines of /var/log/pump.log")) << text;
}

TEST(StatusFileTest, SaysWhatAnOutputDroppedAndWhy) {
  EXPECT_NE(StatusText(Sample(), 0)
                .find("tcp://siem:514: 3 events written, 4 dropped; NOT TAKING: "
                      "connection refused"),
            std::string::npos)
      << StatusText(Sample(), 0);
}

TEST(StatusFileTest, OverwritesTheOldFileWhereNoNewOneCanBeMade) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(WriteStatusFile(directory.path(), Sample()).ok());
  std::filesystem::create_directory(directory.path() + "/status.json.new");
  AgentStatus shorter = Sample();
  shorter.last_error.clear();
  shorter.paused = true;

  ASSERT_TRUE(WriteStatusFile(directory.path(), shorter).ok());
  const absl::StatusOr<AgentStatus> read = ReadStatusFile(directory.path());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(read->paused);
  EXPECT_TRUE(read->last_error.empty());
}

TEST(StatusFileTest, SaysSoWhereNothingCanBeWrittenAtAll) {
  const TemporaryDirectory directory;
  EXPECT_TRUE(absl::IsUnavailable(WriteStatusFile(directory.path() + "/absent", Sample())));
  EXPECT_FALSE(ReadStatusFile(directory.path() + "/absent").ok());
}

}  // namespace
}  // namespace dims
