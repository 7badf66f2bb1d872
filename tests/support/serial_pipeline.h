// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "agent/pipeline/batch_assembler.h"
#include "agent/pipeline/committer.h"

namespace dims {

// The pipeline's parts without its threads: what is pushed is assembled at once, what is due is
// committed by Step. For simulations. Thread: one.
class SerialPipeline final : public ChunkSink {
 public:
  SerialPipeline(PipelineOptions options, EventBuffer& buffer, const Clock& clock)
      : assembler_(std::move(options), clock), committer_(buffer, clock) {}

  bool Push(InputChunk chunk) override {
    assembler_.Add(chunk, ready_);
    return true;
  }

  bool HasRoom(LossClass loss_class) const override {
    return loss_class != LossClass::kCanWait || !committer_.waiting();
  }

  // Closes what is due and commits what is ready. After an error nothing more may be asked of it.
  absl::Status Step() {
    assembler_.CloseDue(ready_);
    return Commit();
  }

  // Closes and commits everything.
  absl::Status Flush() {
    assembler_.CloseAll(ready_);
    return Commit();
  }

  // The orderly end.
  absl::Status Drain() {
    assembler_.CloseAll(ready_);
    const absl::Status status = Commit();
    return status.ok() ? committer_.Finish() : status;
  }

  const Committer& committer() const { return committer_; }

 private:
  absl::Status Commit() {
    for (CommitStep& step : ready_) committer_.Add(std::move(step));
    ready_.clear();
    return committer_.Commit();
  }

  BatchAssembler assembler_;
  Committer committer_;
  std::vector<CommitStep> ready_;
};

}  // namespace dims
