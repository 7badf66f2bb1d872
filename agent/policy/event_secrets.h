// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "common/privacy/text_redactor.h"

namespace dims {

// What must not be read in the events of one batch: few events have secrets of their own, and many
// have the same ones. A value.
struct EventSecrets {
  struct Set {
    RowSecrets secrets;
    bool original_stays = false;  // a secret was repaired in parsing: the line has other bytes

    std::uint8_t hidden = 0;  // Origins that are replaced: what was looked up by them goes too

    bool empty() const { return secrets.empty() && !original_stays && hidden == 0; }
  };

  std::vector<Set> sets;              // distinct; the first one is empty
  std::vector<std::uint32_t> of_row;  // by row: its set
};

}  // namespace dims
