// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/owed_acks.h"

namespace dims {

bool OwedAcks::Owe(StreamId stream, const std::string& agent, std::size_t bytes,
                   absl::Duration now) {
  if (wait_ == absl::ZeroDuration() || begun_.insert(stream).second) return false;
  const auto [found, first] = owed_.try_emplace(stream);
  Owed& owed = found->second;
  if (first) {
    owed.agent = agent;
    owed.due = now + wait_;
  }
  owed.bytes += bytes;
  if (owed.bytes >= kOwedBytesMax || now >= owed.due) {
    owed_.erase(found);
    return false;
  }
  if (first) by_due_.emplace_back(owed.due, stream);
  return true;
}

void OwedAcks::Leave(StreamId stream) {
  owed_.erase(stream);
  begun_.erase(stream);
}

void OwedAcks::Clear() {
  owed_.clear();
  begun_.clear();
}

void OwedAcks::DropSettled() {
  while (!by_due_.empty()) {
    const auto found = owed_.find(by_due_.front().second);
    if (found != owed_.end() && found->second.due == by_due_.front().first) return;
    by_due_.pop_front();
  }
}

absl::Duration OwedAcks::next_due() {
  DropSettled();
  return by_due_.empty() ? absl::InfiniteDuration() : by_due_.front().first;
}

std::vector<std::pair<StreamId, std::string>> OwedAcks::TakeDue(absl::Duration now) {
  std::vector<std::pair<StreamId, std::string>> out;
  for (DropSettled(); !by_due_.empty() && by_due_.front().first <= now; DropSettled()) {
    const StreamId stream = by_due_.front().second;
    out.emplace_back(stream, std::move(owed_[stream].agent));
    owed_.erase(stream);
    by_due_.pop_front();
  }
  return out;
}

}  // namespace dims
