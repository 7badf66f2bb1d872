// SPDX-License-Identifier: Apache-2.0
#include "server/store/day_files.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"

namespace dims {
namespace {

constexpr std::size_t kWritersMax = 4;
constexpr absl::string_view kPrefix = "day-";
constexpr absl::string_view kSuffix = ".db";
constexpr std::size_t kDateDigits = 8;

// The day whose file has this name; false for any other name.
bool ParseName(absl::string_view name, DayNumber& day) {
  if (name.size() != kPrefix.size() + kDateDigits + kSuffix.size()) return false;
  int date = 0;
  if (!absl::SimpleAtoi(name.substr(kPrefix.size(), kDateDigits), &date)) return false;
  const absl::CivilDay civil(date / 10'000, date / 100 % 100, date % 100);
  day = civil - absl::CivilDay(1970, 1, 1);
  return name == DayFileName(day);
}

}  // namespace

std::vector<DayNumber> DayFiles::List() const {
  std::vector<DayNumber> days;
  if (!vfs_.empty()) return days;
  std::error_code error;
  for (auto at = std::filesystem::directory_iterator(directory_, error);
       !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
    DayNumber day = 0;
    if (ParseName(at->path().filename().string(), day)) days.push_back(day);
  }
  std::sort(days.begin(), days.end());
  return days;
}

std::shared_ptr<DayFile> DayFiles::Of(DayNumber day) {
  MutexLock lock(mutex_);
  if (const auto dropped = dropped_.find(day); dropped != dropped_.end()) {
    if (!dropped->second.expired()) return nullptr;
    dropped_.erase(dropped);
  }
  std::shared_ptr<DayFile>& file = files_[day];
  if (!file) file = std::make_shared<DayFile>(directory_, day, vfs_);
  return file;
}

std::shared_ptr<DayFile> DayFiles::WriterOf(DayNumber day) {
  // A dropped file must not live on because blocks were once added to it.
  std::erase_if(writers_, [](const auto& writer) { return writer->dropped(); });
  std::shared_ptr<DayFile> file = Of(day);
  if (!file) return file;
  std::erase(writers_, file);
  writers_.push_back(file);
  if (writers_.size() > kWritersMax) {
    // A checkpoint that fails leaves the log beside the file, where readers find it.
    writers_.front()->CloseWriter().IgnoreError();
    writers_.pop_front();
  }
  return file;
}

void DayFiles::Drop(DayNumber day) {
  MutexLock lock(mutex_);
  const auto found = files_.find(day);
  if (found == files_.end()) return;
  found->second->RemoveWhenUnused();
  dropped_[day] = found->second;
  files_.erase(found);
}

std::uint64_t DayFiles::MeasureBytes(DayNumber day) {
  MutexLock lock(mutex_);
  const auto found = files_.find(day);
  return found == files_.end() ? 0 : found->second->MeasureBytes();
}

}  // namespace dims
