// SPDX-License-Identifier: Apache-2.0
#include "server/store/open_days.h"

#include <algorithm>
#include <utility>

#include "common/base/check.h"
#include "common/event/concatenate.h"
#include "common/event/decoded_bytes.h"
#include "common/event/fields.h"
#include "common/event/select_rows.h"
#include "server/store/block/column_part.h"

namespace dims {
namespace {

// Slices up to this size are put together; larger ones (a full batch of an agent) cost nothing to
// speak of as they are, and putting them together would copy each row once more.
constexpr std::uint32_t kCompactedRowsMax = 4096;

// The event time of each row; rows without one count as received then.
std::vector<std::int64_t> TimesOf(const EventBatch& batch, std::int64_t received_ns) {
  const Column* times = batch.Find(NameOf(Field::kTimestamp), ColumnType::kTime);
  std::vector<std::int64_t> out(batch.rows(), received_ns);
  for (std::uint32_t row = 0; times != nullptr && row < batch.rows(); ++row) {
    if (times->Has(row)) out[row] = times->integers()[row];
  }
  return out;
}

std::vector<std::string> SitesOf(const EventBatch& batch) {
  std::vector<std::string> sites;
  const Column* column = batch.Find(NameOf(Field::kOrganizationId), ColumnType::kKeyword);
  if (column == nullptr) return sites;
  for (std::uint32_t i = 0; i < column->strings().size(); ++i) {
    sites.emplace_back(column->strings()[i]);
  }
  std::sort(sites.begin(), sites.end());
  return sites;
}

OpenSlice SliceOf(std::shared_ptr<const EventBatch> batch, DayNumber day, const OpenChunk& chunk,
                  std::int64_t min_ns, std::int64_t max_ns) {
  OpenSlice slice;
  slice.sites = SitesOf(*batch);
  slice.bytes = DecodedBytes(*batch);
  slice.batch = std::move(batch);
  slice.day = day;
  slice.tail_ids = {chunk.tail_id};
  slice.received_ns = chunk.received_ns;
  slice.min_time_ns = min_ns;
  slice.max_time_ns = max_ns;
  return slice;
}

// The rows of one day among several.
OpenSlice CutDay(const OpenChunk& chunk, DayNumber day, const std::vector<std::int64_t>& times) {
  RowBitmap keep(chunk.batch->rows());
  std::int64_t min_ns = DayEnd(day);
  std::int64_t max_ns = DayEnd(day - 1);
  for (std::uint32_t row = 0; row < times.size(); ++row) {
    if (DayOf(times[row]) != day) continue;
    keep.Set(row);
    min_ns = std::min(min_ns, times[row]);
    max_ns = std::max(max_ns, times[row]);
  }
  auto rows = std::make_shared<const EventBatch>(SelectRows(*chunk.batch, keep));
  return SliceOf(std::move(rows), day, chunk, min_ns, max_ns);
}

OpenSlice Join(const OpenSlice& a, const OpenSlice& b) {
  const EventBatch* const both[] = {a.batch.get(), b.batch.get()};
  OpenSlice joined;
  joined.batch = std::make_shared<const EventBatch>(Concatenate(both));
  joined.day = a.day;
  joined.tail_ids = a.tail_ids;
  joined.tail_ids.insert(joined.tail_ids.end(), b.tail_ids.begin(), b.tail_ids.end());
  joined.received_ns = std::min(a.received_ns, b.received_ns);
  joined.min_time_ns = std::min(a.min_time_ns, b.min_time_ns);
  joined.max_time_ns = std::max(a.max_time_ns, b.max_time_ns);
  std::set_union(a.sites.begin(), a.sites.end(), b.sites.begin(), b.sites.end(),
                 std::back_inserter(joined.sites));
  joined.bytes = DecodedBytes(*joined.batch);
  return joined;
}

}  // namespace

void OpenDays::Append(const OpenChunk& chunk,
                      const absl::flat_hash_map<DayNumber, std::int64_t>& sealed_upto) {
  const std::vector<std::int64_t> times = TimesOf(*chunk.batch, chunk.received_ns);
  std::vector<DayNumber> days;
  for (const std::int64_t time : times) {
    const DayNumber day = DayOf(time);
    if (days.empty() || day != days.back()) days.push_back(day);
  }
  std::sort(days.begin(), days.end());
  days.erase(std::unique(days.begin(), days.end()), days.end());
  const bool one_day = days.size() == 1;
  std::erase_if(days, [&](DayNumber day) {
    const auto found = sealed_upto.find(day);
    return found != sealed_upto.end() && chunk.tail_id <= found->second;
  });
  if (days.empty()) {
    empty_groups_.push_back(chunk.tail_id);
    return;
  }
  open_days_of_group_[chunk.tail_id] = static_cast<std::uint32_t>(days.size());
  for (const DayNumber day : days) {
    if (!one_day) {
      AddSlice(CutDay(chunk, day, times));
      continue;
    }
    const auto [min, max] = std::minmax_element(times.begin(), times.end());
    AddSlice(SliceOf(chunk.batch, day, chunk, *min, *max));
  }
}

void OpenDays::AddSlice(OpenSlice slice) {
  rows_ += slice.batch->rows();
  bytes_ += slice.bytes;
  const DayNumber day = slice.day;
  std::vector<OpenSlice>& slices = days_[day];
  DIMS_CHECK(slices.empty() || slices.back().tail_ids.back() < slice.tail_ids.front());
  slices.push_back(std::move(slice));
  Compact(slices, frozen_day_ == day ? frozen_count_ : 0);
}

// As long as the last two are alike in size they become one: each row is copied a logarithmic
// number of times.
void OpenDays::Compact(std::vector<OpenSlice>& slices, std::size_t frozen) {
  while (slices.size() >= frozen + 2) {
    const std::uint32_t last = slices.back().batch->rows();
    const std::uint32_t before = slices[slices.size() - 2].batch->rows();
    if (before + last > kCompactedRowsMax || before > 2 * last) return;
    OpenSlice joined = Join(slices[slices.size() - 2], slices.back());
    bytes_ -= slices[slices.size() - 2].bytes + slices.back().bytes;
    bytes_ += joined.bytes;
    slices.pop_back();
    slices.back() = std::move(joined);
  }
}

std::vector<OpenSlice> OpenDays::Freeze(DayNumber day) {
  DIMS_CHECK(!frozen_day_);
  const auto found = days_.find(day);
  if (found == days_.end()) return {};
  const std::vector<OpenSlice>& slices = found->second;
  std::uint64_t rows = 0;
  std::size_t count = 0;
  while (count < slices.size()) {
    rows += slices[count].batch->rows();
    if (count > 0 && rows > kBlockRowsMax) break;
    ++count;
  }
  frozen_day_ = day;
  frozen_count_ = count;
  return {slices.begin(), slices.begin() + static_cast<std::ptrdiff_t>(count)};
}

std::vector<std::int64_t> OpenDays::CoveredByFrozen() const {
  std::vector<std::int64_t> covered;
  if (!frozen_day_) return covered;
  const std::vector<OpenSlice>& slices = days_.at(*frozen_day_);
  for (std::size_t i = 0; i < frozen_count_; ++i) {
    for (const std::int64_t id : slices[i].tail_ids) {
      if (open_days_of_group_.at(id) == 1) covered.push_back(id);
    }
  }
  return covered;
}

void OpenDays::Release() {
  if (!frozen_day_) return;
  std::vector<OpenSlice>& slices = days_[*frozen_day_];
  for (std::size_t i = 0; i < frozen_count_; ++i) {
    rows_ -= slices[i].batch->rows();
    bytes_ -= slices[i].bytes;
    for (const std::int64_t id : slices[i].tail_ids) {
      const auto found = open_days_of_group_.find(id);
      if (--found->second == 0) open_days_of_group_.erase(found);
    }
  }
  slices.erase(slices.begin(), slices.begin() + static_cast<std::ptrdiff_t>(frozen_count_));
  if (slices.empty()) days_.erase(*frozen_day_);
  Thaw();
}

void OpenDays::Thaw() {
  frozen_day_.reset();
  frozen_count_ = 0;
}

std::vector<OpenSlice> OpenDays::Slices() const {
  std::vector<OpenSlice> all;
  for (const auto& [day, slices] : days_) all.insert(all.end(), slices.begin(), slices.end());
  return all;
}

std::vector<OpenDayFigures> OpenDays::Figures() const {
  std::vector<OpenDayFigures> figures;
  for (const auto& [day, slices] : days_) {
    OpenDayFigures of_day;
    of_day.day = day;
    of_day.oldest_received_ns = slices.front().received_ns;
    of_day.oldest_tail_id = slices.front().tail_ids.front();
    for (const OpenSlice& slice : slices) {
      of_day.rows += slice.batch->rows();
      of_day.bytes += slice.bytes;
      of_day.oldest_received_ns = std::min(of_day.oldest_received_ns, slice.received_ns);
    }
    figures.push_back(of_day);
  }
  return figures;
}

}  // namespace dims
