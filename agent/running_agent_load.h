// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "agent/load/load_target.h"
#include "agent/running_agent.h"

namespace dims {

// The running agent as its listener for loads sees it. Thread: the listener's, which is stopped
// before parts of the agent are exchanged. The agent outlives it.
class RunningAgent::LoadPort final : public LoadTarget {
 public:
  explicit LoadPort(RunningAgent& agent) : agent_(agent) {}

  absl::StatusOr<std::vector<Bookmark>> Bookmarks() override;
  bool HasRoom() const override;
  bool Push(InputChunk chunk) override;
  LoadTargetState State() const override;

  std::shared_ptr<const SiteFormats> Formats() const override {
    return agent_.config_.site_formats;
  }

  Tagger SiteTagger() const override { return {agent_.config_.tags, agent_.config_.tlp}; }

 private:
  RunningAgent& agent_;
};

}  // namespace dims
