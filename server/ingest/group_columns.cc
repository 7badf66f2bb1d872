// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/group_columns.h"

#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/event/add_tag.h"
#include "common/event/fields.h"
#include "common/event/select_rows.h"

namespace dims {
namespace {

constexpr std::int64_t kAheadNsMax = 24 * 3600 * std::int64_t{1'000'000'000};

// A keyword column whose value depends on the envelope alone.
class PerEnvelopeKeyword {
 public:
  PerEnvelopeKeyword(absl::string_view name, std::uint32_t rows) {
    parts_.name = std::string(name);
    parts_.type = ColumnType::kKeyword;
    parts_.rows = rows;
    parts_.codes.reserve(rows);
  }

  void Append(const std::string& value, std::size_t rows_count) {
    const auto [found, added] = codes_.try_emplace(value, parts_.strings.size());
    if (added) parts_.strings.Add(value);
    parts_.codes.insert(parts_.codes.end(), rows_count, found->second);
  }

  Column Finish() { return Column(std::move(parts_)); }

 private:
  ColumnParts parts_;
  absl::flat_hash_map<std::string, std::uint32_t> codes_;
};

bool Possible(std::int64_t time_ns, std::int64_t received_ns, std::int64_t oldest_kept_ns) {
  return time_ns <= received_ns + kAheadNsMax && time_ns >= oldest_kept_ns;
}

// Walks both lists once: rows and ranges ascend.
std::optional<Column> RepeatedColumn(std::span<const EnvelopeRows> envelopes, std::uint32_t rows) {
  RowBitmap tagged(rows);
  std::uint32_t out = 0;
  for (const EnvelopeRows& envelope : envelopes) {
    auto range = envelope.maybe_repeated.begin();
    for (const std::uint32_t row : envelope.kept) {
      while (range != envelope.maybe_repeated.end() && range->first + range->count <= row) ++range;
      if (range != envelope.maybe_repeated.end() && range->first <= row) tagged.Set(out);
      ++out;
    }
  }
  if (tagged.None()) return std::nullopt;
  ColumnParts parts;
  parts.name = std::string(NameOf(Field::kDeliveryMaybeRepeated));
  parts.type = ColumnType::kBool;
  parts.rows = rows;
  parts.bools.assign(rows, 0);
  tagged.ForEach([&](std::uint32_t row) { parts.bools[row] = 1; });
  if (!tagged.All()) parts.presence = std::move(tagged);
  return Column(std::move(parts));
}

// The times of `rows` under the name that says whose word they are.
Column ClaimedTimes(const Column& times, const RowBitmap& rows) {
  ColumnParts parts;
  parts.name = "labels.time_claimed";
  parts.type = ColumnType::kTime;
  parts.rows = times.rows();
  parts.integers.assign(times.rows(), 0);
  rows.ForEach([&](std::uint32_t row) { parts.integers[row] = times.integers()[row]; });
  if (!rows.All()) parts.presence = rows;
  return Column(std::move(parts));
}

// By the dictionary's codes: is it a source of old lines that were loaded?
std::vector<bool> LoadedSources(const Column& sources) {
  std::vector<bool> loaded(sources.dictionary_size());
  for (std::uint32_t code = 0; code < loaded.size(); ++code) {
    loaded[code] = absl::StartsWith(sources.strings()[code], kBackfillPrefix);
  }
  return loaded;
}

}  // namespace

std::vector<Column> OriginColumns(std::span<const EnvelopeRows> envelopes,
                                  std::int64_t received_ns) {
  std::uint32_t rows = 0;
  for (const EnvelopeRows& envelope : envelopes)
    rows += static_cast<std::uint32_t>(envelope.kept.size());
  PerEnvelopeKeyword site(NameOf(Field::kOrganizationId), rows);
  PerEnvelopeKeyword agent(NameOf(Field::kAgentId), rows);
  PerEnvelopeKeyword version(NameOf(Field::kAgentVersion), rows);
  PerEnvelopeKeyword stream("event.stream", rows);
  ColumnParts ordinals;
  ordinals.name = "event.ordinal";
  ordinals.type = ColumnType::kInteger;
  ordinals.rows = rows;
  ordinals.integers.reserve(rows);
  for (const EnvelopeRows& envelope : envelopes) {
    site.Append(envelope.site, envelope.kept.size());
    agent.Append(envelope.agent, envelope.kept.size());
    version.Append(envelope.agent_version, envelope.kept.size());
    stream.Append(absl::StrCat(envelope.agent, "/", absl::StrFormat("%016x", envelope.epoch)),
                  envelope.kept.size());
    for (const std::uint32_t row : envelope.kept) {
      ordinals.integers.push_back(static_cast<std::int64_t>(envelope.first_ordinal + row));
    }
  }
  std::vector<Column> out;
  out.push_back(site.Finish());
  out.push_back(agent.Finish());
  out.push_back(version.Finish());
  out.push_back(stream.Finish());
  out.push_back(Column(std::move(ordinals)));
  out.push_back(ConstantTime(NameOf(Field::kEventIngested), rows, received_ns));
  if (std::optional<Column> repeated = RepeatedColumn(envelopes, rows)) {
    out.push_back(*std::move(repeated));
  }
  return out;
}

std::uint32_t ReplaceImpossibleTimes(const EventBatch& batch, std::int64_t received_ns,
                                     std::int64_t oldest_kept_ns, std::vector<Column>& annex) {
  const Column* times = batch.Find(NameOf(Field::kTimestamp), ColumnType::kTime);
  if (times == nullptr) {
    annex.push_back(ConstantTime(NameOf(Field::kTimestamp), batch.rows(), received_ns));
    return 0;
  }
  RowBitmap impossible(batch.rows());
  bool any_missing = false;
  ColumnParts replaced;
  for (std::uint32_t row = 0; row < batch.rows(); ++row) {
    const bool has = times->Has(row);
    if (has && Possible(times->integers()[row], received_ns, oldest_kept_ns)) continue;
    if (impossible.None() && !any_missing) replaced = times->parts();
    replaced.integers[row] = received_ns;
    if (has) {
      impossible.Set(row);
    } else {
      any_missing = true;
    }
  }
  const std::uint32_t count = impossible.Count();
  if (count == 0 && !any_missing) return 0;
  replaced.presence.reset();
  annex.push_back(Column(std::move(replaced)));
  if (count == 0) return 0;
  annex.push_back(ClaimedTimes(*times, impossible));
  annex.push_back(WithTag(batch, impossible, "time_replaced"));
  return count;
}

RowBitmap LiveRows(const EventBatch& batch, std::int64_t received_ns, absl::Duration late_limit) {
  RowBitmap live(batch.rows());
  const Column* times = batch.Find(NameOf(Field::kTimestamp), ColumnType::kTime);
  if (times == nullptr) return live;
  const std::int64_t oldest = received_ns - absl::ToInt64Nanoseconds(late_limit);
  for (std::uint32_t row = 0; row < batch.rows(); ++row) {
    if (times->Has(row) && times->integers()[row] >= oldest) live.Set(row);
  }
  if (live.None()) return live;
  const Column* sources = batch.Find(NameOf(Field::kDeliverySource), ColumnType::kKeyword);
  if (sources == nullptr) return live;
  const std::vector<bool> loaded = LoadedSources(*sources);
  for (std::uint32_t row = 0; row < batch.rows(); ++row) {
    if (sources->Has(row) && loaded[sources->codes()[row]]) live.Clear(row);
  }
  return live;
}

}  // namespace dims
