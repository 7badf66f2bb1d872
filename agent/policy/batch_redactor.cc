// SPDX-License-Identifier: Apache-2.0
#include "agent/policy/batch_redactor.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/policy/column_rows.h"
#include "agent/policy/derived_fields.h"
#include "agent/policy/field_lists.h"
#include "common/event/column_builder.h"
#include "common/event/fields.h"

namespace dims {
namespace {

constexpr absl::string_view kCommunityId = "network.community_id";

bool IsOriginal(absl::string_view name) {
  return name == NameOf(Field::kEventOriginal);
}

// A value that moves to another column, because it is no address or number any more or because
// the column's name held a secret.
struct Moved {
  std::uint32_t row = 0;
  std::string name;
  std::vector<std::string> values;
  bool list = false;
};

std::string LabelOf(const std::string& name) {
  std::string label = absl::StartsWith(name, "labels.") ? name : absl::StrCat("labels.", name);
  return label.size() <= kColumnNameBytesMax ? label : "labels.redacted";
}

bool IsList(const Column& column) {
  return column.type() == ColumnType::kKeywordList || column.type() == ColumnType::kIpList;
}

}  // namespace

BatchRedactor::BatchRedactor(const std::vector<RedactRule>& rules, const PrivacyKey& key) {
  for (const RedactRule& rule : rules) {
    const Replacement with(rule.with, rule.label, key);
    if (!rule.fields.empty()) fields_.push_back({rule.fields, with});
    if (!rule.addresses.empty()) redactor_.AddNetworks(rule.addresses, with);
    if (!rule.names.empty()) redactor_.AddNames(rule.names, with);
  }
  const auto hides = [&](Field field) { return OfField(std::string(NameOf(field))) != nullptr; };
  hides_original_ = hides(Field::kEventOriginal);
  hides_ends_ = redactor_.has_networks() || hides(Field::kSourceIp) || hides(Field::kDestinationIp);
}

const Replacement* BatchRedactor::OfField(const std::string& name) const {
  if (AlwaysLeaves(name) || name == NameOf(Field::kLayout)) return nullptr;
  for (const FieldValues& field : fields_) {
    if (MatchesAny(field.patterns, name)) return &field.with;
  }
  return nullptr;
}

class BatchRedactor::Run {
 public:
  Run(const BatchRedactor& own, const EventBatch& batch, const EventSecrets& secrets)
      : own_(own),
        batch_(batch),
        secrets_(secrets),
        changed_rows_(batch.rows()),
        layout_broken_(batch.rows()) {}

  EventBatch Take() {
    std::vector<std::optional<Column>> left(batch_.columns().size());
    for (std::size_t n = 0; n < left.size(); ++n) {
      const Column& column = batch_.columns()[n];
      if (!IsLayout(column)) left[n] = AlwaysLeaves(column.name()) ? column : Left(column);
    }
    for (std::size_t n = 0; n < left.size(); ++n) {
      const Column& column = batch_.columns()[n];
      if (IsLayout(column)) left[n] = Present(LayoutsThatHold(column), column);
    }
    std::vector<Column> columns;
    for (std::optional<Column>& column : left) {
      if (column) columns.push_back(*std::move(column));
    }
    EventBatch out(batch_.rows(), std::move(columns));
    for (Moved& moved : moved_) targets_[moved.name].push_back(std::move(moved));
    for (auto& [name, values] : targets_) {
      std::stable_sort(values.begin(), values.end(),
                       [](const Moved& a, const Moved& b) { return a.row < b.row; });
      Merge(name, values, out);
    }
    return out;
  }

  std::uint64_t changed_rows() const { return changed_rows_.Count(); }

 private:
  static bool IsLayout(const Column& column) { return column.name() == NameOf(Field::kLayout); }

  std::optional<Column> Left(const Column& column) {
    return Present(WithoutSecrets(column), column);
  }

  // The column as it is when nothing changed; nothing when no row has a value any more.
  static std::optional<Column> Present(std::optional<Column> changed, const Column& column) {
    if (!changed) return column;
    if (changed->Presence().None()) return std::nullopt;
    return changed;
  }

  const EventSecrets::Set& SetOf(std::uint32_t row) const {
    return secrets_.sets[secrets_.of_row[row]];
  }

  // None: there was nothing to do.
  std::optional<Column> WithoutSecrets(const Column& column) {
    const Replacement* const whole = own_.OfField(column.name());
    const bool core = FindCoreField(column.name()) != nullptr;
    const Origin origin = OriginOf(column.name());
    const bool looked_up = origin != kNoOrigin && column.type() != ColumnType::kIp;
    memo_.clear();
    names_.clear();
    ColumnBuilder builder(column.name(), column.type());
    bool changed = false;
    for (std::uint32_t row = 0; row < batch_.rows(); ++row) {
      if (!column.Has(row)) continue;
      bool same = false;
      if (looked_up && (SetOf(row).hidden & origin) != 0) {
        // it would tell who it was
      } else if (!core && Rename(column, row, whole)) {
        changed_rows_.Set(row);
      } else if (whole != nullptr) {
        ReplaceWhole(column, row, *whole, builder);
      } else {
        same = CopyWithoutSecrets(column, row, builder);
      }
      if (!same) changed_rows_.Set(row);
      changed = changed || !same;
    }
    if (!changed) return std::nullopt;
    return builder.Take(batch_.rows());
  }

  // A name that a line chose may be a secret itself.
  bool Rename(const Column& column, std::uint32_t row, const Replacement* whole) {
    const std::uint32_t set = secrets_.of_row[row];
    auto known = names_.find(set);
    if (known == names_.end()) {
      std::string name;
      own_.redactor_.Redact(column.name(), secrets_.sets[set].secrets, &name);
      known = names_.emplace(set, std::move(name)).first;
    }
    if (known->second.empty()) return false;
    Moved moved{row, LabelOf(known->second), {}, IsList(column)};
    for (const std::string& value : ValuesOf(column, row)) {
      moved.values.push_back(whole != nullptr ? whole->OfText(value) : TextWithout(value, row));
    }
    moved_.push_back(std::move(moved));
    return true;
  }

  std::string TextWithout(const std::string& text, std::uint32_t row) const {
    std::string out = text;
    own_.redactor_.Redact(text, SetOf(row).secrets, &out);
    return out;
  }

  void Move(const Column& column, std::uint32_t row, std::vector<std::string> values) {
    if (column.name() == "related.ip") return;  // the fields it was gathered from say it
    moved_.push_back({row, LabelOf(column.name()), std::move(values), IsList(column)});
    const bool number = column.type() == ColumnType::kInteger;
    if (number) layout_broken_.Set(row);
  }

  void ReplaceWhole(const Column& column, std::uint32_t row, const Replacement& with,
                    ColumnBuilder& builder) {
    switch (column.type()) {
      case ColumnType::kKeyword:
      case ColumnType::kText:
        return builder.SetBytes(row, with.OfText(column.TextAt(row)));
      case ColumnType::kKeywordList:
        for (const std::string& value : ValuesOf(column, row)) {
          builder.AddBytes(row, with.OfText(value));
        }
        return;
      case ColumnType::kIp:
      case ColumnType::kIpList: {
        std::vector<std::string> gone;
        ReplaceAddresses(column, row, &with, builder, gone);
        if (!gone.empty()) Move(column, row, std::move(gone));
        return;
      }
      case ColumnType::kTime:
        return;  // gone, and nothing in its place: no hash hides a moment
      case ColumnType::kBool:
        return;
      case ColumnType::kInteger:
      case ColumnType::kDouble:
        return Move(column, row, {with.OfText(NumberText(column, row))});
    }
  }

  // What replaces the address, if anything.
  std::optional<std::string> TextOf(const IpAddress& address, std::uint32_t row,
                                    const Replacement* whole) const {
    if (whole != nullptr) return whole->OfAddress(address);
    for (const RowSecrets::Address& secret : SetOf(row).secrets.addresses) {
      if (secret.address == address) return secret.replacement;
    }
    const Replacement* const with = own_.redactor_.Find(address);
    if (with == nullptr) return std::nullopt;
    return with->OfAddress(address);
  }

  // True when no address was one. What is no address any more goes into `gone`.
  bool ReplaceAddresses(const Column& column, std::uint32_t row, const Replacement* whole,
                        ColumnBuilder& builder, std::vector<std::string>& gone) const {
    const bool list = column.type() == ColumnType::kIpList;
    bool same = true;
    const auto add = [&](const IpAddress& address) {
      list ? static_cast<void>(builder.AddIp(row, address)) : builder.SetIp(row, address);
    };
    const auto take = [&](const IpAddress& address) {
      std::optional<std::string> text = TextOf(address, row, whole);
      if (!text) return add(address);
      same = false;
      const std::optional<IpAddress> other = IpAddress::Parse(*text);
      other ? add(*other) : gone.push_back(*std::move(text));
    };
    const std::uint32_t code = column.codes()[row];
    if (!list) {
      take(column.addresses()[code]);
      return same;
    }
    for (const std::uint32_t element : column.ListAt(code)) take(column.addresses()[element]);
    if (same) builder.SetEmptyList(row);
    return same;
  }

  // A distinct value is looked at once for each set of secrets.
  const std::optional<std::string>& Distinct(absl::string_view value, std::uint32_t code,
                                             std::uint32_t row) {
    const auto [entry, fresh] =
        memo_.try_emplace(std::pair(code, secrets_.of_row[row]), std::nullopt);
    std::string out;
    if (fresh && own_.redactor_.Redact(value, SetOf(row).secrets, &out)) {
      entry->second = std::move(out);
    }
    return entry->second;
  }

  // True when the value had no secret.
  bool CopyWithoutSecrets(const Column& column, std::uint32_t row, ColumnBuilder& builder) {
    switch (column.type()) {
      case ColumnType::kText:
        return CopyText(column, row, builder);
      case ColumnType::kKeyword: {
        if (column.name() == kCommunityId && SetOf(row).secrets.community_ids) return false;
        const std::optional<std::string>& out =
            Distinct(column.TextAt(row), column.codes()[row], row);
        builder.SetBytes(row, out ? absl::string_view(*out) : column.TextAt(row));
        return !out;
      }
      case ColumnType::kKeywordList: {
        bool same = true;
        builder.SetEmptyList(row);
        for (const std::uint32_t element : column.ListAt(column.codes()[row])) {
          const absl::string_view value = column.strings()[element];
          const std::optional<std::string>& out = Distinct(value, element, row);
          builder.AddBytes(row, out ? absl::string_view(*out) : value);
          same = same && !out;
        }
        return same;
      }
      case ColumnType::kIp:
      case ColumnType::kIpList: {
        std::vector<std::string> gone;
        const bool same = ReplaceAddresses(column, row, nullptr, builder, gone);
        if (!gone.empty()) Move(column, row, std::move(gone));
        return same;
      }
      case ColumnType::kInteger:
      case ColumnType::kDouble: {
        std::string out;
        const bool hit = own_.redactor_.Redact(NumberText(column, row), SetOf(row).secrets, &out);
        hit ? Move(column, row, {out}) : CopyValue(column, row, row, builder);
        return !hit;
      }
      case ColumnType::kTime:
      case ColumnType::kBool:
        CopyValue(column, row, row, builder);
        return true;
    }
    return true;
  }

  bool CopyText(const Column& column, std::uint32_t row, ColumnBuilder& builder) const {
    if (SetOf(row).original_stays && IsOriginal(column.name())) return false;
    std::string out;
    const bool hit = own_.redactor_.Redact(column.TextAt(row), SetOf(row).secrets, &out);
    builder.SetBytes(row, hit ? absl::string_view(out) : column.TextAt(row));
    return !hit;
  }

  // A layout's literal text may hold a secret, and it cannot render a number that went.
  std::optional<Column> LayoutsThatHold(const Column& layouts) {
    memo_.clear();
    RowBitmap keep(batch_.rows(), true);
    for (std::uint32_t row = 0; row < batch_.rows(); ++row) {
      if (!layouts.Has(row)) continue;
      const bool broken = own_.hides_original_ || SetOf(row).original_stays ||
                          layout_broken_.Test(row) ||
                          Distinct(layouts.TextAt(row), layouts.codes()[row], row).has_value();
      if (!broken) continue;
      keep.Clear(row);
      changed_rows_.Set(row);
    }
    if (keep.All()) return std::nullopt;
    return KeepRows(layouts, keep);
  }

  // Values that moved, beside those the column has already.
  static void Merge(const std::string& name, const std::vector<Moved>& values, EventBatch& out) {
    for (const ColumnType type : {ColumnType::kKeyword, ColumnType::kKeywordList}) {
      const bool list = type == ColumnType::kKeywordList;
      const bool any = std::any_of(values.begin(), values.end(),
                                   [&](const Moved& moved) { return moved.list == list; });
      const Column* const present = out.Find(name, type);
      const bool room = present != nullptr || out.columns().size() < kBatchColumnsMax;
      if (!any || !room) continue;
      ColumnBuilder builder(name, type);
      auto moved = values.begin();
      for (std::uint32_t row = 0; row < out.rows(); ++row) {
        if (present != nullptr && present->Has(row)) CopyValue(*present, row, row, builder);
        for (; moved != values.end() && moved->row == row; ++moved) {
          if (moved->list != list) continue;
          for (const std::string& value : moved->values) {
            list ? static_cast<void>(builder.AddBytes(row, value)) : builder.SetBytes(row, value);
          }
        }
      }
      out.Put(builder.Take(out.rows()));
    }
  }

  const BatchRedactor& own_;
  const EventBatch& batch_;
  const EventSecrets& secrets_;
  RowBitmap changed_rows_;
  RowBitmap layout_broken_;
  std::vector<Moved> moved_;
  std::map<std::string, std::vector<Moved>> targets_;
  // Of the column at hand.
  absl::flat_hash_map<std::pair<std::uint32_t, std::uint32_t>, std::optional<std::string>> memo_;
  absl::flat_hash_map<std::uint32_t, std::string> names_;
};

EventBatch BatchRedactor::Apply(const EventBatch& batch, const EventSecrets& secrets,
                                std::uint64_t& redacted_rows) const {
  Run run(*this, batch, secrets);
  EventBatch out = run.Take();
  redacted_rows += run.changed_rows();
  return out;
}

}  // namespace dims
