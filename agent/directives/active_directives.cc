// SPDX-License-Identifier: Apache-2.0
#include "agent/directives/active_directives.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/policy/column_rows.h"
#include "common/base/status_macros.h"
#include "common/event/add_tag.h"
#include "common/event/batch_source.h"
#include "common/event/fields.h"
#include "common/filter/evaluate.h"
#include "common/filter/query.h"
#include "common/match/observable_fields.h"

namespace dims {
namespace {

// The server may be ahead of this machine's clock.
constexpr absl::Duration kClockSlack = absl::Hours(24);

constexpr std::size_t kShownBytesMax = 200;  // of a filter, in status

const Column* FindIn(const EventBatch& batch, Field field) {
  const FieldDefinition& definition = DefinitionOf(field);
  return batch.Find(definition.name, definition.type);
}

// Sets the rows that have one of the column's values for which `hit` says yes; a template over what
// is asked of each value.
template <typename Hit>
void MarkRows(const Column& column, std::size_t values, const Hit& hit, RowBitmap& rows) {
  std::vector<bool> hits(values);
  bool any = false;
  for (std::uint32_t code = 0; code < values; ++code) {
    hits[code] = hit(code);
    any = any || hits[code];
  }
  if (!any) return;
  const bool lists =
      column.type() == ColumnType::kIpList || column.type() == ColumnType::kKeywordList;
  for (std::uint32_t row = 0; row < column.rows(); ++row) {
    if (!column.Has(row)) continue;
    const std::uint32_t code = column.codes()[row];
    bool marked = !lists && hits[code];
    if (lists) {
      for (const std::uint32_t element : column.ListAt(code)) marked = marked || hits[element];
    }
    if (marked) rows.Set(row);
  }
}

RowBitmap WatchedRows(const EventBatch& batch, const IndicatorSet& values, std::int64_t now_ns) {
  RowBitmap rows(batch.rows());
  for (const Field field : kAddressFields) {
    const Column* column = FindIn(batch, field);
    if (column == nullptr) continue;
    const auto hit = [&](std::uint32_t code) {
      return values.BestOfAddress(column->addresses()[code], now_ns).has_value();
    };
    MarkRows(*column, column->addresses().size(), hit, rows);
  }
  for (const Field field : kDomainFields) {
    const Column* column = FindIn(batch, field);
    if (column == nullptr) continue;
    const auto hit = [&](std::uint32_t code) {
      return values.BestOfDomain(column->strings()[code], now_ns).has_value();
    };
    MarkRows(*column, column->strings().size(), hit, rows);
  }
  for (const Field field : kHashFields) {
    const Column* column = FindIn(batch, field);
    if (column == nullptr) continue;
    const auto hit = [&](std::uint32_t code) {
      return values.BestOfHash(column->strings()[code], now_ns).has_value();
    };
    MarkRows(*column, column->strings().size(), hit, rows);
  }
  return rows;
}

std::string Until(std::int64_t until_ns) {
  return absl::FormatTime("%Y-%m-%d %H:%MZ", absl::FromUnixNanos(until_ns), absl::UTCTimeZone());
}

}  // namespace

absl::string_view NameOf(RemoteDirectives remote) {
  switch (remote) {
    case RemoteDirectives::kOff:
      return "off";
    case RemoteDirectives::kWatchlists:
      return "watchlists";
    case RemoteDirectives::kFilters:
      return "filters";
  }
  return "";
}

std::shared_ptr<const ActiveDirectives> ActiveDirectives::Make(
    const DirectiveSet& set, RemoteDirectives allowed, absl::Time now,
    std::vector<RefusedDirective>& refused) {
  std::shared_ptr<ActiveDirectives> active(new ActiveDirectives);
  for (const Directive& directive : set.directives) {
    const absl::Status added = active->Add(directive, allowed, now);
    if (added.ok()) continue;
    refused.push_back({directive.id, std::string(added.message().substr(0, kRefusalBytesMax))});
  }
  return active;
}

absl::Status ActiveDirectives::Add(const Directive& directive, RemoteDirectives allowed,
                                   absl::Time now) {
  RETURN_IF_ERROR(CheckDirective(directive));
  const bool drops = !directive.drop.empty();
  const bool taken =
      allowed == RemoteDirectives::kFilters || (allowed == RemoteDirectives::kWatchlists && !drops);
  if (!taken) {
    return absl::PermissionDeniedError(
        absl::StrCat("the site's policy takes no ", drops ? "filters" : "watchlists",
                     " from the server (remote = \"", NameOf(allowed), "\")"));
  }
  if (directive.until_ns > absl::ToUnixNanos(now + kDirectiveLifetimeMax + kClockSlack)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "it is to last longer than ", absl::ToInt64Hours(kDirectiveLifetimeMax) / 24, " days"));
  }
  if (!drops) return AddWatch(directive);
  ASSIGN_OR_RETURN(FilterNode filter, ParseFilter(directive.drop), "its filter");
  drops_.push_back({directive.until_ns, directive.drop, std::move(filter)});
  return absl::OkStatus();
}

absl::Status ActiveDirectives::AddWatch(const Directive& directive) {
  std::vector<Indicator> indicators;
  indicators.reserve(directive.values.size());
  for (const std::string& value : directive.values) {
    std::optional<Observable> observable = Observable::Parse(value);
    if (!observable) {
      return absl::InvalidArgumentError(
          absl::StrCat("value ", value, ": neither an address, a block, a domain nor a hash"));
    }
    Indicator& indicator = indicators.emplace_back();
    indicator.observable = *std::move(observable);
    indicator.confidence = 100;
  }
  watches_.push_back({directive.until_ns, directive.watchlist,
                      std::make_unique<const IndicatorSet>(std::move(indicators))});
  return absl::OkStatus();
}

EventBatch ActiveDirectives::Apply(EventBatch batch, absl::Time now,
                                   DirectiveCounts& counts) const {
  const std::int64_t now_ns = absl::ToUnixNanos(now);
  if (!drops_.empty() && batch.rows() > 0) {
    const auto shared = std::make_shared<EventBatch>(std::move(batch));
    RowBitmap dropped(shared->rows());
    for (const Drop& drop : drops_) {
      if (drop.until_ns <= now_ns) continue;
      BatchSource source(shared);
      const absl::StatusOr<RowBitmap> rows = EvaluateFilter(drop.filter, source);
      if (rows.ok()) dropped.Or(*rows);
    }
    counts.dropped += dropped.Count();
    RowBitmap kept(shared->rows(), true);
    dropped.ForEach([&](std::uint32_t row) { kept.Clear(row); });
    batch = kept.All() ? std::move(*shared) : WithoutTrace(*shared, kept);
  }
  if (batch.rows() == 0) return batch;
  RowBitmap tagged(batch.rows());
  for (const Watch& watch : watches_) {
    if (watch.until_ns <= now_ns) continue;
    const RowBitmap rows = WatchedRows(batch, *watch.values, now_ns);
    if (rows.None()) continue;
    tagged.Or(rows);
    batch.Put(WithTag(batch, rows, absl::StrCat("watchlist:", watch.name)));
  }
  counts.tagged += tagged.Count();
  return batch;
}

std::vector<std::string> ActiveDirectives::Describe(absl::Time now) const {
  std::vector<std::string> lines;
  const std::int64_t now_ns = absl::ToUnixNanos(now);
  for (const Drop& drop : drops_) {
    if (drop.until_ns <= now_ns) continue;
    lines.push_back(absl::StrCat("not sent until ", Until(drop.until_ns), ": ",
                                 drop.text.substr(0, kShownBytesMax)));
  }
  for (const Watch& watch : watches_) {
    if (watch.until_ns <= now_ns) continue;
    lines.push_back(absl::StrCat("tagged watchlist:", watch.name, " until ", Until(watch.until_ns),
                                 ": ", watch.values->size(), " values"));
  }
  return lines;
}

}  // namespace dims
