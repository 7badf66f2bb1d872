// SPDX-License-Identifier: Apache-2.0
// What is secret in which event of a batch.
#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/policy/batch_redactor.h"
#include "agent/policy/column_rows.h"
#include "agent/policy/derived_fields.h"
#include "common/event/fields.h"

namespace dims {
namespace {

// What the line wrote may differ from what the parser kept: it made the bytes valid UTF-8, and
// control characters visible.
bool WasRepaired(absl::string_view value) {
  return absl::StrContains(value, "\xef\xbf\xbd") || absl::StrContains(value, "\\x") ||
         absl::StrContains(value, "\\u00");
}

// The columns by which others were looked up, and what NAT made of them, once each.
void AddKeysOfLookedUp(const EventBatch& batch, std::vector<const Column*>& columns) {
  const bool any = std::any_of(batch.columns().begin(), batch.columns().end(),
                               [](const Column& c) { return OriginOf(c.name()) != kNoOrigin; });
  if (!any) return;
  std::vector<Field> fields = {Field::kSourceNatIp, Field::kDestinationNatIp};
  for (const Origin origin : kOrigins) {
    fields.insert(fields.end(), KeysOf(origin).begin(), KeysOf(origin).end());
  }
  for (const Field field : fields) {
    const Column* const column = batch.Find(NameOf(field), DefinitionOf(field).type);
    if (column == nullptr) continue;
    if (std::find(columns.begin(), columns.end(), column) == columns.end()) {
      columns.push_back(column);
    }
  }
}

bool IsTruth(const Column& column) {
  return column.type() == ColumnType::kBool;
}

}  // namespace

// The identifier may leave only where both addresses that it was made of do.
bool BatchRedactor::HidesCommunityId(const EventBatch& batch, std::uint32_t row) const {
  if (!hides_ends_) return false;
  for (const Field field : {Field::kSourceIp, Field::kDestinationIp}) {
    const Column* const column = batch.Find(NameOf(field), ColumnType::kIp);
    if (column == nullptr || !column->Has(row)) return true;
    if (OfField(column->name()) != nullptr) return true;
    if (redactor_.Find(column->addresses()[column->codes()[row]]) != nullptr) return true;
  }
  return false;
}

EventSecrets::Set BatchRedactor::SecretsOf(const EventBatch& batch, std::uint32_t row,
                                           bool community) const {
  EventSecrets::Set set;
  set.secrets.community_ids = community;
  for (const Column& column : batch.columns()) {
    const Replacement* const with = OfField(column.name());
    if (with == nullptr || !column.Has(row) || IsTruth(column)) continue;
    for (const std::string& value : ValuesOf(column, row)) {
      set.secrets.Add(value, *with);
      set.original_stays = set.original_stays || WasRepaired(value);
    }
  }
  HideLookedUp(batch, row, set);
  // One of them may be an end of the connection.
  if (!set.secrets.addresses.empty()) set.secrets.community_ids = true;
  return set;
}

// What replaces a value that others were looked up by; null: nothing does.
const Replacement* BatchRedactor::OfKey(const Column& column, std::uint32_t row,
                                        const RowSecrets& secrets) const {
  const Replacement* const whole = OfField(column.name());
  if (whole != nullptr) return whole;
  if (column.type() != ColumnType::kIp) {
    std::string out;
    const bool hit = redactor_.Redact(column.TextAt(row), secrets, &out);
    return hit ? &masked_ : nullptr;
  }
  const IpAddress& address = column.addresses()[column.codes()[row]];
  for (const RowSecrets::Address& secret : secrets.addresses) {
    if (secret.address == address) return &masked_;
  }
  return redactor_.Find(address);
}

void BatchRedactor::HideLookedUp(const EventBatch& batch, std::uint32_t row,
                                 EventSecrets::Set& set) const {
  const Field outsides[] = {Field::kSourceNatIp, Field::kDestinationNatIp};
  const RowSecrets named = set.secrets;
  for (const Origin origin : kOrigins) {
    for (const Field key : KeysOf(origin)) {
      const FieldDefinition& definition = DefinitionOf(key);
      const Column* const column = batch.Find(definition.name, definition.type);
      if (column == nullptr || !column->Has(row)) continue;
      const Replacement* const with = OfKey(*column, row, named);
      if (with == nullptr) continue;
      set.hidden = static_cast<std::uint8_t>(set.hidden | origin);
      if (key != Field::kSourceIp && key != Field::kDestinationIp) continue;
      const absl::string_view outside = NameOf(outsides[origin == kOfSource ? 0 : 1]);
      const Column* const nat = batch.Find(outside, ColumnType::kIp);
      if (nat == nullptr || !nat->Has(row)) continue;
      set.secrets.Add(nat->addresses()[nat->codes()[row]], *with);
    }
  }
}

EventSecrets BatchRedactor::Collect(const EventBatch& batch) const {
  EventSecrets out;
  out.sets.resize(1);
  out.of_row.assign(batch.rows(), 0);
  std::vector<const Column*> named;
  for (const Column& column : batch.columns()) {
    if (OfField(column.name()) != nullptr) named.push_back(&column);
  }
  AddKeysOfLookedUp(batch, named);
  // Rows with the same codes have the same secrets; texts and numbers have no codes.
  absl::flat_hash_map<std::string, std::uint32_t> known;
  for (std::uint32_t row = 0; row < batch.rows(); ++row) {
    const bool community = HidesCommunityId(batch, row);
    std::string key = community ? "c" : "-";
    for (const Column* const column : named) {
      const bool coded = !column->codes().empty();
      absl::StrAppend(&key, ",",
                      !column->Has(row) ? -1
                      : coded           ? std::int64_t{column->codes()[row]}
                                        : row);
    }
    const auto [entry, fresh] = known.try_emplace(std::move(key), 0);
    if (fresh) {
      EventSecrets::Set set = SecretsOf(batch, row, community);
      if (!set.empty()) {
        entry->second = static_cast<std::uint32_t>(out.sets.size());
        out.sets.push_back(std::move(set));
      }
    }
    out.of_row[row] = entry->second;
  }
  return out;
}

}  // namespace dims
