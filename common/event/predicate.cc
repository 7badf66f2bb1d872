// SPDX-License-Identifier: Apache-2.0
#include "common/event/predicate.h"

#include <re2/re2.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/event/regex_literals.h"
#include "common/event/text_search.h"

namespace dims {
namespace {

constexpr std::int64_t kRegexMemoryBytesMax = 4 << 20;

bool Satisfies(Comparison comparison, int order) {
  switch (comparison) {
    case Comparison::kLess:
      return order < 0;
    case Comparison::kLessOrEqual:
      return order <= 0;
    case Comparison::kGreater:
      return order > 0;
    case Comparison::kGreaterOrEqual:
      return order >= 0;
  }
  return false;
}

template <typename T>  // addresses and numbers
int OrderOf(const T& a, const T& b) {
  if (a == b) return 0;
  return a < b ? -1 : 1;
}

bool SearchRegex(const Predicate& predicate, absl::string_view text) {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), predicate.regex());
}

// Closed interval of int64; empty when first > last.
struct IntegerRange {
  std::int64_t first = std::numeric_limits<std::int64_t>::min();
  std::int64_t last = std::numeric_limits<std::int64_t>::max();
};

constexpr IntegerRange kNothing = {1, 0};

// An interval of numbers, each end part of it or not.
struct NumberRange {
  Number low = -std::numeric_limits<Number>::infinity();
  Number high = std::numeric_limits<Number>::infinity();
  bool low_open = false;
  bool high_open = false;

  bool Contains(Number value) const {
    return (low_open ? value > low : value >= low) && (high_open ? value < high : value <= high);
  }

  IntegerRange Integers() const {
    Number first = std::ceil(low);
    Number last = std::floor(high);
    if (low_open && first == low) first += 1;
    if (high_open && last == high) last -= 1;
    constexpr auto kMin = static_cast<Number>(std::numeric_limits<std::int64_t>::min());
    constexpr auto kMax = static_cast<Number>(std::numeric_limits<std::int64_t>::max());
    if (first > last || first > kMax || last < kMin) return kNothing;
    IntegerRange range;
    if (first > kMin) range.first = static_cast<std::int64_t>(first);
    if (last < kMax) range.last = static_cast<std::int64_t>(last);
    return range;
  }
};

// The numbers a predicate stands for; empty when its text is no number or its kind has no order.
std::optional<NumberRange> NumbersOf(const Predicate& predicate) {
  NumberRange range;
  if (predicate.kind() == PredicateKind::kRange) {
    const std::optional<Operand>& low = predicate.low_operand();
    const std::optional<Operand>& high = predicate.high_operand();
    if ((low && !low->number) || (high && !high->number)) return std::nullopt;
    if (low) range.low = *low->number;
    if (high) range.high = *high->number;
    return range;
  }
  if (!predicate.operand().number) return std::nullopt;
  const Number number = *predicate.operand().number;
  if (predicate.kind() != PredicateKind::kCompare) {
    range.low = range.high = number;
    return range;
  }
  const Comparison comparison = predicate.comparison();
  if (comparison == Comparison::kLess || comparison == Comparison::kLessOrEqual) {
    range.high = number;
    range.high_open = comparison == Comparison::kLess;
  } else {
    range.low = number;
    range.low_open = comparison == Comparison::kGreater;
  }
  return range;
}

// The instants a predicate stands for.
IntegerRange TimesOf(const Predicate& predicate) {
  IntegerRange range;
  if (predicate.kind() == PredicateKind::kRange) {
    const std::optional<Operand>& low = predicate.low_operand();
    const std::optional<Operand>& high = predicate.high_operand();
    if ((low && !low->time) || (high && !high->time)) return kNothing;
    if (low) range.first = low->time->first_ns;
    if (high) range.last = high->time->last_ns;
    return range;
  }
  if (!predicate.operand().time) return kNothing;
  const TimeSpan span = *predicate.operand().time;
  if (predicate.kind() != PredicateKind::kCompare) return {span.first_ns, span.last_ns};
  switch (predicate.comparison()) {
    case Comparison::kLess:
      range.last = span.first_ns - 1;
      break;
    case Comparison::kLessOrEqual:
      range.last = span.last_ns;
      break;
    case Comparison::kGreater:
      range.first = span.last_ns + 1;
      break;
    case Comparison::kGreaterOrEqual:
      range.first = span.first_ns;
      break;
  }
  return range;
}

bool HasOrder(PredicateKind kind) {
  return kind == PredicateKind::kContains || kind == PredicateKind::kEquals ||
         kind == PredicateKind::kCompare || kind == PredicateKind::kRange;
}

// Kinds that look at the printed form, whatever the column's type.
bool MatchesPrinted(const Predicate& predicate, absl::string_view printed) {
  if (predicate.kind() == PredicateKind::kWildcard) {
    return MatchesWildcard(predicate.folded(), printed);
  }
  if (predicate.kind() == PredicateKind::kRegex) return SearchRegex(predicate, printed);
  return predicate.kind() == PredicateKind::kOneOf && predicate.values().contains(printed);
}

bool MatchesAddress(const Predicate& predicate, const IpAddress& address) {
  switch (predicate.kind()) {
    case PredicateKind::kExists:
      return true;
    case PredicateKind::kContains:
    case PredicateKind::kEquals:
      return predicate.operand().address == address;
    case PredicateKind::kCompare:
      return predicate.operand().address &&
             Satisfies(predicate.comparison(), OrderOf(address, *predicate.operand().address));
    case PredicateKind::kRange: {
      const std::optional<Operand>& low = predicate.low_operand();
      const std::optional<Operand>& high = predicate.high_operand();
      return (!low || (low->address && *low->address <= address)) &&
             (!high || (high->address && address <= *high->address));
    }
    case PredicateKind::kCidr:
      return predicate.cidr().Contains(address);
    case PredicateKind::kWildcard:
    case PredicateKind::kRegex:
    case PredicateKind::kOneOf:
      return MatchesPrinted(predicate, address.ToString());
  }
  return false;
}

bool MatchesBool(const Predicate& predicate, bool value) {
  if (predicate.kind() == PredicateKind::kExists) return true;
  if (predicate.kind() == PredicateKind::kContains || predicate.kind() == PredicateKind::kEquals) {
    return predicate.operand().boolean == value;
  }
  return MatchesPrinted(predicate, value ? "true" : "false");
}

bool ComparesText(const Predicate& predicate, absl::string_view value) {
  if (const std::optional<NumberRange> range = NumbersOf(predicate)) {
    const bool open_range = predicate.kind() == PredicateKind::kRange && !predicate.low_operand() &&
                            !predicate.high_operand();
    if (open_range) return true;
    const std::optional<Number> number = ParseNumber(value);
    return number && range->Contains(*number);
  }
  if (predicate.kind() == PredicateKind::kCompare) {
    return Satisfies(predicate.comparison(), CompareFolded(value, predicate.text()));
  }
  return (!predicate.low() || CompareFolded(value, *predicate.low()) >= 0) &&
         (!predicate.high() || CompareFolded(value, *predicate.high()) <= 0);
}

// One byte a dictionary entry: does it match?
using Hits = std::vector<std::uint8_t>;

Hits HitsOfStrings(const Predicate& predicate, const StringPool& strings) {
  Hits hits(strings.size());
  if (predicate.kind() == PredicateKind::kContains) {
    predicate.search().FindInPool(strings).ForEach([&](std::uint32_t at) { hits[at] = 1; });
    return hits;
  }
  for (std::uint32_t at = 0; at < strings.size(); ++at) {
    hits[at] = MatchesText(predicate, strings[at]) ? 1 : 0;
  }
  return hits;
}

Hits HitsOfAddresses(const Predicate& predicate, const std::vector<IpAddress>& addresses) {
  Hits hits(addresses.size());
  for (std::size_t at = 0; at < addresses.size(); ++at) {
    hits[at] = MatchesAddress(predicate, addresses[at]) ? 1 : 0;
  }
  return hits;
}

// Any element.
Hits HitsOfLists(const Column& column, const Hits& elements) {
  Hits hits(column.dictionary_size());
  for (std::uint32_t code = 0; code < hits.size(); ++code) {
    for (const std::uint32_t element : column.ListAt(code)) {
      hits[code] = static_cast<std::uint8_t>(hits[code] | elements[element]);
    }
  }
  return hits;
}

void KeepPresent(const Column& column, RowBitmap& rows) {
  if (!column.all_present()) rows.And(*column.parts().presence);
}

RowBitmap Spread(const Column& column, const Hits& hits) {
  RowBitmap rows(column.rows());
  if (std::find(hits.begin(), hits.end(), 1) == hits.end()) return rows;
  const std::span<const std::uint32_t> codes = column.codes();
  for (std::size_t begin = 0; begin < codes.size(); begin += 64) {
    const std::size_t end = std::min(codes.size(), begin + 64);
    std::uint64_t word = 0;
    for (std::size_t row = begin; row < end; ++row) {
      word |= std::uint64_t{hits[codes[row]]} << (row - begin);
    }
    rows.mutable_words()[begin / 64] = word;
  }
  KeepPresent(column, rows);
  return rows;
}

RowBitmap EvaluateText(const Predicate& predicate, const Column& column) {
  const StringPool& texts = column.strings();
  if (predicate.kind() == PredicateKind::kContains) {
    RowBitmap rows = predicate.search().FindInPool(texts);
    KeepPresent(column, rows);
    return rows;
  }
  // The longest literal every match must hold thins the rows out, where there is one.
  RowBitmap candidates = column.Presence();
  const std::string* longest = nullptr;
  for (const std::string& literal : predicate.required_literals()) {
    if (longest == nullptr || literal.size() > longest->size()) longest = &literal;
  }
  if (longest != nullptr) candidates.And(FoldedSearch(*longest).FindInPool(texts));
  RowBitmap rows(column.rows());
  candidates.ForEach([&](std::uint32_t row) {
    if (MatchesText(predicate, texts[row])) rows.Set(row);
  });
  return rows;
}

// A template over the printing of one number, for wildcards, expressions and sets.
template <typename T, typename Print>
RowBitmap EvaluatePrinted(const Predicate& predicate, const Column& column,
                          std::span<const T> values, const Print& print) {
  RowBitmap rows(column.rows());
  bool last_matches = false;
  std::uint32_t last = column.rows();
  for (std::uint32_t row = 0; row < column.rows(); ++row) {
    if (last == column.rows() || values[row] != values[last]) {
      last_matches = MatchesPrinted(predicate, print(values[row]));
      last = row;
    }
    if (last_matches) rows.Set(row);
  }
  KeepPresent(column, rows);
  return rows;
}

RowBitmap EvaluateRange(const Column& column, const IntegerRange& range) {
  RowBitmap rows(column.rows());
  const std::span<const std::int64_t> values = column.integers();
  for (std::size_t begin = 0; begin < values.size(); begin += 64) {
    const std::size_t end = std::min(values.size(), begin + 64);
    std::uint64_t word = 0;
    for (std::size_t row = begin; row < end; ++row) {
      const bool inside = range.first <= values[row] && values[row] <= range.last;
      word |= std::uint64_t{inside} << (row - begin);
    }
    rows.mutable_words()[begin / 64] = word;
  }
  KeepPresent(column, rows);
  return rows;
}

RowBitmap EvaluateIntegers(const Predicate& predicate, const Column& column) {
  const bool time = column.type() == ColumnType::kTime;
  if (HasOrder(predicate.kind())) {
    if (time) return EvaluateRange(column, TimesOf(predicate));
    const std::optional<NumberRange> numbers = NumbersOf(predicate);
    return EvaluateRange(column, numbers ? numbers->Integers() : kNothing);
  }
  return EvaluatePrinted(predicate, column, column.integers(), [time](std::int64_t value) {
    return time ? PrintTime(value) : absl::StrCat(value);
  });
}

RowBitmap EvaluateDoubles(const Predicate& predicate, const Column& column) {
  if (!HasOrder(predicate.kind())) {
    return EvaluatePrinted(predicate, column, column.doubles(), PrintDouble);
  }
  RowBitmap rows(column.rows());
  const std::optional<NumberRange> numbers = NumbersOf(predicate);
  if (!numbers) return rows;
  for (std::uint32_t row = 0; row < column.rows(); ++row) {
    if (numbers->Contains(column.doubles()[row])) rows.Set(row);
  }
  KeepPresent(column, rows);
  return rows;
}

RowBitmap EvaluateBools(const Predicate& predicate, const Column& column) {
  RowBitmap rows(column.rows());
  const bool matches[] = {MatchesBool(predicate, false), MatchesBool(predicate, true)};
  for (std::uint32_t row = 0; row < column.rows(); ++row) {
    if (matches[column.bools()[row] != 0]) rows.Set(row);
  }
  KeepPresent(column, rows);
  return rows;
}

}  // namespace

Predicate Predicate::Exists() {
  return Predicate();
}

Predicate Predicate::Contains(absl::string_view text) {
  Predicate out;
  out.kind_ = PredicateKind::kContains;
  out.operand_ = Operand(text);
  out.search_ = FoldedSearch(text);
  if (!text.empty()) out.required_literals_ = {out.operand_.folded};
  return out;
}

Predicate Predicate::Wildcard(absl::string_view pattern) {
  Predicate out;
  out.kind_ = PredicateKind::kWildcard;
  out.operand_ = Operand(pattern);
  out.anywhere_ = absl::StrCat("*", out.operand_.folded, "*");
  out.required_literals_ = LiteralsOfWildcard(out.operand_.text);
  return out;
}

Predicate Predicate::Equals(absl::string_view text) {
  Predicate out;
  out.kind_ = PredicateKind::kEquals;
  out.operand_ = Operand(text);
  if (!text.empty()) out.required_literals_ = {out.operand_.folded};
  return out;
}

Predicate Predicate::Compare(Comparison comparison, absl::string_view value) {
  Predicate out;
  out.kind_ = PredicateKind::kCompare;
  out.comparison_ = comparison;
  out.operand_ = Operand(value);
  return out;
}

Predicate Predicate::Range(std::optional<std::string> low, std::optional<std::string> high) {
  Predicate out;
  out.kind_ = PredicateKind::kRange;
  if (low) out.low_operand_ = Operand(*low);
  if (high) out.high_operand_ = Operand(*high);
  out.low_ = std::move(low);
  out.high_ = std::move(high);
  return out;
}

Predicate Predicate::InCidr(const Cidr& block) {
  Predicate out;
  out.kind_ = PredicateKind::kCidr;
  out.cidr_ = block;
  out.operand_ = Operand(block.ToString());
  return out;
}

absl::StatusOr<Predicate> Predicate::Regex(absl::string_view pattern, bool case_sensitive) {
  if (pattern.size() > kPredicateBytesMax) {
    return absl::InvalidArgumentError("a regular expression longer than 4,096 bytes");
  }
  RE2::Options options(RE2::Latin1);  // bytes: logs are not always UTF-8
  options.set_case_sensitive(case_sensitive);
  options.set_log_errors(false);
  options.set_max_mem(kRegexMemoryBytesMax);
  auto regex =
      std::make_shared<const RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (!regex->ok()) return absl::InvalidArgumentError(regex->error());
  Predicate out;
  out.kind_ = PredicateKind::kRegex;
  out.operand_ = Operand(pattern);
  out.regex_ = std::move(regex);
  out.required_literals_ = LiteralsOfRegex(pattern);
  return out;
}

Predicate Predicate::OneOf(absl::flat_hash_set<std::string> values) {
  absl::flat_hash_set<std::string> folded;
  folded.reserve(values.size());
  while (!values.empty()) {
    std::string value = std::move(values.extract(values.begin()).value());
    // Addresses are looked up as they print.
    if (const auto address = IpAddress::Parse(value)) folded.insert(address->ToString());
    absl::AsciiStrToLower(&value);
    folded.insert(std::move(value));
  }
  Predicate out;
  out.kind_ = PredicateKind::kOneOf;
  out.values_ = std::make_shared<const absl::flat_hash_set<std::string>>(std::move(folded));
  return out;
}

bool MatchesText(const Predicate& predicate, absl::string_view value) {
  switch (predicate.kind()) {
    case PredicateKind::kExists:
      return true;
    case PredicateKind::kContains:
      return predicate.search().Find(value) != absl::string_view::npos;
    case PredicateKind::kWildcard:
      return MatchesWildcard(predicate.anywhere(), value);
    case PredicateKind::kEquals:
      return absl::EqualsIgnoreCase(value, predicate.text());
    case PredicateKind::kCompare:
    case PredicateKind::kRange:
      return ComparesText(predicate, value);
    case PredicateKind::kCidr: {
      const std::optional<IpAddress> address = IpAddress::Parse(value);
      return address && predicate.cidr().Contains(*address);
    }
    case PredicateKind::kRegex:
      return SearchRegex(predicate, value);
    case PredicateKind::kOneOf:
      return predicate.values().contains(absl::AsciiStrToLower(value));
  }
  return false;
}

RowBitmap EvaluatePredicate(const Predicate& predicate, const Column& column) {
  if (predicate.kind() == PredicateKind::kExists) return column.Presence();
  switch (column.type()) {
    case ColumnType::kKeyword:
      return Spread(column, HitsOfStrings(predicate, column.strings()));
    case ColumnType::kIp:
      return Spread(column, HitsOfAddresses(predicate, column.addresses()));
    case ColumnType::kKeywordList:
      return Spread(column, HitsOfLists(column, HitsOfStrings(predicate, column.strings())));
    case ColumnType::kIpList:
      return Spread(column, HitsOfLists(column, HitsOfAddresses(predicate, column.addresses())));
    case ColumnType::kText:
      return EvaluateText(predicate, column);
    case ColumnType::kInteger:
    case ColumnType::kTime:
      return EvaluateIntegers(predicate, column);
    case ColumnType::kDouble:
      return EvaluateDoubles(predicate, column);
    case ColumnType::kBool:
      return EvaluateBools(predicate, column);
  }
  return RowBitmap(column.rows());
}

}  // namespace dims
