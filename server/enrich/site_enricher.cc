// SPDX-License-Identifier: Apache-2.0
#include "server/enrich/site_enricher.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "common/event/column_builder.h"
#include "common/event/fields.h"
#include "common/geo/geo_columns.h"
#include "common/match/observable_fields.h"

namespace dims {
namespace {

const Column* FindField(const EventBatch& batch, Field field) {
  const FieldDefinition& definition = DefinitionOf(field);
  return batch.Find(definition.name, definition.type);
}

// A keyword column with one small code a row: 0 is absent, code c has the value words[c - 1].
// Words that no row has are left out.
std::optional<Column> ColumnOf(Field field, std::span<const absl::string_view> words,
                               std::span<const std::uint32_t> code_of_row) {
  ColumnParts parts;
  parts.name = std::string(NameOf(field));
  parts.type = ColumnType::kKeyword;
  parts.rows = static_cast<std::uint32_t>(code_of_row.size());
  parts.codes.assign(code_of_row.size(), 0);
  std::vector<std::uint32_t> given(words.size() + 1, 0);  // the column's code + 1
  RowBitmap presence(parts.rows);
  for (std::uint32_t row = 0; row < parts.rows; ++row) {
    const std::uint32_t code = code_of_row[row];
    if (code == 0) continue;
    if (given[code] == 0) given[code] = parts.strings.Add(words[code - 1]) + 1;
    parts.codes[row] = given[code] - 1;
    presence.Set(row);
  }
  if (presence.None()) return std::nullopt;
  if (!presence.All()) parts.presence = std::move(presence);
  return Column(std::move(parts));
}

// Friend or foe, and owner, of one end of the events.
class EndJudge {
 public:
  EndJudge(const KnowledgeView& view, std::int64_t now_ns, std::uint32_t rows)
      : view_(view), now_ns_(now_ns), iff_(rows, 0), owner_(rows, 0) {}

  void JudgeAddresses(const Column& column) {
    for (const IpAddress& address : column.addresses()) {
      Judge(view_.netmap->OwnerOf(address),
            [&] { return view_.indicators->BestOfAddress(address, now_ns_); });
    }
    Spread(column);
  }

  // Only rows that have no address.
  void JudgeDomains(const Column& column) {
    for (std::uint32_t code = 0; code < column.dictionary_size(); ++code) {
      const absl::string_view domain = column.strings()[code];
      Judge(view_.netmap->OwnerOfDomain(domain),
            [&] { return view_.indicators->BestOfDomain(domain, now_ns_); });
    }
    Spread(column);
  }

  void Append(Field iff, Field owner, std::vector<Column>& annex) const {
    const std::array words = {IffName(Iff::kFriend), IffName(Iff::kFoe), IffName(Iff::kUnknown)};
    if (auto column = ColumnOf(iff, words, iff_)) annex.push_back(*std::move(column));
    if (auto column = ColumnOf(owner, owners_, owner_)) annex.push_back(*std::move(column));
  }

 private:
  struct Verdict {
    std::uint32_t iff = 0;    // Iff + 1
    std::uint32_t owner = 0;  // place in owners_ + 1
  };

  // `match` is asked only where the answer depends on it.
  template <typename Match>
  void Judge(absl::string_view owner, Match&& match) {
    const Iff iff = owner.empty() ? KnowledgeView::Judge(owner, match()) : Iff::kFriend;
    verdicts_.push_back({static_cast<std::uint32_t>(iff) + 1, OwnerCode(owner)});
  }

  std::uint32_t OwnerCode(absl::string_view owner) {
    if (owner.empty()) return 0;
    const auto [found, added] = owner_codes_.try_emplace(owner, owners_.size() + 1);
    if (added) owners_.push_back(owner);
    return static_cast<std::uint32_t>(found->second);
  }

  void Spread(const Column& column) {
    for (std::uint32_t row = 0; row < column.rows(); ++row) {
      if (!column.Has(row) || iff_[row] != 0) continue;
      iff_[row] = verdicts_[column.codes()[row]].iff;
      owner_[row] = verdicts_[column.codes()[row]].owner;
    }
    verdicts_.clear();
  }

  const KnowledgeView& view_;
  const std::int64_t now_ns_;
  std::vector<Verdict> verdicts_;  // per distinct value of the column at hand
  std::vector<std::uint32_t> iff_;
  std::vector<std::uint32_t> owner_;
  std::vector<absl::string_view> owners_;
  absl::flat_hash_map<absl::string_view, std::size_t> owner_codes_;
};

// The most confident match of each event.
class ThreatMarker {
 public:
  ThreatMarker(const KnowledgeView& view, std::int64_t now_ns, std::uint32_t rows)
      : indicators_(*view.indicators), now_ns_(now_ns), hit_of_row_(rows, 0) {}

  void MatchAddresses(const Column& column) {
    hit_of_value_.clear();
    bool any = false;
    for (const IpAddress& address : column.addresses())
      any |= Note(indicators_.BestOfAddress(address, now_ns_), address);
    if (any) Spread(column);
  }

  void MatchStrings(const Column& column, bool hashes) {
    hit_of_value_.clear();
    bool any = false;
    for (std::uint32_t code = 0; code < column.strings().size(); ++code) {
      const absl::string_view text = column.strings()[code];
      any |= Note(
          hashes ? indicators_.BestOfHash(text, now_ns_) : indicators_.BestOfDomain(text, now_ns_),
          std::nullopt);
    }
    if (any) Spread(column);
  }

  void Append(std::vector<Column>& annex) const {
    if (hits_.empty()) return;
    ColumnBuilder ip(NameOf(Field::kThreatIndicatorIp), ColumnType::kIp);
    ColumnBuilder name(NameOf(Field::kThreatIndicatorName), ColumnType::kKeyword);
    ColumnBuilder confidence(NameOf(Field::kThreatIndicatorConfidence), ColumnType::kInteger);
    ColumnBuilder provider(NameOf(Field::kThreatIndicatorProvider), ColumnType::kKeyword);
    for (std::uint32_t row = 0; row < hit_of_row_.size(); ++row) {
      if (hit_of_row_[row] == 0) continue;
      const Hit& hit = hits_[hit_of_row_[row] - 1];
      if (hit.address) ip.SetIp(row, *hit.address);
      if (!hit.match.name.empty()) name.SetBytes(row, hit.match.name);
      confidence.SetInteger(row, hit.match.confidence);
      provider.SetBytes(row, hit.match.provider);
    }
    for (ColumnBuilder* builder : {&ip, &name, &confidence, &provider}) {
      if (!builder->empty())
        annex.push_back(builder->Take(static_cast<std::uint32_t>(hit_of_row_.size())));
    }
  }

 private:
  struct Hit {
    IndicatorSet::Match match;
    std::optional<IpAddress> address;
  };

  bool Note(const std::optional<IndicatorSet::Match>& match,
            const std::optional<IpAddress>& address) {
    if (match) hits_.push_back({*match, address});
    hit_of_value_.push_back(match ? static_cast<std::uint32_t>(hits_.size()) : 0);
    return match.has_value();
  }

  void Improve(std::uint32_t row, std::uint32_t hit) {
    std::uint32_t& best = hit_of_row_[row];
    const bool better = hit != 0 && (best == 0 || hits_[hit - 1].match.confidence >
                                                      hits_[best - 1].match.confidence);
    if (better) best = hit;
  }

  void Spread(const Column& column) {
    const bool lists =
        column.type() == ColumnType::kIpList || column.type() == ColumnType::kKeywordList;
    for (std::uint32_t row = 0; row < column.rows(); ++row) {
      if (!column.Has(row)) continue;
      const std::uint32_t code = column.codes()[row];
      if (!lists) {
        Improve(row, hit_of_value_[code]);
        continue;
      }
      for (const std::uint32_t element : column.ListAt(code)) Improve(row, hit_of_value_[element]);
    }
  }

  const IndicatorSet& indicators_;
  const std::int64_t now_ns_;
  std::vector<Hit> hits_;
  std::vector<std::uint32_t> hit_of_value_;  // per distinct value of the column at hand, + 1
  std::vector<std::uint32_t> hit_of_row_;    // + 1
};

}  // namespace

void SiteEnricher::Enrich(const EventBatch& batch, std::vector<Column>& annex) {
  AppendGeoColumns(geo_.View(), batch, annex);
  const KnowledgeView view = knowledge_.View();
  const std::int64_t now_ns = absl::ToUnixNanos(clock_.Now());
  const auto judge = [&](Field ip, Field domain, Field iff, Field owner) {
    EndJudge end(view, now_ns, batch.rows());
    if (const Column* column = FindField(batch, ip)) end.JudgeAddresses(*column);
    if (const Column* column = FindField(batch, domain)) end.JudgeDomains(*column);
    end.Append(iff, owner, annex);
  };
  judge(Field::kSourceIp, Field::kSourceDomain, Field::kSourceIff, Field::kSourceOwner);
  judge(Field::kDestinationIp, Field::kDestinationDomain, Field::kDestinationIff,
        Field::kDestinationOwner);
  if (view.indicators->size() == 0) return;
  ThreatMarker marker(view, now_ns, batch.rows());
  for (const Field field : kAddressFields) {
    if (const Column* column = FindField(batch, field)) marker.MatchAddresses(*column);
  }
  for (const Field field : kDomainFields) {
    if (const Column* column = FindField(batch, field)) marker.MatchStrings(*column, false);
  }
  for (const Field field : kHashFields) {
    if (const Column* column = FindField(batch, field)) marker.MatchStrings(*column, true);
  }
  marker.Append(annex);
}

}  // namespace dims
