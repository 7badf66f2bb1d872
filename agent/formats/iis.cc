// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/iis.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "agent/fields/text_cursor.h"
#include "agent/formats/http_request.h"

namespace dims {
namespace {

constexpr std::size_t kIisWordsMax = 28;
constexpr std::size_t kMethodAtMost = 5;  // date, time, site, server name, address, method
constexpr std::int64_t kNanosOfOneMilli = 1'000'000;
constexpr EventMeaning kIisConnection = {"web", "connection", "", ""};

// The words of a line. Empty: it is no W3C line.
struct IisWords {
  std::array<absl::string_view, kIisWordsMax> word;
  std::size_t count = 0;
};

bool HasIisTime(absl::string_view text) {
  return text.size() > 20 && IsDigit(text[0]) && text[4] == '-' && text[7] == '-' &&
         text[10] == ' ' && text[13] == ':' && text[16] == ':' && text[19] == ' ';
}

// REQUIRES: HasIisTime(text).
IisWords SplitIis(absl::string_view text) {
  IisWords words;
  TextCursor cursor(text);
  while (!cursor.empty() && words.count < kIisWordsMax) {
    words.word[words.count++] = cursor.TakeWord();
    cursor.SkipBlanks();
  }
  return words;
}

bool IsIisMethod(absl::string_view word) {
  return word.size() >= 3 && word.size() <= 16 && std::all_of(word.begin(), word.end(), [](char c) {
           return absl::ascii_isupper(static_cast<unsigned char>(c)) || c == '_' || c == '-';
         });
}

// Where the method stands: before a path, a query and a port. 0: nowhere.
std::size_t MethodAt(const IisWords& words) {
  for (std::size_t at = 2; at <= kMethodAtMost && at + 5 < words.count; ++at) {
    if (IsIisMethod(words.word[at]) && absl::StartsWith(words.word[at + 1], "/") &&
        ParseDigits(words.word[at + 3])) {
      return at;
    }
  }
  return 0;
}

// Where "status substatus win32-status" stands; count: nowhere.
std::size_t StatusAt(const IisWords& words, std::size_t from) {
  for (std::size_t at = from; at + 2 < words.count; ++at) {
    if (words.word[at].size() == 3 && ParseDigits(words.word[at]) &&
        ParseDigits(words.word[at + 1]) && ParseDigits(words.word[at + 2])) {
      return at;
    }
  }
  return words.count;
}

absl::string_view WithoutBrackets(absl::string_view word) {
  if (word.empty() || word.front() != '[') return word;
  return word.substr(1, word.find(']') - 1);
}

void SetIisStatus(absl::string_view word, EventRow& row) {
  const auto status = ParseDigits(word);
  if (!status) return;
  row.Integer(Field::kHttpResponseStatusCode, *status);
  row.Keyword(Field::kEventOutcome, *status < 400 ? "success" : "failure");
}

// "[HTTP/1.1] agent [cookie] [referrer] [host]": how many there are says which.
void SetIisClient(std::span<const absl::string_view> words, EventRow& row) {
  if (!words.empty() && absl::StartsWith(words[0], "HTTP/")) {
    row.Keyword(Field::kHttpVersion, words[0].substr(5));
    words = words.subspan(1);
  }
  if (words.empty()) return;
  if (Says(words[0])) {
    std::string agent(words[0]);
    std::replace(agent.begin(), agent.end(), '+', ' ');
    row.Keyword(Field::kUserAgentOriginal, agent);
  }
  if (words.size() > 2 && Says(words[1])) row.Label("labels.iis.cookie", words[1]);
  const std::size_t referrer = words.size() > 2 ? 2 : 1;
  if (words.size() > referrer && Says(words[referrer])) {
    row.Keyword(Field::kHttpRequestReferrer, words[referrer]);
  }
  if (words.size() > 3 && Says(words[3])) {
    row.Destination(words[3].substr(0, words[3].find(':')));
    row.Keyword(Field::kUrlDomain, words[3].substr(0, words[3].find(':')));
  }
}

// "status substatus win32 [sc-bytes cs-bytes] [time-taken]".
void SetIisNumbers(std::span<const absl::string_view> words, EventRow& row) {
  SetIisStatus(words[0], row);
  row.Label("labels.iis.sub_status", words[1]);
  row.Label("labels.iis.win32_status", words[2]);
  std::size_t count = 3;
  while (count < words.size() && ParseDigits(words[count])) ++count;
  const std::size_t time = count >= 6 ? 5 : 3;
  if (count >= 6) {
    row.Integer(Field::kHttpResponseBytes, *ParseDigits(words[3]));
    row.Integer(Field::kSourceBytes, *ParseDigits(words[4]));
  }
  if (count > time) {
    const std::int64_t milliseconds = *ParseDigits(words[time]);
    if (milliseconds < 1'000'000'000'000) {
      row.Integer(Field::kEventDuration, milliseconds * kNanosOfOneMilli);
    }
  }
  for (std::size_t at = std::max(count, time + 1); at < words.size(); ++at) {
    if (Says(words[at])) row.Label("labels.iis.extra", words[at]);
  }
}

// The site, the server's name and its address before the method.
void SetIisServer(std::span<const absl::string_view> words, EventRow& row) {
  for (const absl::string_view word : words) {
    if (absl::StartsWith(word, "W3SVC")) {
      row.Label("labels.iis.site", word);
    } else if (IpAddress::Parse(WithoutBrackets(word.substr(0, word.find('%'))))) {
      row.Destination(WithoutBrackets(word));
    } else if (Says(word)) {
      row.Keyword(Field::kHostName, word);
    }
  }
}

// "EXAMPLE\ann" or "ann".
void SetIisUser(absl::string_view word, EventRow& row) {
  if (!Says(word)) return;
  const std::size_t slash = word.find('\\');
  if (slash != word.npos) row.Keyword(Field::kUserDomain, word.substr(0, slash));
  row.User(Field::kUserName, slash == word.npos ? word : word.substr(slash + 1));
}

void SetIisUrl(absl::string_view stem, absl::string_view query, EventRow& row) {
  if (!Says(stem)) return;
  row.Text(Field::kUrlOriginal, stem);
  row.Keyword(Field::kUrlPath, stem.substr(0, stem.find('?')));
  const std::size_t mark = stem.find('?');
  if (Says(query)) row.Keyword(Field::kUrlQuery, query);
  if (mark != stem.npos) row.Keyword(Field::kUrlQuery, stem.substr(mark + 1));
}

TextResult IisResult(absl::string_view text) {
  TextResult result;
  result.clock = ReadIsoClock(text.substr(0, 19));
  if (result.clock) result.clock->has_zone = true;  // UTC, whatever the machine's zone
  return result;
}

bool IsErrorLine(const IisWords& words) {
  return words.count >= 12 && ParseDigits(words.word[3]) && ParseDigits(words.word[5]) &&
         IpAddress::Parse(words.word[2].substr(0, words.word[2].find('%'))) &&
         IpAddress::Parse(words.word[4].substr(0, words.word[4].find('%')));
}

}  // namespace

bool IsIisAccess(const TextInput& input) {
  if (!HasIisTime(input.text)) return false;
  const IisWords words = SplitIis(input.text);
  const std::size_t method = MethodAt(words);
  return method > 0 && StatusAt(words, method + 6) < words.count;
}

std::optional<TextResult> ParseIisAccess(const TextInput& input, EventRow& row) {
  if (!HasIisTime(input.text)) return std::nullopt;
  const IisWords words = SplitIis(input.text);
  const std::size_t method = MethodAt(words);
  if (method == 0) return std::nullopt;
  const std::size_t status = StatusAt(words, method + 6);
  if (status == words.count) return std::nullopt;
  const std::span<const absl::string_view> all(words.word.data(), words.count);
  row.Keyword(Field::kEventDataset, "iis.access");
  row.Means(kIisConnection);
  SetIisServer(all.subspan(2, method - 2), row);
  row.Keyword(Field::kHttpRequestMethod, all[method]);
  SetIisUrl(all[method + 1], all[method + 2], row);
  row.DestinationPort(*ParseDigits(all[method + 3]));
  SetIisUser(all[method + 4], row);
  row.Source(WithoutBrackets(all[method + 5]));
  SetIisClient(all.subspan(method + 6, status - method - 6), row);
  SetIisNumbers(all.subspan(status), row);
  return IisResult(input.text);
}

bool IsIisError(const TextInput& input) {
  return HasIisTime(input.text) && IsErrorLine(SplitIis(input.text));
}

std::optional<TextResult> ParseIisError(const TextInput& input, EventRow& row) {
  if (!HasIisTime(input.text)) return std::nullopt;
  const IisWords words = SplitIis(input.text);
  if (!IsErrorLine(words)) return std::nullopt;
  const auto& word = words.word;
  row.Keyword(Field::kEventDataset, "iis.error");
  row.Means(kIisConnection);
  row.Source(word[2]);
  row.SourcePort(*ParseDigits(word[3]));
  row.Destination(word[4]);
  row.DestinationPort(*ParseDigits(word[5]));
  if (absl::StartsWith(word[6], "HTTP/")) row.Keyword(Field::kHttpVersion, word[6].substr(5));
  if (Says(word[7])) row.Keyword(Field::kHttpRequestMethod, word[7]);
  SetIisUrl(word[8], "", row);
  SetIisStatus(word[9], row);
  if (Says(word[10])) row.Label("labels.iis.site", word[10]);
  if (Says(word[11])) row.Keyword(Field::kEventReason, word[11]);
  if (words.count > 12 && Says(word[12])) row.Label("labels.iis.queue", word[12]);
  return IisResult(input.text);
}

}  // namespace dims
