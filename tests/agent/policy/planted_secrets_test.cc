// SPDX-License-Identifier: Apache-2.0
// Secrets planted in lines of every kind are in no column, no dictionary and no column name of what
// is encoded.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "agent/enrich/site_enrichment.h"
#include "agent/parse/line_parser.h"
#include "agent/policy/policy.h"
#include "common/event/batch_codec.h"
#include "common/event/line_layout.h"
#include "tests/agent/site_formats/site_parser_line.h"

namespace dims {
namespace {

constexpr PrivacyKey kPlantingKey = {7};

// USER, HOST and ADDR stand for the secrets.
const char* const kLines[] = {
    "<38>Jan  5 10:11:12 HOST sshd[811]: Failed password for invalid user USER from ADDR port 5022 "
    "ssh2",
    "Jan  5 10:11:12 gate1 sudo:    USER : TTY=pts/0 ; PWD=/home/USER ; USER=root ; "
    "COMMAND=/bin/cat /home/USER/x",
    "Jan  5 10:11:12 gate1 sshd[811]: pam_unix(sshd:auth): authentication failure; logname= uid=0 "
    "euid=0 tty=ssh ruser= rhost=ADDR  user=USER",
    R"({"user":{"name":"USER","mail":"USER@city.example"},"a":{"b":["x",{"c":"USER"}]},"src_ip":"ADDR","n":[{"USER":{"deep":"ADDR"}}]})",
    R"({"time":"2026-01-05T10:11:12Z","user":"USER","detail":"{\"who\":\"USER\",\"at\":\"ADDR\"}"})",
    "time=2026-01-05T10:11:12Z user=USER src_ip=ADDR host=HOST msg=\"login of USER from ADDR:22\"",
    "CEF:0|Vendor|Product|1.0|100|Login of USER|5|suser=USER src=ADDR shost=HOST msg=USER\\=x "
    "cs1=CITY\\\\USER",
    "just some text that USER wrote on HOST at ADDR, [ADDR]:22 and ADDR/32",
    "<165>1 2026-01-05T10:11:12Z HOST app 77 ID47 [ex@32473 user=\"USER\" from=\"ADDR\"] USER came",
    "bytes \xff\xfe of USER \x80 at ADDR",
    "date=2026-01-05 time=10:11:12 devname=\"HOST\" devid=\"F1\" logid=\"0100032001\" "
    "type=\"event\" subtype=\"system\" user=\"USER\" srcip=ADDR msg=\"Administrator USER logged "
    "in\"",
    R"({"timestamp":"2026-01-05T10:11:12.000000+0000","event_type":"dns","src_ip":"ADDR","src_port":53,"dest_ip":"198.51.100.2","dest_port":5353,"proto":"UDP","dns":{"rrname":"HOST","rdata":"ADDR"}})",
    "Jan  5 10:11:12 gate1 named[7]: client @0x7f ADDR#5353 (HOST): query: HOST IN A +E (ADDR)",
    "Jan  5 10:11:12 gate1 doord[7]: badge 7 of USER at ADDR in HOST, USER\\ADDR",
};

constexpr char kDoorParser[] = R"([parser]
name = "city.doorlog"
programs = ["doord"]
[[pattern]]
match = '^badge (?P<badge>\d+) of (?P<user>\S+) at (?P<ip>\S+) in (?P<house>\S+), (?P<again>.*)$'
fields = { user = "user.name", ip = "source.ip", house = "labels.house", again = "message" }
)";

// What the site made itself, for the line of its own.
const SiteFormats& DoorFormats() {
  static const SiteFormats& formats = *new SiteFormats(SiteFormatsOf({kDoorParser}));
  return formats;
}

std::string Planted(absl::string_view line) {
  return absl::StrReplaceAll(line, {{"USER=root", "USER=root"},
                                    {"USER", "qXsecretuser"},
                                    {"HOST", "fs9.hall.example"},
                                    {"ADDR", "10.77.8.9"}});
}

constexpr char kPolicy[] =
    "[[redact]]\nfields = [\"user.name\", \"labels.*user*\"]\n"
    "[[redact]]\naddresses = [\"10.0.0.0/8\"]\nwith = \"MODE\"\n"
    "[[redact]]\nnames = [\"*.hall.example\", \"qxsecretuser\"]\nwith = \"hash\"\n";

// What a site adds: how the world sees the secret address, and what it calls the machine.
EventBatch Added(EventBatch batch) {
  const auto assets = std::make_shared<AssetTable>();
  std::vector<std::string> findings;
  assets->Parse("10.77.8.9,Vault room\nfs9.hall.example,Vault room,Count Orsino\n", findings);
  const auto nat =
      std::make_shared<NatMap>(std::vector<NatRule>{*ParseNatRule("10.77.8.0/24", "192.0.2.0/24")});
  return EnrichBatch({{}, nat, assets}, {}, std::move(batch));
}

constexpr const char* kPlantedSecrets[] = {"qxsecretuser", "hall.example", "10.77.8.9",
                                           "192.0.2.9",    "vault room",   "orsino"};

// Everything that is text in a batch: dictionaries whole, names of columns, and the line.
std::string AllBytes(const EventBatch& batch) {
  std::string out;
  for (const Column& column : batch.columns()) {
    out += column.name() + "\n" + column.strings().bytes() + "\n";
    for (const IpAddress& address : column.addresses()) out += address.ToString() + "\n";
  }
  for (std::uint32_t row = 0; row < batch.rows(); ++row) {
    out += OriginalLine(batch, row).value_or("") + "\n";
  }
  return absl::AsciiStrToLower(out);
}

class PlantedSecretsTest : public ::testing::TestWithParam<const char*> {
 protected:
  static EventBatch Encoded(const std::string& mode) {
    BatchBuilder builder;
    LineParser parser;
    LineContext context;
    context.site_formats = &DoorFormats();
    context.received_ns = 1'796'000'000'000'000'000;
    for (const char* line : kLines) {
      parser.Parse(Planted(line), context, builder);
      builder.FinishRow();
    }
    ConfigReport report;
    const auto config =
        ParsePolicyConfig("policy.toml", absl::StrReplaceAll(kPolicy, {{"MODE", mode}}), report);
    EXPECT_TRUE(config.ok()) << report.Text();
    PolicyCounts counts;
    const EventBatch left =
        Policy::Make(*config, kPlantingKey)->Apply(Added(builder.Finish()), counts);
    EXPECT_EQ(counts.redacted, std::size(kLines));
    BatchEncoder encoder;
    BatchDecoder decoder;
    return decoder.Decode(encoder.Encode(left).payload).value();
  }
};

TEST_P(PlantedSecretsTest, AreFoundNowhereInWhatIsEncoded) {
  const std::string bytes = AllBytes(Encoded(GetParam()));
  for (const char* secret : kPlantedSecrets) {
    const std::size_t at = bytes.find(secret);
    EXPECT_EQ(at, bytes.npos) << secret << ": " << bytes.substr(at < 60 ? 0 : at - 60, 160);
  }
}

TEST_P(PlantedSecretsTest, WouldBeFoundWithoutAPolicy) {
  BatchBuilder builder;
  LineParser parser;
  LineContext context;
  context.site_formats = &DoorFormats();
  for (const char* line : kLines) {
    parser.Parse(Planted(line), context, builder);
    builder.FinishRow();
  }
  const std::string bytes = AllBytes(Added(builder.Finish()));
  for (const char* secret : kPlantedSecrets) {
    EXPECT_TRUE(absl::StrContains(bytes, secret)) << secret;
  }
}

INSTANTIATE_TEST_SUITE_P(Styles, PlantedSecretsTest, ::testing::Values("mask", "hash", "prefix"));

}  // namespace
}  // namespace dims
