// SPDX-License-Identifier: Apache-2.0
#include "common/filter/pipe_parser.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

constexpr std::uint64_t kTopDefault = 10;
constexpr std::uint64_t kTopMax = 100'000;
constexpr std::uint32_t kValuesDefault = 10;
constexpr std::uint64_t kValuesMax = 1000;
constexpr std::int64_t kTimechartSpanNs = 3'600'000'000'000;

constexpr absl::string_view kNotYet[] = {"extract", "eval",     "context", "ioc",
                                         "iff",     "crosscor", "anon",    "export"};

struct NamedAggregate {
  absl::string_view name;
  Aggregate::Kind kind;
};

constexpr NamedAggregate kAggregates[] = {
    {"count", Aggregate::Kind::kCount},   {"sum", Aggregate::Kind::kSum},
    {"avg", Aggregate::Kind::kAverage},   {"min", Aggregate::Kind::kMin},
    {"max", Aggregate::Kind::kMax},       {"dc", Aggregate::Kind::kDistinct},
    {"values", Aggregate::Kind::kValues}, {"first", Aggregate::Kind::kFirst},
    {"last", Aggregate::Kind::kLast}};

// "count", "sum", ..., "p50" to "p99".
std::optional<Aggregate> AggregateNamed(absl::string_view name) {
  Aggregate aggregate;
  for (const NamedAggregate& known : kAggregates) {
    if (!absl::EqualsIgnoreCase(name, known.name)) continue;
    aggregate.kind = known.kind;
    if (known.kind == Aggregate::Kind::kValues) aggregate.size = kValuesDefault;
    return aggregate;
  }
  std::uint32_t percent = 0;
  if (name.size() < 2 || name.size() > 3 || (name[0] != 'p' && name[0] != 'P') ||
      !absl::SimpleAtoi(name.substr(1), &percent) || percent < 1 || percent > 99) {
    return std::nullopt;
  }
  aggregate.kind = Aggregate::Kind::kPercentile;
  aggregate.size = percent;
  return aggregate;
}

}  // namespace

absl::StatusOr<Pipe> PipeParser::Parse() {
  scanner_.SkipBlanks();
  const std::size_t at = scanner_.position();
  const absl::string_view name = scanner_.TakeName();
  if (name.empty()) return scanner_.Expected("the name of a pipe, as in | head 10");
  ASSIGN_OR_RETURN(Pipe pipe, ParseNamed(at, name));
  LearnLabels(pipe);
  scanner_.SkipBlanks();
  if (!scanner_.AtEnd() && scanner_.Peek() != '|') return scanner_.Expected("| or the end");
  return pipe;
}

absl::StatusOr<Pipe> PipeParser::ParseNamed(std::size_t at, absl::string_view name) {
  const std::string folded = absl::AsciiStrToLower(name);
  if (folded == "where") return ParseWhere();
  if (folded == "fields") return ParseColumns(Pipe::Kind::kFields);
  if (folded == "drop") return ParseColumns(Pipe::Kind::kDrop);
  if (folded == "dedup") return ParseColumns(Pipe::Kind::kDedup);
  if (folded == "sort") return ParseSort();
  if (folded == "head") return ParseHead();
  if (folded == "stats") return ParseStats();
  if (folded == "count") return ParseCount();
  if (folded == "top") return ParseTop(Pipe::Kind::kTop);
  if (folded == "rare") return ParseTop(Pipe::Kind::kRare);
  if (folded == "timechart") return ParseTimechart();
  if (std::find(std::begin(kNotYet), std::end(kNotYet), folded) != std::end(kNotYet)) {
    return scanner_.NotYetAt(at, absl::StrCat("| ", folded));
  }
  return scanner_.ErrorAt(
      at,
      absl::StrCat("there is no pipe ", name.substr(0, 32),
                   "; there are where, fields, drop, sort, head, dedup, stats, count, top, rare, "
                   "timechart"));
}

absl::StatusOr<Pipe> PipeParser::ParseWhere() {
  Pipe pipe;
  pipe.kind = Pipe::Kind::kWhere;
  scanner_.SkipBlanks();
  if (scanner_.AtEnd() || scanner_.Peek() == '|') return scanner_.Expected("a filter");
  ASSIGN_OR_RETURN(pipe.filter, FilterParser(scanner_, known_).Parse());
  return pipe;
}

absl::StatusOr<Pipe> PipeParser::ParseColumns(Pipe::Kind kind) {
  Pipe pipe;
  pipe.kind = kind;
  ASSIGN_OR_RETURN(pipe.names, ParseColumnNames());
  return pipe;
}

absl::StatusOr<Pipe> PipeParser::ParseSort() {
  Pipe pipe;
  pipe.kind = Pipe::Kind::kSort;
  do {
    scanner_.SkipBlanks();
    if (pipe.sort.size() >= kPipeNamesMax) return scanner_.Expected("at most 64 names");
    SortKey key;
    key.descending = scanner_.Take('-');
    ASSIGN_OR_RETURN(key.name, ParseColumnName());
    pipe.sort.push_back(std::move(key));
  } while (TakeComma());
  return pipe;
}

absl::StatusOr<Pipe> PipeParser::ParseHead() {
  Pipe pipe;
  pipe.kind = Pipe::Kind::kHead;
  ASSIGN_OR_RETURN(pipe.rows, ParseCountNumber());
  return pipe;
}

absl::StatusOr<Pipe> PipeParser::ParseTop(Pipe::Kind kind) {
  Pipe pipe;
  pipe.kind = kind;
  pipe.rows = kTopDefault;
  scanner_.SkipBlanks();
  if (scanner_.Peek() >= '0' && scanner_.Peek() <= '9') {
    ASSIGN_OR_RETURN(pipe.rows, ParseCountNumber());
    if (pipe.rows > kTopMax) return scanner_.Expected("at most 100,000 values");
  }
  ASSIGN_OR_RETURN(pipe.names, ParseColumnNames());
  return pipe;
}

absl::StatusOr<Pipe> PipeParser::ParseStats() {
  Pipe pipe;
  pipe.kind = Pipe::Kind::kStats;
  do {
    if (pipe.aggregates.size() >= kPipeNamesMax) return scanner_.Expected("at most 64 aggregates");
    ASSIGN_OR_RETURN(Aggregate aggregate, ParseAggregate());
    pipe.aggregates.push_back(std::move(aggregate));
  } while (TakeComma());
  RETURN_IF_ERROR(ParseBy(pipe));
  return pipe;
}

absl::StatusOr<Pipe> PipeParser::ParseCount() {
  Pipe pipe;
  pipe.kind = Pipe::Kind::kStats;
  Aggregate count;
  count.label = "count";
  pipe.aggregates.push_back(std::move(count));
  RETURN_IF_ERROR(ParseBy(pipe));
  return pipe;
}

// stats over buckets of @timestamp under another name.
absl::StatusOr<Pipe> PipeParser::ParseTimechart() {
  Pipe pipe;
  pipe.kind = Pipe::Kind::kStats;
  GroupKey bucket;
  bucket.kind = GroupKey::Kind::kBucket;
  bucket.field = bucket.label = "@timestamp";
  bucket.bucket_ns = kTimechartSpanNs;
  scanner_.SkipBlanks();
  if (absl::StartsWithIgnoreCase(scanner_.PeekWord(), "span=")) {
    scanner_.set_position(scanner_.position() + 5);
    ASSIGN_OR_RETURN(bucket.bucket_ns, ParseSpan());
  }
  pipe.by.push_back(std::move(bucket));
  ASSIGN_OR_RETURN(Aggregate aggregate, ParseAggregate());
  pipe.aggregates.push_back(std::move(aggregate));
  RETURN_IF_ERROR(ParseBy(pipe));
  return pipe;
}

absl::Status PipeParser::ParseBy(Pipe& pipe) {
  scanner_.SkipBlanks();
  if (!scanner_.TakeKeyword("by")) return absl::OkStatus();
  do {
    if (pipe.by.size() >= kPipeNamesMax) return scanner_.Expected("at most 64 keys");
    ASSIGN_OR_RETURN(GroupKey key, ParseKey());
    pipe.by.push_back(std::move(key));
  } while (TakeComma());
  return absl::OkStatus();
}

absl::StatusOr<Aggregate> PipeParser::ParseAggregate() {
  scanner_.SkipBlanks();
  const std::size_t at = scanner_.position();
  const absl::string_view name = scanner_.TakeName();
  std::optional<Aggregate> aggregate = AggregateNamed(name);
  if (!aggregate) {
    scanner_.set_position(at);
    return scanner_.Expected("count() sum avg min max dc values first last or p1 to p99");
  }
  RETURN_IF_ERROR(ParseArguments(at, *aggregate));
  if (aggregate->kind == Aggregate::Kind::kCount) {
    aggregate->label = "count";
  } else {
    aggregate->label = absl::StrCat(absl::AsciiStrToLower(name), "(", aggregate->field, ")");
  }
  RETURN_IF_ERROR(ParseLabel(aggregate->label));
  return *std::move(aggregate);
}

// "(field)", "(field, 5)", "()" or nothing, as the aggregate takes it.
absl::Status PipeParser::ParseArguments(std::size_t at, Aggregate& aggregate) {
  const bool open = scanner_.Take('(');
  scanner_.SkipBlanks();
  if (aggregate.kind == Aggregate::Kind::kCount) {
    if (open && !scanner_.Take(')')) return scanner_.Expected("): count() counts rows");
    return absl::OkStatus();
  }
  if (!open) return scanner_.ErrorAt(at, "this needs a field in parentheses");
  ASSIGN_OR_RETURN(aggregate.field, ParseColumnName());
  if (aggregate.kind == Aggregate::Kind::kValues && TakeComma()) {
    ASSIGN_OR_RETURN(const std::uint64_t size, ParseCountNumber());
    if (size > kValuesMax) return scanner_.Expected("at most 1,000 values");
    aggregate.size = static_cast<std::uint32_t>(size);
  }
  scanner_.SkipBlanks();
  return scanner_.Take(')') ? absl::OkStatus() : scanner_.Expected(")");
}

absl::StatusOr<GroupKey> PipeParser::ParseKey() {
  scanner_.SkipBlanks();
  const std::size_t at = scanner_.position();
  GroupKey key;
  const std::string function = absl::AsciiStrToLower(scanner_.TakeName());
  if (scanner_.Peek() != '(' || (function != "bucket" && function != "net")) {
    scanner_.set_position(at);
    ASSIGN_OR_RETURN(key.field, ParseColumnName());
    key.label = key.field;
    RETURN_IF_ERROR(ParseLabel(key.label));
    return key;
  }
  scanner_.Take('(');
  ASSIGN_OR_RETURN(key.field, ParseColumnName());
  if (!TakeComma()) return scanner_.Expected("a comma");
  scanner_.SkipBlanks();
  if (function == "bucket") {
    key.kind = GroupKey::Kind::kBucket;
    ASSIGN_OR_RETURN(key.bucket_ns, ParseSpan());
    key.label = key.field;
  } else {
    key.kind = GroupKey::Kind::kNetwork;
    const std::size_t number_at = scanner_.position();
    ASSIGN_OR_RETURN(const std::uint64_t prefix, ParseCountNumber());
    if (prefix > 128) return scanner_.ErrorAt(number_at, "a prefix has 1 to 128 bits");
    key.prefix = static_cast<std::uint32_t>(prefix);
    key.label = absl::StrCat("net(", key.field, ",", prefix, ")");
  }
  scanner_.SkipBlanks();
  if (!scanner_.Take(')')) return scanner_.Expected(")");
  RETURN_IF_ERROR(ParseLabel(key.label));
  return key;
}

// "as name": how the column is called in the answer.
absl::Status PipeParser::ParseLabel(std::string& label) {
  scanner_.SkipBlanks();
  if (!scanner_.TakeKeyword("as")) return absl::OkStatus();
  scanner_.SkipBlanks();
  const absl::string_view name = scanner_.TakeName();
  if (name.empty() || name.size() > 64) return scanner_.Expected("a name of up to 64 letters");
  label = std::string(name);
  return absl::OkStatus();
}

// A field, or a column that an earlier pipe made, like sum(source.bytes).
absl::StatusOr<std::string> PipeParser::ParseColumnName() {
  scanner_.SkipBlanks();
  const absl::string_view rest = scanner_.text().substr(scanner_.position());
  const std::string* longest = nullptr;
  for (const std::string& name : known_.more) {
    const bool made = absl::StrContains(name, "(") && absl::StartsWith(rest, name);
    if (made && (longest == nullptr || name.size() > longest->size())) longest = &name;
  }
  if (longest == nullptr) return FilterParser(scanner_, known_).ParseFieldName();
  scanner_.set_position(scanner_.position() + longest->size());
  return *longest;
}

absl::StatusOr<std::vector<std::string>> PipeParser::ParseColumnNames() {
  std::vector<std::string> names;
  do {
    if (names.size() >= kPipeNamesMax) return scanner_.Expected("at most 64 names");
    ASSIGN_OR_RETURN(std::string name, ParseColumnName());
    names.push_back(std::move(name));
    scanner_.SkipBlanks();
    // Blanks separate names as well as commas do.
  } while (TakeComma() || (!scanner_.AtEnd() && scanner_.Peek() != '|'));
  return names;
}

absl::StatusOr<std::uint64_t> PipeParser::ParseCountNumber() {
  scanner_.SkipBlanks();
  const std::size_t at = scanner_.position();
  std::uint64_t number = 0;
  const absl::string_view digits = scanner_.PeekWord(",");
  if (!absl::SimpleAtoi(digits, &number) || number == 0 || number > kHeadRowsMax) {
    return scanner_.ErrorAt(at, "expected a number from 1 to 1,000,000,000");
  }
  scanner_.set_position(at + digits.size());
  return number;
}

absl::StatusOr<std::int64_t> PipeParser::ParseSpan() {
  const absl::string_view word = scanner_.PeekWord(",");
  const std::optional<std::int64_t> span = ParseDuration(word);
  if (!span) return scanner_.Expected("a duration like 5m, 1h or 7d");
  scanner_.set_position(scanner_.position() + word.size());
  return *span;
}

bool PipeParser::TakeComma() {
  scanner_.SkipBlanks();
  return scanner_.Take(',');
}

void PipeParser::LearnLabels(const Pipe& pipe) {
  for (const Aggregate& aggregate : pipe.aggregates) known_.more.push_back(aggregate.label);
  for (const GroupKey& key : pipe.by) known_.more.push_back(key.label);
  if (pipe.kind == Pipe::Kind::kTop || pipe.kind == Pipe::Kind::kRare) {
    known_.more.push_back("count");
  }
}

}  // namespace dims
