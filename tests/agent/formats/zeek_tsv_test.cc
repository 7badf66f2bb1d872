// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/zeek_tsv.h"

#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "tests/agent/formats/parsed_line.h"
#include "tests/support/shared_data.h"

namespace dims {
namespace {

using Fields = std::map<std::string, std::string>;

// A parser that reads the lines of files in turn and remembers what their heads said.
class Reader {
 public:
  Fields Read(const std::string& line, const std::string& origin) {
    LineContext context = FileContext();
    context.origin = origin;
    BatchBuilder builder;
    parser_.Parse(line, context, builder);
    builder.FinishRow();
    const EventBatch batch = builder.Finish();
    Fields fields;
    for (const Column& column : batch.columns()) {
      if (column.Has(0)) fields[std::string(column.name())] = ParsedLine::TextOf(column);
    }
    return fields;
  }

  void ReadHead(const std::string& log, const std::string& names, const std::string& types,
                const std::string& origin) {
    Read("#separator \\x09", origin);
    Read("#set_separator\t,", origin);
    Read("#empty_field\t(empty)", origin);
    Read("#unset_field\t-", origin);
    Read("#path\t" + log, origin);
    Read("#fields\t" + absl::StrJoin(absl::StrSplit(names, ' '), "\t"), origin);
    if (!types.empty()) {
      Read("#types\t" + absl::StrJoin(absl::StrSplit(types, ' '), "\t"), origin);
    }
  }

 private:
  LineParser parser_;
};

constexpr char kNames[] =
    "ts uid id.orig_h id.orig_p id.resp_h id.resp_p proto query answers TTLs AA";
constexpr char kTypes[] =
    "time string addr port addr port enum string vector[string] vector[interval] bool";
constexpr char kRow[] =
    "1767322985.123456\tC1\t192.0.2.7\t51413\t198.51.100.9\t53\tudp\twww.example\t"
    "w.example,203.0.113.5\t60.000000,-\tT";

TEST(ZeekTsvTest, ReadsRowsByTheHeadOfTheirFile) {
  Reader reader;
  reader.ReadHead("dns", kNames, kTypes, "a.log");
  Fields row = reader.Read(kRow, "a.log");
  EXPECT_EQ(row["event.dataset"], "zeek.dns");
  EXPECT_EQ(row["@timestamp"], "2026-01-02T03:03:05.123456Z");
  EXPECT_EQ(row["source.port"], "51413");
  EXPECT_EQ(row["dns.question.name"], "www.example");
  EXPECT_EQ(row["dns.resolved_ip"], "203.0.113.5");
  EXPECT_EQ(row["labels.zeek.answers"], "w.example,203.0.113.5");
  EXPECT_EQ(row["labels.zeek.TTLs"], "60");
  EXPECT_EQ(row["labels.zeek.AA"], "true");
  EXPECT_EQ(row["message"], kRow);
  EXPECT_NE(row["network.community_id"], "");
}

TEST(ZeekTsvTest, KeepsFilesApart) {
  Reader reader;
  reader.ReadHead("dns", kNames, kTypes, "a.log");
  reader.ReadHead("weird", "ts name", "time string", "b.log");
  EXPECT_EQ(reader.Read("1767322985.1\tx", "b.log")["rule.name"], "x");
  EXPECT_EQ(reader.Read(kRow, "a.log")["event.dataset"], "zeek.dns");
  // A new head for the same file.
  reader.ReadHead("weird", "ts addl name", "", "a.log");
  EXPECT_EQ(reader.Read("1767322985.1\t-\ty", "a.log")["rule.name"], "y");
}

TEST(ZeekTsvTest, LeavesOutWhatIsUnsetOrEmpty) {
  Reader reader;
  reader.ReadHead("x", "ts a b c", "time string set[string] string", "a.log");
  const Fields row = reader.Read("1767322985.1\t-\t(empty)\tq", "a.log");
  EXPECT_EQ(row.count("labels.zeek.a"), 0u);
  EXPECT_EQ(row.count("labels.zeek.b"), 0u);
  EXPECT_EQ(row.at("labels.zeek.c"), "q");
}

TEST(ZeekTsvTest, ReadsEscapes) {
  Reader reader;
  reader.ReadHead("x", "ts a b", "time string time", "a.log");
  const Fields row = reader.Read("1767322985.1\t\\\\srv\\x2c\\x09\t1767322985.500000", "a.log");
  EXPECT_EQ(row.at("labels.zeek.a"), "\\srv,\t");
  EXPECT_EQ(row.at("labels.zeek.b"), "2026-01-02T03:03:05.500000Z");
}

TEST(ZeekTsvTest, KnowsTheDefaultColumnsOfALogWithoutAHead) {
  Reader reader;
  Fields row = reader.Read(
      "1767322985.123456\tC1\t192.0.2.7\t51413\t198.51.100.9\t53\tudp\tdns\t0.076967\t75\t178\tSF\t"
      "T\tF\t0\tDd\t1\t103\t2\t206\t-",
      "/zeek/conn.log");
  EXPECT_EQ(row["event.dataset"], "zeek.conn");
  EXPECT_EQ(row["source.bytes"], "103");
  EXPECT_EQ(row["event.duration"], "76967000");
  EXPECT_EQ(row["network.direction"], "outbound");
  // As many columns as no version has.
  EXPECT_EQ(reader.Read("1767322985.1\tC1\t7", "/zeek/dns.log")["event.dataset"], "generic.raw");
}

TEST(ZeekTsvTest, KeepsValuesBeyondTheLastColumn) {
  Reader reader;
  reader.ReadHead("x", "ts a", "time string", "a.log");
  EXPECT_EQ(reader.Read("1767322985.1\tq\tr\ts", "a.log")["labels.zeek.more"], "r\ts");
}

TEST(ZeekTsvTest, LeavesOtherLinesAlone) {
  Reader reader;
  for (const char* line :
       {"# fields of corn", "#fieldset\ta", "1767322985.1\ta", "1 2 3", "#", ""}) {
    EXPECT_EQ(reader.Read(line, "/var/log/app.txt")["event.dataset"], "generic.raw") << line;
  }
}

TEST(ZeekTsvTest, ForgetsTheFilesUsedLongestAgo) {
  Reader reader;
  for (std::size_t i = 0; i <= ZeekTsv::kFilesMax; ++i) {
    reader.ReadHead("weird", "ts name", "time string", absl::StrCat("f", i));
  }
  EXPECT_EQ(reader.Read("1767322985.1\tx", "f1")["event.dataset"], "zeek.weird");
  EXPECT_EQ(reader.Read("1767322985.1\tx", "f0")["event.dataset"], "generic.raw");
}

TEST(ZeekTsvTest, EndsWithFewerFieldsWhereverItIsCut) {
  Reader reader;
  reader.ReadHead("dns", kNames, kTypes, "a.log");
  const std::string whole = kRow;
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    const Fields row = reader.Read(whole.substr(0, length), "a.log");
    EXPECT_EQ(row.at("message"), whole.substr(0, length));
  }
  const std::string head = "#fields\tts\tuid\tid.orig_h";
  for (std::size_t length = 0; length <= head.size(); ++length) {
    EXPECT_EQ(reader.Read(head.substr(0, length), "a.log").at("message"), head.substr(0, length));
  }
}

std::vector<std::string> LinesOfGzip(const std::string& path) {
  std::vector<std::string> lines;
  std::FILE* pipe = popen(absl::StrCat("gzip -dc '", path, "'").c_str(), "r");
  if (pipe == nullptr) return lines;
  std::string text;
  char bytes[4096];
  while (const std::size_t size = std::fread(bytes, 1, sizeof(bytes), pipe)) {
    text.append(bytes, size);
  }
  pclose(pipe);
  lines = absl::StrSplit(text, '\n', absl::SkipEmpty());
  return lines;
}

// Zeek writes fewer digits into tables than into JSON.
bool Same(const std::string& a, const std::string& b) {
  double x = 0;
  double y = 0;
  if (a == b) return true;
  return absl::SimpleAtod(a, &x) && absl::SimpleAtod(b, &y) && x - y < 1e-6 && y - x < 1e-6;
}

// What the two forms cannot have in common.
bool IsOfTheForm(const std::string& name) {
  return name == "message" || name == "event.original" || name == "log.file.path" ||
         name == "labels.zeek._write_ts" || absl::StartsWith(name, "dims.");
}

class ZeekPairTest : public testing::TestWithParam<const char*> {};

TEST_P(ZeekPairTest, GivesTheSameEventsFromTableAndJson) {
  DIMS_REQUIRE_SHARED_DATA(root);
  const std::string base = absl::StrCat(root, "/zeek-logs/wrccdc-2018/", GetParam());
  Reader reader;
  std::vector<Fields> table;
  for (const std::string& line : LinesOfGzip(base + ".log.gz")) {
    Fields row = reader.Read(line, "table");
    if (line.front() != '#') table.push_back(std::move(row));
  }
  const std::vector<std::string> records = LinesOfGzip(base + ".json.gz");
  ASSERT_FALSE(records.empty());
  ASSERT_EQ(table.size(), records.size());
  std::size_t differences = 0;
  for (std::size_t i = 0; i < records.size() && differences < 5; ++i) {
    Fields json = reader.Read(records[i], "json");
    Fields all = json;
    all.insert(table[i].begin(), table[i].end());
    for (const auto& [name, value] : all) {
      if (IsOfTheForm(name) || Same(json[name], table[i][name])) continue;
      ++differences;
      ADD_FAILURE() << records[i] << "\n"
                    << name << ": JSON " << json[name] << " | table " << table[i][name];
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Logs, ZeekPairTest,
                         testing::Values("dce_rpc", "dpd", "ftp", "kerberos", "known_services",
                                         "ldap_search", "ntlm", "ocsp", "smb_files", "snmp",
                                         "software", "ssh", "weird"));

}  // namespace
}  // namespace dims
