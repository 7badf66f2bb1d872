// SPDX-License-Identifier: Apache-2.0
#include "agent/policy/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "agent/parse/line_parser.h"
#include "common/event/batch_codec.h"
#include "common/event/event_json.h"
#include "common/event/line_layout.h"
#include "tests/support/random_batch.h"

namespace dims {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr PrivacyKey kKey = {1, 2, 3, 4};

EventBatch Parsed(const std::vector<std::string>& lines) {
  BatchBuilder builder;
  LineParser parser;
  LineContext context;
  context.origin = "/var/log/test";
  context.received_ns = 1'796'000'000'000'000'000;
  std::int64_t position = 0;
  for (const std::string& line : lines) {
    parser.Parse(line, context, builder);
    builder.Keyword(Field::kTlp, "amber");
    builder.Keyword(Field::kDeliverySource, "file:1:2");
    builder.Integer(Field::kDeliveryPosition, ++position);
    builder.FinishRow();
  }
  return builder.Finish();
}

class PolicyTest : public ::testing::Test {
 protected:
  std::shared_ptr<const Policy> Made(const std::string& text) {
    ConfigReport report;
    const absl::StatusOr<PolicyConfig> config = ParsePolicyConfig("policy.toml", text, report);
    EXPECT_TRUE(config.ok()) << report.Text();
    return Policy::Make(*config, kKey);
  }

  EventBatch After(const std::string& policy, const std::vector<std::string>& lines) {
    const EventBatch left = Made(policy)->Apply(Parsed(lines), counts);
    // What travels is what counts.
    BatchEncoder encoder;
    BatchDecoder decoder;
    return decoder.Decode(encoder.Encode(left).payload).value();
  }

  static std::string Json(const EventBatch& batch, std::uint32_t row = 0) {
    std::string out;
    EventPrinter(batch).AppendJson(row, out);
    return out;
  }

  static std::string FieldOf(const EventBatch& batch, absl::string_view name,
                             std::uint32_t row = 0) {
    std::string out;
    EventPrinter(batch).AppendPlain(name, row, out);
    return out;
  }

  PolicyCounts counts;
};

const char* const kLogin =
    "Jan  5 10:11:12 gate1 sshd[811]: Failed password for alice from 203.0.113.7 port 5022 ssh2";
const char* const kCron = "Jan  5 10:11:13 gate1 CRON[9]: (root) CMD (run-parts)";

TEST_F(PolicyTest, WithoutRulesThereIsNoPolicy) {
  EXPECT_EQ(Made(""), nullptr);
  EXPECT_EQ(Made("[policy]\nremote = \"filters\"\n"), nullptr);
}

TEST_F(PolicyTest, DropsWhatAFilterMatchesWithoutATraceInTheDictionaries) {
  const EventBatch left = After("[[drop]]\nwhere = 'user.name:alice'\n", {kLogin, kCron});
  ASSERT_EQ(left.rows(), 1u);
  EXPECT_EQ(counts.dropped, 1u);
  for (const Column& column : left.columns()) {
    EXPECT_THAT(column.strings().bytes(), Not(HasSubstr("alice"))) << column.name();
  }
  EXPECT_EQ(FieldOf(left, "message"), "(root) CMD (run-parts)");
}

TEST_F(PolicyTest, DropsEveryRowOfABatch) {
  const EventBatch left = Made("[[drop]]\nwhere = '*'\n")->Apply(Parsed({kLogin}), counts);
  EXPECT_EQ(left.rows(), 0u);
  EXPECT_EQ(counts.dropped, 1u);
}

TEST_F(PolicyTest, TheLastTlpRuleThatFitsDecides) {
  const EventBatch left = After(
      "[[tlp]]\nwhere = 'user.name:*'\ntlp = \"red\"\n"
      "[[tlp]]\nwhere = 'user.name:alice'\ntlp = \"green\"\n",
      {kLogin, "nothing at all"});
  EXPECT_EQ(FieldOf(left, "dims.tlp", 0), "green");
  EXPECT_EQ(FieldOf(left, "dims.tlp", 1), "amber");
}

TEST_F(PolicyTest, OnlyListedFieldsLeaveAndWhatDeliveryNeeds) {
  const EventBatch left =
      After("[[fields]]\ndataset = \"*\"\nleave = [\"source.*\", \"event.action\"]\n", {kLogin});
  EXPECT_EQ(FieldOf(left, "source.ip"), "203.0.113.7");
  for (const char* gone : {"message", "event.original", "user.name", "related.ip", "dims.layout"}) {
    EXPECT_EQ(left.Find(gone), nullptr) << gone;
  }
  for (const char* kept : {"@timestamp", "event.created", "event.dataset", "dims.source",
                           "dims.position", "dims.tlp"}) {
    EXPECT_NE(left.Find(kept), nullptr) << kept;
  }
}

TEST_F(PolicyTest, AFieldThatStaysIsNotInRelatedEither) {
  const EventBatch left =
      After("[[fields]]\nstay = [\"source.ip\", \"message\", \"event.original\"]\n", {kLogin});
  EXPECT_THAT(Json(left), Not(HasSubstr("203.0.113.7")));
  EXPECT_EQ(FieldOf(left, "related.user"), "alice");
  EXPECT_FALSE(OriginalLine(left, 0).has_value());
}

TEST_F(PolicyTest, DeniedByDefaultOnlyNamedDatasetsShowFields) {
  const EventBatch left =
      After("[policy]\ndefault = \"deny\"\n[[fields]]\ndataset = \"generic.*\"\nleave = [\"*\"]\n",
            {kLogin, "some text"});
  EXPECT_EQ(FieldOf(left, "message", 0), "");
  EXPECT_EQ(FieldOf(left, "user.name", 0), "");
  EXPECT_EQ(FieldOf(left, "message", 1), "some text");
}

TEST_F(PolicyTest, TheProfileSendsHeadersAndWholeAlerts) {
  const EventBatch left = After(
      "[policy]\nprofile = \"headers-and-alerts-only\"\n",
      {kLogin,
       R"({"timestamp":"2026-01-05T10:11:12.000000+0000","event_type":"alert","src_ip":"203.0.113.7","src_port":1,"dest_ip":"198.51.100.2","dest_port":80,"proto":"TCP","alert":{"action":"allowed","gid":1,"signature_id":2010935,"rev":3,"signature":"ET SCAN","category":"Attempted","severity":2},"http":{"url":"/admin"}})",
       R"({"timestamp":"2026-01-05T10:11:12.000000+0000","event_type":"http","src_ip":"203.0.113.7","src_port":1,"dest_ip":"198.51.100.2","dest_port":80,"proto":"TCP","http":{"hostname":"intranet","url":"/payroll"}})"});
  EXPECT_EQ(FieldOf(left, "user.name", 0), "alice");
  EXPECT_EQ(FieldOf(left, "message", 0), "");
  EXPECT_THAT(Json(left, 1), HasSubstr("/admin"));
  EXPECT_THAT(Json(left, 2), Not(HasSubstr("payroll")));
  EXPECT_EQ(FieldOf(left, "source.ip", 2), "203.0.113.7");
}

TEST_F(PolicyTest, AMaskedAddressLeavesItsColumnForALabel) {
  const EventBatch left = After("[[redact]]\naddresses = [\"203.0.113.0/24\"]\n", {kLogin});
  EXPECT_EQ(FieldOf(left, "source.ip"), "");
  EXPECT_EQ(FieldOf(left, "labels.source.ip"), "[redacted]");
  EXPECT_THAT(*OriginalLine(left, 0), HasSubstr("for alice from [redacted] port 5022"));
  EXPECT_THAT(*OriginalLine(left, 0), ::testing::StartsWith("Jan  5 10:11:12 gate1 sshd[811]: "));
  EXPECT_EQ(counts.redacted, 1u);
}

TEST_F(PolicyTest, APrefixStaysAnAddressInEveryPlace) {
  const EventBatch left =
      After("[[redact]]\naddresses = [\"203.0.113.0/24\"]\nwith = \"prefix\"\n", {kLogin});
  const std::string other = FieldOf(left, "source.ip");
  EXPECT_TRUE(IpAddress::Parse(other).has_value());
  EXPECT_NE(other, "203.0.113.7");
  EXPECT_EQ(FieldOf(left, "related.ip"), other);
  EXPECT_THAT(FieldOf(left, "message"), HasSubstr(absl::StrCat("from ", other, " port")));
}

TEST_F(PolicyTest, TheCommunityIdGoesOnlyWhereAnAddressWent) {
  const char* const drop =
      "Jan  5 10:11:12 gate1 kernel: [UFW BLOCK] IN=eth0 OUT= SRC=203.0.113.7 DST=198.51.100.2 "
      "LEN=60 PROTO=TCP SPT=5022 DPT=22";
  ASSERT_NE(Parsed({drop}).Find("network.community_id"), nullptr);
  const std::string rule = "[[redact]]\naddresses = [";
  EXPECT_EQ(After(rule + "\"203.0.113.0/24\"]\n", {drop}).Find("network.community_id"), nullptr);
  EXPECT_NE(After(rule + "\"10.0.0.0/8\"]\n", {drop}).Find("network.community_id"), nullptr);
}

TEST_F(PolicyTest, ACommunityIdInTheTextGoesToo) {
  const EventBatch left = After(
      "[[redact]]\naddresses = [\"203.0.113.0/24\"]\n",
      {R"({"timestamp":"2026-01-05T10:11:12.000000+0000","flow_id":1,"event_type":"flow","src_ip":"203.0.113.7","src_port":1,"dest_ip":"198.51.100.2","dest_port":80,"proto":"TCP","community_id":"1:LQU9qZlK+B5F3KDmev6m5PMibrg="})"});
  EXPECT_THAT(Json(left), Not(HasSubstr("LQU9qZlK")));
  EXPECT_THAT(OriginalLine(left, 0).value_or(""), Not(HasSubstr("LQU9qZlK")));
}

TEST_F(PolicyTest, ALayoutThatHoldsTheNameOfAFieldStillRenders) {
  const EventBatch left =
      After("[[redact]]\nfields = [\"host.name\"]\nwith = \"label\"\nlabel = \"host\"\n", {kLogin});
  EXPECT_THAT(FieldOf(left, "host.name"), ::testing::StartsWith("host-"));
  EXPECT_THAT(*OriginalLine(left, 0), HasSubstr(FieldOf(left, "host.name") + " sshd[811]"));
  EXPECT_THAT(*OriginalLine(left, 0), Not(HasSubstr("gate1")));
}

TEST_F(PolicyTest, AMaskedNumberTakesTheLayoutWithIt) {
  const EventBatch left = After("[[redact]]\nfields = [\"process.pid\"]\n", {kLogin});
  EXPECT_EQ(FieldOf(left, "labels.process.pid"), "[redacted]");
  EXPECT_EQ(left.Find("process.pid"), nullptr);
  EXPECT_THAT(*OriginalLine(left, 0), Not(HasSubstr("811")));
}

TEST_F(PolicyTest, TheSameValueGetsTheSameNameInEveryEvent) {
  const std::string hash = "[[redact]]\nfields = [\"user.name\"]\nwith = \"hash\"\n";
  const EventBatch left = After(hash, {kLogin, kCron, kLogin});
  EXPECT_EQ(FieldOf(left, "user.name", 0), FieldOf(left, "user.name", 2));
  EXPECT_NE(FieldOf(left, "user.name", 0), FieldOf(left, "user.name", 1));
  EXPECT_EQ(FieldOf(left, "related.user", 0), FieldOf(left, "user.name", 0));
}

TEST_F(PolicyTest, WhatNoRuleTouchesStaysByteForByte) {
  const EventBatch before = Parsed({kLogin, kCron});
  const EventBatch left =
      After("[[redact]]\naddresses = [\"10.0.0.0/8\"]\nnames = [\"nowhere\"]\n", {kLogin, kCron});
  BatchEncoder encoder;
  EXPECT_EQ(encoder.Encode(left).digest, encoder.Encode(before).digest);
  EXPECT_EQ(counts.redacted, 0u);
}

// Whatever a batch holds, what is left of it travels, and holds none of what was named.
TEST_F(PolicyTest, RandomBatchesUnderRandomPoliciesTravelWithoutWhatWasNamed) {
  const char* const kPolicies[] = {
      "[[redact]]\nfields = [\"user.*\", \"labels.*\", \"message\"]\nwith = \"hash\"\n",
      "[[redact]]\nfields = [\"*\"]\n",
      "[[redact]]\naddresses = [\"0.0.0.0/0\", \"::/0\"]\nwith = \"prefix\"\n",
      "[[redact]]\naddresses = [\"0.0.0.0/0\", \"::/0\"]\n[[drop]]\nwhere = 'message:a'\n",
      "[[fields]]\nleave = [\"source.*\"]\n[[redact]]\nfields = [\"source.*\"]\n",
      "[[fields]]\nstay = [\"*.ip\"]\n[[tlp]]\nwhere = 'ip:*'\ntlp = \"red\"\n"};
  SeededRandom random(11);
  BatchEncoder encoder;
  BatchDecoder decoder;
  for (int n = 0; n < 300; ++n) {
    const auto rows = static_cast<std::uint32_t>(1 + random.Uint64() % 40);
    const EventBatch before = RandomBatch(rows, random);
    const std::string policy = kPolicies[random.Uint64() % std::size(kPolicies)];
    const EventBatch left = Made(policy)->Apply(before, counts);
    if (left.rows() == 0) continue;
    const auto decoded = decoder.Decode(encoder.Encode(left).payload);
    ASSERT_TRUE(decoded.ok()) << decoded.status() << policy;
    if (!absl::StrContains(policy, "addresses") || absl::StrContains(policy, "prefix")) continue;
    for (const Column& column : decoded->columns()) {
      EXPECT_TRUE(column.addresses().empty()) << column.name();
    }
  }
}

}  // namespace
}  // namespace dims
