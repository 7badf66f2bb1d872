// SPDX-License-Identifier: Apache-2.0
#include "agent/enrich/tag_rules.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "agent/enrich/list_addition.h"
#include "common/event/batch_source.h"
#include "common/event/fields.h"
#include "common/event/text_search.h"
#include "common/filter/evaluate.h"

namespace dims {
namespace {

// The rows whose value of the field one of the patterns matches.
RowBitmap RowsLike(const EventBatch& batch, Field field, const std::vector<std::string>& patterns) {
  RowBitmap rows(batch.rows());
  const Column* const column = batch.Find(NameOf(field), ColumnType::kKeyword);
  if (column == nullptr) return rows;
  std::vector<bool> fits(column->strings().size());
  for (std::uint32_t code = 0; code < fits.size(); ++code) {
    fits[code] = std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
      return MatchesWildcard(absl::AsciiStrToLower(pattern), column->strings()[code]);
    });
  }
  for (std::uint32_t row = 0; row < batch.rows(); ++row) {
    if (column->Has(row) && fits[column->codes()[row]]) rows.Set(row);
  }
  return rows;
}

RowBitmap RowsOfRule(const TagRule& rule, const std::shared_ptr<const EventBatch>& batch) {
  RowBitmap rows(batch->rows(), true);
  if (!rule.hosts.empty()) rows.And(RowsLike(*batch, Field::kHostName, rule.hosts));
  if (!rule.inputs.empty()) {
    RowBitmap inputs = RowsLike(*batch, Field::kDeliverySource, rule.inputs);
    inputs.Or(RowsLike(*batch, Field::kLogFilePath, rule.inputs));
    inputs.Or(RowsLike(*batch, Field::kLogSourceAddress, rule.inputs));
    rows.And(inputs);
  }
  if (rule.match && !rows.None()) {
    BatchSource source(batch);
    const absl::StatusOr<RowBitmap> matched = EvaluateFilter(*rule.match, source);
    rows.And(matched.ok() ? *matched : RowBitmap(batch->rows()));
  }
  return rows;
}

}  // namespace

EventBatch WithRuleTags(const std::vector<TagRule>& rules, EventBatch batch) {
  if (rules.empty()) return batch;
  auto shared = std::make_shared<EventBatch>(std::move(batch));
  ListAddition tags(NameOf(Field::kTags), ColumnType::kKeywordList);
  for (const TagRule& rule : rules) {
    const RowBitmap rows = RowsOfRule(rule, shared);
    for (const std::string& tag : rule.tags) {
      const std::uint32_t value = tags.Value(tag);
      rows.ForEach([&](std::uint32_t row) { tags.Add(row, value); });
    }
  }
  tags.Apply(*shared);
  return std::move(*shared);
}

}  // namespace dims
