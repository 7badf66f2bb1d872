// SPDX-License-Identifier: Apache-2.0
// How far our fields agree with what other programs found in the same lines, format by format.
//
//   conformance_test                                      the table, and the floors
//   DIMS_CONFORMANCE=sshd conformance_test                every difference of one format
//   DIMS_CONFORMANCE_WRITE=docs/formats.md conformance_test   the table into the document
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agent/parse/line_parser.h"
#include "gtest/gtest.h"
#include "tests/agent/formats/parsed_line.h"
#include "tests/conformance/format_table.h"
#include "tests/conformance/judged_fields.h"
#include "tests/support/shared_data.h"

namespace dims {
namespace {

constexpr std::size_t kWorstCount = 4;
constexpr char kTableBegin[] = "<!-- conformance: begin -->";
constexpr char kTableEnd[] = "<!-- conformance: end -->";

struct Count {
  std::size_t agree = 0;
  std::size_t expected = 0;
};

struct Share {
  std::size_t cases = 0;
  std::size_t accepted = 0;
  Count all;
  std::map<std::string, Count> fields;

  double Percent() const {
    return all.expected == 0
               ? 0
               : 100.0 * static_cast<double>(all.agree) / static_cast<double>(all.expected);
  }
};

const AcceptedDifference* Accepted(absl::string_view format, const Sample& sample,
                                   absl::string_view field) {
  for (const AcceptedDifference& difference : AcceptedDifferences()) {
    if (difference.format == format && absl::StrContains(sample.file, difference.file) &&
        (difference.field.empty() || difference.field == field) &&
        absl::StrContains(sample.line, difference.line)) {
      return &difference;
    }
  }
  return nullptr;
}

// The zone of the clock that wrote the line: the one the expected time is written in, or as named.
std::string ZoneName(const Document& expected) {
  const auto time = expected.find("@timestamp");
  if (time != expected.end()) {
    const std::string& text = time->second.front();
    if (text.size() > 6 && text[text.size() - 3] == ':') return text.substr(text.size() - 6);
  }
  const auto zone = expected.find("event.timezone");
  return zone == expected.end() ? "UTC" : zone->second.front();
}

absl::TimeZone ZoneOf(const Document& expected) {
  const std::string name = ZoneName(expected);
  absl::Time probe;
  std::string error;
  // "-02:00" or "+0545": what such a clock is off.
  if (absl::ParseTime("%Y %Ez", absl::StrCat("1970 ", name), &probe, &error)) {
    return absl::FixedTimeZone(static_cast<int>(absl::ToInt64Seconds(absl::UnixEpoch() - probe)));
  }
  absl::TimeZone zone;
  return absl::LoadTimeZone(name, &zone) ? zone : absl::UTCTimeZone();
}

// The line arrives soon after it was written, wherever it leaves out its year.
LineContext ContextOf(const Sample& sample) {
  LineContext context = FileContext();
  context.zone = ZoneOf(sample.expected);
  const auto found = sample.expected.find("@timestamp");
  absl::Time time;
  std::string error;
  if (found != sample.expected.end() &&
      absl::ParseTime(absl::RFC3339_full, found->second.front(), &time, &error)) {
    context.received_ns = absl::ToUnixNanos(time + absl::Hours(12));
  }
  return context;
}

// A list is its elements joined by commas.
std::vector<std::string> ValuesOf(const ParsedLine& line, const std::string& field,
                                  std::size_t wanted) {
  std::string text = line[field];
  if (text.empty()) text = line[absl::StrCat("labels.", field)];
  if (text.empty()) return {};
  if (wanted < 2) return {text};
  return absl::StrSplit(text, ',');
}

void Judge(const MeasuredFormat& format, const Sample& sample, bool show, Share& share) {
  const ParsedLine line(sample.line, ContextOf(sample));
  ++share.cases;
  bool shown = false;
  for (const auto& [field, want] : JudgedPart(sample.expected)) {
    const std::vector<std::string> got = ValuesOf(line, field, want.size());
    const bool same = SameValues(field, want, got);
    if (!same && Accepted(format.name, sample, field) != nullptr) {
      ++share.accepted;
      continue;
    }
    Count& count = share.fields[field];
    ++count.expected;
    ++share.all.expected;
    if (same) {
      ++count.agree;
      ++share.all.agree;
      continue;
    }
    if (!show) continue;
    if (!shown)
      std::cout << sample.file << " [" << line["event.dataset"] << "]\n  " << sample.line << "\n";
    shown = true;
    std::cout << "    " << field << ": want " << absl::StrJoin(want, ",") << " | got "
              << absl::StrJoin(got, ",") << "\n";
  }
}

Share Measure(const MeasuredFormat& format, const std::string& root) {
  const char* chosen = std::getenv("DIMS_CONFORMANCE");
  const bool show = chosen != nullptr && format.name == chosen;
  Share share;
  for (const SampleSource& source : format.sources) {
    if (source.path.empty()) continue;
    const std::vector<Sample> samples = ReadSamples(root, source);
    EXPECT_FALSE(samples.empty()) << source.path;
    for (const Sample& sample : samples) Judge(format, sample, show, share);
  }
  return share;
}

std::string WorstOf(const Share& share) {
  std::vector<std::pair<std::size_t, std::string>> worst;
  for (const auto& [field, count] : share.fields) {
    if (count.agree == count.expected) continue;
    worst.emplace_back(count.expected - count.agree,
                       absl::StrCat(field, " ", count.agree, "/", count.expected));
  }
  std::sort(worst.rbegin(), worst.rend());
  if (worst.size() > kWorstCount) worst.resize(kWorstCount);
  return absl::StrJoin(worst, ", ",
                       [](std::string* out, const auto& field) { *out += field.second; });
}

std::string RowOf(absl::string_view name, const Share& share) {
  return absl::StrCat("| ", name, " | ", share.cases, " | ", share.all.expected, " | ",
                      share.all.agree, " | ", absl::StrFormat("%.1f", share.Percent()), " % | ",
                      share.accepted, " | ", WorstOf(share), " |");
}

std::string Table(const std::string& root) {
  std::string table =
      "| format | cases | fields | agree | share | accepted | worst fields |\n"
      "| --- | --- | --- | --- | --- | --- | --- |\n";
  for (const MeasuredFormat& format : MeasuredFormats()) {
    absl::StrAppend(&table, RowOf(format.name, Measure(format, root)), "\n");
  }
  absl::StrAppend(&table, "\nDifferences we mean, left out of the share:\n\n",
                  "| format | field | lines | why |\n| --- | --- | --- | --- |\n");
  for (const AcceptedDifference& difference : AcceptedDifferences()) {
    absl::StrAppend(&table, "| ", difference.format, " | ",
                    difference.field.empty() ? "all" : difference.field, " | ",
                    difference.line.empty() ? difference.file : difference.line, " | ",
                    difference.reason, " |\n");
  }
  return table;
}

std::string Whole(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class ConformanceTest : public testing::TestWithParam<MeasuredFormat> {};

TEST_P(ConformanceTest, ReadsSamplesAsWellAsItDid) {
  DIMS_REQUIRE_SHARED_DATA(root);
  const Share share = Measure(GetParam(), root);
  std::cout << RowOf(GetParam().name, share) << "\n";
  EXPECT_GE(share.Percent(), GetParam().floor_percent);
}

std::string NameOfCase(const testing::TestParamInfo<MeasuredFormat>& info) {
  std::string name(info.param.name);
  std::replace_if(
      name.begin(), name.end(),
      [](char c) { return !absl::ascii_isalnum(static_cast<unsigned char>(c)); }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Formats, ConformanceTest,
                         testing::ValuesIn(MeasuredFormats().begin(), MeasuredFormats().end()),
                         NameOfCase);

TEST(ConformanceTableTest, GoesIntoTheDocumentWhenAskedTo) {
  const char* path = std::getenv("DIMS_CONFORMANCE_WRITE");
  if (path == nullptr) GTEST_SKIP() << "set DIMS_CONFORMANCE_WRITE to the document";
  DIMS_REQUIRE_SHARED_DATA(root);
  const std::string text = Whole(path);
  const std::size_t begin = text.find(kTableBegin);
  const std::size_t end = text.find(kTableEnd);
  ASSERT_NE(begin, text.npos) << path;
  ASSERT_NE(end, text.npos) << path;
  std::ofstream(path) << text.substr(0, begin + sizeof(kTableBegin) - 1) << "\n"
                      << Table(root) << text.substr(end);
}

TEST(ConformanceTableTest, DocumentNamesEveryFormat) {
  const std::string text = Whole(std::string(DIMS_SOURCE_DIR) + "/docs/formats.md");
  for (const TextFormat& format : TextFormats()) {
    EXPECT_TRUE(absl::StrContains(text, absl::StrCat("`", format.name, "`")))
        << format.name << " is not described in docs/formats.md";
  }
}

}  // namespace
}  // namespace dims
