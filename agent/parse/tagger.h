// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "common/event/batch_builder.h"

namespace dims {

// What the site says about everything it sends: its tags and its TLP label. A value.
struct Tagger {
  std::vector<std::string> tags;
  std::string tlp;  // "clear", "green", "amber", "amber+strict", "red"; empty: none

  // Adds them to the current row. Thread: any, if the builder's.
  void Tag(BatchBuilder& builder) const;
};

}  // namespace dims
