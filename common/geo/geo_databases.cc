// SPDX-License-Identifier: Apache-2.0
#include "common/geo/geo_databases.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/log.h"

namespace dims {

GeoDatabases::GeoDatabases(std::vector<std::string> paths, std::string directory)
    : directory_(std::move(directory)) {
  MutexLock lock(mutex_);
  for (std::string& path : paths) {
    slots_.emplace_back();
    slots_.back().path = std::move(path);
  }
}

void GeoDatabases::Refresh() {
  std::vector<std::size_t> changed;
  {
    MutexLock lock(mutex_);
    for (std::size_t n = 0; n < slots_.size(); ++n) {
      if (slots_[n].change.Changed(slots_[n].path)) changed.push_back(n);
      TellDamage(slots_[n]);
    }
  }
  for (const std::size_t n : changed) Reopen(n);
}

// Copying takes its time: nobody waits for it.
void GeoDatabases::Reopen(std::size_t n) {
  std::string path;
  {
    MutexLock lock(mutex_);
    path = slots_[n].path;
  }
  absl::StatusOr<std::unique_ptr<GeoDatabase>> opened = GeoDatabase::Open(path, directory_);
  MutexLock lock(mutex_);
  Slot& slot = slots_[n];
  if (opened.ok()) {
    slot.open = *std::move(opened);
    slot.trouble.clear();
    slot.damage_told = false;
    LogInfo(path, ": ", slot.open->type(), " in use");
    return;
  }
  slot.trouble = std::string(opened.status().message());
  LogWarning(slot.trouble, slot.open != nullptr
                               ? "; the one read before stays in use"
                               : "; addresses are not located by it until it is there");
}

void GeoDatabases::TellDamage(Slot& slot) {
  if (slot.open == nullptr || slot.damage_told || slot.open->damaged() == 0) return;
  slot.damage_told = true;
  LogWarning(slot.path, ": it has damaged records, which are passed over; fetch it again");
}

GeoView GeoDatabases::View() const {
  MutexLock lock(mutex_);
  GeoView view;
  for (const Slot& slot : slots_) {
    if (slot.open != nullptr) view.push_back(slot.open);
  }
  return view;
}

std::vector<std::pair<std::string, std::string>> GeoDatabases::Describe() const {
  MutexLock lock(mutex_);
  std::vector<std::pair<std::string, std::string>> out;
  for (const Slot& slot : slots_) {
    std::string state;
    if (slot.open != nullptr) {
      const absl::Time built = absl::FromUnixNanos(slot.open->build_ns());
      state = absl::StrCat(slot.open->type(), " of ",
                           absl::FormatTime("%Y-%m-%d", built, absl::UTCTimeZone()));
      if (slot.open->damaged() > 0) {
        absl::StrAppend(&state, ", ", slot.open->damaged(), " look-ups met damage");
      }
    }
    if (!slot.trouble.empty()) {
      absl::StrAppend(&state, state.empty() ? "not in use: " : "; what replaced it is not in use: ",
                      slot.trouble);
    }
    out.emplace_back(slot.path, std::move(state));
  }
  return out;
}

}  // namespace dims
