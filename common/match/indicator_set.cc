// SPDX-License-Identifier: Apache-2.0
#include "common/match/indicator_set.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/ascii.h"
#include "common/match/domain_suffixes.h"

namespace dims {
namespace {

constexpr std::size_t kHashBytesMax = 128;

bool Before(const Indicator& a, const Indicator& b) {
  return std::tie(a.observable.kind, a.observable.text, b.confidence, a.provider, a.name) <
         std::tie(b.observable.kind, b.observable.text, a.confidence, b.provider, b.name);
}

// Each distinct text once.
class Words {
 public:
  explicit Words(StringPool& pool) : pool_(pool) {}

  std::uint32_t Code(const std::string& word) {
    const auto [found, added] = codes_.try_emplace(word, pool_.size());
    if (added) pool_.Add(word);
    return found->second;
  }

 private:
  StringPool& pool_;
  absl::flat_hash_map<std::string, std::uint32_t> codes_;
};

}  // namespace

// Keeps the best of the records it is shown.
class IndicatorSet::Choice {
 public:
  Choice(const IndicatorSet& set, std::int64_t now_ns) : set_(set), now_ns_(now_ns) {}

  void operator()(std::uint32_t record) {
    const Record& shown = set_.records_[record];
    if (shown.expires_ns <= now_ns_) return;
    if (best_ == nullptr || shown.confidence > best_->confidence) best_ = &shown;
  }

  std::optional<Match> Best() const {
    if (best_ == nullptr) return std::nullopt;
    return Match{best_->confidence, best_->tlp, set_.words_[best_->provider],
                 set_.words_[best_->name]};
  }

 private:
  const IndicatorSet& set_;
  const std::int64_t now_ns_;
  const Record* best_ = nullptr;
};

IndicatorSet::IndicatorSet(std::vector<Indicator> indicators) {
  std::sort(indicators.begin(), indicators.end(), Before);
  Words words(words_);
  records_.reserve(indicators.size());
  for (std::size_t i = 0; i < indicators.size(); ++i) {
    const Indicator& from = indicators[i];
    const bool last = i + 1 == indicators.size() || indicators[i + 1].observable != from.observable;
    texts_.Add(from.observable.text);
    records_.push_back({from.expires_ns, words.Code(from.provider), words.Code(from.name),
                        from.confidence, from.tlp, from.observable.kind, last});
  }
  // Only now: the pool has stopped moving its bytes.
  bool first = true;
  for (std::uint32_t record = 0; record < records_.size(); ++record) {
    if (first) Index(record);
    first = records_[record].last_of_observable;
  }
  ranges_ = AddressRanges(blocks_);
}

void IndicatorSet::Index(std::uint32_t first) {
  const absl::string_view text = texts_[first];
  switch (records_[first].kind) {
    case ObservableKind::kAddress:
      if (const auto address = IpAddress::Parse(text)) addresses_[*address] = first;
      break;
    case ObservableKind::kCidr:
      if (const auto block = Cidr::Parse(text)) {
        blocks_.push_back(*block);
        first_of_block_.push_back(first);
      }
      break;
    case ObservableKind::kDomain:
      domains_[text] = first;
      break;
    case ObservableKind::kHash:
      hashes_[text] = first;
      break;
  }
}

template <typename Visit>
void IndicatorSet::VisitRecords(std::uint32_t first, Visit&& visit) const {
  for (std::uint32_t record = first;; ++record) {
    visit(record);
    if (records_[record].last_of_observable) return;
  }
}

template <typename Visit>
void IndicatorSet::VisitBlocks(std::uint32_t block, Visit&& visit) const {
  for (; block != AddressRanges::kNone; block = ranges_.Around(block)) {
    VisitRecords(first_of_block_[block], visit);
  }
}

template <typename Visit>
void IndicatorSet::VisitAddress(const IpAddress& address, Visit&& visit) const {
  if (const auto found = addresses_.find(address); found != addresses_.end())
    VisitRecords(found->second, visit);
  VisitBlocks(ranges_.Find(address), visit);
}

template <typename Visit>
void IndicatorSet::VisitDomain(absl::string_view domain, Visit&& visit) const {
  if (domains_.empty()) return;
  // An indicator has two labels or more.
  for (DomainSuffixes at(domain); at.text().find('.') != absl::string_view::npos; at.Up()) {
    if (const auto found = domains_.find(at.text()); found != domains_.end())
      VisitRecords(found->second, visit);
  }
}

template <typename Visit>
void IndicatorSet::VisitHash(absl::string_view hash, Visit&& visit) const {
  if (hashes_.empty() || hash.size() > kHashBytesMax) return;
  char lower[kHashBytesMax];
  for (std::size_t i = 0; i < hash.size(); ++i)
    lower[i] = absl::ascii_tolower(static_cast<unsigned char>(hash[i]));
  const auto found = hashes_.find(absl::string_view(lower, hash.size()));
  if (found != hashes_.end()) VisitRecords(found->second, visit);
}

std::optional<IndicatorSet::Match> IndicatorSet::BestOfAddress(const IpAddress& address,
                                                               std::int64_t now_ns) const {
  Choice choice(*this, now_ns);
  VisitAddress(address, choice);
  return choice.Best();
}

std::optional<IndicatorSet::Match> IndicatorSet::BestOfDomain(absl::string_view domain,
                                                              std::int64_t now_ns) const {
  Choice choice(*this, now_ns);
  VisitDomain(domain, choice);
  return choice.Best();
}

std::optional<IndicatorSet::Match> IndicatorSet::BestOfHash(absl::string_view hash,
                                                            std::int64_t now_ns) const {
  Choice choice(*this, now_ns);
  VisitHash(hash, choice);
  return choice.Best();
}

std::vector<Indicator> IndicatorSet::All(const Observable& observable, std::int64_t now_ns) const {
  std::vector<Indicator> out;
  const auto keep = [&](std::uint32_t record) {
    const Record& from = records_[record];
    if (from.expires_ns <= now_ns) return;
    out.push_back({{from.kind, std::string(texts_[record])},
                   from.confidence,
                   from.tlp,
                   from.expires_ns,
                   std::string(words_[from.provider]),
                   std::string(words_[from.name])});
  };
  switch (observable.kind) {
    case ObservableKind::kAddress:
      if (const auto address = IpAddress::Parse(observable.text)) VisitAddress(*address, keep);
      break;
    case ObservableKind::kCidr: {
      const auto wanted = Cidr::Parse(observable.text);
      std::uint32_t block = wanted ? ranges_.Find(wanted->first()) : AddressRanges::kNone;
      while (block != AddressRanges::kNone && blocks_[block].prefix_bits() > wanted->prefix_bits())
        block = ranges_.Around(block);
      VisitBlocks(block, keep);
      break;
    }
    case ObservableKind::kDomain:
      VisitDomain(observable.text, keep);
      break;
    case ObservableKind::kHash:
      VisitHash(observable.text, keep);
      break;
  }
  return out;
}

}  // namespace dims
