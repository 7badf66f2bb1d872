// SPDX-License-Identifier: Apache-2.0
// Counts that another query engine gave over real DNS, HTTP and alert records.
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/event/batch_source.h"
#include "common/event/column_builder.h"
#include "common/filter/evaluate.h"
#include "common/filter/query.h"
#include "gtest/gtest.h"
#include "tests/support/shared_data.h"

namespace dims {
namespace {

std::vector<std::string> Lines(const std::string& path) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(
      ::popen(absl::StrCat("zcat -f '", path, "'").c_str(), "r"), &::pclose);
  std::string text;
  char buffer[65'536];
  for (std::size_t read; (read = std::fread(buffer, 1, sizeof(buffer), pipe.get())) > 0;) {
    text.append(buffer, read);
  }
  return absl::StrSplit(text, '\n', absl::SkipEmpty());
}

// The endpoints of records.
class Endpoints {
 public:
  void Add(const std::string& column, const std::string& value) {
    if (const auto address = IpAddress::Parse(value)) {
      addresses_.try_emplace(column, column, ColumnType::kIp).first->second.SetIp(rows_, *address);
    } else if (std::int64_t number; absl::SimpleAtoi(value, &number)) {
      numbers_.try_emplace(column, column, ColumnType::kInteger)
          .first->second.SetInteger(rows_, number);
    }
  }

  void FinishRow() { ++rows_; }

  std::uint32_t Count(absl::string_view filter) {
    auto batch = std::make_shared<EventBatch>(rows_, std::vector<Column>());
    for (auto& [name, builder] : addresses_) batch->Put(builder.Take(rows_));
    for (auto& [name, builder] : numbers_) batch->Put(builder.Take(rows_));
    BatchSource source(std::move(batch));
    return EvaluateFilter(*ParseFilter(filter), source)->Count();
  }

 private:
  std::uint32_t rows_ = 0;
  std::map<std::string, ColumnBuilder> addresses_;
  std::map<std::string, ColumnBuilder> numbers_;
};

Endpoints Zeek(const std::string& path) {
  static const std::map<std::string, std::string> kNames = {{"id.orig_h", "source.ip"},
                                                            {"id.orig_p", "source.port"},
                                                            {"id.resp_h", "destination.ip"},
                                                            {"id.resp_p", "destination.port"}};
  Endpoints records;
  std::vector<std::string> names;
  for (const std::string& line : Lines(path)) {
    std::vector<std::string> parts = absl::StrSplit(line, '\t');
    if (parts[0] == "#fields") names.assign(parts.begin() + 1, parts.end());
    if (line[0] == '#') continue;
    for (std::size_t i = 0; i < parts.size() && i < names.size(); ++i) {
      const auto name = kNames.find(names[i]);
      if (name != kNames.end()) records.Add(name->second, parts[i]);
    }
    records.FinishRow();
  }
  return records;
}

TEST(SharedQueriesTest, CountsDnsRecordsLikeTheOtherEngine) {
  DIMS_REQUIRE_SHARED_DATA(data);
  EXPECT_EQ(Zeek(data + "/queries/m57/dns.log.gz").Count("destination.ip:192.168.1.104"), 31u);
  EXPECT_EQ(Zeek(data + "/queries/m57/dns.log.gz").Count("port:53"), 3565u);
}

TEST(SharedQueriesTest, CountsWebRequestsLikeTheOtherEngine) {
  DIMS_REQUIRE_SHARED_DATA(data);
  EXPECT_EQ(Zeek(data + "/queries/m57/http.log.gz").Count("destination.ip:216.240.189.196"), 44u);
}

TEST(SharedQueriesTest, CountsAlertsLikeTheOtherEngine) {
  DIMS_REQUIRE_SHARED_DATA(data);
  Endpoints records;
  for (const std::string& line : Lines(data + "/queries/m57/suricata-eve.json")) {
    if (line.find("\"event_type\":\"stats\"") != std::string::npos) continue;
    const std::size_t at = line.find("\"src_ip\":\"");
    if (at != std::string::npos) {
      const std::size_t begin = at + 10;
      records.Add("source.ip", line.substr(begin, line.find('"', begin) - begin));
    }
    records.FinishRow();
  }
  EXPECT_EQ(records.Count("source.ip:147.32.84.165"), 5u);
}

}  // namespace
}  // namespace dims
