// SPDX-License-Identifier: Apache-2.0
#include "tests/support/random_batch.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/event/column_builder.h"

namespace dims {
namespace {

constexpr absl::string_view kValues[] = {
    "root",
    "Root",
    "admin",
    "",
    "failed password for root from 198.51.100.7 port 22",
    "Accepted publickey for Edith from 2001:db8::1",
    "22",
    "-7",
    "3.5",
    "198.51.100.7",
    "2001:db8::1",
    "omsedi.abc.com",
    "deadbeefcafe0123",
    "\x1b[31mfail\x1b[0med",
    "C:\\Windows\\System32\\cmd.exe",
    "/etc/passwd",
    "a*b?c",
    "say \"hello\"",
    "\xff\xfe bytes",
    "caf\xc3\xa9",
    "and or not",
    "2026-11-01T00:00:00Z",
    "true",
    "GET /index.html?q=1&r=2 HTTP/1.1",
};

constexpr std::int64_t kIntegers[] = {0,         1,         22,        80,  443, 2222, -1, 65535,
                                      1'000'000, INT64_MAX, INT64_MIN, 200, 404, 500,  7,  10};

void SetRandom(ColumnBuilder& builder, std::uint32_t row, SeededRandom& random) {
  switch (builder.type()) {
    case ColumnType::kKeyword:
    case ColumnType::kText:
      return builder.SetBytes(row, RandomValue(random));
    case ColumnType::kIp:
      return builder.SetIp(row, RandomAddress(random));
    case ColumnType::kInteger:
      return builder.SetInteger(row, RandomInteger(random));
    case ColumnType::kTime:
      return builder.SetInteger(
          row, 1'796'000'000'000'000'000 + static_cast<std::int64_t>(random.Below(100'000)) *
                                               (random.OneIn(2) ? 1'000'000'000 : 1'001));
    case ColumnType::kDouble:
      return builder.SetDouble(row, static_cast<double>(random.Below(100)) / 4 - 5);
    case ColumnType::kBool:
      return builder.SetBool(row, random.OneIn(2));
    case ColumnType::kKeywordList:
    case ColumnType::kIpList:
      break;
  }
  builder.SetEmptyList(row);
  for (std::uint64_t i = random.Below(4); i > 0; --i) {
    if (builder.type() == ColumnType::kKeywordList) {
      builder.AddBytes(row, RandomValue(random));
    } else {
      builder.AddIp(row, RandomAddress(random));
    }
  }
}

}  // namespace

std::string RandomValue(SeededRandom& random) {
  if (random.OneIn(8)) {
    std::string value;
    for (std::uint64_t i = random.Below(12); i > 0; --i) {
      value += static_cast<char>("abcXYZ019 .-"[random.Below(12)]);
    }
    return value;
  }
  return std::string(kValues[random.Below(std::size(kValues))]);
}

IpAddress RandomAddress(SeededRandom& random) {
  if (random.OneIn(4)) {
    return *IpAddress::Parse(absl::StrCat("2001:db8::", random.Below(20)));
  }
  return IpAddress::FromV4(0xc6336400u + static_cast<std::uint32_t>(random.Below(300)));
}

std::int64_t RandomInteger(SeededRandom& random) {
  if (random.OneIn(4)) return static_cast<std::int64_t>(random.Below(70'000)) - 100;
  return kIntegers[random.Below(std::size(kIntegers))];
}

Column RandomColumn(absl::string_view name, ColumnType type, std::uint32_t rows,
                    SeededRandom& random) {
  ColumnBuilder builder(name, type);
  static constexpr std::uint64_t kPercents[] = {100, 100, 100, 0, 5, 50, 95};
  const std::uint64_t present_percent = kPercents[random.Below(std::size(kPercents))];
  const bool repeats = random.OneIn(2);
  for (std::uint32_t row = 0; row < rows; ++row) {
    if (random.Below(100) >= present_percent) continue;
    SetRandom(builder, row, random);
    if (repeats && random.OneIn(3)) row += static_cast<std::uint32_t>(random.Below(20));
  }
  return builder.Take(rows);
}

EventBatch RandomBatch(std::uint32_t rows, SeededRandom& random) {
  static constexpr std::pair<absl::string_view, ColumnType> kColumns[] = {
      {"@timestamp", ColumnType::kTime},
      {"message", ColumnType::kText},
      {"user.name", ColumnType::kKeyword},
      {"event.action", ColumnType::kKeyword},
      {"source.ip", ColumnType::kIp},
      {"destination.ip", ColumnType::kIp},
      {"source.port", ColumnType::kInteger},
      {"destination.port", ColumnType::kInteger},
      {"labels.score", ColumnType::kDouble},
      {"delivery.maybe_repeated", ColumnType::kBool},
      {"tags", ColumnType::kKeywordList},
      {"related.ip", ColumnType::kIpList},
      {"labels.code", ColumnType::kKeyword},
      {"labels.code", ColumnType::kInteger},
      {"process.command_line", ColumnType::kText},
  };
  std::vector<Column> columns;
  for (const auto& [name, type] : kColumns) {
    if (!random.OneIn(8)) columns.push_back(RandomColumn(name, type, rows, random));
  }
  return EventBatch(rows, std::move(columns));
}

}  // namespace dims
