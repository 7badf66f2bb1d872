// SPDX-License-Identifier: Apache-2.0
#include "server/store/block/text_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "server/store/block/integer_reader.h"
#include "server/store/block/text_encoder.h"
#include "server/store/block/value_codec.h"

namespace dims {
namespace {

constexpr std::size_t kShapeNameBytesMax = 1024;

absl::Status DamagedText(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("text: ", what));
}

bool ReadReferences(ByteReader& in, std::vector<ColumnId>& out) {
  const std::uint64_t count = in.Varint();
  if (!in.ok() || count > kReferencesMax) return false;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto type = static_cast<ColumnType>(in.Read<std::uint8_t>());
    const std::uint64_t size = in.Varint();
    if (size > kShapeNameBytesMax) return false;
    out.push_back(ColumnId{std::string(in.Take(size)), type});
  }
  return in.ok();
}

bool ReadWords(ByteReader& in, std::uint64_t count, GroupSeries& series, ZstdCodec& zstd) {
  const std::uint8_t form = in.Read<std::uint8_t>();
  if (!in.ok() || form > 1) return false;
  if (form == 0) return ReadStrings(in, count, series.words, zstd);
  const std::uint64_t distinct = in.Varint();
  if (!in.ok() || distinct > count) return false;
  return ReadStrings(in, distinct, series.words, zstd) &&
         ReadIntegers(in, count, distinct, series.codes, zstd);
}

}  // namespace

absl::StatusOr<TextReader> TextReader::Open(std::string bytes, std::size_t begin,
                                            std::uint32_t texts_count, ZstdCodec& zstd) {
  TextReader reader;
  reader.bytes_ = std::move(bytes);
  reader.zstd_ = &zstd;
  ByteReader in(absl::string_view(reader.bytes_).substr(begin));
  if (!ReadReferences(in, reader.references_)) return DamagedText("references");
  RETURN_IF_ERROR(reader.ReadTemplates(in));
  const std::size_t templates_count = reader.templates().size();
  if (!ReadIntegers(in, texts_count, templates_count, reader.codes_, zstd)) {
    return DamagedText("template codes");
  }
  RETURN_IF_ERROR(reader.FindGroups(in));
  return reader;
}

absl::Status TextReader::ReadTemplates(ByteReader& in) {
  const std::uint64_t count = in.Varint();
  StringPool shapes;
  // One more than the limit: the template of whole texts comes on top.
  if (!in.ok() || count > kTemplatesMax + 1) return DamagedText("number of templates");
  if (!ReadStrings(in, count, shapes, *zstd_)) return DamagedText("templates");
  for (std::uint32_t i = 0; i < shapes.size(); ++i) {
    if (!templates_.Add(shapes[i])) return DamagedText("a template");
    for (const TemplateSlot& slot : templates()[i].slots) {
      if (slot.kind == SlotKind::kReference && slot.parameter >= references_.size()) {
        return DamagedText("a reference to no column");
      }
    }
  }
  return absl::OkStatus();
}

absl::Status TextReader::FindGroups(ByteReader& in) {
  std::vector<std::uint32_t> sizes;
  if (!ReadIntegers(in, groups().size(), kSeriesBytesMax, sizes, *zstd_)) {
    return DamagedText("sizes of groups");
  }
  std::size_t begin = bytes_.size() - in.rest().size();
  for (const std::uint32_t size : sizes) {
    stored_.push_back({begin, size, 0});
    begin += size;
  }
  if (begin != bytes_.size()) return DamagedText("groups");
  series_.resize(sizes.size());
  CountGroups();
  return absl::OkStatus();
}

void TextReader::CountGroups() {
  std::vector<std::uint64_t> uses(templates().size());
  for (const std::uint32_t code : codes_) ++uses[code];
  for (std::uint32_t i = 0; i < uses.size(); ++i) {
    for (const TemplateSlot& slot : templates()[i].slots) {
      if (slot.group != kNoGroup) stored_[slot.group].values_count += uses[i];
    }
  }
}

absl::Status TextReader::ReadGroup(std::uint32_t group) {
  if (series_[group]) return absl::OkStatus();
  const StoredGroup& stored = stored_[group];
  ByteReader in(absl::string_view(bytes_).substr(stored.begin, stored.size));
  GroupSeries series;
  const bool read = IsNumber(groups()[group].kind)
                        ? ReadIntegers(in, stored.values_count, series.numbers, *zstd_)
                        : ReadWords(in, stored.values_count, series, *zstd_);
  if (!read || !in.AtEnd()) return DamagedText("the values of a group");
  series_[group] = std::move(series);
  return absl::OkStatus();
}

absl::StatusOr<const StringPool*> TextReader::WordsOf(std::uint32_t group) {
  DIMS_CHECK(!IsNumber(groups()[group].kind));
  const StoredGroup& stored = stored_[group];
  ByteReader in(absl::string_view(bytes_).substr(stored.begin, stored.size));
  const bool apart = in.Read<std::uint8_t>() == 1;
  if (series_[group] || !apart) {
    RETURN_IF_ERROR(ReadGroup(group));
    return &series_[group]->words;
  }
  const auto [found, added] = words_.try_emplace(group);
  if (!added) return &found->second;
  const std::uint64_t distinct = in.Varint();
  const bool read = in.ok() && distinct <= stored.values_count &&
                    ReadStrings(in, distinct, found->second, *zstd_);
  if (!read) return DamagedText("the words of a group");
  return &found->second;
}

absl::Status TextReader::ReadGroups() {
  for (std::uint32_t group = 0; group < groups().size(); ++group) {
    RETURN_IF_ERROR(ReadGroup(group));
  }
  return absl::OkStatus();
}

absl::Status TextReader::SetRows(std::uint32_t rows, const RowBitmap* presence) {
  rows_count_ = rows;
  rows_.clear();
  if (presence != nullptr) {
    rows_.reserve(size());
    presence->ForEach([this](std::uint32_t row) { rows_.push_back(row); });
  }
  const std::size_t texts_count = presence != nullptr ? rows_.size() : rows;
  return texts_count == size() ? absl::OkStatus()
                               : DamagedText("more or fewer texts than rows that have one");
}

absl::Status TextReader::Bind(std::vector<std::shared_ptr<const Column>> columns) {
  DIMS_CHECK(columns.size() == references_.size());
  for (const std::shared_ptr<const Column>& column : columns) {
    if (!PrintedColumn::Printable(*column) || column->rows() != rows_count_) {
      return DamagedText("a reference to a column that does not fit");
    }
  }
  printed_.clear();
  printed_.reserve(columns.size());
  for (const std::shared_ptr<const Column>& column : columns) printed_.emplace_back(*column);
  columns_ = std::move(columns);
  return absl::OkStatus();
}

void TextReader::AppendGroupValue(std::string& out, std::uint32_t group,
                                  std::uint32_t position) const {
  const GroupSeries& series = *series_[group];
  const ValueGroup& kind = groups()[group];
  if (IsNumber(kind.kind)) {
    AppendSlotNumber(out, kind.kind, kind.parameter, series.numbers[position]);
    return;
  }
  const absl::string_view word =
      series.words[series.codes.empty() ? position : series.codes[position]];
  out.append(word.data(), word.size());
}

void TextReader::AppendText(std::string& out, std::uint32_t i,
                            std::span<const std::uint32_t> positions) {
  Print(out, i, positions, printed_, RowOf(i));
}

void TextReader::Print(std::string& out, std::uint32_t i, std::span<const std::uint32_t> positions,
                       std::span<PrintedColumn> references, std::uint32_t reference_row) {
  const TextTemplate shape = templates()[codes_[i]];
  for (std::size_t slot = 0; slot < shape.slots.size(); ++slot) {
    const absl::string_view piece = shape.Piece(slot);
    out.append(piece.data(), piece.size());
    const TemplateSlot& place = shape.slots[slot];
    if (place.kind == SlotKind::kReference) {
      const absl::string_view value = references[place.parameter].At(reference_row);
      out.append(value.data(), value.size());
      continue;
    }
    AppendGroupValue(out, place.group, PositionOf(shape, slot, positions));
  }
  const absl::string_view last = shape.Piece(shape.slots.size());
  out.append(last.data(), last.size());
}

std::uint32_t TextReader::PositionOf(const TextTemplate& shape, std::size_t slot,
                                     std::span<const std::uint32_t> positions) const {
  const std::uint32_t group = shape.slots[slot].group;
  std::uint32_t position = positions[group];
  for (std::size_t before = 0; before < slot; ++before) {
    if (shape.slots[before].group == group) ++position;
  }
  return position;
}

void TextReader::Advance(std::uint32_t i, std::span<std::uint32_t> positions) const {
  for (const TemplateSlot& slot : templates()[codes_[i]].slots) {
    if (slot.group != kNoGroup) ++positions[slot.group];
  }
}

absl::Status TextReader::AppendRows(std::uint32_t rows, const RowBitmap* wanted, StringPool& out) {
  RETURN_IF_ERROR(ReadGroups());
  std::vector<std::uint32_t> positions(groups().size());
  std::string text;
  std::size_t bytes = 0;
  std::uint32_t row = 0;
  for (std::uint32_t i = 0; i < size(); ++i) {
    for (; row < RowOf(i); ++row) out.Add({});
    text.clear();
    if (wanted == nullptr || wanted->Test(row)) AppendText(text, i, positions);
    Advance(i, positions);
    bytes += text.size();
    if (bytes > kSeriesBytesMax) return DamagedText("more bytes than a block may hold");
    out.Add(text);
    ++row;
  }
  for (; row < rows; ++row) out.Add({});
  return absl::OkStatus();
}

std::uint32_t TextReader::TextOf(std::uint32_t row) const {
  if (rows_.empty()) return row < size() ? row : size();
  const auto found = std::lower_bound(rows_.begin(), rows_.end(), row);
  if (found == rows_.end() || *found != row) return size();
  return static_cast<std::uint32_t>(found - rows_.begin());
}

std::vector<bool> TextReader::ReferencesOf(std::span<const std::uint32_t> rows) const {
  std::vector<bool> printed(references_.size());
  for (const std::uint32_t row : rows) {
    const std::uint32_t text = TextOf(row);
    if (text == size()) continue;
    for (const TemplateSlot& slot : templates()[codes_[text]].slots) {
      if (slot.kind == SlotKind::kReference) printed[slot.parameter] = true;
    }
  }
  return printed;
}

// By template, the groups of `wanted` templates that it moves on, one entry a slot.
std::vector<std::vector<std::uint32_t>> TextReader::FollowedBy(
    const std::vector<bool>& wanted) const {
  std::vector<bool> asked(groups().size());
  for (std::uint32_t code = 0; code < templates().size(); ++code) {
    if (!wanted[code]) continue;
    for (const TemplateSlot& slot : templates()[code].slots) {
      if (slot.group != kNoGroup) asked[slot.group] = true;
    }
  }
  std::vector<std::vector<std::uint32_t>> followed(templates().size());
  for (std::uint32_t code = 0; code < templates().size(); ++code) {
    for (const TemplateSlot& slot : templates()[code].slots) {
      if (slot.group != kNoGroup && asked[slot.group]) followed[code].push_back(slot.group);
    }
  }
  return followed;
}

absl::Status TextReader::AppendTaken(std::span<const std::uint32_t> rows,
                                     std::span<const std::shared_ptr<const Column>> columns,
                                     StringPool& out) {
  static const Column& nothing = *new Column(ColumnParts{});
  std::vector<PrintedColumn> printed;
  for (const std::shared_ptr<const Column>& column : columns) {
    const bool fits =
        column == nullptr || (PrintedColumn::Printable(*column) && column->rows() == rows.size());
    if (!fits) return DamagedText("a reference to a column that does not fit");
    printed.emplace_back(column != nullptr ? *column : nothing);
  }
  std::vector<bool> wanted(templates().size());
  for (const std::uint32_t row : rows) {
    const std::uint32_t text = TextOf(row);
    if (text == size()) continue;
    wanted[codes_[text]] = true;
    for (const TemplateSlot& slot : templates()[codes_[text]].slots) {
      if (slot.group != kNoGroup) RETURN_IF_ERROR(ReadGroup(slot.group));
    }
  }
  const std::vector<std::vector<std::uint32_t>> followed = FollowedBy(wanted);
  std::vector<std::uint32_t> positions(groups().size());
  std::size_t bytes = 0;
  std::uint32_t at = 0;
  std::string text;
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    text.clear();
    if (const std::uint32_t wanted_text = TextOf(rows[i]); wanted_text < size()) {
      for (; at < wanted_text; ++at) {
        for (const std::uint32_t group : followed[codes_[at]]) ++positions[group];
      }
      Print(text, at, positions, printed, i);
    }
    bytes += text.size();
    if (bytes > kSeriesBytesMax) return DamagedText("more bytes than a block may hold");
    out.Add(text);
  }
  return absl::OkStatus();
}

}  // namespace dims
