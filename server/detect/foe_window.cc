// SPDX-License-Identifier: Apache-2.0
#include "server/detect/foe_window.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "common/base/little_endian.h"

namespace dims {
namespace {

constexpr std::uint8_t kVersion = 2;
constexpr std::int64_t kThinningNs = FoeWindow::kSpanNs / 6;
constexpr std::size_t kAlertedMax = 32;

bool Earlier(const FoeWindow::Moment& a, const FoeWindow::Moment& b) {
  return std::tie(a.time_ns, a.site, a.event_id) < std::tie(b.time_ns, b.site, b.event_id);
}

// The first moment of each site, then the oldest others, as many as an alert shows.
FoeWindow::Finding FindingOf(const FoeWindow::Moment* begin, const FoeWindow::Moment* end) {
  FoeWindow::Finding out;
  out.start_ns = begin->time_ns;
  std::set<std::string> sites;
  std::vector<const FoeWindow::Moment*> chosen;
  std::vector<const FoeWindow::Moment*> others;
  for (const FoeWindow::Moment* at = begin; at != end; ++at) {
    (sites.insert(at->site).second ? chosen : others).push_back(at);
    out.tlp = std::max(out.tlp, at->tlp);
  }
  for (const FoeWindow::Moment* other : others) {
    if (chosen.size() < kAlertEvidenceMax) chosen.push_back(other);
  }
  chosen.resize(std::min(chosen.size(), kAlertEvidenceMax));
  std::sort(chosen.begin(), chosen.end());  // they lie in order of time
  for (const FoeWindow::Moment* moment : chosen) out.evidence.push_back(moment->event_id);
  out.sites.assign(sites.begin(), sites.end());
  return out;
}

class Reader {
 public:
  explicit Reader(absl::string_view bytes) : rest_(bytes) {}

  template <typename T>
  T Number() {
    if (rest_.size() < sizeof(T)) {
      whole_ = false;
      return T{};
    }
    const T value = ReadLittleEndian<T>(rest_);
    rest_.remove_prefix(sizeof(T));
    return value;
  }

  std::string Text() {
    const auto size = Number<std::uint16_t>();
    if (rest_.size() < size) {
      whole_ = false;
      return "";
    }
    std::string out(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return out;
  }

  bool whole() const { return whole_; }

  bool AtEnd() const { return whole_ && rest_.empty(); }

 private:
  absl::string_view rest_;
  bool whole_ = true;
};

void AppendText(std::string& out, absl::string_view text) {
  text = text.substr(0, 0xffff);
  AppendLittleEndian(out, static_cast<std::uint16_t>(text.size()));
  out.append(text.data(), text.size());
}

}  // namespace

void FoeWindow::Add(Moment moment) {
  moments_.push_back(std::move(moment));
  if (moments_.size() >= 4 * kFoeMomentsMax) Thin();
}

// Of the moments of one site within the same ten minutes only the first and the last can be the
// nearest to a moment elsewhere, and within them all are near enough.
void FoeWindow::Thin() {
  std::sort(moments_.begin(), moments_.end(), Earlier);
  std::map<std::pair<std::string, std::int64_t>, std::pair<std::size_t, std::size_t>> ends;
  for (std::size_t i = 0; i < moments_.size(); ++i) {
    const std::int64_t bucket = moments_[i].time_ns / kThinningNs;
    const auto [found, added] = ends.try_emplace({moments_[i].site, bucket}, i, i);
    found->second.second = i;
    // A fresh moment anywhere among them counts as fresh at both ends.
    if (moments_[i].fresh) moments_[found->second.first].fresh = true;
    if (moments_[found->second.first].fresh) moments_[i].fresh = true;
    // Those between the ends go; what they were labelled stays.
    moments_[i].tlp = moments_[found->second.first].tlp =
        std::max(moments_[i].tlp, moments_[found->second.first].tlp);
  }
  std::vector<std::size_t> kept;
  for (const auto& [bucket, end] : ends) {
    kept.push_back(end.first);
    if (end.second != end.first) kept.push_back(end.second);
  }
  std::sort(kept.begin(), kept.end());
  std::vector<Moment> thinned;
  for (const std::size_t i : kept) thinned.push_back(std::move(moments_[i]));
  if (thinned.size() > kFoeMomentsMax)
    thinned.erase(thinned.begin(), thinned.end() - static_cast<std::ptrdiff_t>(kFoeMomentsMax));
  moments_ = std::move(thinned);
}

bool FoeWindow::AlertedNear(std::int64_t start_ns) const {
  return std::any_of(alerted_.begin(), alerted_.end(), [&](std::int64_t alerted) {
    return start_ns > alerted - kSpanNs && start_ns < alerted + kSpanNs;
  });
}

std::vector<FoeWindow::Finding> FoeWindow::Evaluate() {
  Thin();
  std::vector<Finding> out;
  std::size_t end = 0;
  for (std::size_t begin = 0; begin < moments_.size(); ++begin) {
    if (AlertedNear(moments_[begin].time_ns)) continue;
    end = std::max(end, begin);
    while (end < moments_.size() && moments_[end].time_ns < moments_[begin].time_ns + kSpanNs)
      ++end;
    bool fresh = false;
    bool several = false;
    for (std::size_t i = begin; i < end; ++i) {
      fresh |= moments_[i].fresh;
      several |= moments_[i].site != moments_[begin].site;
    }
    if (!fresh || !several) continue;
    out.push_back(FindingOf(&moments_[begin], moments_.data() + end));
    alerted_.push_back(moments_[begin].time_ns);
  }
  std::sort(alerted_.begin(), alerted_.end());
  if (alerted_.size() > kAlertedMax)
    alerted_.erase(alerted_.begin(), alerted_.end() - static_cast<std::ptrdiff_t>(kAlertedMax));
  for (Moment& moment : moments_) moment.fresh = false;
  return out;
}

void FoeWindow::Trim(std::int64_t now_ns) {
  const std::int64_t oldest = now_ns - 2 * kSpanNs;
  std::erase_if(moments_, [&](const Moment& moment) { return moment.time_ns < oldest; });
  std::erase_if(alerted_, [&](std::int64_t start) { return start < oldest; });
}

std::int64_t FoeWindow::ExpiresNs() const {
  std::int64_t newest = 0;
  for (const Moment& moment : moments_) newest = std::max(newest, moment.time_ns);
  for (const std::int64_t start : alerted_) newest = std::max(newest, start);
  return newest + 2 * kSpanNs;
}

std::string FoeWindow::Encode() const {
  std::string out;
  AppendLittleEndian(out, kVersion);
  AppendLittleEndian(out, static_cast<std::uint16_t>(alerted_.size()));
  for (const std::int64_t start : alerted_) AppendLittleEndian(out, start);
  AppendLittleEndian(out, static_cast<std::uint16_t>(moments_.size()));
  for (const Moment& moment : moments_) {
    AppendLittleEndian(out, moment.time_ns);
    AppendLittleEndian(out, static_cast<std::uint8_t>(moment.tlp));
    AppendText(out, moment.site);
    AppendText(out, moment.event_id);
  }
  return out;
}

FoeWindow FoeWindow::Decode(absl::string_view bytes) {
  Reader reader(bytes);
  FoeWindow out;
  if (reader.Number<std::uint8_t>() != kVersion) return {};
  const auto alerted_count = reader.Number<std::uint16_t>();
  for (int i = 0; i < alerted_count && reader.whole(); ++i)
    out.alerted_.push_back(reader.Number<std::int64_t>());
  const auto moments_count = reader.Number<std::uint16_t>();
  for (int i = 0; i < moments_count && reader.whole(); ++i) {
    Moment& moment = out.moments_.emplace_back();
    moment.time_ns = reader.Number<std::int64_t>();
    moment.tlp = std::min(static_cast<Tlp>(reader.Number<std::uint8_t>()), Tlp::kRed);
    moment.site = reader.Text();
    moment.event_id = reader.Text();
  }
  return reader.AtEnd() ? out : FoeWindow();
}

}  // namespace dims
