// SPDX-License-Identifier: Apache-2.0
#include "agent/pipeline/pipeline.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace dims {
namespace {

// How often a thread without work looks whether something has become due.
constexpr absl::Duration kIdle = absl::Milliseconds(200);

}  // namespace

Pipeline::Pipeline(PipelineOptions options, EventBuffer& buffer, const Clock& clock,
                   std::function<void(const absl::Status&)> on_fatal,
                   std::function<void()> on_committed)
    : clock_(clock),
      on_fatal_(std::move(on_fatal)),
      on_committed_(std::move(on_committed)),
      assembler_(std::move(options), clock),
      steps_(kStepBytesMax),
      committer_(buffer, clock) {}

Pipeline::~Pipeline() {
  Stop();
}

void Pipeline::Start() {
  assemble_thread_ = std::thread([this] { AssembleLoop(); });
  commit_thread_ = std::thread([this] { CommitLoop(); });
}

void Pipeline::Stop() {
  chunks_.Close();
  if (assemble_thread_.joinable()) assemble_thread_.join();
  steps_.Close();
  if (commit_thread_.joinable()) commit_thread_.join();
}

void Pipeline::AssembleLoop() {
  std::vector<CommitStep> ready;
  while (true) {
    const bool closing = chunks_.closed();
    const bool paused = committer_.waiting();
    const absl::Duration wait = assembler_.next_due() - clock_.Monotonic();
    const std::optional<InputChunk> chunk =
        chunks_.Pop(paused, std::clamp(wait, absl::ZeroDuration(), kIdle));
    if (chunk) {
      const absl::Duration begun = clock_.Monotonic();
      assembler_.Add(*chunk, ready);
      chunks_.Charge(clock_.Monotonic() - begun);
    } else if (closing) {
      break;  // what is left in a paused lane will be read again
    }
    assembler_.CloseDue(ready);
    rows_.store(assembler_.rows(), std::memory_order_relaxed);
    for (CommitStep& step : ready) {
      const std::size_t weight = step.weight();
      steps_.Push(std::move(step), weight);
    }
    ready.clear();
  }
  assembler_.CloseAll(ready);
  for (CommitStep& step : ready) {
    const std::size_t weight = step.weight();
    steps_.Push(std::move(step), weight);
  }
}

void Pipeline::CommitLoop() {
  absl::Status status;
  while (status.ok()) {
    std::optional<CommitStep> first = steps_.PopFor(kIdle);
    if (!first && steps_.closed()) break;
    const bool added = first.has_value();
    if (added) {
      committer_.Add(*std::move(first));
      for (CommitStep& step : steps_.PopAll()) committer_.Add(std::move(step));
    }
    status = committer_.Commit();
    if (added && on_committed_) on_committed_();
  }
  for (CommitStep& step : steps_.PopAll()) committer_.Add(std::move(step));
  if (status.ok()) status = committer_.Finish();
  if (status.ok()) return;
  chunks_.Close();
  steps_.Close();  // wakes the other thread, whose steps are dropped from here on
  on_fatal_(status);
}

}  // namespace dims
