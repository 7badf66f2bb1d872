// SPDX-License-Identifier: Apache-2.0
#include "agent/policy/policy.h"

#include <optional>
#include <utility>

#include "agent/policy/column_rows.h"
#include "agent/policy/matching_rows.h"
#include "common/event/column_builder.h"
#include "common/event/fields.h"

namespace dims {
namespace {

// Batches are shared with the filters that read them, and taken back.
EventBatch TakeBack(std::shared_ptr<EventBatch> shared) {
  return std::move(*shared);
}

}  // namespace

std::shared_ptr<const Policy> Policy::Make(const PolicyConfig& config, const PrivacyKey& key) {
  if (config.empty()) return nullptr;
  return std::shared_ptr<const Policy>(new Policy(config, key));
}

Policy::Policy(const PolicyConfig& config, const PrivacyKey& key)
    : drops_(config.drops),
      tlps_(config.tlps),
      fields_(config.fields, config.deny_by_default),
      redactor_(config.redactions, key) {}

EventBatch Policy::Apply(EventBatch batch, PolicyCounts& counts) const {
  if (!drops_.empty()) {
    auto shared = std::make_shared<EventBatch>(std::move(batch));
    RowBitmap dropped(shared->rows());
    for (const FilterNode& drop : drops_) dropped.Or(MatchingRows(shared, drop));
    RowBitmap kept(shared->rows(), true);
    dropped.ForEach([&](std::uint32_t row) { kept.Clear(row); });
    counts.dropped += dropped.Count();
    batch = kept.All() ? TakeBack(std::move(shared)) : WithoutTrace(*shared, kept);
  }
  if (batch.rows() == 0) return batch;
  if (!tlps_.empty()) batch = WithLabels(std::move(batch));
  if (redactor_.empty()) return fields_.Apply(std::move(batch));
  const EventSecrets secrets = redactor_.Collect(batch);
  return redactor_.Apply(fields_.Apply(std::move(batch)), secrets, counts.redacted);
}

EventBatch Policy::WithLabels(EventBatch batch) const {
  const auto shared = std::make_shared<EventBatch>(std::move(batch));
  std::vector<std::optional<Tlp>> labels(shared->rows());
  for (const TlpRule& rule : tlps_) {
    MatchingRows(shared, rule.where).ForEach([&](std::uint32_t row) { labels[row] = rule.tlp; });
  }
  const absl::string_view name = NameOf(Field::kTlp);
  const Column* const before = shared->Find(name, ColumnType::kKeyword);
  ColumnBuilder builder(name, ColumnType::kKeyword);
  for (std::uint32_t row = 0; row < shared->rows(); ++row) {
    if (labels[row]) {
      builder.SetBytes(row, TlpName(*labels[row]));
    } else if (before != nullptr && before->Has(row)) {
      builder.SetBytes(row, before->TextAt(row));
    }
  }
  if (!builder.empty()) shared->Put(builder.Take(shared->rows()));
  return TakeBack(shared);
}

}  // namespace dims
