// SPDX-License-Identifier: Apache-2.0
#include "agent/output/local_outputs.h"

#include <algorithm>
#include <utility>

namespace dims {

void LocalOutputs::Configure(const std::vector<OutputOptions>& all) {
  std::vector<std::unique_ptr<LocalOutput>> before = std::exchange(outputs_, {});
  for (const OutputOptions& options : all) {
    const auto same = std::find_if(before.begin(), before.end(), [&](const auto& output) {
      return output != nullptr && output->options() == options;
    });
    if (same != before.end()) {
      (*same)->Reopen();
      outputs_.push_back(std::move(*same));
    } else {
      outputs_.push_back(std::make_unique<LocalOutput>(options, clock_, random_));
    }
  }
  before.clear();  // ends before another one writes the same file
  for (const std::unique_ptr<LocalOutput>& output : outputs_) output->Start();
}

void LocalOutputs::Stop() {
  for (const std::unique_ptr<LocalOutput>& output : outputs_) output->EndSoon();
  for (const std::unique_ptr<LocalOutput>& output : outputs_) output->Drain();
  for (const std::unique_ptr<LocalOutput>& output : outputs_) output->Stop();
}

bool LocalOutputs::TakesReceived() const {
  return std::any_of(outputs_.begin(), outputs_.end(),
                     [](const auto& output) { return !output->options().after_policy; });
}

void LocalOutputs::TakeReceived(const std::shared_ptr<const EventBatch>& batch) {
  Take(batch, false);
}

void LocalOutputs::TakeSent(const std::shared_ptr<const EventBatch>& batch) {
  Take(batch, true);
}

void LocalOutputs::Take(const std::shared_ptr<const EventBatch>& batch, bool after_policy) {
  if (batch->rows() == 0) return;
  for (const std::unique_ptr<LocalOutput>& output : outputs_) {
    if (output->options().after_policy == after_policy) output->Take(batch);
  }
}

std::map<std::string, OutputCounts> LocalOutputs::counts() const {
  std::map<std::string, OutputCounts> out;
  for (const std::unique_ptr<LocalOutput>& output : outputs_) {
    out.emplace(output->options().Name(), output->counts());
  }
  return out;
}

}  // namespace dims
