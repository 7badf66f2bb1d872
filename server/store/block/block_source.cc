// SPDX-License-Identifier: Apache-2.0
#include "server/store/block/block_source.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/event/column_builder.h"
#include "common/event/fields.h"
#include "server/store/block/column_rows.h"
#include "server/store/block/text_filter.h"
#include "server/store/block/text_match.h"

namespace dims {
namespace {

// False when no value within `bounds` can match.
bool MayMatch(const ColumnBounds& bounds, ColumnType type, const Predicate& predicate) {
  const auto ask = [type](std::int64_t value, const Predicate& question) {
    ColumnParts parts;
    parts.type = type;
    parts.rows = 1;
    parts.integers = {value};
    return !EvaluatePredicate(question, Column(std::move(parts))).None();
  };
  switch (predicate.kind()) {
    case PredicateKind::kContains:
    case PredicateKind::kEquals:
      return ask(bounds.max, Predicate::Compare(Comparison::kGreaterOrEqual, predicate.text())) &&
             ask(bounds.min, Predicate::Compare(Comparison::kLessOrEqual, predicate.text()));
    case PredicateKind::kCompare:
      return ask(bounds.max, predicate) || ask(bounds.min, predicate);
    case PredicateKind::kRange:
      return ask(bounds.max, Predicate::Range(predicate.low(), std::nullopt)) &&
             ask(bounds.min, Predicate::Range(std::nullopt, predicate.high()));
    case PredicateKind::kExists:
    case PredicateKind::kWildcard:
    case PredicateKind::kCidr:
    case PredicateKind::kRegex:
    case PredicateKind::kOneOf:
      return true;
  }
  return true;
}

// Taking rows one by one pays up to one row in so many.
constexpr std::uint32_t kTakenShare = 16;

bool IsAddress(ColumnType type) {
  return type == ColumnType::kIp || type == ColumnType::kIpList;
}

absl::Status CannotRepeat(const ColumnId& column) {
  return absl::DataLossError(
      absl::StrCat("column ", column.name, " repeats a column that cannot be repeated"));
}

struct AddressBounds {
  IpAddress low;
  IpAddress high;
};

// The bounds outside of which no address matches, where the predicate has such; high below low when
// none does at all.
std::optional<AddressBounds> BoundsOfAddresses(const Predicate& predicate) {
  switch (predicate.kind()) {
    case PredicateKind::kContains:
    case PredicateKind::kEquals: {
      const std::optional<IpAddress>& address = predicate.operand().address;
      if (address) return AddressBounds{*address, *address};
      return AddressBounds{IpAddress::FromV4(0), IpAddress()};  // a word is no address
    }
    case PredicateKind::kCidr:
      return AddressBounds{predicate.cidr().first(), predicate.cidr().last()};
    case PredicateKind::kExists:
    case PredicateKind::kWildcard:
    case PredicateKind::kCompare:
    case PredicateKind::kRange:
    case PredicateKind::kRegex:
    case PredicateKind::kOneOf:
      break;
  }
  return std::nullopt;
}

bool IsNumber(ColumnType type) {
  return type == ColumnType::kInteger || type == ColumnType::kTime;
}

}  // namespace

BlockSource::BlockSource(std::string name, std::shared_ptr<const BlockHeader> header,
                         std::unique_ptr<PartReader> parts)
    : name_(std::move(name)), header_(std::move(header)), parts_(std::move(parts)) {
  for (const BlockColumn& column : header_->columns) columns_.push_back(column.id);
}

absl::StatusOr<std::shared_ptr<const Column>> BlockSource::Load(const ColumnId& id) {
  ASSIGN_OR_RETURN(const std::uint32_t column, Find(id));
  if (const auto found = loaded_.find(column); found != loaded_.end()) return found->second;
  ASSIGN_OR_RETURN(Column decoded, Decode(column));
  auto kept = std::make_shared<const Column>(std::move(decoded));
  loaded_.emplace(column, kept);
  return kept;
}

absl::StatusOr<std::shared_ptr<const Column>> BlockSource::LoadRows(const ColumnId& id,
                                                                    const RowBitmap& rows) {
  ASSIGN_OR_RETURN(const std::uint32_t column, Find(id));
  if (id.type != ColumnType::kText || loaded_.contains(column)) return Load(id);
  ASSIGN_OR_RETURN(Column decoded, DecodeText(column, &rows));
  return std::make_shared<const Column>(std::move(decoded));
}

absl::StatusOr<std::shared_ptr<const Column>> BlockSource::TakeRows(
    const ColumnId& id, std::span<const std::uint32_t> rows) {
  ASSIGN_OR_RETURN(const std::uint32_t column, Find(id));
  if (loaded_.contains(column) || rows.size() > this->rows() / kTakenShare) {
    return ColumnSource::TakeRows(id, rows);
  }
  auto taken = [&]() -> absl::StatusOr<Column> {
    if (id.type == ColumnType::kText) return TakeText(column, rows);
    if (HasDictionary(id.type)) return TakeCoded(column, rows);
    ASSIGN_OR_RETURN(const std::string body, ReadPart(column, ColumnPart::kBody));
    auto numbers = TakeNumbers(header_->ShapeOf(column), body, rows, zstd_);
    return numbers.ok() ? std::move(numbers) : Named(numbers.status());
  }();
  RETURN_IF_ERROR(taken.status());
  return std::make_shared<const Column>(*std::move(taken));
}

absl::StatusOr<RowBitmap> BlockSource::Match(const ColumnId& id, const Predicate& predicate) {
  ASSIGN_OR_RETURN(const std::uint32_t column, Find(id));
  const BlockColumn& described = header_->columns[column];
  if (described.present_rows == 0) return RowBitmap(rows());
  if (predicate.kind() == PredicateKind::kExists && described.present_rows == rows()) {
    return RowBitmap(rows(), true);
  }
  if (IsAddress(id.type)) return MatchAddresses(column, predicate);
  if (HasDictionary(id.type)) return MatchDictionary(column, predicate);
  if (id.type == ColumnType::kText) return MatchText(column, predicate);
  if (IsNumber(id.type) &&
      !MayMatch(ColumnBounds{described.min, described.max}, id.type, predicate)) {
    return RowBitmap(rows());
  }
  ASSIGN_OR_RETURN(const std::shared_ptr<const Column> loaded, Load(id));
  return EvaluatePredicate(predicate, *loaded);
}

absl::StatusOr<std::optional<ValueCounts>> BlockSource::CountValues(const ColumnId& id) {
  ASSIGN_OR_RETURN(const std::uint32_t column, Find(id));
  if (!HasDictionary(id.type)) return std::nullopt;
  ASSIGN_OR_RETURN(const ValueCounts* head, Head(column));
  return *head;
}

std::optional<ColumnBounds> BlockSource::BoundsOf(const ColumnId& id) {
  const std::optional<std::uint32_t> column = header_->Find(id);
  if (!column || !IsNumber(id.type) || header_->columns[*column].present_rows == 0) return {};
  return ColumnBounds{header_->columns[*column].min, header_->columns[*column].max};
}

absl::StatusOr<std::uint32_t> BlockSource::Find(const ColumnId& id) const {
  const std::optional<std::uint32_t> column = header_->Find(id);
  if (!column) return absl::NotFoundError(absl::StrCat(name_, ": no column ", id.name));
  return *column;
}

absl::StatusOr<std::string> BlockSource::ReadPart(std::uint32_t column, ColumnPart part) {
  auto read = parts_->Read(column, part);
  if (!read.ok()) return Named(read.status());
  bytes_read_ += read->size();
  const BlockColumn& described = header_->columns[column];
  const std::uint64_t checksum =
      part == ColumnPart::kHead ? described.head_checksum : described.body_checksum;
  if (PartChecksum(*read) != checksum) {
    return absl::DataLossError(
        absl::StrCat(name_, ": column ", described.id.name, " is not the one the header names"));
  }
  return read;
}

absl::StatusOr<const ValueCounts*> BlockSource::Head(std::uint32_t column) {
  if (const auto found = heads_.find(column); found != heads_.end()) return &found->second;
  ASSIGN_OR_RETURN(const std::string bytes, ReadPart(column, ColumnPart::kHead));
  auto head = DecodeHead(header_->ShapeOf(column), bytes, zstd_);
  if (!head.ok()) return Named(head.status());
  return &heads_.emplace(column, *std::move(head)).first->second;
}

absl::StatusOr<Column> BlockSource::Decode(std::uint32_t column) {
  const ColumnShape shape = header_->ShapeOf(column);
  if (shape.id.type == ColumnType::kText) return DecodeText(column, nullptr);
  const ValueCounts* head = nullptr;
  if (HasDictionary(shape.id.type)) {
    ASSIGN_OR_RETURN(head, Head(column));
  }
  ASSIGN_OR_RETURN(const std::string body, ReadPart(column, ColumnPart::kBody));
  auto decoded = head != nullptr ? DecodeDictionaryColumn(shape, *head, body, zstd_)
                                 : DecodeNumberColumn(shape, body, zstd_);
  if (!decoded.ok()) return Named(decoded.status());
  return decoded;
}

absl::StatusOr<TextBody*> BlockSource::Text(std::uint32_t column) {
  if (const auto found = texts_.find(column); found != texts_.end()) return &found->second;
  ASSIGN_OR_RETURN(std::string body, ReadPart(column, ColumnPart::kBody));
  auto opened = OpenTextBody(header_->ShapeOf(column), std::move(body), zstd_);
  if (!opened.ok()) return Named(opened.status());
  return &texts_.emplace(column, *std::move(opened)).first->second;
}

absl::Status BlockSource::BindText(std::uint32_t column, TextReader& reader) {
  if (reader.bound()) return absl::OkStatus();
  std::vector<std::shared_ptr<const Column>> references;
  for (const ColumnId& reference : reader.references()) {
    if (!MayRepeat(column, reference)) return CannotRepeat(columns_[column]);
    ASSIGN_OR_RETURN(std::shared_ptr<const Column> loaded, Load(reference));
    references.push_back(std::move(loaded));
  }
  return reader.Bind(std::move(references));
}

absl::StatusOr<Column> BlockSource::DecodeText(std::uint32_t column, const RowBitmap* rows) {
  ASSIGN_OR_RETURN(TextBody * text, Text(column));
  if (const absl::Status bound = BindText(column, *text->reader); !bound.ok()) return Named(bound);
  ColumnParts parts;
  parts.name = columns_[column].name;
  parts.type = ColumnType::kText;
  parts.rows = header_->rows;
  parts.presence = text->presence;
  if (const absl::Status status = text->reader->AppendRows(header_->rows, rows, parts.strings);
      !status.ok()) {
    return Named(status);
  }
  return Column(std::move(parts));
}

bool BlockSource::MayRepeat(std::uint32_t column, const ColumnId& reference) const {
  // Texts may repeat the message alone, and the message no text: references never go in circles.
  const bool circular =
      reference.type == ColumnType::kText && (reference.name != NameOf(Field::kMessage) ||
                                              columns_[column].name == NameOf(Field::kMessage));
  return !circular && header_->Find(reference).has_value();
}

absl::StatusOr<Column> BlockSource::TakeText(std::uint32_t column,
                                             std::span<const std::uint32_t> rows) {
  ASSIGN_OR_RETURN(TextBody * text, Text(column));
  const std::vector<bool> printed = text->reader->ReferencesOf(rows);
  std::vector<std::shared_ptr<const Column>> references(printed.size());
  for (std::size_t i = 0; i < printed.size(); ++i) {
    if (!printed[i]) continue;
    const ColumnId& reference = text->reader->references()[i];
    if (!MayRepeat(column, reference)) return Named(CannotRepeat(columns_[column]));
    ASSIGN_OR_RETURN(references[i], TakeRows(reference, rows));
  }
  ColumnParts parts;
  parts.name = columns_[column].name;
  parts.type = ColumnType::kText;
  parts.rows = static_cast<std::uint32_t>(rows.size());
  if (text->presence) {
    RowBitmap presence(parts.rows);
    for (std::uint32_t i = 0; i < parts.rows; ++i) {
      if (text->presence->Test(rows[i])) presence.Set(i);
    }
    if (!presence.All()) parts.presence = std::move(presence);
  }
  const absl::Status appended = text->reader->AppendTaken(rows, references, parts.strings);
  if (!appended.ok()) return Named(appended);
  return Column(std::move(parts));
}

// The dictionary is read only when one of the rows has a value.
absl::StatusOr<Column> BlockSource::TakeCoded(std::uint32_t column,
                                              std::span<const std::uint32_t> rows) {
  const ColumnShape shape = header_->ShapeOf(column);
  const auto rows_count = static_cast<std::uint32_t>(rows.size());
  ASSIGN_OR_RETURN(const std::string body, ReadPart(column, ColumnPart::kBody));
  auto taken = TakeCodes(shape, body, rows, zstd_);
  if (!taken.ok()) return Named(taken.status());
  if (taken->codes.empty()) return ColumnBuilder(shape.id.name, shape.id.type).Take(rows_count);
  ASSIGN_OR_RETURN(const ValueCounts* head, Head(column));
  auto spelled = SpellCodes(shape, *head->values, *std::move(taken), rows_count);
  return spelled.ok() ? std::move(spelled) : Named(spelled.status());
}

// Null where they are not kept apart from the rows.
absl::StatusOr<std::shared_ptr<const Column>> BlockSource::DistinctValues(const ColumnId& id) {
  if (!HasDictionary(id.type) || !header_->Find(id)) return std::shared_ptr<const Column>();
  ASSIGN_OR_RETURN(const std::uint32_t column, Find(id));
  ASSIGN_OR_RETURN(const ValueCounts* head, Head(column));
  return head->values;
}

absl::StatusOr<RowBitmap> BlockSource::MatchDictionary(std::uint32_t column,
                                                       const Predicate& predicate) {
  ASSIGN_OR_RETURN(const ValueCounts* head, Head(column));
  const RowBitmap values = EvaluatePredicate(predicate, *head->values);
  if (values.None()) return RowBitmap(rows());
  if (values.All() && header_->columns[column].present_rows == rows()) {
    return RowBitmap(rows(), true);
  }
  return MatchCodes(column, values);
}

absl::StatusOr<RowBitmap> BlockSource::MatchAddresses(std::uint32_t column,
                                                      const Predicate& predicate) {
  const std::optional<AddressBounds> bounds = BoundsOfAddresses(predicate);
  if (!bounds || heads_.contains(column)) return MatchDictionary(column, predicate);
  if (bounds->high < bounds->low) return RowBitmap(rows());
  const ColumnShape shape = header_->ShapeOf(column);
  ASSIGN_OR_RETURN(const std::string bytes, ReadPart(column, ColumnPart::kHead));
  const auto found = FindAddresses(shape, bytes, bounds->low, bounds->high, zstd_);
  if (!found.ok()) return Named(found.status());
  if (found->empty()) return RowBitmap(rows());
  return MatchDictionary(column, predicate);
}

// The rows whose value is one of `values`, by code.
absl::StatusOr<RowBitmap> BlockSource::MatchCodes(std::uint32_t column, const RowBitmap& values) {
  ASSIGN_OR_RETURN(const std::string body, ReadPart(column, ColumnPart::kBody));
  auto decoded = DecodeCodes(header_->ShapeOf(column), values.size(), body, zstd_);
  if (!decoded.ok()) return Named(decoded.status());
  std::vector<std::uint8_t> hits(values.size());
  values.ForEach([&](std::uint32_t code) { hits[code] = 1; });
  const std::vector<std::uint32_t>& codes = decoded->codes;
  if (!decoded->presence) return RowsOfCodes(codes, hits);
  RowBitmap out(rows());
  std::size_t next = 0;
  decoded->presence->ForEach([&](std::uint32_t row) {
    if (hits[codes[next++]] != 0) out.Set(row);
  });
  return out;
}

absl::StatusOr<RowBitmap> BlockSource::MatchText(std::uint32_t column, const Predicate& predicate) {
  if (predicate.kind() != PredicateKind::kExists) {
    ASSIGN_OR_RETURN(const std::string head, ReadPart(column, ColumnPart::kHead));
    const ColumnShape shape = header_->ShapeOf(column);
    auto filter = ParseTextHead(shape, head, zstd_);
    if (!filter.ok()) return Named(filter.status());
    if (!filter->MayMatch(predicate)) return RowBitmap(rows());
  }
  ASSIGN_OR_RETURN(TextBody * text, Text(column));
  if (predicate.kind() == PredicateKind::kExists) {
    return text->presence ? *text->presence : RowBitmap(rows(), true);
  }
  const auto bind = [&] { return BindText(column, *text->reader); };
  const auto values_of = [&](std::size_t reference) {
    return DistinctValues(text->reader->references()[reference]);
  };
  auto matched = MatchTexts(*text->reader, predicate, bind, nullptr, values_of);
  if (!matched.ok()) return Named(matched.status());
  if (!text->presence) return matched;
  RowBitmap out(rows());
  matched->ForEach([&](std::uint32_t i) { out.Set(text->reader->RowOf(i)); });
  return out;
}

absl::Status BlockSource::Named(const absl::Status& status) const {
  return absl::Status(status.code(), absl::StrCat(name_, ": ", status.message()));
}

}  // namespace dims
