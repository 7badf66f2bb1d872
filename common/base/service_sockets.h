// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "common/base/unique_fd.h"

namespace dims {

// A socket the service manager opened and handed over (socket activation).
struct ServiceSocket {
  std::string name;  // FileDescriptorName= of its unit
  UniqueFd socket;
};

// Those of this process, once: a second call finds none, and programs started from here inherit
// none. Empty where nothing was handed over. Thread: main, before there are others.
std::vector<ServiceSocket> TakeServiceSockets();

}  // namespace dims
