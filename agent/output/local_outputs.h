// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/output/local_output.h"

namespace dims {

// The outputs of a site beside the stream to the server, so that what it had before keeps its feed.
//
// Thread: Take by the pipeline's thread; Configure and Stop while no pipeline runs; the others any.
// Clock and random must outlive it.
class LocalOutputs {
 public:
  LocalOutputs(const Clock& clock, Random& random) : clock_(clock), random_(random) {}

  // Starts what is new, stops what is gone; one that stays as it is keeps its connection and what
  // waits in it. Files are opened anew.
  void Configure(const std::vector<OutputOptions>& all);

  void Stop();

  bool empty() const { return outputs_.empty(); }

  // Some output takes events as they were received, or as the policy left them.
  bool TakesReceived() const;

  // Events as they were received: for outputs before the policy.
  void TakeReceived(const std::shared_ptr<const EventBatch>& batch);

  // Events as the server gets them.
  void TakeSent(const std::shared_ptr<const EventBatch>& batch);

  // By name.
  std::map<std::string, OutputCounts> counts() const;

 private:
  void Take(const std::shared_ptr<const EventBatch>& batch, bool after_policy);

  const Clock& clock_;
  Random& random_;
  std::vector<std::unique_ptr<LocalOutput>> outputs_;
};

}  // namespace dims
