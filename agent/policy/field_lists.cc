// SPDX-License-Identifier: Apache-2.0
#include "agent/policy/field_lists.h"

#include <algorithm>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/policy/column_rows.h"
#include "agent/policy/derived_fields.h"
#include "agent/policy/matching_rows.h"
#include "common/event/column_builder.h"
#include "common/event/fields.h"

namespace dims {
namespace {

// * and ?, over any bytes.
bool Glob(absl::string_view pattern, absl::string_view name) {
  std::size_t at = 0, of = 0, star = pattern.npos, resume = 0;
  while (at < name.size()) {
    if (of < pattern.size() && pattern[of] == '*') {
      star = of++;
      resume = at;
    } else if (of < pattern.size() && (pattern[of] == '?' || pattern[of] == name[at])) {
      ++of;
      ++at;
    } else if (star != pattern.npos) {
      of = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', of) == pattern.npos;
}

// The fields a layout puts together, beside the text of the message.
std::vector<absl::string_view> FieldsOf(absl::string_view layout) {
  std::vector<absl::string_view> fields = {"event.original", "message"};
  if (absl::StrContains(layout, "{host}")) fields.push_back("host.name");
  if (absl::StrContains(layout, "{app}")) fields.push_back("log.syslog.appname");
  if (absl::StrContains(layout, "{msgid}")) fields.push_back("log.syslog.msgid");
  if (absl::StrContains(layout, "{pid}")) fields.push_back("process.pid");
  if (absl::StrContains(layout, "{pri}")) {
    fields.push_back("log.syslog.facility.code");
    fields.push_back("log.syslog.severity.code");
  }
  return fields;
}

// The group of fields whose values are gathered in related.ip and so on.
bool Feeds(const Column& column, absl::string_view related) {
  if (absl::StartsWith(column.name(), "related.")) return false;
  if (related == "related.ip") {
    return column.type() == ColumnType::kIp || column.type() == ColumnType::kIpList;
  }
  return column.type() == ColumnType::kKeyword;
}

// What was looked up by an address or a host that stays, stays with it.
bool Stays(const FieldsRule& rule, absl::string_view field) {
  if (MatchesAny(rule.stay, field)) return true;
  const Origin origin = OriginOf(field);
  return origin != kNoOrigin && MatchesAny(rule.stay, NameOf(KeysOf(origin).front()));
}

void Intersect(RowBitmap& rows, const RowBitmap& other) {
  rows.And(other);
}

void Remove(RowBitmap& rows, const RowBitmap& removed) {
  removed.ForEach([&](std::uint32_t row) { rows.Clear(row); });
}

}  // namespace

bool AlwaysLeaves(absl::string_view field) {
  return field == "@timestamp" || field == "event.created" || field == "event.dataset" ||
         field == "dims.source" || field == "dims.position" || field == "dims.tlp" ||
         field == "delivery.maybe_repeated";
}

bool MatchesAny(const std::vector<std::string>& patterns, absl::string_view name) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return Glob(pattern, name); });
}

class FieldLists::Decision {
 public:
  Decision(const FieldLists& lists, EventBatch batch)
      : lists_(lists), batch_(std::make_shared<const EventBatch>(std::move(batch))) {
    RowBitmap named(batch_->rows());
    for (const FieldsRule& rule : lists.rules_) {
      fits_.push_back(RowsOf(rule));
      named.Or(fits_.back());
    }
    unnamed_ = RowBitmap(batch_->rows(), true);
    Remove(unnamed_, named);
  }

  EventBatch Take() const {
    std::vector<Column> columns;
    for (const Column& column : batch_->columns()) {
      RowBitmap keep = RowsThatMayShow(column);
      if (keep.All()) {
        columns.push_back(column);
        continue;
      }
      Column kept = KeepRows(column, keep);
      if (!kept.Presence().None()) columns.push_back(std::move(kept));
    }
    EventBatch out(batch_->rows(), std::move(columns));
    for (const absl::string_view related :
         {"related.ip", "related.user", "related.hosts", "related.hash"}) {
      ForgetRelated(related, out);
    }
    return out;
  }

 private:
  RowBitmap RowsOf(const FieldsRule& rule) const {
    const std::uint32_t rows = batch_->rows();
    RowBitmap fits(rows, Glob(rule.dataset, ""));
    if (const Column* const datasets = batch_->Find("event.dataset", ColumnType::kKeyword)) {
      std::vector<bool> by_code;
      for (std::uint32_t code = 0; code < datasets->dictionary_size(); ++code) {
        by_code.push_back(Glob(rule.dataset, datasets->strings()[code]));
      }
      for (std::uint32_t row = 0; row < rows; ++row) {
        if (!datasets->Has(row)) continue;
        by_code[datasets->codes()[row]] ? fits.Set(row) : fits.Clear(row);
      }
    }
    if (rule.where) fits.And(MatchingRows(batch_, *rule.where));
    return fits;
  }

  // By the lists alone.
  RowBitmap RowsThatMayLeave(absl::string_view field) const {
    RowBitmap keep(batch_->rows(), true);
    if (AlwaysLeaves(field)) return keep;
    if (lists_.deny_by_default_) Remove(keep, unnamed_);
    for (std::size_t n = 0; n < fits_.size(); ++n) {
      const FieldsRule& rule = lists_.rules_[n];
      const bool leaves = rule.stay.empty() ? MatchesAny(rule.leave, field) : !Stays(rule, field);
      if (!leaves) Remove(keep, fits_[n]);
    }
    return keep;
  }

  RowBitmap RowsThatMayShow(const Column& column) const {
    if (column.name() == NameOf(Field::kLayout)) return RowsThatMayRender(column);
    RowBitmap keep = RowsThatMayLeave(column.name());
    if (column.name() == "network.community_id") {
      for (const absl::string_view field :
           {"source.ip", "destination.ip", "source.port", "destination.port"}) {
        Intersect(keep, RowsThatMayLeave(field));
      }
    }
    return keep;
  }

  RowBitmap RowsThatMayRender(const Column& layouts) const {
    RowBitmap keep(batch_->rows());
    for (std::uint32_t code = 0; code < layouts.dictionary_size(); ++code) {
      RowBitmap rows(batch_->rows(), true);
      for (const absl::string_view field : FieldsOf(layouts.strings()[code])) {
        Intersect(rows, RowsThatMayLeave(field));
      }
      for (std::uint32_t row = 0; row < batch_->rows(); ++row) {
        const bool of_code = layouts.Has(row) && layouts.codes()[row] == code;
        if (of_code && rows.Test(row)) keep.Set(row);
      }
    }
    const bool none_lost = keep == layouts.Presence();
    return none_lost ? RowBitmap(batch_->rows(), true) : keep;
  }

  // Elements of a related list that a field which stays had put there.
  void ForgetRelated(absl::string_view related, EventBatch& out) const {
    const Column* const list = out.Find(related);
    if (list == nullptr) return;
    const bool addresses = list->type() == ColumnType::kIpList;
    if (!addresses && list->type() != ColumnType::kKeywordList) return;
    std::vector<std::pair<const Column*, RowBitmap>> stays;
    for (const Column& column : batch_->columns()) {
      if (!Feeds(column, related)) continue;
      RowBitmap kept = RowsThatMayLeave(column.name());
      if (!kept.All()) stays.emplace_back(&column, std::move(kept));
    }
    if (stays.empty()) return;
    ColumnBuilder builder(related, list->type());
    for (std::uint32_t row = 0; row < out.rows(); ++row) {
      if (!list->Has(row)) continue;
      for (const std::uint32_t element : list->ListAt(list->codes()[row])) {
        const bool hidden = std::any_of(stays.begin(), stays.end(), [&](const auto& stay) {
          if (stay.second.Test(row) || !stay.first->Has(row)) return false;
          return addresses ? HoldsAddress(*stay.first, row, list->addresses()[element])
                           : stay.first->TextAt(row) == list->strings()[element];
        });
        if (hidden) continue;
        addresses ? builder.AddIp(row, list->addresses()[element])
                  : builder.AddBytes(row, list->strings()[element]);
      }
    }
    const std::string name(related);
    if (builder.empty()) return out.Remove(name);
    out.Put(builder.Take(out.rows()));
  }

  static bool HoldsAddress(const Column& column, std::uint32_t row, const IpAddress& address) {
    const std::uint32_t code = column.codes()[row];
    if (column.type() == ColumnType::kIp) return column.addresses()[code] == address;
    for (const std::uint32_t element : column.ListAt(code)) {
      if (column.addresses()[element] == address) return true;
    }
    return false;
  }

  const FieldLists& lists_;
  const std::shared_ptr<const EventBatch> batch_;
  std::vector<RowBitmap> fits_;  // by rule
  RowBitmap unnamed_;            // rows that no rule fits
};

EventBatch FieldLists::Apply(EventBatch batch) const {
  if (empty()) return batch;
  return Decision(*this, std::move(batch)).Take();
}

}  // namespace dims
