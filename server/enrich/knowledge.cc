// SPDX-License-Identifier: Apache-2.0
#include "server/enrich/knowledge.h"

#include <algorithm>
#include <array>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace dims {
namespace {

constexpr std::array<absl::string_view, 3> kIffNames = {"friend", "foe", "unknown"};

std::string OwnerOf(const Netmap& netmap, const Observable& observable) {
  switch (observable.kind) {
    case ObservableKind::kAddress:
    case ObservableKind::kCidr:
      if (const std::optional<Cidr> block = Cidr::Parse(observable.text))
        return std::string(netmap.OwnerOf(block->first()));
      return "";
    case ObservableKind::kDomain:
      return std::string(netmap.OwnerOfDomain(observable.text));
    case ObservableKind::kHash:
      return "";
  }
  return "";
}

}  // namespace

absl::string_view IffName(Iff iff) {
  return kIffNames[static_cast<std::size_t>(iff)];
}

Iff KnowledgeView::Judge(absl::string_view owner, const std::optional<IndicatorSet::Match>& match) {
  if (!owner.empty()) return Iff::kFriend;
  return match && match->confidence >= kFoeConfidenceMin ? Iff::kFoe : Iff::kUnknown;
}

KnowledgeView Knowledge::View() const {
  MutexLock lock(mutex_);
  return view_;
}

void Knowledge::SetNetmap(std::shared_ptr<const Netmap> netmap) {
  MutexLock lock(mutex_);
  view_.netmap = std::move(netmap);
}

void Knowledge::SetIndicators(std::shared_ptr<const IndicatorSet> indicators) {
  MutexLock lock(mutex_);
  view_.indicators = std::move(indicators);
}

std::string LookupAnswer::LineOf(const Indicator& indicator) {
  std::string line = absl::StrCat(indicator.provider, ": ");
  if (!indicator.name.empty()) absl::StrAppend(&line, indicator.name, ", ");
  absl::StrAppend(&line, "confidence ", indicator.confidence, ", TLP ", TlpName(indicator.tlp));
  if (indicator.expires_ns != kNeverExpires)
    absl::StrAppend(&line, ", until ",
                    absl::FormatTime("%Y-%m-%d %H:%MZ", absl::FromUnixNanos(indicator.expires_ns),
                                     absl::UTCTimeZone()));
  return absl::StrCat(line, " (", indicator.observable.text, ")");
}

std::vector<LookupAnswer> Look(const KnowledgeView& knowledge,
                               const std::vector<std::string>& values, Tlp ceiling,
                               std::int64_t now_ns) {
  std::vector<LookupAnswer> out;
  for (const std::string& value : values) {
    LookupAnswer& answer = out.emplace_back();
    answer.value = value;
    const std::optional<Observable> observable = Observable::Parse(value);
    if (!observable) continue;
    answer.understood = true;
    answer.observable = *observable;
    answer.owner = OwnerOf(*knowledge.netmap, *observable);
    answer.indicators = knowledge.indicators->All(*observable, now_ns);
    std::optional<IndicatorSet::Match> best;
    for (const Indicator& indicator : answer.indicators) {
      if (!best || indicator.confidence > best->confidence)
        best = IndicatorSet::Match{indicator.confidence, indicator.tlp, "", ""};
    }
    answer.iff = KnowledgeView::Judge(answer.owner, best);
    std::erase_if(answer.indicators, [&](const Indicator& one) { return one.tlp > ceiling; });
  }
  return out;
}

}  // namespace dims
