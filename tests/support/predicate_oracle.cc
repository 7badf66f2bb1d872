// SPDX-License-Identifier: Apache-2.0
#include "tests/support/predicate_oracle.h"

#include <arpa/inet.h>
#include <re2/re2.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "absl/strings/str_format.h"
#include "absl/time/time.h"

namespace dims {
namespace {

std::string Lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

// "a" + "é" -> {"a", "é"}
std::vector<std::string> Characters(const std::string& text) {
  std::vector<std::string> out;
  for (const char c : text) {
    const bool continues = (c & 0xc0) == 0x80;
    if (continues && !out.empty() && (out.back()[0] & 0xc0) == 0xc0 && out.back().size() < 4) {
      out.back() += c;
    } else {
      out.emplace_back(1, c);
    }
  }
  return out;
}

bool Glob(const std::vector<std::string>& pattern, std::size_t p,
          const std::vector<std::string>& text, std::size_t t) {
  if (p == pattern.size()) return t == text.size();
  if (pattern[p] == "*") {
    return Glob(pattern, p + 1, text, t) || (t < text.size() && Glob(pattern, p, text, t + 1));
  }
  return t < text.size() && (pattern[p] == "?" || pattern[p] == text[t]) &&
         Glob(pattern, p + 1, text, t + 1);
}

bool Glob(const std::string& pattern, const std::string& text) {
  return Glob(Characters(Lower(pattern)), 0, Characters(Lower(text)), 0);
}

std::optional<long double> Number(const std::string& text) {
  if (text.empty() || text.find_first_not_of("0123456789.-+eE") != text.npos) return {};
  if (text[0] == '+' || text[0] == 'e' || text[0] == 'E') return {};
  char* end = nullptr;
  const long double value = text.find_first_of(".eE") == text.npos
                                ? std::strtold(text.c_str(), &end)
                                : static_cast<long double>(std::strtod(text.c_str(), &end));
  if (*end != '\0') return {};
  return value;
}

// Addresses as 16 bytes, by the C library.
std::optional<std::array<unsigned char, 16>> Address(const std::string& text) {
  std::array<unsigned char, 16> out{};
  if (inet_pton(AF_INET6, text.c_str(), out.data()) == 1) return out;
  out.fill(0);
  out[10] = out[11] = 0xff;
  if (inet_pton(AF_INET, text.c_str(), out.data() + 12) == 1) return out;
  return {};
}

struct Instants {
  absl::Time first;
  absl::Time end;
};

std::optional<Instants> Times(const std::string& text) {
  const std::pair<const char*, absl::Duration> formats[] = {
      {"%Y-%m-%d", absl::Hours(24)},
      {"%Y-%m-%dT%H:%M", absl::Minutes(1)},
      {"%Y-%m-%dT%H:%M:%SZ", absl::Seconds(1)},
      {"%Y-%m-%dT%H:%M:%E*SZ", absl::Nanoseconds(1)}};
  for (const auto& [format, length] : formats) {
    absl::Time time;
    if (absl::ParseTime(format, text, &time, nullptr)) return Instants{time, time + length};
  }
  return {};
}

// -1, 0, 1 of a value against a bound, empty when they do not compare.
std::optional<int> Order(const OracleValue& value, const std::string& bound) {
  const auto sign = [](auto a, auto b) { return a < b ? -1 : (b < a ? 1 : 0); };
  switch (value.type) {
    case ColumnType::kIp: {
      const auto a = Address(value.printed);
      const auto b = Address(bound);
      if (!b) return {};
      return sign(*a, *b);
    }
    case ColumnType::kInteger:
      if (!Number(bound)) return {};
      return sign(static_cast<long double>(value.integer), *Number(bound));
    case ColumnType::kDouble:
      if (!Number(bound)) return {};
      return sign(static_cast<long double>(value.real), *Number(bound));
    case ColumnType::kTime: {
      const auto span = Times(bound);
      if (!span) return {};
      const absl::Time time = absl::FromUnixNanos(value.integer);
      if (time < span->first) return -1;
      return time >= span->end ? 1 : 0;
    }
    case ColumnType::kBool:
      return {};
    default:
      return sign(Lower(value.printed), Lower(bound));
  }
}

bool IsString(ColumnType type) {
  return type == ColumnType::kKeyword || type == ColumnType::kText;
}

bool Equal(const OracleValue& value, const std::string& text) {
  if (IsString(value.type)) return Lower(value.printed) == Lower(text);
  if (value.type == ColumnType::kBool) return value.printed == Lower(text);
  return Order(value, text) == 0;
}

bool Within(const OracleValue& value, const std::optional<std::string>& low,
            const std::optional<std::string>& high) {
  const bool numeric = (low || high) && (!low || Number(*low)) && (!high || Number(*high));
  if (IsString(value.type) && numeric) {
    const auto number = Number(value.printed);
    return number && (!low || *number >= *Number(*low)) && (!high || *number <= *Number(*high));
  }
  if (value.type == ColumnType::kBool) return false;
  if (low && Order(value, *low).value_or(-1) < 0) return false;
  return !high || Order(value, *high).value_or(1) <= 0;
}

bool Compares(const OracleValue& value, Comparison comparison, const std::string& bound) {
  std::optional<int> order;
  if (IsString(value.type) && Number(bound)) {
    const auto number = Number(value.printed);
    if (!number) return false;
    order = *number < *Number(bound) ? -1 : (*number > *Number(bound) ? 1 : 0);
  } else {
    order = Order(value, bound);
  }
  if (!order) return false;
  switch (comparison) {
    case Comparison::kLess:
      return *order < 0;
    case Comparison::kLessOrEqual:
      return *order <= 0;
    case Comparison::kGreater:
      return *order > 0;
    case Comparison::kGreaterOrEqual:
      return *order >= 0;
  }
  return false;
}

bool InBlock(const std::string& text, const std::string& block) {
  const std::size_t slash = block.find('/');
  const auto address = Address(text);
  const auto network = Address(block.substr(0, slash));
  if (!address || !network) return false;
  const bool v4 = block.find(':') == block.npos;
  const int bits = std::atoi(block.c_str() + slash + 1) + (v4 ? 96 : 0);
  for (int bit = 0; bit < bits; ++bit) {
    const auto byte = static_cast<std::size_t>(bit / 8);
    if ((((*address)[byte] ^ (*network)[byte]) & (0x80 >> (bit % 8))) != 0) return false;
  }
  return true;
}

bool ValueMatches(const Predicate& predicate, const OracleValue& value) {
  switch (predicate.kind()) {
    case PredicateKind::kExists:
      return true;
    case PredicateKind::kContains:
      if (!IsString(value.type)) return Equal(value, predicate.text());
      return Lower(value.printed).find(Lower(predicate.text())) != std::string::npos;
    case PredicateKind::kWildcard:
      if (!IsString(value.type)) return Glob(predicate.text(), value.printed);
      return Glob("*" + predicate.text() + "*", value.printed);
    case PredicateKind::kEquals:
      return Equal(value, predicate.text());
    case PredicateKind::kCompare:
      return Compares(value, predicate.comparison(), predicate.text());
    case PredicateKind::kRange:
      return Within(value, predicate.low(), predicate.high());
    case PredicateKind::kCidr:
      return (IsString(value.type) || value.type == ColumnType::kIp) &&
             InBlock(value.printed, predicate.text());
    case PredicateKind::kRegex:
      return RE2::PartialMatch(value.printed, predicate.regex());
    case PredicateKind::kOneOf:
      for (const std::string& candidate : predicate.values()) {
        if (Lower(candidate) == Lower(value.printed)) return true;
      }
      return false;
  }
  return false;
}

std::string PrintedTime(std::int64_t ns) {
  return absl::FormatTime(ns % 1'000'000'000 == 0 ? "%Y-%m-%dT%H:%M:%SZ"
                          : ns % 1'000'000 == 0   ? "%Y-%m-%dT%H:%M:%E3SZ"
                          : ns % 1'000 == 0       ? "%Y-%m-%dT%H:%M:%E6SZ"
                                                  : "%Y-%m-%dT%H:%M:%E9SZ",
                          absl::FromUnixNanos(ns), absl::UTCTimeZone());
}

}  // namespace

std::vector<OracleValue> OracleValuesAt(const Column& column, std::uint32_t row) {
  if (!column.Has(row)) return {};
  const auto code = [&] { return column.codes()[row]; };
  std::vector<OracleValue> out;
  switch (column.type()) {
    case ColumnType::kKeyword:
    case ColumnType::kText:
      return {{column.type(), std::string(column.TextAt(row))}};
    case ColumnType::kIp:
      return {{ColumnType::kIp, column.addresses()[code()].ToString()}};
    case ColumnType::kInteger:
      return {
          {ColumnType::kInteger, std::to_string(column.integers()[row]), column.integers()[row]}};
    case ColumnType::kTime:
      return {{ColumnType::kTime, PrintedTime(column.integers()[row]), column.integers()[row]}};
    case ColumnType::kDouble:
      return {{ColumnType::kDouble, absl::StrFormat("%.15g", column.doubles()[row]), 0,
               column.doubles()[row]}};
    case ColumnType::kBool:
      return {{ColumnType::kBool, column.bools()[row] != 0 ? "true" : "false"}};
    case ColumnType::kKeywordList:
      for (const std::uint32_t element : column.ListAt(code())) {
        out.push_back({ColumnType::kKeyword, std::string(column.strings()[element])});
      }
      return out;
    case ColumnType::kIpList:
      for (const std::uint32_t element : column.ListAt(code())) {
        out.push_back({ColumnType::kIp, column.addresses()[element].ToString()});
      }
      return out;
  }
  return out;
}

bool OracleMatches(const Predicate& predicate, const Column& column, std::uint32_t row) {
  if (predicate.kind() == PredicateKind::kExists) return column.Has(row);
  for (const OracleValue& value : OracleValuesAt(column, row)) {
    if (ValueMatches(predicate, value)) return true;
  }
  return false;
}

}  // namespace dims
