// SPDX-License-Identifier: Apache-2.0
#include "agent/output/event_text.h"

#include <gtest/gtest.h>

#include "common/event/batch_builder.h"
#include "tests/agent/output/lines_batch.h"

namespace dims {
namespace {

using namespace std::string_literals;

OutputOptions JsonTo(OutputTransport transport) {
  OutputOptions options;
  options.transport = transport;
  options.format = OutputFormat::kJson;
  return options;
}

TEST(EventTextTest, RawIsTheLineToTheByte) {
  const std::string line = "a\tline \x1b[31m\xff with\nall kinds of bytes\r"s;
  const auto batch = BatchOfLines({line});
  EXPECT_EQ(EventText(*batch, OutputOptions{}).Of(0), line);
}

TEST(EventTextTest, JsonInAFileIsTheObjectAlone) {
  const auto batch = BatchOfLines({"hello \"you\""});
  EXPECT_EQ(EventText(*batch, JsonTo(OutputTransport::kFile)).Of(0),
            "{\"@timestamp\":\"2026-11-18T11:06:40.250Z\",\"event.dataset\":\"even\","
            "\"message\":\"hello \\\"you\\\"\"}");
}

TEST(EventTextTest, JsonToSyslogStandsBehindAnRfc5424Header) {
  BatchBuilder builder;
  builder.Integer(Field::kTimestamp, 1'795'000'000'250'000'000);
  builder.Integer(Field::kLogSyslogFacilityCode, 4);
  builder.Integer(Field::kLogSyslogSeverityCode, 3);
  builder.Keyword(Field::kHostName, "fw 1\xff");  // no header word may break the header
  builder.Keyword(Field::kLogSyslogAppname, "sshd");
  builder.FinishRow();
  const EventBatch batch = builder.Finish();
  const std::string text = EventText(batch, JsonTo(OutputTransport::kTcp)).Of(0);
  EXPECT_EQ(text.substr(0, text.find('{')), "<35>1 2026-11-18T11:06:40.250000Z fw_1_ sshd - - - ");
}

TEST(EventTextTest, WhatAnEventDoesNotSayIsADashOfUserInfo) {
  BatchBuilder builder;
  builder.Integer(Field::kLogSyslogFacilityCode, 24);  // there is none
  builder.Text(Field::kMessage, "x");
  builder.FinishRow();
  const EventBatch batch = builder.Finish();
  const std::string text = EventText(batch, JsonTo(OutputTransport::kUdp)).Of(0);
  EXPECT_EQ(text.substr(0, text.find('{')), "<14>1 - - - - - - ");
}

TEST(EventTextTest, NoLineForgesAnotherOne) {
  EXPECT_EQ(OnOneLine("a\nb\0c\r"s), "a#012b#000c\r");
  EXPECT_EQ(OnOneLine("plain"), "plain");
}

}  // namespace
}  // namespace dims
