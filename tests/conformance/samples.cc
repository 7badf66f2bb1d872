// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/samples.h"

#include <simdjson.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/fields/text_cursor.h"
#include "common/event/ip_address.h"

namespace dims {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

std::vector<std::string> LinesOf(const std::string& bytes) {
  std::vector<std::string> lines = absl::StrSplit(bytes, '\n');
  for (std::string& line : lines) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
  }
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

std::string ScalarText(const element& value) {
  switch (value.type()) {
    case element_type::STRING:
      return std::string(std::string_view(value));
    case element_type::INT64:
      return absl::StrCat(std::int64_t(value));
    case element_type::UINT64:
      return absl::StrCat(std::uint64_t(value));
    case element_type::DOUBLE:
      return absl::StrCat(double(value));
    case element_type::BOOL:
      return bool(value) ? "true" : "false";
    default:
      return "";
  }
}

void Flatten(const element& value, const std::string& name, Document& document) {
  if (value.type() == element_type::OBJECT) {
    for (const auto& [key, member] : simdjson::dom::object(value)) {
      Flatten(member, name.empty() ? std::string(key) : absl::StrCat(name, ".", std::string(key)),
              document);
    }
  } else if (value.type() == element_type::ARRAY) {
    for (const element member : simdjson::dom::array(value)) Flatten(member, name, document);
  } else if (const std::string text = ScalarText(value); !text.empty()) {
    document[name].push_back(text);
  }
}

Document DocumentOf(const element& value) {
  Document document;
  Flatten(value, "", document);
  return document;
}

std::string First(const Document& document, const std::string& name) {
  const auto found = document.find(name);
  return found == document.end() ? "" : found->second.front();
}

bool Contains(const std::string& text, absl::string_view part) {
  return part.empty() || absl::StrContains(text, part);
}

// ---- Elastic

// The lines of X.log or the events of X.json, as an agent would be handed them.
std::vector<std::string> ElasticInputs(const std::string& path) {
  const std::string bytes = ReadFile(path);
  simdjson::dom::parser parser;
  element document;
  simdjson::dom::array events;
  if (!absl::EndsWith(path, ".json") || parser.parse(bytes).get(document) != simdjson::SUCCESS ||
      document.at_key("events").get(events) != simdjson::SUCCESS) {
    return LinesOf(bytes);
  }
  std::vector<std::string> inputs;
  for (const element event : events) {
    std::string_view message;
    // What a shipper took apart before: the line is what was there at first. An event of Windows
    // never was a line: its message is for people.
    if (event.at_key("winlog").error() != simdjson::SUCCESS &&
        (event.at_pointer("/event/original").get(message) == simdjson::SUCCESS ||
         event.at_key("message").get(message) == simdjson::SUCCESS)) {
      inputs.emplace_back(message);
    } else {
      inputs.push_back(simdjson::minify(event));
    }
  }
  return inputs;
}

// beats name the byte at which a line starts; it ends where the next event starts, or, where lines
// were left out, at the end of the line.
std::string LineAt(const std::string& bytes, const Document& event) {
  std::size_t offset = 0;
  if (!absl::SimpleAtoi(First(event, "log.offset"), &offset) || offset >= bytes.size()) return "";
  if (const std::string whole = First(event, "event.original");
      absl::StrContains(whole, "\n") && absl::StartsWith(bytes.substr(offset), whole)) {
    return whole;
  }
  std::string line = bytes.substr(offset, bytes.find('\n', offset) - offset);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

void ReadElasticFile(const std::string& path, std::vector<Sample>& samples) {
  const std::string bytes = ReadFile(path);
  simdjson::dom::parser parser;
  element document;
  if (parser.load(path + "-expected.json").get(document) != simdjson::SUCCESS) return;
  simdjson::dom::array events;
  const bool in_beats = document.get(events) == simdjson::SUCCESS;
  if (!in_beats && document.at_key("expected").get(events) != simdjson::SUCCESS) return;
  std::vector<std::string> inputs = ElasticInputs(path);
  std::error_code ignored;
  const bool joined = std::filesystem::exists(path + "-config.yml", ignored) &&
                      absl::StrContains(ReadFile(path + "-config.yml"), "multiline");
  if (!in_beats && inputs.size() != events.size()) std::erase(inputs, "");
  std::size_t row = 0;
  for (const element event : events) {
    Sample sample{.line = "", .file = path, .expected = DocumentOf(event)};
    if (in_beats) {
      sample.line = LineAt(bytes, sample.expected);
    } else if (joined) {
      sample.line = First(sample.expected, "event.original");
    } else if (const std::string whole = First(sample.expected, "event.original");
               std::find(inputs.begin(), inputs.end(), whole) != inputs.end()) {
      sample.line = whole;  // some inputs have no event, and the order is not always kept
    } else if (inputs.size() != events.size() &&
               !First(sample.expected, "event.original").empty()) {
      sample.line = First(sample.expected, "event.original");
    } else if (row < inputs.size()) {
      sample.line = inputs[row];
    }
    ++row;
    if (!sample.line.empty() && !event.is_null()) samples.push_back(std::move(sample));
  }
}

std::vector<Sample> ReadElastic(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, ignored)) {
    const std::string path = entry.path();
    if (std::filesystem::exists(path + "-expected.json", ignored)) files.push_back(path);
  }
  std::sort(files.begin(), files.end());
  std::vector<Sample> samples;
  for (const std::string& file : files) ReadElasticFile(file, samples);
  return samples;
}

// ---- Sekoia

std::vector<Sample> ReadSekoia(const std::string& path, absl::string_view prefix) {
  std::vector<Sample> samples;
  simdjson::dom::parser parser;
  for (const std::string& text : LinesOf(ReadFile(path))) {
    element row;
    element expected;
    std::string_view message;
    if (parser.parse(text).get(row) != simdjson::SUCCESS ||
        row.at_pointer("/input/message").get(message) != simdjson::SUCCESS ||
        row.at_key("expected").get(expected) != simdjson::SUCCESS) {
      continue;
    }
    Sample sample{.line = std::string(absl::StripAsciiWhitespace(
                      absl::string_view(message.data(), message.size()))),
                  .file = path,
                  .expected = DocumentOf(expected)};
    std::string_view app;
    if (row.at_pointer("/input/log/syslog/appname").get(app) == simdjson::SUCCESS) {
      sample.line = absl::StrCat("Jan  1 00:00:00 gate ", std::string(app), "[1]: ", sample.line);
    } else {
      sample.line.insert(0, std::string(prefix));
    }
    samples.push_back(std::move(sample));
  }
  return samples;
}

// ---- fail2ban

// Judges who attacked, as whom, and when on the clock of the host.
std::vector<Sample> ReadFail2ban(const std::string& path) {
  std::vector<Sample> samples;
  simdjson::dom::parser parser;
  std::string judgement;
  for (const std::string& text : LinesOf(ReadFile(path))) {
    if (absl::StartsWith(text, "# failJSON: ")) judgement = text.substr(12);
    if (text.empty() || text.front() == '#' || judgement.empty()) continue;
    element want;
    const bool readable = parser.parse(judgement).get(want) == simdjson::SUCCESS;
    judgement.clear();
    if (!readable) continue;
    const Document named = DocumentOf(want);
    Sample sample{.line = text, .file = path, .expected = {}};
    const std::string host = First(named, "host");
    // An address that only a name server could tell is not in the line.
    if (First(named, "match") != "true" || host.empty() || !Contains(text, host)) continue;
    const bool name = !IpAddress::Parse(host).has_value() && IsAsciiLetter(host.back());
    sample.expected[name ? "source.domain" : "source.ip"] = {host};
    if (const std::string user = First(named, "user"); !user.empty()) {
      sample.expected["user.name"] = {user};
    }
    samples.push_back(std::move(sample));
  }
  return samples;
}

// ---- CrowdSec

// The names of its parsers that mean the same everywhere.
constexpr std::pair<const char*, const char*> kCrowdsecNames[] = {
    {"source_ip", "source.ip"},
    {"http_verb", "http.request.method"},
    {"http_status", "http.response.status_code"},
    {"http_user_agent", "user_agent.original"},
    {"username", "user.name"},
};

std::vector<Sample> ReadCrowdsec(const std::string& folder) {
  const std::vector<std::string> lines = LinesOf(ReadFile(folder + "/input.log"));
  simdjson::dom::parser parser;
  element document;
  simdjson::dom::array parsed;
  if (parser.load(folder + "/expected.json").get(document) != simdjson::SUCCESS ||
      document.at_key("parsed").get(parsed) != simdjson::SUCCESS) {
    return {};
  }
  std::map<std::size_t, Sample> samples;  // several stages a line
  for (const element stage : parsed) {
    std::int64_t index = -1;
    element meta;
    if (stage.at_key("index").get(index) != simdjson::SUCCESS ||
        stage.at_key("meta").get(meta) != simdjson::SUCCESS || index < 0 ||
        static_cast<std::size_t>(index) >= lines.size()) {
      continue;
    }
    const Document named = DocumentOf(meta);
    const auto row = static_cast<std::size_t>(index);
    Sample& sample = samples[row];
    sample.line = lines[row];
    sample.file = folder;
    for (const auto& [theirs, ours] : kCrowdsecNames) {
      if (const std::string value = First(named, theirs); !value.empty()) {
        sample.expected[ours] = {value};
      }
    }
  }
  std::vector<Sample> judged;
  for (auto& [row, sample] : samples) {
    if (!sample.expected.empty()) judged.push_back(std::move(sample));
  }
  return judged;
}

// ---- libaudit

constexpr std::pair<const char*, const char*> kLibauditNames[] = {
    {"pid", "process.pid"},   {"exe", "process.executable"},
    {"comm", "process.name"}, {"cwd", "process.working_directory"},
    {"addr", "source.ip"},    {"acct", "user.name"},
    {"name", "file.path"},
};

std::vector<Sample> ReadLibaudit(const std::string& path) {
  simdjson::dom::parser parser;
  simdjson::dom::array records;
  if (parser.load(path).get(records) != simdjson::SUCCESS) return {};
  std::vector<Sample> samples;
  for (const element record : records) {
    const Document named = DocumentOf(record);
    if (First(named, "raw_msg").empty()) continue;
    Sample sample{.line = absl::StrCat("type=", absl::AsciiStrToUpper(First(named, "record_type")),
                                       " msg=", First(named, "raw_msg")),
                  .file = path,
                  .expected = {}};
    sample.expected["@timestamp"] = {First(named, "@timestamp")};
    for (const auto& [theirs, ours] : kLibauditNames) {
      const std::string value = First(named, absl::StrCat("data.", theirs));
      if (!value.empty() && value != "?") sample.expected[ours] = {value};
    }
    const std::string result = First(named, "data.result");
    if (!result.empty()) {
      sample.expected["event.outcome"] = {result == "success" ? "success" : "failure"};
    }
    samples.push_back(std::move(sample));
  }
  return samples;
}

std::vector<Sample> ReadKind(const SampleSource& source, const std::string& path) {
  switch (source.kind) {
    case SampleKind::kElastic:
      return ReadElastic(path);
    case SampleKind::kSekoia:
      return ReadSekoia(path, source.prefix);
    case SampleKind::kFail2ban:
      return ReadFail2ban(path);
    case SampleKind::kCrowdsec:
      return ReadCrowdsec(path);
    case SampleKind::kLibaudit:
      return ReadLibaudit(path);
  }
  return {};
}

}  // namespace

std::vector<Sample> ReadSamples(const std::string& root, const SampleSource& source) {
  std::vector<Sample> samples = ReadKind(source, absl::StrCat(root, "/parse/", source.path));
  std::erase_if(samples, [&](const Sample& sample) { return !Contains(sample.line, source.only); });
  return samples;
}

}  // namespace dims
