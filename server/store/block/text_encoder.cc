// SPDX-License-Identifier: Apache-2.0
#include "server/store/block/text_encoder.h"

#include <algorithm>
#include <array>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "absl/strings/str_cat.h"
#include "server/store/block/integer_codec.h"
#include "server/store/block/value_codec.h"

namespace dims {
namespace {

constexpr int kTextZstdLevel = 3;
constexpr std::uint32_t kSampleRows = 512;
constexpr std::uint32_t kSampleShare = 64;        // a reference stands in one of so many texts
constexpr std::uint32_t kReferenceValuesMin = 4;  // fewer distinct values: templates hold them
constexpr std::size_t kTemplateShare = 4;         // a template stands for so many texts, or none

// Part of the format.
enum class WordsForm : std::uint8_t { kPlain = 0, kDictionary = 1 };

bool Varied(const Column& column) {
  if (!PrintedColumn::Printable(column)) return false;
  return column.type() == ColumnType::kInteger || column.type() == ColumnType::kText ||
         column.dictionary_size() >= kReferenceValuesMin;
}

}  // namespace

TextEncoder::TextEncoder(const Column& column, std::span<const std::uint32_t> order,
                         std::span<const Column* const> siblings, ZstdCodec& zstd)
    : column_(column), order_(order), zstd_(zstd), references_(ChooseReferences(siblings)) {
  EncodeRows(false);
  if (templates_.size() * kTemplateShare <= codes_.size()) return;
  templates_ = TextTemplates();
  template_numbers_.clear();
  shapes_.Clear();
  codes_.clear();
  groups_.clear();
  references_.clear();
  filter_ = TextFilterBuilder();
  EncodeRows(true);
}

std::vector<PrintedColumn> TextEncoder::ChooseReferences(
    std::span<const Column* const> siblings) const {
  std::vector<PrintedColumn> candidates;
  for (const Column* sibling : siblings) {
    if (candidates.size() < kReferencesMax && Varied(*sibling)) candidates.emplace_back(*sibling);
  }
  std::array<std::uint32_t, kReferencesMax> uses{};
  TextShaper shaper(candidates);
  const std::uint32_t step = std::max(1u, column_.rows() / kSampleRows);
  for (std::uint32_t row = 0; row < column_.rows(); row += step) {
    if (!column_.Has(row)) continue;
    shaper.Split(column_.TextAt(row), row);
    for (const SlotValue& slot : shaper.slots()) {
      if (slot.kind == SlotKind::kReference) ++uses[slot.parameter];
    }
  }
  std::vector<PrintedColumn> chosen;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (uses[i] * kSampleShare * step >= column_.rows()) chosen.push_back(std::move(candidates[i]));
  }
  return chosen;
}

void TextEncoder::EncodeRows(bool keep_whole) {
  TextShaper shaper(references_);
  codes_.reserve(column_.rows());
  for (const std::uint32_t row : order_) {
    if (column_.Has(row)) EncodeRow(shaper, column_.TextAt(row), row, keep_whole);
  }
}

void TextEncoder::EncodeRow(TextShaper& shaper, absl::string_view text, std::uint32_t row,
                            bool keep_whole) {
  keep_whole ? shaper.KeepWhole(text) : shaper.Split(text, row);
  const std::uint32_t number = TemplateOf(shaper, text);
  codes_.push_back(number);
  const TextTemplate shape = templates_[number];
  for (std::size_t i = 0; i < shape.slots.size(); ++i) {
    const SlotValue& slot = shaper.slots()[i];
    // Every trigram that touches a value; those inside the pieces were added with the template.
    const std::size_t begin = slot.begin < 2 ? 0 : slot.begin - 2;
    filter_.AddTrigrams(text.substr(begin, slot.begin - begin + slot.length + 2));
    if (slot.kind != SlotKind::kReference) AddValue(slot, shape.slots[i].group, text);
  }
}

std::uint32_t TextEncoder::TemplateOf(TextShaper& shaper, absl::string_view text) {
  std::uint64_t hash = 0;
  std::uint32_t number = 0;
  if (FindTemplate(shaper.shape(), hash, number)) return number;
  if (template_numbers_.size() >= kTemplatesMax) {
    shaper.KeepWhole(text);
    if (FindTemplate(shaper.shape(), hash, number)) return number;
  }
  AddTemplate(shaper.shape(), hash);
  return templates_.size() - 1;
}

// Once for every text, so the shape is hashed by the fastest hash there is. When shapes share a
// hash, the later ones are under the next free numbers; `hash` is where this one is, or belongs.
bool TextEncoder::FindTemplate(absl::string_view shape, std::uint64_t& hash,
                               std::uint32_t& number) const {
  hash = XXH3_64bits(shape.data(), shape.size());
  for (;; ++hash) {
    const auto found = template_numbers_.find(hash);
    if (found == template_numbers_.end()) return false;
    number = found->second;
    if (shapes_[number] == shape) return true;
  }
}

void TextEncoder::AddTemplate(const std::string& shape, std::uint64_t hash) {
  template_numbers_.emplace(hash, templates_.size());
  shapes_.Add(shape);
  templates_.Add(shape);
  const TextTemplate added = templates_[templates_.size() - 1];
  for (std::size_t piece = 0; piece < added.piece_ends.size(); ++piece) {
    filter_.AddTrigrams(added.Piece(piece));
    filter_.AddTokens(added.Piece(piece));
  }
  groups_.resize(templates_.groups().size());
}

void TextEncoder::AddValue(const SlotValue& slot, std::uint32_t group, absl::string_view text) {
  GroupValues& values = groups_[group];
  const absl::string_view value = text.substr(slot.begin, slot.length);
  if (IsNumber(slot.kind)) {
    values.numbers.push_back(slot.number);
  } else if (slot.kind == SlotKind::kWhole) {
    values.words.Add(value);
  } else if (const auto found = values.code_of.find(value); found != values.code_of.end()) {
    values.codes.push_back(found->second);
  } else {
    values.codes.push_back(values.words.Add(value));
    values.code_of.emplace(value, values.codes.back());
  }
}

void TextEncoder::AppendTo(std::string& out) {
  AppendVarint(out, references_.size());
  for (const PrintedColumn& reference : references_) {
    out.push_back(static_cast<char>(reference.column().type()));
    AppendVarint(out, reference.column().name().size());
    out += reference.column().name();
  }
  AppendVarint(out, shapes_.size());
  AppendStrings(out, shapes_, kTextZstdLevel, zstd_);
  AppendCodes(out, codes_, zstd_);
  std::string groups;
  std::vector<std::uint32_t> sizes;
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    const std::size_t begin = groups.size();
    AppendGroup(groups, templates_.groups()[i], groups_[i]);
    sizes.push_back(static_cast<std::uint32_t>(groups.size() - begin));
  }
  AppendIntegers(out, sizes, zstd_);
  out += groups;
}

void TextEncoder::AppendGroup(std::string& out, const ValueGroup& group,
                              const GroupValues& values) {
  if (IsNumber(group.kind)) {
    AppendIntegers(out, values.numbers, zstd_);
    return;
  }
  const bool dictionary =
      group.kind == SlotKind::kWord && values.words.size() <= values.codes.size() / 2;
  out.push_back(static_cast<char>(dictionary ? WordsForm::kDictionary : WordsForm::kPlain));
  if (dictionary) {
    AppendVarint(out, values.words.size());
    AppendStrings(out, values.words, kTextZstdLevel, zstd_);
    AppendIntegers(out, values.codes, zstd_);
  } else if (group.kind == SlotKind::kWhole) {
    AppendStrings(out, values.words, kTextZstdLevel, zstd_);
  } else {
    StringPool all;
    for (const std::uint32_t code : values.codes) all.Add(values.words[code]);
    AppendStrings(out, all, kTextZstdLevel, zstd_);
  }
}

void TextEncoder::AppendFilterTo(std::string& out) {
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    AddGroupTokens(templates_.groups()[i], groups_[i]);
  }
  for (PrintedColumn& reference : references_) AddReferenceTokens(reference);
  filter_.AppendTo(out, zstd_);
}

void TextEncoder::AddGroupTokens(const ValueGroup& group, const GroupValues& values) {
  if (group.kind == SlotKind::kInteger) {
    filter_.AddNumbers(values.numbers);
  } else if (IsNumber(group.kind)) {
    std::string printed;
    for (const std::int64_t number : values.numbers) {
      printed.clear();
      AppendSlotNumber(printed, group.kind, group.parameter, number);
      filter_.AddToken(printed);
    }
  } else {
    for (std::uint32_t i = 0; i < values.words.size(); ++i) filter_.AddTokens(values.words[i]);
  }
}

// All of its values, also those no text repeats: a filter may say yes too often.
void TextEncoder::AddReferenceTokens(PrintedColumn& reference) {
  const Column& column = reference.column();
  if (column.type() == ColumnType::kInteger) {
    filter_.AddNumbers({column.integers().begin(), column.integers().end()});
    return;
  }
  for (const IpAddress& address : column.addresses()) filter_.AddTokens(address.ToString());
  for (std::uint32_t i = 0; i < column.strings().size(); ++i) {
    filter_.AddTokens(column.strings()[i]);
  }
}

}  // namespace dims
