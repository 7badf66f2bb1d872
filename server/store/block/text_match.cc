// SPDX-License-Identifier: Apache-2.0
#include "server/store/block/text_match.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "common/base/status_macros.h"
#include "common/event/text_search.h"
#include "server/store/block/column_rows.h"
#include "server/store/block/template_match.h"

namespace dims {
namespace {

enum class Verdict : std::uint8_t { kNone, kAll, kValues, kRender };

enum class Known : std::uint8_t { kOpen, kYes, kNo };

// Whether typed values contain one literal; what was found for a dictionary entry is kept.
class ValueSearch {
 public:
  ValueSearch(TextReader& reader, absl::string_view literal)
      : reader_(reader),
        literal_bytes_(literal.size()),
        search_(literal),
        groups_(reader.groups().size()),
        references_(reader.references().size()) {}

  bool GroupContains(std::uint32_t group, std::uint32_t position) {
    const GroupSeries& series = reader_.series(group);
    if (series.codes.empty()) return Contains(group, position);
    std::vector<Known>& known = groups_[group];
    if (known.empty()) known.resize(series.words.size(), Known::kOpen);
    Known& entry = known[series.codes[position]];
    if (entry == Known::kOpen) entry = Contains(group, position) ? Known::kYes : Known::kNo;
    return entry == Known::kYes;
  }

  bool ReferenceContains(std::size_t reference, std::uint32_t row) {
    PrintedColumn& printed = reader_.reference(reference);
    const Column& column = printed.column();
    if (column.codes().empty() || !column.Has(row)) return Found(printed.At(row));
    std::vector<Known>& known = references_[reference];
    if (known.empty()) known.resize(column.dictionary_size(), Known::kOpen);
    Known& entry = known[column.codes()[row]];
    if (entry == Known::kOpen) entry = Found(printed.At(row)) ? Known::kYes : Known::kNo;
    return entry == Known::kYes;
  }

 private:
  bool Contains(std::uint32_t group, std::uint32_t position) {
    value_.clear();
    reader_.AppendGroupValue(value_, group, position);
    return Found(value_);
  }

  bool Found(absl::string_view value) const {
    return value.size() >= literal_bytes_ && search_.Find(value) != absl::string_view::npos;
  }

  TextReader& reader_;
  std::size_t literal_bytes_;
  FoldedSearch search_;
  std::vector<std::vector<Known>> groups_;
  std::vector<std::vector<Known>> references_;
  std::string value_;
};

class TextMatch {
 public:
  TextMatch(TextReader& reader, const Predicate& predicate, TextMatchCosts& costs,
            const ReferenceValues& values_of)
      : reader_(reader),
        predicate_(predicate),
        costs_(costs),
        values_of_(values_of),
        contains_(predicate.kind() == PredicateKind::kContains && !predicate.folded().empty()),
        literals_(LiteralsOf(predicate)),
        places_(reader, literals_),
        folded_(reader.templates(), places_),
        values_(reader, contains_ ? absl::string_view(predicate.folded()) : absl::string_view()) {}

  absl::StatusOr<RowBitmap> Run(const std::function<absl::Status()>& bind) {
    slots_.resize(reader_.templates().size());
    verdicts_.reserve(slots_.size());
    for (std::uint32_t code = 0; code < slots_.size(); ++code) {
      verdicts_.push_back(VerdictOn(code, slots_[code]));
    }
    RETURN_IF_ERROR(JudgeByDistinctValues());
    RETURN_IF_ERROR(ReadWhatIsOpen(bind));
    CountVerdicts();
    if (std::none_of(verdicts_.begin(), verdicts_.end(), Open)) return OfDecidedTemplates();
    FollowGroups();
    RowBitmap found(reader_.size());
    positions_.resize(reader_.groups().size());
    for (std::uint32_t i = 0; i < reader_.size(); ++i) {
      const std::uint32_t code = reader_.codes()[i];
      if (verdicts_[code] != Verdict::kNone && Matches(i, code)) found.Set(i);
      for (const std::uint32_t group : followed_[code]) ++positions_[group];
    }
    return found;
  }

 private:
  static bool Open(Verdict verdict) {
    return verdict == Verdict::kValues || verdict == Verdict::kRender;
  }

  static std::vector<absl::string_view> LiteralsOf(const Predicate& predicate) {
    if (predicate.kind() == PredicateKind::kContains && !predicate.folded().empty()) {
      return {predicate.folded()};
    }
    std::vector<absl::string_view> literals;
    for (const std::string& literal : predicate.required_literals()) {
      if (!literal.empty()) literals.push_back(literal);
    }
    return literals;
  }

  // Every text matches as its template does.
  RowBitmap OfDecidedTemplates() const {
    std::vector<std::uint8_t> hits(verdicts_.size());
    for (std::size_t code = 0; code < hits.size(); ++code) {
      hits[code] = verdicts_[code] == Verdict::kAll ? 1 : 0;
    }
    return RowsOfCodes(reader_.codes(), hits);
  }

  // True when the verdict on the template asks for the value of `slot`.
  bool Needs(std::uint32_t code, std::size_t slot) const {
    return verdicts_[code] == Verdict::kRender ||
           (verdicts_[code] == Verdict::kValues && (slots_[code] >> slot & 1) != 0);
  }

  // Judges open templates again by the distinct values of the columns they repeat, then by those of
  // their words: mostly that settles them, and no row of these is read.
  absl::Status JudgeByDistinctValues() {
    std::vector<bool> refined(reader_.references().size());
    const auto refine_reference = [&](const TemplateSlot& slot) -> absl::Status {
      if (slot.kind != SlotKind::kReference || refined[slot.parameter]) return absl::OkStatus();
      refined[slot.parameter] = true;
      ASSIGN_OR_RETURN(const std::shared_ptr<const Column> values, values_of_(slot.parameter));
      if (values != nullptr) places_.RefineReference(slot.parameter, *values);
      return absl::OkStatus();
    };
    if (reader_.bound()) {
      places_.RefineReferences(reader_);
    } else if (values_of_) {
      RETURN_IF_ERROR(ForEachOpenSlot(refine_reference));
    }
    JudgeOpenAgain();
    return JudgeByWords();
  }

  absl::Status JudgeByWords() {
    refined_.resize(reader_.groups().size());
    RETURN_IF_ERROR(ForEachOpenSlot([&](const TemplateSlot& slot) -> absl::Status {
      if (slot.group == kNoGroup || IsNumber(slot.kind) || refined_[slot.group]) {
        return absl::OkStatus();
      }
      refined_[slot.group] = true;
      ASSIGN_OR_RETURN(const StringPool* words, reader_.WordsOf(slot.group));
      places_.RefineGroup(slot.group, *words);
      return absl::OkStatus();
    }));
    JudgeOpenAgain();
    return absl::OkStatus();
  }

  absl::Status ForEachOpenSlot(const std::function<absl::Status(const TemplateSlot&)>& visit) {
    for (std::uint32_t code = 0; code < verdicts_.size(); ++code) {
      if (!Open(verdicts_[code])) continue;
      for (const TemplateSlot& slot : reader_.templates()[code].slots) {
        RETURN_IF_ERROR(visit(slot));
      }
    }
    return absl::OkStatus();
  }

  void JudgeOpenAgain() {
    for (std::uint32_t code = 0; code < verdicts_.size(); ++code) {
      if (!Open(verdicts_[code])) continue;
      verdicts_[code] = VerdictOn(code, slots_[code]);
    }
  }

  // Reads the values of templates that are open for all that kinds and types tell, and judges these
  // again by what the values are.
  absl::Status ReadWhatIsOpen(const std::function<absl::Status()>& bind) {
    std::vector<bool> read(reader_.groups().size());
    const bool bound_before = reader_.bound();
    for (std::uint32_t code = 0; code < verdicts_.size(); ++code) {
      if (!Open(verdicts_[code])) continue;
      const std::span<const TemplateSlot> slots = reader_.templates()[code].slots;
      for (std::size_t slot = 0; slot < slots.size(); ++slot) {
        const std::uint32_t group = slots[slot].group;
        if (!Needs(code, slot)) continue;
        if (slots[slot].kind == SlotKind::kReference) {
          if (!reader_.bound()) RETURN_IF_ERROR(bind());
          continue;
        }
        if (read[group]) continue;
        RETURN_IF_ERROR(reader_.ReadGroup(group));
        if (IsNumber(slots[slot].kind)) places_.RefineNumbers(reader_, group);
        read[group] = true;
      }
    }
    if (reader_.bound() && !bound_before) places_.RefineReferences(reader_);
    JudgeOpenAgain();
    return absl::OkStatus();
  }

  // Which groups each template moves on, of those whose values are asked for.
  void FollowGroups() {
    std::vector<bool> asked(reader_.groups().size());
    for (std::uint32_t code = 0; code < verdicts_.size(); ++code) {
      const std::span<const TemplateSlot> slots = reader_.templates()[code].slots;
      for (std::size_t slot = 0; slot < slots.size(); ++slot) {
        if (slots[slot].group != kNoGroup && Needs(code, slot)) asked[slots[slot].group] = true;
      }
    }
    for (std::uint32_t code = 0; code < verdicts_.size(); ++code) {
      followed_.emplace_back();
      for (const TemplateSlot& slot : reader_.templates()[code].slots) {
        if (slot.group != kNoGroup && asked[slot.group]) followed_.back().push_back(slot.group);
      }
    }
  }

  void CountVerdicts() {
    for (const Verdict verdict : verdicts_) {
      if (verdict == Verdict::kAll) ++costs_.templates_all;
      if (verdict == Verdict::kNone) ++costs_.templates_none;
      if (verdict == Verdict::kValues) ++costs_.templates_values;
    }
  }

  Verdict VerdictOn(std::uint32_t code, std::uint64_t& slots) {
    const TextTemplate shape = reader_.templates()[code];
    if (shape.slots.empty()) {
      return MatchesText(predicate_, shape.Piece(0)) ? Verdict::kAll : Verdict::kNone;
    }
    if (contains_) {
      const LiteralPlaces places = folded_.PlacesOf(code, 0);
      slots = places.in_slots;
      if (places.in_piece) return Verdict::kAll;
      if (places.across) return Verdict::kRender;
      return slots != 0 ? Verdict::kValues : Verdict::kNone;
    }
    bool possible = true;
    for (std::size_t i = 0; possible && i < literals_.size(); ++i) {
      possible = folded_.PlacesOf(code, i).possible();
    }
    return possible ? Verdict::kRender : Verdict::kNone;
  }

  bool Matches(std::uint32_t i, std::uint32_t code) {
    switch (verdicts_[code]) {
      case Verdict::kNone:
        return false;
      case Verdict::kAll:
        return true;
      case Verdict::kValues:
        return ValuesContain(i, code);
      case Verdict::kRender:
        break;
    }
    ++costs_.texts_rendered;
    text_.clear();
    reader_.AppendText(text_, i, positions_);
    return MatchesText(predicate_, text_);
  }

  bool ValuesContain(std::uint32_t i, std::uint32_t code) {
    const TextTemplate shape = reader_.templates()[code];
    for (std::size_t slot = 0; slot < shape.slots.size(); ++slot) {
      if ((slots_[code] >> slot & 1) == 0) continue;
      const TemplateSlot& place = shape.slots[slot];
      const bool found =
          place.kind == SlotKind::kReference
              ? values_.ReferenceContains(place.parameter, reader_.RowOf(i))
              : values_.GroupContains(place.group, reader_.PositionOf(shape, slot, positions_));
      if (found) return true;
    }
    return false;
  }

  TextReader& reader_;
  const Predicate& predicate_;
  TextMatchCosts& costs_;
  const ReferenceValues& values_of_;
  const bool contains_;
  const std::vector<absl::string_view> literals_;  // every match holds each
  Places places_;
  FoldedTemplates folded_;
  ValueSearch values_;
  std::vector<bool> refined_;                         // by group: by its words
  std::vector<Verdict> verdicts_;                     // by template
  std::vector<std::uint64_t> slots_;                  // by template: where the literal could stand
  std::vector<std::vector<std::uint32_t>> followed_;  // by template: groups, one entry a slot
  std::vector<std::uint32_t> positions_;              // by group, of the current text
  std::string text_;
};

}  // namespace

absl::StatusOr<RowBitmap> MatchTexts(TextReader& reader, const Predicate& predicate,
                                     const std::function<absl::Status()>& bind,
                                     TextMatchCosts* costs, const ReferenceValues& values_of) {
  TextMatchCosts unused;
  return TextMatch(reader, predicate, costs != nullptr ? *costs : unused, values_of).Run(bind);
}

}  // namespace dims
